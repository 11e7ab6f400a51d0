"""How a person answers a case that an officer confirmed: by the code that was sent, and their device key.

1. :func:`send_code` draws a code for the case; its message is written in the same transaction;
2. :func:`check_answerable` looks at the case and at the device key, and counts nothing;
3. :func:`take_try` counts a try before the code is compared, in a transaction of its own: however many tries
   come at once, no more than :data:`identity.counter_cases.MOST_TRIES` are compared;
4. :func:`answer` checks the device key again, then the code, and records the approval, once.

Who has a device key uses it, as beside the face; who has none was seen by the officer at a counter, and the
method says so. A wrong device key is told, and whether the code was right is not told with it.

    approval = answer(session, case_id, person=me, code="123456", device=None, …)
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.keys import Signer
from identity import approvals, passkeys
from identity.approvals import Approval, Method
from identity.counter_cases import (
    LIFETIME,
    MOST_TRIES,
    Case,
    CaseId,
    CaseRow,
    CaseState,
    end,
    locked_case,
    needs_device,
    read_case,
    state_of,
)
from identity.counter_facts import Presence
from identity.counter_refusals import (
    CaseEnded,
    CaseNotConfirmed,
    CaseOver,
    CodeOver,
    CodeSentJustNow,
    CodesUsedUp,
    CodeTriedTooOften,
    CodeWrong,
    CounterOnly,
    DeviceConfirmsToo,
)
from identity.one_time_codes import OneTimeCodes, draw
from identity.people import PersonId
from identity.webauthn import Assertion, RelyingParty

POLICY = "yinxin/counter-policy/1"
"""The rules of this module and of :mod:`identity.counter_decisions`; a change of rules changes the number."""

CODE_LIFE = timedelta(minutes=10)
"""How long a code counts (NIST SP 800-63B, 5.1.3.2)."""

CODE_PAUSE = timedelta(seconds=60)
MOST_CODES = 3
"""Codes of one case: the first, and two more for who did not receive it."""


def send_code(
    session: Session, case_id: CaseId, *, person: PersonId, codes: OneTimeCodes, clock: Clock
) -> tuple[Case, str]:
    """Draw a code for a confirmed case; an earlier one counts no more. The caller writes its message.

    Raises:
        CaseUnknown, CaseNotConfirmed, CaseOver, CaseEnded, CodeTriedTooOften: the case takes no code.
        CodeSentJustNow, CodesUsedUp: one was sent a moment ago, or there were :data:`MOST_CODES`.
    """
    row, now = locked_case(session, case_id, person=person), clock.now()
    _check_confirmed(row, clock)
    if row.codes_sent >= MOST_CODES:
        raise CodesUsedUp(limit=MOST_CODES)
    if row.code_sent_at is not None and now < row.code_sent_at + CODE_PAUSE:
        raise CodeSentJustNow(retry_at=row.code_sent_at + CODE_PAUSE)
    code = draw()
    row.code = codes.hash(code, for_=read_case(row, now).digest.value)
    row.code_sent_at, row.code_until = now, min(now + CODE_LIFE, row.expires_at)
    row.codes_sent += 1
    session.flush()
    return read_case(row, now), code


def check_answerable(
    session: Session,
    case_id: CaseId,
    *,
    person: PersonId,
    device: Assertion | None,
    party: RelyingParty,
    clock: Clock,
) -> Case:
    """Check that a code would be compared: the case waits for one, and the device key confirms where it must.

    Raises:
        CaseUnknown, CaseNotConfirmed, CaseOver, CaseEnded, CodeTriedTooOften, CodeOver: it takes no code.
        DeviceConfirmsToo, CounterOnly: a device key must confirm, or the person must come to a counter.
        Refused: a named refusal of :func:`identity.passkeys.check_answer`.
    """
    row = locked_case(session, case_id, person=person)
    _check_confirmed(row, clock)
    _check_code_lives(row, clock)
    case = read_case(row, clock.now())
    due = _due(session, case, device)
    if due is not None:
        passkeys.check_answer(session, due, person=person, digest=case.digest, party=party)
    return case


def take_try(session: Session, case_id: CaseId, *, person: PersonId, clock: Clock) -> Case:
    """Count one try of the code before it is looked at.

    Raises:
        CaseUnknown, CaseNotConfirmed, CaseOver, CaseEnded, CodeTriedTooOften, CodeOver: none is taken.
    """
    row = locked_case(session, case_id, person=person)
    _check_confirmed(row, clock)
    _check_code_lives(row, clock)
    row.tries += 1
    session.flush()
    return read_case(row, clock.now())


def answer(
    session: Session,
    case_id: CaseId,
    *,
    person: PersonId,
    code: str,
    device: Assertion | None,
    party: RelyingParty,
    codes: OneTimeCodes,
    known: bytes | None = None,
    texts: bytes | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Approval:
    """Approve what the case is about, after :func:`take_try` was committed.

    ``known`` is the commitment (32 bytes) by which what is approved names its person, where it does;
    ``texts`` digests (32 bytes) what they wrote when they opened the case.

    Raises:
        CaseUnknown, CaseNotConfirmed, CaseOver, CaseEnded, CodeOver: it cannot be answered.
        DeviceConfirmsToo, CounterOnly: a device key must confirm, or the person must come to a counter.
        CodeWrong, CodeTriedTooOften: it is not the code that was sent last for this case, and tries are left
            or none.
        Refused: a named refusal of :func:`identity.passkeys.check_answer`.
    """
    row, now = locked_case(session, case_id, person=person), clock.now()
    case = read_case(row, now)
    if case.state is not CaseState.FAILED:  # the last try that was taken is one, too
        _check_confirmed(row, clock)
    _check_code_lives(row, clock)
    method = _check_device(session, row, case, device, party=party, clock=clock)
    if row.code is None or not codes.matches(code, row.code, for_=case.digest.value):
        if row.tries >= MOST_TRIES:
            raise CodeTriedTooOften(limit=MOST_TRIES)
        raise CodeWrong(left=MOST_TRIES - row.tries)
    after = () if case.decision is None else (case.decision,)
    approved = approvals.record(
        session,
        case,
        challenge=None,
        method=method,
        policy=POLICY,
        after=after,
        known=known,
        texts=texts,
        issuer=issuer,
        signer=signer,
        clock=clock,
    )
    end(row, CaseState.APPROVED, at=now)
    row.approval = approved.digest
    session.flush()
    return approved


def _check_device(
    session: Session, row: CaseRow, case: Case, device: Assertion | None, *, party: RelyingParty, clock: Clock
) -> Method:
    """Check what the device key answered, where one must, and keep it; give the method that this makes."""
    due = _due(session, case, device)
    if due is None:
        return Method.CODE_OFFICER_AT_COUNTER
    key, checked = passkeys.check_answer(session, due, person=case.person, digest=case.digest, party=party)
    key.sign_count, key.used_at = checked.sign_count, clock.now()
    row.passkey, row.client_data = key.id, due.client_data
    row.authenticator_data, row.signature = due.authenticator_data, due.signature
    return Method.PASSKEY_CODE_OFFICER


def _due(session: Session, case: Case, device: Assertion | None) -> Assertion | None:
    """Give the answer of the device key that must confirm; None where none must."""
    if not needs_device(session, case):
        if case.presence is not Presence.COUNTER:
            raise CounterOnly
        return None
    if device is None:
        raise DeviceConfirmsToo
    return device


def _check_confirmed(row: CaseRow, clock: Clock) -> None:
    state = state_of(row, clock.now())
    if state is CaseState.CONFIRMED:
        return
    if state is CaseState.WAITING:
        raise CaseNotConfirmed
    if state is CaseState.LAPSED:
        raise CaseOver(expired_at=row.expires_at, minutes=int(LIFETIME.total_seconds()) // 60)
    if state is CaseState.FAILED:
        raise CodeTriedTooOften(limit=MOST_TRIES)
    raise CaseEnded


def _check_code_lives(row: CaseRow, clock: Clock) -> None:
    if row.code_until is None:
        raise CaseNotConfirmed
    if clock.now() >= row.code_until:
        raise CodeOver(expired_at=row.code_until)
