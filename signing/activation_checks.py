"""What whoever holds the keys checks of activation data, by itself, before a key signs.

1. The manifest is one, and has the slot.
2. The approval is signed by the pinned identity verifier, for this act (sign or seal), over this manifest
   and this slot; it is not older than the purpose allows, and not from later.
3. Key and slot fit: a seal's key fills a seal slot of the organization that its certificate names, a
   person's key any other slot.
4. The opening opens the approval's commitment, and the person is the one whom the key's certificate names;
   from the first act on, the one by number whom the key was first used for.
5. Where the approval says face and device key: the device key was added for the same person, by a statement
   of the verifier, and signed the digest of the same challenge for the same site.

That a challenge serves one manifest and one increment is the book's (``signing.activation_book``).

Source: CEN EN 419241-2, the signature activation module's checks of signature activation data.
"""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from evidence.clock import Clock
from evidence.commitment import Disclosure, check_disclosure
from evidence.cose import read_sign1
from evidence.digest import sha256
from evidence.errors import DisclosureInvalid, StatementMalformed
from evidence.fields import Fields
from evidence.keys import VerifyingKey
from evidence.statement import StatementType, check
from identity.approvals import ApprovalStatement, check_approval
from identity.commitments import PERSON
from identity.methods import Method
from identity.webauthn import RelyingParty, check_assertion
from signing.activation_data import ActivationData, ActivationMalformed, DeviceAnswer, Opening, Purpose
from signing.activation_refusals import (
    ActivationExpired,
    ActivationForAnotherKey,
    ActivationUnproven,
)
from signing.keystore import PERSON_KEY, SEAL_KEY
from signing.manifest import Manifest, ManifestSlot, SlotKind, slot_subject

FRESHNESS = timedelta(minutes=5)
"""How old an approval may be when it activates a key: long enough to press one button, not to go away."""

ASSEMBLY_LIFE = timedelta(days=366)
"""How old an approval may be when its increment is made: others take their time, a failed job is retried."""


@dataclass(frozen=True)
class Pins:
    """What the holder of the keys believes from the start: the verifier's key, the site of device keys."""

    verifier: VerifyingKey
    party: RelyingParty


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Activation data that hold; ``nonce`` and ``answer`` are 32 bytes."""

    data: ActivationData
    manifest: Manifest
    slot: ManifestSlot
    approved: ApprovalStatement

    @property
    def nonce(self) -> bytes:
        """The digest of the challenge: what was asked. Who answers it again gives another approval of it."""
        return self.approved.challenge.value

    @property
    def answer(self) -> bytes:
        """The digest of what the approval says, which stays when its signature is turned."""
        return sha256(read_sign1(self.data.approval, StatementMalformed).payload).value


def check_activation(
    data: ActivationData, certificate: x509.Certificate, *, pins: Pins, clock: Clock
) -> Checked:
    """Check steps 1 to 3, the same for both acts; ``certificate`` is the key's own.

    Raises:
        ManifestMalformed, ActivationMalformed: step 1.
        SignatureInvalid, StatementMalformed, ApprovalMalformed, ApprovalForAnotherAction,
            ApprovalForAnotherSubject, ApprovalTooOld, ApprovalFromLater, ActivationExpired: step 2.
        ActivationForAnotherKey: step 3.
    """
    manifest = Manifest.decode(data.manifest)
    slot = next((each for each in manifest.slots if each.id == data.slot), None)
    if slot is None:
        raise ActivationMalformed(place="slot")
    approved = check_approval(
        data.approval,
        pins.verifier,
        action=slot.kind.action,
        subject=slot_subject(sha256(data.manifest), slot.id),
        clock=clock,
        max_age=FRESHNESS if data.purpose is Purpose.MANIFEST else ASSEMBLY_LIFE,
    )
    if approved.approved_at >= manifest.expires_at:
        raise ActivationExpired(at=approved.approved_at)
    _check_key_fits(data, slot, certificate)
    return Checked(data=data, manifest=manifest, slot=slot, approved=approved)


def check_person(checked: Checked, *, pins: Pins) -> Opening:
    """Check steps 4 and 5 as far as the data prove them; whose the key is, is for the caller to compare.

    Raises:
        ActivationUnproven: a proof is missing, or not of this person.
        Refused: a named refusal of ``identity.webauthn.check_assertion``.
    """
    opening, device = checked.data.opening, checked.data.device
    if opening is None:
        raise ActivationUnproven(part="opening")
    _check_opens(opening, opening.salt, checked.approved.person, "opening")
    needed = checked.approved.method is Method.FACE_PASSKEY
    if needed != (device is not None):
        raise ActivationUnproven(part="device")
    if device is not None:
        _check_device(checked, opening, device, pins)
    return opening


def check_named(certificate: x509.Certificate, opening: Opening, checked: Checked) -> None:
    """Check that the key's certificate names the person, the first time that the key is used.

    Raises:
        ActivationForAnotherKey: it names somebody else.
    """
    if _names(certificate, NameOID.COMMON_NAME) != [opening.name]:
        raise ActivationForAnotherKey(key=checked.data.key)


def _check_key_fits(data: ActivationData, slot: ManifestSlot, certificate: x509.Certificate) -> None:
    if slot.kind is not SlotKind.SEAL:
        fits = data.key.startswith(PERSON_KEY)
    else:
        named = _names(certificate, NameOID.ORGANIZATION_IDENTIFIER)
        fits = data.key.startswith(SEAL_KEY) and named == [f"NTRCN-{slot.organization.text}"]
    if not fits:
        raise ActivationForAnotherKey(key=data.key)


def _check_device(checked: Checked, opening: Opening, device: DeviceAnswer, pins: Pins) -> None:
    statement = check(device.added, pins.verifier)
    if statement.type is not StatementType.PASSKEY:
        raise ActivationUnproven(part="device")
    said = Fields(statement.body, ActivationMalformed, place="added")
    if said.text("change") != "added" or said.text("key") != str(sha256(device.key)):
        raise ActivationUnproven(part="device")
    _check_opens(opening, device.salt, said.octets("person", length=32), "device")
    check_assertion(
        device.assertion,
        pins.party,
        challenge=checked.nonce,
        public_key=device.key,
        user=b"",
    )


def _check_opens(opening: Opening, salt: bytes, commitment: bytes, part: str) -> None:
    try:
        check_disclosure(Disclosure(PERSON, opening.value, salt), [commitment])
    except DisclosureInvalid as error:
        raise ActivationUnproven(part=part) from error


def _names(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]
