"""Voiding an agreement: everybody who signed it consents, by the same approval as signing, and for good.

    proposed ─ consents ─ the last consent of those who signed: voided
        └───── somebody who is asked refuses: fallen; it may be proposed again

From the first signature on nobody takes an agreement back alone (signing.agreement_ends). Whoever speaks for
a signed slot (``signing.slot_parties.answers``) proposes and says why; each signed slot then consents by an
approval of ``Asking.subject``, the proposer's too. Who signs meanwhile is asked as well. With the last
consent, in one transaction, the agreement is over: a fact that names every approval. Nothing is taken out of
the log, no more is assembled, and what others issued on the agreement is theirs to judge. The reasons stay in
the database; the log has no words.

    propose(session, agreement_id, "2", by=person_id, reason="工程取消", keyring=keyring)
    consent(session, approval=approval, verifier=key, keyring=keyring)

Source: 民法典 art. 562, the parties may end a contract by agreement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.keys import VerifyingKey
from evidence.statement import StatementType
from identity.approvals import Approval, check_approval
from identity.challenges import Action
from identity.members import memberships
from identity.names import REASON, check_name
from identity.people import PersonId
from signing import assembly_jobs
from signing.agreements import Agreement, AgreementState, AgreementUnknown, Slot, agreement
from signing.held_keys import Keyring
from signing.slot_locks import lock_voiding
from signing.slot_parties import answers
from signing.tables import AgreementRow, SlotRow
from signing.void_refusals import (
    NothingToVoid,
    SlotNotSigned,
    VoidConsented,
    VoidNotProposed,
    VoidOfAnother,
    VoidStands,
)
from signing.void_rows import VoidAnswerRow, VoidRow

VOIDED = "voided"

_SUBJECT_DOMAIN = "yinxin/void/1"
_REASON_DOMAIN = "yinxin/void-reason/1"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """That the party of ``slot`` refused to void, and why."""

    slot: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Consent:
    """That ``person`` consented for a slot, by ``approval`` (32-byte digest of its fact)."""

    person: PersonId
    approval: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Void:
    """A proposal, made for ``slot``, with its ``consents`` by slot."""

    id: UUID
    slot: str
    reason: str
    proposed_at: datetime
    consents: Mapping[str, Consent]
    refusal: Refusal | None


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What the party of ``slot`` is asked by ``proposal``; ``subject`` is what its approval names."""

    proposal: Void
    slot: Slot
    subject: Digest


def void_subject(manifest: Digest, slot: str, reason: bytes) -> Digest:
    """Return what the party of ``slot`` approves: that the agreement over ``manifest`` is voided.

    The SHA-256 over deterministic CBOR of [domain, manifest (32 bytes), slot, reason (32 bytes)].
    """
    approved: list[Value] = [_SUBJECT_DOMAIN, manifest.value, slot, reason]
    return sha256(canonical.encode(approved))


def reason_digest(proposal: UUID, reason: str) -> bytes:
    """Return what the parties approve of the reason, 32 bytes: another one for each proposal.

    The SHA-256 over deterministic CBOR of [domain, id of the proposal (16 bytes), reason].
    """
    given: list[Value] = [_REASON_DOMAIN, proposal.bytes, reason]
    return sha256(canonical.encode(given)).value


def propose(
    session: Session, agreement_id: UUID, slot_id: str, *, by: PersonId, reason: str, keyring: Keyring
) -> Void:
    """Propose to void an agreement, for a slot that is signed; the same again changes nothing.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded, NothingToVoid: it cannot be voided.
        SlotNotSigned, VoidOfAnother: ``by`` does not speak for the slot.
        VoidStands: another proposal waits for its answers.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown.
    """
    lock_voiding(session, agreement_id)
    found, now = agreement(session, agreement_id), keyring.clock.now()
    check_voidable(found, at=now)
    _check_speaks(session, found.slot(slot_id), by)
    why, earlier = check_name(reason, REASON), _newest(session, agreement_id)
    if earlier is not None and earlier.refused_at is None:
        if (earlier.person, earlier.reason) == (by, why):
            return _read(session, earlier)
        raise VoidStands(proposed_at=earlier.proposed_at)
    id_ = uuid4()
    digest = reason_digest(id_, why)
    row = VoidRow(
        id=id_,
        agreement=agreement_id,
        number=1 if earlier is None else earlier.number + 1,
        slot=slot_id,
        person=by,
        reason=why,
        reason_digest=digest,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    for slot in found.slots:
        subject = void_subject(found.manifest_digest, slot.id, digest).value
        session.add(VoidAnswerRow(void=id_, slot=slot.id, agreement=agreement_id, subject=subject))
    session.flush()
    return _read(session, row)


def asking(session: Session, agreement_id: UUID, slot_id: str, *, by: PersonId, at: datetime) -> Asking:
    """Give what ``by`` is asked for a slot, to which it has not consented.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded, NothingToVoid: it cannot be voided.
        VoidNotProposed, VoidConsented: nothing is asked.
        SlotNotSigned, VoidOfAnother: ``by`` does not speak for the slot.
    """
    found, row = agreement(session, agreement_id), _newest(session, agreement_id)
    slot = found.slot(slot_id)
    _check_asked(session, found, slot, row, by=by, at=at)
    answer = None if row is None else session.get(VoidAnswerRow, (row.id, slot_id), populate_existing=True)
    if row is None or answer is None:
        raise VoidNotProposed
    if answer.consented_at is not None:
        raise VoidConsented(consented_at=answer.consented_at)
    subject = Digest(HashAlgorithm.SHA256, answer.subject)
    return Asking(proposal=_read(session, row), slot=slot, subject=subject)


def consent(session: Session, *, approval: Approval, verifier: VerifyingKey, keyring: Keyring) -> Agreement:
    """Consent for the slot that ``approval`` is about; the last consent voids the agreement.

    The same approval again changes nothing.

    Raises:
        AgreementUnknown: the approval is about no proposal.
        VoidConsented: the slot consented under another approval.
        The refusals of :func:`asking`, and of ``identity.approvals``: the approval does not allow this.
    """
    answer = session.scalar(select(VoidAnswerRow).where(VoidAnswerRow.subject == approval.subject.value))
    if answer is None:
        raise AgreementUnknown(agreement=approval.subject)
    lock_voiding(session, answer.agreement)
    session.refresh(answer)
    found = agreement(session, answer.agreement)
    if answer.approval == approval.digest:
        return found
    if answer.consented_at is not None:
        raise VoidConsented(consented_at=answer.consented_at)
    row, now = session.get_one(VoidRow, answer.void, populate_existing=True), keyring.clock.now()
    _check_asked(session, found, found.slot(answer.slot), row, by=approval.person, at=now)
    subject = Digest(HashAlgorithm.SHA256, answer.subject)
    check_approval(approval.signed, verifier, action=Action.VOID, subject=subject, clock=keyring.clock)
    answer.approval, answer.person, answer.consented_at = approval.digest, approval.person, now
    session.flush()
    _void_when_all_consent(session, found, row, keyring)
    return agreement(session, found.id)


def refuse(
    session: Session, agreement_id: UUID, slot_id: str, *, by: PersonId, reason: str, keyring: Keyring
) -> Void:
    """Refuse to void, for a slot that is signed; with it the proposal falls, its consents with it.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded, NothingToVoid: it cannot be voided.
        VoidNotProposed: there is nothing to refuse.
        SlotNotSigned, VoidOfAnother: ``by`` does not speak for the slot.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown.
    """
    lock_voiding(session, agreement_id)
    found, row = agreement(session, agreement_id), _newest(session, agreement_id)
    now, why = keyring.clock.now(), check_name(reason, REASON)
    _check_asked(session, found, found.slot(slot_id), row, by=by, at=now)
    if row is None:
        raise VoidNotProposed
    row.refused_slot, row.refused_by, row.refusal, row.refused_at = slot_id, by, why, now
    session.flush()
    return _read(session, row)


def newest_void(session: Session, agreement_id: UUID) -> Void | None:
    """Give the newest proposal to void an agreement, whatever became of it; None where there was none."""
    row = _newest(session, agreement_id)
    return None if row is None else _read(session, row)


def voids_waiting(session: Session, person: PersonId) -> tuple[tuple[Agreement, Slot], ...]:
    """Give the slots whose consent waits for ``person``, with their agreements, the newest proposal first."""
    own = [one.organization.text for one in memberships(session, person)]
    query = (
        select(VoidAnswerRow.agreement, VoidAnswerRow.slot)
        .join(VoidRow, VoidRow.id == VoidAnswerRow.void)
        .join(AgreementRow, AgreementRow.id == VoidRow.agreement)
        .join(SlotRow, (SlotRow.agreement == VoidRow.agreement) & (SlotRow.id == VoidAnswerRow.slot))
        .where(VoidRow.refused_at.is_(None), AgreementRow.ended_at.is_(None))
        .where(VoidAnswerRow.consented_at.is_(None), SlotRow.organization.in_(own))
        .order_by(VoidRow.proposed_at.desc(), SlotRow.position)
    )
    asked = [(agreement(session, id_), slot) for id_, slot in session.execute(query)]
    return tuple(
        (found, found.slot(slot)) for found, slot in asked if answers(session, found.slot(slot)) == person
    )


def check_voidable(found: Agreement, *, at: datetime) -> None:
    """Check that everybody who signed could void the agreement at ``at``.

    Raises:
        AgreementEnded, AgreementExpired, NothingToVoid: they could not.
    """
    found.check_open(at=at)
    if not found.filled:
        raise NothingToVoid


def _check_asked(
    session: Session, found: Agreement, slot: Slot, row: VoidRow | None, *, by: PersonId, at: datetime
) -> None:
    check_voidable(found, at=at)
    if row is None or row.refused_at is not None:
        raise VoidNotProposed
    _check_speaks(session, slot, by)


def _check_speaks(session: Session, slot: Slot, by: PersonId) -> None:
    if slot.signer is None:
        raise SlotNotSigned(capacity=slot.capacity)
    if answers(session, slot) != by:
        raise VoidOfAnother(capacity=slot.capacity)


def _void_when_all_consent(session: Session, found: Agreement, row: VoidRow, keyring: Keyring) -> None:
    consents = _consents(session, row.id)
    if not found.signed <= consents.keys():
        return
    approvals = [consents[slot.id].approval for slot in found.filled]
    body: dict[str, Value] = {
        "action": VOIDED,
        "agreement": found.id.bytes,
        "completed": found.fact,
        "proposal": row.id.bytes,
        "reason": row.reason_digest,
        "consents": [*approvals],
        "files": [found.manifest_digest.value],
    }
    after = (*(() if found.fact is None else (found.fact,)), *approvals)
    now = keyring.clock.now()
    fact = keyring.platform.record(session, StatementType.AGREEMENT, body, at=now, after=after)
    ended = session.get_one(
        AgreementRow, found.id, with_for_update={"key_share": True}, populate_existing=True
    )
    ended.ended_at, ended.ended_how = now, AgreementState.VOIDED.value
    ended.ended_reason, ended.ended_fact = row.reason, fact.digest
    session.flush()
    assembly_jobs.cancel(session, found.id, at=now)


def _newest(session: Session, agreement_id: UUID) -> VoidRow | None:
    query = select(VoidRow).where(VoidRow.agreement == agreement_id).order_by(VoidRow.number.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


def _consents(session: Session, void: UUID) -> dict[str, Consent]:
    query = select(VoidAnswerRow).where(VoidAnswerRow.void == void)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {
        row.slot: Consent(person=PersonId(row.person), approval=row.approval, at=row.consented_at)
        for row in rows
        if row.person is not None and row.approval is not None and row.consented_at is not None
    }


def _read(session: Session, row: VoidRow) -> Void:
    refusal = None
    if row.refused_slot is not None and row.refusal is not None and row.refused_at is not None:
        refusal = Refusal(slot=row.refused_slot, reason=row.refusal, at=row.refused_at)
    return Void(
        id=row.id,
        slot=row.slot,
        reason=row.reason,
        proposed_at=row.proposed_at,
        consents=_consents(session, row.id),
        refusal=refusal,
    )
