"""How an authorization changes: its row is locked, its state allows it, and the change is a fact.

row = turning(session, authorization_id, State.REVOKED, person=person_id)
end(session, row, State.REVOKED, issuer=issuer, signer=signer, clock=clock)
"""

from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.identifiers import Uscc
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity.authorization_records import (
    Authorization,
    AuthorizationId,
    AuthorizationRow,
    AuthorizationUnknown,
    locked_row,
    read_row,
)
from identity.authorization_states import State, check_transition
from identity.people import PersonId
from ledger import facts

USE = "use"
"""What a change record says of a use that leaves further uses; the last one says ``used``."""


def turning(
    session: Session,
    authorization_id: AuthorizationId,
    wanted: State,
    *,
    person: PersonId | None = None,
    firm: Uscc | None = None,
) -> AuthorizationRow:
    """Lock the row that is to become ``wanted``, seen by ``person`` or ``firm`` when one is given.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of theirs, or its state does not allow it.
    """
    row = locked_row(session, authorization_id)
    if (person is not None and row.person != person) or (firm is not None and row.firm != firm.text):
        raise AuthorizationUnknown(authorization=authorization_id)
    check_transition(State(row.state), wanted, authorization=authorization_id)
    return row


def end(
    session: Session,
    row: AuthorizationRow,
    state: State,
    *,
    reason: str | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Record that the locked ``row`` came to its end in ``state``, for ``reason`` if one was given."""
    fact = record_change(session, row, state.value, issuer=issuer, signer=signer, clock=clock)
    set_end(row, state, fact=fact, clock=clock)
    row.reason = reason
    session.flush()
    return read_row(row)


def set_end(row: AuthorizationRow, state: State, *, fact: bytes, clock: Clock) -> None:
    """Set what ``fact``, 32 bytes, recorded."""
    row.state, row.ended_at, row.end_fact = state.value, clock.now(), fact


def record_change(
    session: Session,
    row: AuthorizationRow,
    change: str,
    *,
    used_for: Digest | None = None,
    ordinal: int | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> bytes:
    """Record ``change``, a state or ``USE``, and give the digest of the fact; a use has its ``ordinal``."""
    body: dict[str, Value] = {
        "authorization": row.answer_fact,
        "text": str(read_row(row).digest),
        "change": change,
        "used_for": None if used_for is None else str(used_for),
    }
    if ordinal is not None:
        body["ordinal"] = ordinal
    statement = Statement(StatementType.AUTHORIZATION_CHANGE, issuer, clock.now(), body)
    after = () if row.answer_fact is None else (row.answer_fact,)
    return facts.record(session, statement, signer=signer, after=after).digest
