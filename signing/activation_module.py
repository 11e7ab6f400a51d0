"""The activation module: where held keys are, and the only way to have one sign.

It offers three acts and no fourth: the detached signature over a manifest, one increment of each of its
documents, and where it has SM2 keys the national signatures (``signing.national_signing``). Each is done on
activation data alone (``signing.activation_data``), which the module checks by itself
(``signing.activation_checks``), and each is entered in its book before the signature leaves. So what is asked
for again after a crash gets the signature that was made; another increment gets none.

Where the first act was made and lost, its person approves anew. A new approval may answer the same challenge,
as that of a case at a counter does: it signs once more, for the key, slot and manifest that the challenge was
first used for and no other. That needs an approval which the verifier signed just now, and says nothing that
the lost signature did not; what was given before stays as it is.

    module = LocalActivationModule(keystore, book, pins=pins, clock=clock)
    cms = module.sign_manifest(data)
    signature = module.sign_increment(data, increment)
    national = module.sign_national(data, sealing)

Source of the word: CEN EN 419241-2, signature activation module.
"""

from typing import Protocol

from cryptography import x509

from evidence import canonical
from evidence.clock import Clock
from evidence.digest import sha256
from signing.activation_book import ActivationBook, Entry, Page
from signing.activation_checks import Checked, Pins, check_activation, check_named, check_person
from signing.activation_data import ActivationData, ActivationMalformed, Purpose
from signing.activation_refusals import (
    ActivationForAnother,
    ActivationSpent,
    ActivationUnrecorded,
    ApprovalUsed,
)
from signing.cades import sign_detached
from signing.increments import Increment
from signing.keystore import PERSON_KEY, KeyStore
from signing.manifest import SlotKind
from signing.national_signing import (
    NationalNotKept,
    NationalSignature,
    NationalSigning,
    Sealing,
    SealingWrong,
)


class ActivationModule(Protocol):
    """Signs with held keys, on activation data alone."""

    def sign_manifest(self, data: ActivationData) -> bytes:
        """Return the one detached signature over the manifest, CMS in DER.

        Raises:
            ApprovalUsed: its challenge was used for something else, or the approval under another signature.
            Refused, Invalid: the data do not allow it, each by its own name.
            Unavailable: the keys cannot be reached.
        """
        ...

    def sign_increment(self, data: ActivationData, increment: Increment) -> bytes:
        """Return the signature over the attributes of ``increment``, in the form of the table of algorithms.

        Raises:
            ActivationUnrecorded: the book lacks the first act.
            ActivationSpent: another increment of this document was signed under this activation.
            Refused, Invalid: the data do not allow it, each by its own name.
            Unavailable: the keys cannot be reached.
        """
        ...

    def sign_national(self, data: ActivationData, sealing: Sealing | None) -> NationalSignature:
        """Return the one second signature over the manifest, and for a seal's slot the one by its seal.

        ``sealing`` comes with a seal's slot and no other.

        Raises:
            NationalNotKept: the module has no SM2 keys.
            ActivationUnrecorded: the book lacks the first act.
            ActivationSpent: they were made under another approval.
            Refused, Invalid: the data do not allow it, each by its own name.
            Unavailable: the keys cannot be reached.
        """
        ...


class LocalActivationModule:
    """An ``ActivationModule`` over a key store of this process, and over SM2 keys where there are any."""

    def __init__(
        self,
        keystore: KeyStore,
        book: ActivationBook,
        *,
        pins: Pins,
        clock: Clock,
        national: NationalSigning | None = None,
    ) -> None:
        self._keystore, self._book, self._pins, self._clock = keystore, book, pins, clock
        self._national = national

    def sign_manifest(self, data: ActivationData) -> bytes:
        """Sign the manifest, once under each approval of the challenge; see the port."""
        checked = self._checked(data, Purpose.MANIFEST)
        chain = self._keystore.chain(data.key)
        self._check_owner(checked, chain[0])
        first = self._book.enter(checked.nonce, Page.MANIFEST, _entry(checked, data.manifest, b""))
        if not _same(first, checked):
            raise ApprovalUsed
        made = self._book.find(checked.answer, Page.ANSWER)
        if made is None:
            cms = sign_detached(
                data.manifest,
                signer=self._keystore.signer(data.key),
                chain=chain,
                slot=data.slot,
                approval=sha256(data.approval),
                at=checked.approved.approved_at,
            )
            made = self._book.enter(checked.answer, Page.ANSWER, _entry(checked, data.approval, cms))
        if made.signed != sha256(data.approval).value:
            raise ApprovalUsed
        return made.signature

    def sign_increment(self, data: ActivationData, increment: Increment) -> bytes:
        """Sign one increment, and give its signature again where it was lost; see the port."""
        checked = self._resting(data, Purpose.INCREMENT)
        place = increment.check(
            documents=checked.manifest.documents,
            certificate=self._keystore.chain(data.key)[0],
            slot=data.slot,
        )
        name = _increment_name(checked.nonce, place)
        made = self._book.find(name, Page.INCREMENT)
        if made is None:
            signature = self._keystore.signer(data.key).sign(increment.attributes)
            entry = _entry(checked, increment.attributes, signature)
            made = self._book.enter(name, Page.INCREMENT, entry)
        if made.signed != sha256(increment.attributes).value:
            raise ActivationSpent(slot=data.slot)
        return made.signature

    def sign_national(self, data: ActivationData, sealing: Sealing | None) -> NationalSignature:
        """Sign by SM2, and give what was signed again where it was lost; see the port."""
        checked = self._resting(data, Purpose.NATIONAL)
        if self._national is None:
            raise NationalNotKept
        if (checked.slot.kind is SlotKind.SEAL) != (sealing is not None):
            raise SealingWrong(slot=data.slot, part="seal")
        own, now = self._keystore.chain(data.key)[0], self._clock.now()
        second = self._book.find(checked.nonce, Page.SECOND)
        if second is None:
            cms = self._national.second_signature(checked, beside=own, at=now)
            second = self._book.enter(checked.nonce, Page.SECOND, _entry(checked, data.approval, cms))
        if second.signed != sha256(data.approval).value:
            raise ActivationSpent(slot=data.slot)
        if sealing is None:
            return NationalSignature(second.signature, None)
        sealed = self._book.find(checked.nonce, Page.SEALING)
        if sealed is None:
            ses = self._national.seal_signature(checked, sealing, beside=own, at=now)
            sealed = self._book.enter(checked.nonce, Page.SEALING, _entry(checked, sealing.content, ses))
        return NationalSignature(second.signature, sealed.signature)

    def _resting(self, data: ActivationData, purpose: Purpose) -> Checked:
        """Check data for an act that rests on the first one, which the book has."""
        checked = self._checked(data, purpose)
        first = self._book.find(checked.nonce, Page.MANIFEST)
        if first is None:
            raise ActivationUnrecorded(slot=data.slot)
        if not _same(first, checked):
            raise ActivationForAnother
        return checked

    def _checked(self, data: ActivationData, purpose: Purpose) -> Checked:
        if data.purpose is not purpose:
            raise ActivationMalformed(place="purpose")
        certificate = self._keystore.chain(data.key)[0]
        return check_activation(data, certificate, pins=self._pins, clock=self._clock)

    def _check_owner(self, checked: Checked, certificate: x509.Certificate) -> None:
        """Check who approved; a person's key is from now on of whom it was first used for."""
        opening = check_person(checked, pins=self._pins)
        key = checked.data.key
        if not key.startswith(PERSON_KEY) or self._book.owner_known(key, opening.citizen_number):
            return
        check_named(certificate, opening, checked)
        self._book.keep_owner(key, opening.citizen_number)


def _same(first: Entry, checked: Checked) -> bool:
    """Tell whether the challenge is used for what it was first used for."""
    manifest = sha256(checked.data.manifest).value
    return (first.key, first.slot, first.manifest) == (checked.data.key, checked.slot.id, manifest)


def _increment_name(nonce: bytes, place: int) -> bytes:
    """Name the page of the increment of the document at ``place``, 32 bytes; the first's is the nonce."""
    return nonce if place == 0 else sha256(canonical.encode([nonce, place])).value


def _entry(checked: Checked, signed: bytes, signature: bytes) -> Entry:
    return Entry(
        key=checked.data.key,
        slot=checked.slot.id,
        manifest=sha256(checked.data.manifest).value,
        at=checked.approved.approved_at,
        signed=sha256(signed).value,
        signature=signature,
    )
