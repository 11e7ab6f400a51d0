"""Activation: what lets a held key sign, for whom, over what, and how often.

A key signs only because a person approved it just now (电子签名法 art. 13: at the moment of signing only the
signer controls the data that makes the signature). An approval activates one key, for one slot of one
agreement, both named in its subject; the database keeps it from doing so twice. The activation allows
exactly two acts:

1. one detached signature over the manifest, in the transaction that activates the key;
2. one increment of the assembled PDF, later, when all parties have signed.

Both are recorded. An approval that is old, of somebody else, for another document or another slot activates
nothing.

    activation = activate(session, seat, approval=approval, verifier=verifier, keyring=keyring)
    cms = sign_manifest(activation, agreement.manifest, keyring=keyring)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import Refused
from evidence.keys import VerifyingKey
from identity.approvals import Approval, check_approval
from identity.challenges import Action
from identity.people import PersonId
from signing.cades import sign_detached
from signing.held_keys import HeldKey, Keyring, held_key
from signing.key_certificates import check_standing
from signing.keystore import KeyHandle
from signing.manifest import slot_subject
from signing.pdf import SigningParty
from signing.tables import ActivationRow

FRESHNESS = timedelta(minutes=5)
"""How old an approval may be when it activates a key: long enough to press one button, not to go away."""


class ApprovalUsed(Refused):
    """This approval activated a key already."""

    code = "approval-used"
    zh = "这次刷脸确认已经使用过，请重新刷脸后再签署。"
    en = "This approval was used already; show your face again to sign."


class ActivationForAnother(Refused):
    """The activation names another manifest than the one to be signed."""

    code = "activation-for-another"
    zh = "签名密钥是为另一份文件激活的，未作任何签名，请重新刷脸确认。"
    en = "The key was activated for another document; nothing was signed. Approve again."


class ActivationMissing(Refused):
    """No approval activated a key for this slot."""

    code = "activation-missing"
    zh = "签署位 {slot} 没有激活记录，不能加盖，请先由该方签署。"
    en = "No approval activated a key for slot {slot}; its party must sign first."


class ActivationSpent(Refused):
    """The activation's one increment was made already."""

    code = "activation-spent"
    zh = "签署位 {slot} 的签章已经写入文件，不会再次写入。"
    en = "The increment of slot {slot} was made already; it is not made twice."


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
    """A key activated for one slot; ``approval`` is 32 bytes, ``increment`` the PDF of its second act."""

    agreement: UUID
    slot: str
    person: PersonId
    key: KeyHandle
    manifest: Digest
    approval: bytes
    at: datetime
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
            activated_at=keyring.clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(ActivationRow.approval)
    )
    if inserted is None:
        raise ApprovalUsed
    return activation(session, agreement=seat.agreement, slot=seat.slot)


def sign_manifest(session: Session, activation: Activation, manifest: bytes, *, keyring: Keyring) -> bytes:
    """Make the one detached signature that the activation allows; DER.

    Raises:
        ActivationForAnother: ``manifest`` is not the one that was approved.
        KeyRevoked: the certificate of the key was revoked meanwhile.
    """
    check_standing(session, activation.key)
    if sha256(manifest) != activation.manifest:
        raise ActivationForAnother
    key = held_key(session, activation.key, keyring)
    return sign_detached(
        manifest,
        signer=keyring.keystore.signer(activation.key),
        chain=key.chain,
        slot=activation.slot,
        approval=Digest(HashAlgorithm.SHA256, activation.approval),
        at=activation.at,
    )


def incrementing_party(session: Session, activation: Activation, *, keyring: Keyring) -> SigningParty:
    """Return the party's key for its one increment of the PDF.

    Raises:
        ActivationSpent: the increment is recorded already.
        KeyRevoked: the certificate of the key was revoked meanwhile.
    """
    check_standing(session, activation.key)
    if activation.increment is not None:
        raise ActivationSpent(slot=activation.slot)
    key = held_key(session, activation.key, keyring)
    return SigningParty(signer=keyring.keystore.signer(activation.key), chain=key.chain)


def record_increment(session: Session, activation: Activation, result: Digest, *, at: datetime) -> None:
    """Record that the activation's one increment is the last of the PDF ``result``.

    Raises:
        ActivationSpent: another one was recorded meanwhile; ``result`` must be thrown away.
    """
    recorded = session.scalar(
        update(ActivationRow)
        .where(ActivationRow.approval == activation.approval, ActivationRow.increment.is_(None))
        .values(increment=result.value, increment_at=at)
        .returning(ActivationRow.approval)
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
        increment=None if row.increment is None else Digest(HashAlgorithm.SHA256, row.increment),
    )
