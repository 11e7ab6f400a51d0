"""Activation data made by hand, true ones and others, for a module whose key store counts its signatures."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.sign.general import as_signing_certificate_v2

from evidence.algorithms import Algorithm
from evidence.canonical import Value
from evidence.clock import FixedClock
from evidence.commitment import commit_fields
from evidence.digest import Digest, sha256
from evidence.identifiers import Uscc
from evidence.keys import LocalSigner, Signer, VerifyingKey
from evidence.statement import Statement, StatementType, sign
from identity.challenges import Action
from identity.commitments import PERSON
from identity.methods import Method
from identity.webauthn import RelyingParty
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_data import ActivationData, DeviceAnswer, Opening, Purpose
from signing.activation_module import LocalActivationModule
from signing.asn1_signature import to_asn1
from signing.cms_envelope import attribute
from signing.groups import Group
from signing.increments import Increment
from signing.keystore import KeyHandle, KeyStore
from signing.keystore_memory import MemoryKeyStore
from signing.manifest import Manifest, ManifestSlot, SlotKind, slot_subject
from signing.pki import Authority, Subject, found
from signing.profiles import Profile
from tests.identity.authenticator import Authenticator

NOW = datetime.fromisoformat("2026-05-02T08:00:00+00:00")
OWNER, CONTRACTOR = Uscc.parse("91990100MA0DM00178"), Uscc.parse("91990100MA0DM1028K")
SECRET = bytes(32)


class CountingKeyStore(MemoryKeyStore):
    """Counts what the keys of people and seals sign."""

    def __init__(self) -> None:
        super().__init__()
        self.signed = 0

    def signer(self, handle: KeyHandle) -> Signer:
        found = super().signer(handle)
        return _Counted(self, found) if handle.startswith(("person:", "seal:")) else found


@dataclass
class _Counted:
    store: CountingKeyStore
    signer: Signer

    @property
    def key(self) -> VerifyingKey:
        return self.signer.key

    def sign(self, message: bytes) -> bytes:
        self.store.signed += 1
        return self.signer.sign(message)


@dataclass(frozen=True)
class Somebody:
    name: str
    number: str
    key: KeyHandle
    device: Authenticator | None = None


@dataclass
class Bench:
    """One module, its keys, and the verifier that it believes."""

    folder: Path
    random: Random
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    keystore: CountingKeyStore = field(default_factory=CountingKeyStore)
    verifier: LocalSigner = field(default_factory=lambda: LocalSigner.generate(Algorithm.ES256))
    documents: int = 1
    party: RelyingParty = field(
        default_factory=lambda: RelyingParty.at("https://city.example", name="示范市")
    )

    def __post_init__(self) -> None:
        self.authority: Authority = found(self.keystore, city="示范市", at=NOW)
        self.people = (
            Somebody("沈若华", "11010519491231002X", self.person("p1", "沈若华"), Authenticator(self.party)),
            Somebody("林知远", "34052419800101001X", self.person("p2", "林知远")),
            Somebody("林知远", "990100198804120114", self.person("p3", "林知远")),
        )
        self.seals = tuple(self.seal(name, whose) for name, whose in (("s1", OWNER), ("s2", CONTRACTOR)))
        self.module = self.opened()

    def opened(self) -> LocalActivationModule:
        """The module as it starts, over the book as it is on disk."""
        pins = Pins(verifier=self.verifier.key, party=self.party)
        return LocalActivationModule(
            self.keystore, ActivationBook(self.folder, SECRET), pins=pins, clock=self.clock
        )

    def person(self, serial: str, name: str) -> KeyHandle:
        handle = KeyHandle(f"person:{serial}")
        self.authority.ensure(handle, Subject(name, serial=serial), Profile.PERSON, at=NOW)
        return handle

    def seal(self, serial: str, whose: Uscc) -> KeyHandle:
        handle = KeyHandle(f"seal:{serial}")
        self.authority.ensure(handle, Subject("公章", uscc=whose, serial=serial), Profile.SEAL, at=NOW)
        return handle

    def document(self, number: int = 1) -> bytes:
        return f"%PDF-1.7 the document {number}".encode()

    def manifest(self, number: int = 1) -> Manifest:
        kinds = ((SlotKind.PERSON, OWNER), (SlotKind.SEAL, CONTRACTOR), (SlotKind.SEAL, OWNER))
        slots = tuple(
            ManifestSlot(
                id=str(place), kind=kind, organization=whose, capacity_zh="单位", capacity_en="party"
            )
            for place, (kind, whose) in enumerate(kinds, start=1)
        )
        return Manifest(
            agreement=UUID(int=number),
            title="施工许可联合申请",
            documents=tuple(sha256(self.document(number + each)) for each in range(self.documents)),
            slots=slots,
            groups=(Group(id="1", step=1, need=len(slots)),),
            expires_at=NOW + timedelta(days=30),
        )

    def salted(self, who: Somebody) -> tuple[bytes, Opening]:
        salt = self.random.randbytes(16)
        value: Value = {"citizen_number": who.number, "name": who.name}
        (commitment,) = commit_fields({PERSON: value}, {PERSON: salt})
        return commitment, Opening(citizen_number=who.number, name=who.name, salt=salt)

    def approval(
        self,
        person: bytes,
        subject: Digest,
        *,
        action: Action = Action.SIGN,
        method: Method = Method.FACE,
        challenge: Digest | None = None,
        signer: Signer | None = None,
        at: datetime | None = None,
    ) -> bytes:
        body: dict[str, Value] = {
            "person": person,
            "action": action.value,
            "subject": str(subject),
            "challenge": str(challenge or sha256(self.random.randbytes(32))),
            "method": method.value,
            "policy": "test-policy/1",
        }
        statement = Statement(StatementType.APPROVAL, "city", at or self.clock.now(), body)
        return sign(statement, signer or self.verifier)

    def data(
        self,
        who: Somebody,
        slot: str = "1",
        *,
        number: int = 1,
        key: KeyHandle | None = None,
        signer: Signer | None = None,
        at: datetime | None = None,
        device: Authenticator | None = None,
        challenge: Digest | None = None,
    ) -> ActivationData:
        """True activation data of ``who`` for ``slot`` of a document, unless something else is said."""
        manifest = self.manifest(number)
        person, opening = self.salted(who)
        challenge = challenge or sha256(self.random.randbytes(32))
        signed = self.approval(
            person,
            slot_subject(manifest.digest, slot),
            action=Action.SIGN if slot == "1" else Action.SEAL,
            method=Method.FACE if who.device is None else Method.FACE_PASSKEY,
            challenge=challenge,
            signer=signer,
            at=at,
        )
        used = device or who.device
        return ActivationData(
            key=key or who.key,
            purpose=Purpose.MANIFEST,
            slot=slot,
            manifest=manifest.encode(),
            approval=signed,
            opening=opening,
            device=None if used is None or who.device is None else self.answer(who, used, challenge),
        )

    def answer(self, who: Somebody, device: Authenticator, challenge: Digest) -> DeviceAnswer:
        """The answer of ``device`` beside the statement by which the device of ``who`` was added."""
        person, opening = self.salted(who)
        added_key = public_key(who.device or device)
        body: dict[str, Value] = {
            "change": "added",
            "person": person,
            "commitments": [person],
            "key": str(sha256(added_key)),
            "approval": bytes(32),
        }
        added = sign(Statement(StatementType.PASSKEY, "city", NOW, body), self.verifier)
        return DeviceAnswer(
            added=added,
            salt=opening.salt,
            key=added_key,
            assertion=replace(device.sign(challenge.value), credential=b""),
        )

    def increment(self, data: ActivationData, *, number: int = 1, mark: str = "") -> Increment:
        """A file that extends document ``number`` by a gap for the signature of ``data``."""
        original = self.document(number)
        gap, tail = b"<" + b"0" * 64 + b">", b" trailer %%EOF"
        head = original + mark.encode()
        start = len(head) + len(" /ByteRange [0 000000000 000000000 000000000]/Contents ")
        head += b" /ByteRange [0 %09d %09d %09d]/Contents " % (start, start + len(gap), len(tail))
        content = head + gap + tail
        unsigned = Increment(
            content=content,
            original=len(original),
            start=len(head),
            end=len(head) + len(gap),
            attributes=b"",
        )
        return replace(unsigned, attributes=self.attributes(data, unsigned, self.keystore))

    def attributes(self, data: ActivationData, increment: Increment, keystore: KeyStore) -> bytes:
        """What is signed of ``increment`` by the key of ``data``, DER."""
        content = increment.content
        own = to_asn1(keystore.chain(data.key)[0])
        return bytes(
            cms.CMSAttributes(
                [
                    attribute("content_type", "data"),
                    attribute(
                        "message_digest",
                        sha256(content[: increment.start] + content[increment.end :]).value,
                    ),
                    attribute("signing_certificate_v2", as_signing_certificate_v2(own)),
                ]
            ).dump()
        )


def public_key(device: Authenticator) -> bytes:
    return device.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def turned(signed: bytes) -> bytes:
    """The same statement under the other of its two signatures, which anybody can make (s and n - s)."""
    s = int.from_bytes(signed[-32:])
    return signed[:-32] + (P256_ORDER - s).to_bytes(32)
