"""Authorizations: a person lets a firm use one qualification, once, for one named purpose and project.

The life of an authorization (:mod:`identity.authorization_states`): a firm requests it, and the exact text
is written and stored; the person grants it by an approval whose subject is the digest of that stored text,
or refuses; a granted one is used by the firm, revoked by the person, or lapses when its validity ends.
Every step after the request is a fact of the ledger. Its statements name person and qualification by salted
commitments alone; a grant repeats the person's commitment of its approval, so that anybody sees that both
are of one person without learning of whom.

    asked = request(session, firm=uscc, person=person_id, qualification=qualification_id, …)
    granted = grant(session, asked.id, approval=approval, issuer=issuer, signer=signer, clock=clock)
    authorization_in_force(session, granted.id, at=clock.now())
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import Clock, microseconds
from evidence.digest import Digest
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import names
from identity.approvals import Approval, ApprovalStatement, check_approval
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
    locked_row,
    read_row,
)
from identity.authorization_requests import request
from identity.authorization_states import State, check_transition, refusal
from identity.authorization_validity import authorization_in_force, check_within_validity
from identity.challenges import Action
from identity.commitments import commit_qualification
from identity.people import PersonId
from identity.qualifications import QualificationId, qualification
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

POLICY = "yinxin/authorization-policy/1"
"""The rules that this module enforces, named in every grant; a change of rules changes the number."""


class AuthorizationNotOver(Refused):
    """The validity is not over, so the authorization does not lapse."""

    code = "authorization-not-over"
    zh = "授权 {authorization} 的有效期至 {valid_until}，尚未失效；如需提前停止，请由本人拒绝或撤销。"
    en = "Authorization {authorization} is valid until {valid_until}; to end it earlier, the person does so."


class ApprovalOfAnother(Refused):
    """The approval is another person's."""

    code = "approval-of-another"
    zh = "授权 {authorization} 须由被申请的本人确认，这份确认出自另一位人员；请由本人重新刷脸。"
    en = "Authorization {authorization} needs its own person's approval, this one is another's; scan again."


class ApprovalAlreadyUsed(Refused):
    """The approval granted an authorization before."""

    code = "approval-already-used"
    zh = "这份本人确认已用于另一项授权，不能再用；请重新刷脸确认。"
    en = "This approval has granted another authorization and works only once; start the face scan again."


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
        AuthorizationLapsed: its validity is over.
        ApprovalOfAnother, ApprovalAlreadyUsed: the approval is another person's, or was used.
        ApprovalForAnotherAction, ApprovalForAnotherSubject, ApprovalTooOld, SignatureInvalid: it approves
            something else, was made too long ago, or not by the verifier.
    """
    row = _turning(session, authorization_id, State.GRANTED)
    now = clock.now()
    if now >= row.valid_until:
        raise refusal(State.LAPSED, State.GRANTED, authorization=row.id)
    approved = _check_own_approval(session, row, approval, signer=signer, clock=clock)
    body = _grant_body(session, row, approval=approval, person=approved.person)
    body["registers"] = sorted(registers)
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
    row = _turning(session, authorization_id, State.REFUSED, person=person)
    said = _reason(reason)
    fact = _record_change(session, row, State.REFUSED, issuer=issuer, signer=signer, clock=clock)
    row.state, row.reason = State.REFUSED.value, said
    row.answered_at, row.answer_fact = clock.now(), fact
    session.flush()
    return read_row(row)


def use(
    session: Session,
    authorization_id: AuthorizationId,
    *,
    firm: Uscc,
    used_for: Digest | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Use the authorization, once; ``used_for`` is the digest of what relies on it, such as an application.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of this firm's, or not granted, or at its end.
        AuthorizationNotYetValid, AuthorizationLapsed: now is outside the validity.
    """
    row = _turning(session, authorization_id, State.USED, firm=firm)
    check_within_validity(read_row(row), clock.now())
    return _end(session, row, State.USED, used_for=used_for, issuer=issuer, signer=signer, clock=clock)


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
    row = _turning(session, authorization_id, State.REVOKED, person=person)
    said = _reason(reason)
    return _end(session, row, State.REVOKED, reason=said, issuer=issuer, signer=signer, clock=clock)


def lapse(
    session: Session, authorization_id: AuthorizationId, *, issuer: str, signer: Signer, clock: Clock
) -> Authorization:
    """Let the authorization lapse because its validity is over, answered or not.

    Raises:
        AuthorizationUnknown, TransitionRefused: there is none, or it is at its end.
        AuthorizationNotOver: its validity is not over.
    """
    row = _turning(session, authorization_id, State.LAPSED)
    if clock.now() < row.valid_until:
        until = row.valid_until
        raise AuthorizationNotOver(authorization=row.id, valid_until=until)
    return _end(session, row, State.LAPSED, issuer=issuer, signer=signer, clock=clock)


def lapse_due(session: Session, *, issuer: str, signer: Signer, clock: Clock, limit: int = 100) -> int:
    """Let up to ``limit`` authorizations lapse whose validity is over; give how many did.

    A step for the worker.
    """
    due = session.scalars(
        select(AuthorizationRow)
        .where(
            AuthorizationRow.state.in_(["requested", "granted"]), AuthorizationRow.valid_until <= clock.now()
        )
        .order_by(AuthorizationRow.valid_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in due:
        _end(session, row, State.LAPSED, issuer=issuer, signer=signer, clock=clock)
    return len(due)


def _turning(
    session: Session,
    authorization_id: AuthorizationId,
    wanted: State,
    *,
    person: PersonId | None = None,
    firm: Uscc | None = None,
) -> AuthorizationRow:
    """Lock the row that is to become ``wanted``, seen by ``person`` or ``firm`` when one is given."""
    row = locked_row(session, authorization_id)
    if (person is not None and row.person != person) or (firm is not None and row.firm != firm.text):
        raise AuthorizationUnknown(authorization=authorization_id)
    check_transition(State(row.state), wanted, authorization=authorization_id)
    return row


def _end(
    session: Session,
    row: AuthorizationRow,
    state: State,
    *,
    used_for: Digest | None = None,
    reason: str | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    fact = _record_change(session, row, state, used_for=used_for, issuer=issuer, signer=signer, clock=clock)
    row.state, row.reason = state.value, reason
    row.ended_at, row.end_fact = clock.now(), fact
    session.flush()
    return read_row(row)


def _check_own_approval(
    session: Session, row: AuthorizationRow, approval: Approval, *, signer: Signer, clock: Clock
) -> ApprovalStatement:
    if approval.person != row.person:
        raise ApprovalOfAnother(authorization=row.id)
    if session.scalar(select(AuthorizationRow.id).where(AuthorizationRow.approval == approval.digest)):
        raise ApprovalAlreadyUsed
    stored = read_row(row).digest
    return check_approval(approval.signed, signer.key, action=Action.AUTHORIZE, subject=stored, clock=clock)


def _grant_body(
    session: Session, row: AuthorizationRow, *, approval: Approval, person: bytes
) -> dict[str, Value]:
    held = commit_qualification(session, qualification(session, QualificationId(row.qualification)))
    text = read_row(row).digest
    return {
        "person": person,
        "firm": row.firm,
        "qualification": held,
        "commitments": sorted([person, held]),
        "purpose": row.purpose,
        "project": row.project,
        "valid_from": microseconds(row.valid_from),
        "valid_until": microseconds(row.valid_until),
        "text": str(text),
        "files": [text.value],
        "approval": approval.digest,
        "policy": POLICY,
    }


def _record_change(
    session: Session,
    row: AuthorizationRow,
    state: State,
    *,
    used_for: Digest | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> bytes:
    """Record that the authorization became ``state``; give the digest of the fact."""
    body: dict[str, Value] = {
        "authorization": row.answer_fact,
        "text": str(read_row(row).digest),
        "change": state.value,
        "used_for": None if used_for is None else str(used_for),
    }
    statement = Statement(StatementType.AUTHORIZATION_CHANGE, issuer, clock.now(), body)
    after = () if row.answer_fact is None else (row.answer_fact,)
    return facts.record(session, statement, signer=signer, after=after).digest


def _reason(reason: str | None) -> str | None:
    return None if reason is None else names.check_text(reason, names.REASON)
