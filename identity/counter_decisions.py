"""What an officer decides on a case: the document was checked and it is this person, or it is refused.

Each decision is a fact of the log (:mod:`identity.counter_facts`), which names the case by its digest.

    confirmed = confirm(session, case_id, officer=officer, presence=Presence.COUNTER, document=…, …)
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.keys import Signer
from identity import names
from identity.counter_cases import (
    LIFETIME,
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
from identity.counter_facts import Act, DocumentKind, Presence, Seen, record_act
from identity.counter_refusals import CaseEnded, CaseNotWaiting, CaseOver, CounterOnly, OwnCase
from identity.people import PersonId


def confirm(
    session: Session,
    case_id: CaseId,
    *,
    officer: PersonId,
    presence: Presence,
    document: DocumentKind,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Case:
    """Record that ``officer`` saw the person with their document and that they want what the case says.

    Raises:
        CaseUnknown, CaseOver, CaseNotWaiting, CaseEnded: there is nothing to decide.
        OwnCase: the officer is the person.
        CounterOnly: on video, of who has no device key or is adding one.
    """
    row = _deciding(session, case_id, officer=officer, now=clock.now())
    if presence is Presence.VIDEO and not needs_device(session, read_case(row, clock.now())):
        raise CounterOnly
    row.presence, row.document = presence.value, document.value
    seen = Seen(officer, PersonId(row.person), presence, document)
    _record(session, row, Act.CONFIRMED, seen, issuer=issuer, signer=signer, clock=clock)
    return read_case(row, clock.now())


def refuse(
    session: Session,
    case_id: CaseId,
    *,
    officer: PersonId,
    reason: str,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Case:
    """Record that ``officer`` does not confirm; ``reason`` is told to the person and stays in the table.

    Raises:
        CaseUnknown, CaseOver, CaseNotWaiting, CaseEnded: there is nothing to decide.
        OwnCase: the officer is the person.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown on one line.
    """
    row = _deciding(session, case_id, officer=officer, now=clock.now())
    row.reason = names.check_text(reason, names.REASON)
    seen = Seen(officer, PersonId(row.person), presence=None, document=None)
    _record(session, row, Act.REFUSED, seen, issuer=issuer, signer=signer, clock=clock)
    end(row, CaseState.REFUSED, at=clock.now())
    session.flush()
    return read_case(row, clock.now())


def _deciding(session: Session, case_id: CaseId, *, officer: PersonId, now: datetime) -> CaseRow:
    row = locked_case(session, case_id)
    if row.person == officer:
        raise OwnCase
    state = state_of(row, now)
    if state is CaseState.LAPSED:
        minutes = int(LIFETIME.total_seconds()) // 60
        raise CaseOver(expired_at=row.expires_at, minutes=minutes)
    if row.decided_at is not None:
        raise CaseNotWaiting
    if state is not CaseState.WAITING:
        raise CaseEnded
    return row


def _record(
    session: Session, row: CaseRow, act: Act, seen: Seen, *, issuer: str, signer: Signer, clock: Clock
) -> None:
    now = clock.now()
    case = read_case(row, now)
    row.decision = record_act(
        session, act, seen, about={"case": str(case.digest)}, issuer=issuer, signer=signer, clock=clock
    )
    row.officer, row.decided_at = seen.officer, now
    session.flush()
