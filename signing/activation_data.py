"""Activation data: all that lets a held key sign once, as one message that names and proves everything.

It names the key, the purpose, the slot and the manifest, and with the manifest the digest of the document. It
carries the approval, which the identity verifier signed: its challenge is the nonce, its moment starts the
expiry, its subject binds manifest and slot. Whoever holds the key checks all of it from these bytes alone
(``signing.activation_module``): nothing is looked up in a database, and nobody is believed who only asks.

The opening tells whom the approval is of. The device's answer is there when the approval says that a device
key confirmed: the statement by which that key was added, and its signature over the same challenge.

    data = ActivationData(key=handle, purpose=Purpose.MANIFEST, slot="1", manifest=manifest, …)
    ActivationData.decode(data.encode()) == data

Source of the word: CEN EN 419241-1, signature activation data; the encoding is deterministic CBOR.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evidence import canonical
from evidence.canonical import Value
from evidence.errors import Malformed, NotCanonical
from evidence.fields import Fields
from identity.webauthn import LONGEST_PART, Assertion
from signing.keystore import KeyHandle

SCHEMA = "yinxin/activation/1"
LONGEST_MANIFEST = 256 * 1024
"""Bytes; a manifest of 64 slots has about 20 kB."""
LONGEST_STATEMENT = 16 * 1024
"""Bytes of a signed statement; an approval has about 500."""


class Purpose(StrEnum):
    """Which of its acts the activation is for."""

    MANIFEST = "manifest"
    INCREMENT = "increment"
    NATIONAL = "national"


class ActivationMalformed(Malformed):
    """The bytes are no activation data."""

    code = "activation-malformed"
    zh = "激活数据的结构不对（{place}），未作任何签名；请重新确认后再签署。"
    en = "The activation data are malformed at {place}; nothing was signed. Approve again."


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What opens the commitment to a person: the citizen number, the name and the 16-byte salt."""

    citizen_number: str = field(repr=False)
    name: str = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def value(self) -> Value:
        """The value that was committed to, as ``identity.commitments`` writes it."""
        return {"citizen_number": self.citizen_number, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class DeviceAnswer:
    """A device key's signature over the challenge, and how that key was added.

    ``added`` is the verifier's signed statement, ``salt`` opens its commitment to the same person, ``key`` is
    the public key (SubjectPublicKeyInfo).
    """

    added: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    key: bytes
    assertion: Assertion


@dataclass(frozen=True, kw_only=True)
class ActivationData:
    """What lets the key ``key`` sign once for ``slot`` of ``manifest``, as of the moment of the approval.

    ``approval`` is COSE_Sign1. ``opening`` and, where the approval names it, ``device`` come with the first
    act; the others rest on the first.
    """

    key: KeyHandle
    purpose: Purpose
    slot: str
    manifest: bytes = field(repr=False)
    approval: bytes = field(repr=False)
    opening: Opening | None = None
    device: DeviceAnswer | None = None

    def encode(self) -> bytes:
        """Return the deterministic CBOR."""
        return canonical.encode(
            {
                "schema": SCHEMA,
                "key": self.key,
                "purpose": self.purpose.value,
                "slot": self.slot,
                "manifest": self.manifest,
                "approval": self.approval,
                "opening": None if self.opening is None else _opening_value(self.opening),
                "device": None if self.device is None else _device_value(self.device),
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> "ActivationData":
        """Read activation data back.

        Raises:
            ActivationMalformed: the bytes are not the one encoding of any.
        """
        try:
            fields = Fields(canonical.decode(encoded), ActivationMalformed)
            if fields.text("schema") != SCHEMA:
                raise ActivationMalformed(place="schema")
            data = cls(
                key=KeyHandle(fields.text("key", limit=128)),
                purpose=Purpose(fields.text("purpose")),
                slot=fields.text("slot"),
                manifest=_bounded(fields, "manifest", LONGEST_MANIFEST),
                approval=_bounded(fields, "approval", LONGEST_STATEMENT),
                opening=None if fields.absent("opening") else _opening(fields.fields("opening")),
                device=None if fields.absent("device") else _device(fields.fields("device")),
            )
        except NotCanonical as error:
            raise ActivationMalformed(place="CBOR") from error
        except ValueError as error:
            raise ActivationMalformed(place="purpose") from error
        fields.done()
        return data


def _opening_value(opening: Opening) -> Mapping[str, Value]:
    return {"citizen_number": opening.citizen_number, "name": opening.name, "salt": opening.salt}


def _device_value(device: DeviceAnswer) -> Mapping[str, Value]:
    return {
        "added": device.added,
        "salt": device.salt,
        "key": device.key,
        "client_data": device.assertion.client_data,
        "authenticator_data": device.assertion.authenticator_data,
        "signature": device.assertion.signature,
    }


def _opening(fields: Fields) -> Opening:
    opening = Opening(
        citizen_number=fields.text("citizen_number", limit=64),
        name=fields.text("name", limit=256),
        salt=fields.octets("salt", length=16),
    )
    fields.done()
    return opening


def _device(fields: Fields) -> DeviceAnswer:
    device = DeviceAnswer(
        added=_bounded(fields, "added", LONGEST_STATEMENT),
        salt=fields.octets("salt", length=16),
        key=_bounded(fields, "key", LONGEST_PART),
        assertion=Assertion(
            credential=b"",  # the key itself is there, by its digest
            client_data=_bounded(fields, "client_data", LONGEST_PART),
            authenticator_data=_bounded(fields, "authenticator_data", LONGEST_PART),
            signature=_bounded(fields, "signature", LONGEST_PART),
        ),
    )
    fields.done()
    return device


def _bounded(fields: Fields, key: str, most: int) -> bytes:
    octets = fields.octets(key)
    if len(octets) > most:
        raise fields.refuse(key)
    return octets
