"""Authorizations: a person lets a firm use one qualification, for one named purpose and project, so often.

The life of an authorization (:mod:`identity.authorization_states`): a firm requests it, and the exact text
is written and stored; the person grants it by an approval whose subject is the digest of that stored text,
or refuses, or leaves it to lapse; a granted one is used by the firm until no use is left
(:mod:`identity.authorization_uses`), revoked by the person, or lapses when its validity ends.
Every step after the request is a fact of the ledger. Its statements name person and qualification by salted
commitments alone; a grant repeats the person's commitment of its approval, so that anybody sees that both
are of one person without learning of whom.

    asked = request(session, firm=uscc, person=person_id, qualification=qualification_id, …)
    granted = grant(session, asked.id, approval=approval, issuer=issuer, signer=signer, clock=clock)
    authorization_in_force(session, granted.id, at=clock.now())
"""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import names
from identity.approvals import Approval, ApprovalStatement, check_approval
from identity.authorization_changes import end, record_change, turning
from identity.authorization_records import (
    Authorization,
    AuthorizationId,
    AuthorizationRow,
    AuthorizationUnknown,
    authorization,
    authorization_of_firm,
    authorization_of_person,
    authorizations_of_firm,
    authorizations_of_person,
    read_row,
)
from identity.authorization_requests import check_text, request
from identity.authorization_statements import grant_body
from identity.authorization_states import State, refusal
from identity.authorization_uses import use
from identity.authorization_validity import authorization_in_force
from identity.challenges import Action
from identity.people import PersonId
from ledger import facts

__all__ = [
    "Authorization",
    "AuthorizationId",
    "AuthorizationUnknown",
    "State",
    "authorization",
    "authorization_in_force",
    "authorization_of_firm",
    "authorization_of_person",
    "authorizations_of_firm",
    "authorizations_of_person",
    "decline",
    "grant",
    "lapse",
    "lapse_due",
    "request",
    "revoke",
    "use",
]


class AuthorizationNotOver(Refused):
    """Neither the time to answer nor the validity is over, so the authorization does not lapse."""

    code = "authorization-not-over"
    zh = "授权 {authorization} 到 {valid_until} 才失效；如需提前停止，请由本人拒绝或撤销。"
    en = "Authorization {authorization} lapses at {valid_until} only; to end it earlier, the person does so."


class ApprovalOfAnother(Refused):
    """The approval is another person's."""

    code = "approval-of-another"
    zh = "授权 {authorization} 须由被申请的本人确认，这份确认出自另一位人员；请由本人重新确认。"
    en = "Authorization {authorization} needs its own person's approval, and this is another's."


class ApprovalAlreadyUsed(Refused):
    """The approval granted an authorization before."""

    code = "approval-already-used"
    zh = "这份本人确认已用于另一项授权，不能再用；请由本人重新确认。"
    en = "This approval has granted another authorization and works only once; approve again."


def grant(
    session: Session,
    authorization_id: AuthorizationId,
    *,
    approval: Approval,
    registers: Sequence[bytes] = (),
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Grant the authorization by its person's approval of exactly the stored text.

    ``registers`` are the digests (32 bytes each) of what registers said about it, facts all of them.
    ``signer`` holds the identity verifier's key, which signed the approval and signs the grant.

    Raises:
        AuthorizationUnknown, TransitionRefused: there is none, or its state does not allow a grant.
        AuthorizationLapsed: the time to answer, or its validity, is over.
        ApprovalOfAnother, ApprovalAlreadyUsed: the approval is another person's, or was used.
        ApprovalForAnotherAction, ApprovalForAnotherSubject, ApprovalTooOld, SignatureInvalid: it approves
            something else, was made too long ago, or not by the verifier.
        TextDiffers: the stored text does not say what is recorded.
    """
    row = turning(session, authorization_id, State.GRANTED)
    now = clock.now()
    if now >= min(row.answer_by, row.valid_until):
        raise refusal(State.LAPSED, State.GRANTED, authorization=row.id)
    approved = _check_own_approval(session, row, approval, signer=signer, clock=clock)
    check_text(session, row)
    body = grant_body(session, row, fact=approval.digest, approved=approved, registers=registers)
    statement = Statement(StatementType.AUTHORIZATION, issuer, now, body)
    fact = facts.record(session, statement, signer=signer, after=(approval.digest, *sorted(registers)))
    row.state, row.answered_at = State.GRANTED.value, now
    row.approval, row.answer_fact = approval.digest, fact.digest
    session.flush()
    return read_row(row)


def decline(
    session: Session,
    authorization_id: AuthorizationId,
    *,
    person: PersonId,
    reason: str | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Refuse the request in the name of ``person``; ``reason`` is told to the firm and stays in the table.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of this person's, or already answered.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown on one line.
    """
    row = turning(session, authorization_id, State.REFUSED, person=person)
    said = _reason(reason)
    fact = record_change(session, row, State.REFUSED, issuer=issuer, signer=signer, clock=clock)
    row.state, row.reason = State.REFUSED.value, said
    row.answered_at, row.answer_fact = clock.now(), fact
    session.flush()
    return read_row(row)


def revoke(
    session: Session,
    authorization_id: AuthorizationId,
    *,
    person: PersonId,
    reason: str | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Revoke the authorization in the name of ``person``; ``reason`` is told to the firm.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of this person's, or not granted, or at its end.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown on one line.
    """
    row = turning(session, authorization_id, State.REVOKED, person=person)
    said = _reason(reason)
    return end(session, row, State.REVOKED, reason=said, issuer=issuer, signer=signer, clock=clock)


def lapse(
    session: Session, authorization_id: AuthorizationId, *, issuer: str, signer: Signer, clock: Clock
) -> Authorization:
    """Let a request that nobody answered in time lapse, or an authorization whose validity is over.

    Raises:
        AuthorizationUnknown, TransitionRefused: there is none, or it is at its end.
        AuthorizationNotOver: its time is not over.
    """
    row = turning(session, authorization_id, State.LAPSED)
    until = row.answer_by if row.state == State.REQUESTED else row.valid_until
    if clock.now() < until:
        raise AuthorizationNotOver(authorization=row.id, valid_until=until)
    return end(session, row, State.LAPSED, issuer=issuer, signer=signer, clock=clock)


def lapse_due(session: Session, *, issuer: str, signer: Signer, clock: Clock, limit: int = 100) -> int:
    """Let up to ``limit`` authorizations lapse whose time is over; give how many did.

    A step for the worker.
    """
    unanswered = AuthorizationRow.state == State.REQUESTED.value
    over = case((unanswered, AuthorizationRow.answer_by), else_=AuthorizationRow.valid_until)
    due = session.scalars(
        select(AuthorizationRow)
        .where(AuthorizationRow.state.in_(["requested", "granted"]), over <= clock.now())
        .order_by(over)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in due:
        end(session, row, State.LAPSED, issuer=issuer, signer=signer, clock=clock)
    return len(due)


def _check_own_approval(
    session: Session, row: AuthorizationRow, approval: Approval, *, signer: Signer, clock: Clock
) -> ApprovalStatement:
    if approval.person != row.person:
        raise ApprovalOfAnother(authorization=row.id)
    if session.scalar(select(AuthorizationRow.id).where(AuthorizationRow.approval == approval.digest)):
        raise ApprovalAlreadyUsed
    stored = read_row(row).digest
    return check_approval(approval.signed, signer.key, action=Action.AUTHORIZE, subject=stored, clock=clock)


def _reason(reason: str | None) -> str | None:
    return None if reason is None else names.check_text(reason, names.REASON)
