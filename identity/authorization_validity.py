"""Whether an authorization can be relied on at a moment, now or in the past.

authorization_in_force(session, authorization_id, at=clock.now())
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evidence.errors import Refused
from identity.authorization_records import Authorization, AuthorizationId, authorization
from identity.authorization_states import State, refusal


class AuthorizationNotYetValid(Refused):
    """The validity has not begun."""

    code = "authorization-not-yet-valid"
    zh = "授权 {authorization} 自 {valid_from} 起才有效；请届时再使用。"
    en = "Authorization {authorization} is valid from {valid_from} only; use it then."


def authorization_in_force(
    session: Session, authorization_id: AuthorizationId, *, at: datetime
) -> Authorization:
    """Give the authorization when it could be relied on ``at`` that time, now or in the past.

    Raises:
        AuthorizationUnknown, TransitionRefused: there is none, or its state then was another than granted.
        AuthorizationNotYetValid, AuthorizationLapsed: ``at`` is outside the validity.
    """
    found = authorization(session, authorization_id)
    state = _state_at(found, at)
    if state is not State.GRANTED:
        raise refusal(state, State.USED, authorization=found.id)
    check_within_validity(found, at)
    return found


def _state_at(found: Authorization, at: datetime) -> State:
    if found.ended_at is not None and at >= found.ended_at:
        return found.state
    if found.answered_at is not None and at >= found.answered_at:
        return State.GRANTED if found.approval is not None else State.REFUSED
    return State.REQUESTED


def check_within_validity(found: Authorization, at: datetime) -> None:
    """Check that ``at`` lies within the validity.

    Raises:
        AuthorizationNotYetValid, AuthorizationLapsed: it lies before or after.
    """
    if at < found.valid_from:
        start = found.valid_from
        raise AuthorizationNotYetValid(authorization=found.id, valid_from=start)
    if at >= found.valid_until:
        raise refusal(State.LAPSED, State.USED, authorization=found.id)
