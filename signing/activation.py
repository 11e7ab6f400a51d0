"""Activation: what lets a held key sign, for whom, over what, and how often.

A key signs only because a person approved it just now (电子签名法 art. 13: at the moment of signing only the
signer controls the data that makes the signature). An approval activates one key, for one slot of one
agreement, both named in its subject; the database keeps it from doing so twice. The activation allows
exactly two acts, and where national cryptography is in use a third (``signing.national_signatures``):

1. one detached signature over the manifest, in the transaction that activates the key;
2. one increment of each assembled PDF, later, when all parties have signed.

Both are recorded, and made as of the moment of the approval. The key itself is in the activation module
(``signing.activation_module``), which decides again by its own checks what is decided here. An approval that
is old, of somebody else, for another document or another slot activates nothing.

    activation = activate(session, seat, approval=approval, verifier=verifier, keyring=keyring)
    cms = sign_manifest(session, activation, approval, agreement.manifest_bytes, keyring=keyring)
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.keys import VerifyingKey
from identity.approvals import Approval, check_approval
from identity.challenges import Action
from identity.people import PersonId
from signing.activation_checks import FRESHNESS
from signing.activation_data import ActivationData, Purpose
from signing.activation_evidence import first_act, later_act
from signing.activation_module import ActivationModule
from signing.activation_refusals import ActivationForAnother, ActivationMissing, ActivationSpent, ApprovalUsed
from signing.held_keys import HeldKey, Keyring, held_key
from signing.increments import Increment, gap_of
from signing.key_certificates import check_standing
from signing.keystore import KeyHandle
from signing.manifest import slot_subject
from signing.pdf import PreparedWrong, SigningParty
from signing.pki import Chain
from signing.tables import ActivationRow, AgreementRow, IncrementRow


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Who is about to sign where: the slot of an agreement, the person, the key, and the act approved."""

    agreement: UUID
    slot: str
    manifest: Digest
    person: PersonId
    key: HeldKey
    action: Action


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A key activated for one slot; ``approval`` is 32 bytes."""

    agreement: UUID
    slot: str
    person: PersonId
    key: KeyHandle
    manifest: Digest
    approval: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Incremented:
    """How far an activation's second act on a document is.

    ``prepared`` is the PDF that waits for it, ``increment`` the one that has it.
    """

    prepared: Digest | None
    increment: Digest | None


def activate(
    session: Session, seat: Seat, *, approval: Approval, verifier: VerifyingKey, keyring: Keyring
) -> Activation:
    """Spend ``approval`` on the key of ``seat``.

    Raises:
        Refused: the approval is for another action, document or slot, or older than five minutes, each by
            its own name from ``identity.approvals``.
        ApprovalUsed: it activated a key before.
        SignatureInvalid: it does not come from ``verifier``.
        KeyRevoked: the certificate of the key was revoked.
    """
    check_standing(session, seat.key.handle)
    check_approval(
        approval.signed,
        verifier,
        action=seat.action,
        subject=slot_subject(seat.manifest, seat.slot),
        clock=keyring.clock,
        max_age=FRESHNESS,
    )
    inserted = session.scalar(
        insert(ActivationRow)
        .values(
            approval=approval.digest,
            agreement=seat.agreement,
            slot=seat.slot,
            person=seat.person,
            key_handle=seat.key.handle,
            manifest_digest=seat.manifest.value,
            activated_at=approval.approved_at,
        )
        .on_conflict_do_nothing()
        .returning(ActivationRow.approval)
    )
    if inserted is None:
        raise ApprovalUsed
    return activation(session, agreement=seat.agreement, slot=seat.slot)


def sign_manifest(
    session: Session, activation: Activation, approval: Approval, manifest: bytes, *, keyring: Keyring
) -> bytes:
    """Have the one detached signature made that the activation allows; DER.

    Raises:
        ActivationForAnother: ``manifest`` is not the one that was approved.
        KeyRevoked: the certificate of the key was revoked meanwhile.
        Refused, Invalid, Unavailable: the module does not sign, by its own name for it.
    """
    check_standing(session, activation.key)
    if sha256(manifest) != activation.manifest:
        raise ActivationForAnother
    data = first_act(session, approval, key=activation.key, slot=activation.slot, manifest=manifest)
    return keyring.module.sign_manifest(data)


@dataclass(frozen=True, kw_only=True)
class IncrementingParty:
    """Who is about to make its one increment: the key's public half, its chain, and what activates it."""

    key: VerifyingKey
    chain: Chain
    data: ActivationData
    module: ActivationModule = field(repr=False)

    @property
    def unsigned(self) -> SigningParty:
        """The party before there is anything to sign: asked to sign, the module refuses."""
        signer = _IncrementSigner(self, b"", original=0, gap=(0, 0))
        return SigningParty(signer=signer, chain=self.chain)

    def over(self, prepared: bytes, *, original: int) -> SigningParty:
        """Give the party that signs ``prepared``, which begins with a document of ``original`` bytes.

        Raises:
            PreparedWrong: it has no gap for a signature.
        """
        gap = gap_of(prepared)
        if gap is None:
            raise PreparedWrong
        return SigningParty(
            signer=_IncrementSigner(self, prepared, original=original, gap=gap), chain=self.chain
        )


class _IncrementSigner:
    """A ``Signer`` over one increment: its message are the attributes, and the module sees the whole file."""

    def __init__(
        self, party: IncrementingParty, prepared: bytes, *, original: int, gap: tuple[int, int]
    ) -> None:
        self._party, self._prepared, self._original, self._gap = party, prepared, original, gap

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        return self._party.key

    def sign(self, message: bytes) -> bytes:
        """Have the module sign ``message``, the DER of the attributes; see ``sign_increment`` there."""
        start, end = self._gap
        increment = Increment(
            content=self._prepared, original=self._original, start=start, end=end, attributes=message
        )
        return self._party.module.sign_increment(self._party.data, increment)


def incremented(session: Session, activation: Activation, *, document: int) -> Incremented:
    """Tell how far the second act on the document at this place, from 0, is."""
    row = session.get(IncrementRow, (activation.approval, document), populate_existing=True)
    prepared, increment = (None, None) if row is None else (row.prepared, row.increment)
    return Incremented(
        prepared=None if prepared is None else Digest(HashAlgorithm.SHA256, prepared),
        increment=None if increment is None else Digest(HashAlgorithm.SHA256, increment),
    )


def incrementing_party(
    session: Session, activation: Activation, *, document: int, keyring: Keyring
) -> IncrementingParty:
    """Return the party for its one increment of the document at this place, from 0.

    Raises:
        ActivationSpent: the increment is recorded already.
        KeyRevoked: the certificate of the key was revoked meanwhile.
    """
    check_standing(session, activation.key)
    if incremented(session, activation, document=document).increment is not None:
        raise ActivationSpent(slot=activation.slot)
    manifest = session.get_one(AgreementRow, activation.agreement).manifest
    data = later_act(
        session,
        activation.approval,
        Purpose.INCREMENT,
        key=activation.key,
        slot=activation.slot,
        manifest=manifest,
    )
    return IncrementingParty(
        key=keyring.keystore.signer(activation.key).key,
        chain=held_key(session, activation.key, keyring).chain,
        data=data,
        module=keyring.module,
    )


def record_prepared(session: Session, activation: Activation, prepared: Digest, *, document: int) -> None:
    """Record what waits for the activation's one increment of a document, before anything is signed.

    Raises:
        ActivationSpent: something else waits for it; ``prepared`` must be thrown away.
    """
    recorded = session.scalar(
        insert(IncrementRow)
        .values(approval=activation.approval, document=document, prepared=prepared.value)
        .on_conflict_do_nothing()
        .returning(IncrementRow.approval)
    )
    if recorded is None:
        raise ActivationSpent(slot=activation.slot)


def record_increment(
    session: Session, activation: Activation, result: Digest, *, document: int, at: datetime
) -> None:
    """Record that the activation's one increment of a document is the last of the PDF ``result``.

    Raises:
        ActivationSpent: another one was recorded meanwhile; ``result`` must be thrown away.
    """
    waiting = (IncrementRow.approval == activation.approval) & (IncrementRow.document == document)
    recorded = session.scalar(
        update(IncrementRow)
        .where(waiting, IncrementRow.increment.is_(None))
        .values(increment=result.value, increment_at=at)
        .returning(IncrementRow.approval)
    )
    if recorded is None:
        raise ActivationSpent(slot=activation.slot)


def activation(session: Session, *, agreement: UUID, slot: str) -> Activation:
    """Return the activation for a slot.

    Raises:
        ActivationMissing: its party has not signed.
    """
    query = select(ActivationRow).where(ActivationRow.agreement == agreement, ActivationRow.slot == slot)
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise ActivationMissing(slot=slot)
    return Activation(
        agreement=row.agreement,
        slot=row.slot,
        person=PersonId(row.person),
        key=KeyHandle(row.key_handle),
        manifest=Digest(HashAlgorithm.SHA256, row.manifest_digest),
        approval=row.approval,
        at=row.activated_at,
    )
