"""The states of an authorization, and the only ways from one to another. Pure.

    requested ──► granted ──► used  (with its last use)
        │            ├──────► revoked
        ├──► refused └──────► lapsed
        └──────────────────► lapsed

Refused, used, revoked and lapsed are final; a use that leaves further uses changes no state. Whoever asks
for another way is told, by name, which state forbids it.
"""

from collections.abc import Mapping
from enum import StrEnum

from evidence.errors import Refused, Term


class State(StrEnum):
    """Where an authorization stands."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    USED = "used"
    REVOKED = "revoked"
    LAPSED = "lapsed"

    @property
    def term(self) -> Term:
        """The state as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    State.REQUESTED: Term("待本人确认", "requested"),
    State.GRANTED: Term("已授权", "granted"),
    State.REFUSED: Term("本人已拒绝", "refused"),
    State.USED: Term("已使用", "used"),
    State.REVOKED: Term("本人已撤销", "revoked"),
    State.LAPSED: Term("已失效", "lapsed"),
}

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.GRANTED, State.REFUSED, State.LAPSED}),
    State.GRANTED: frozenset({State.USED, State.REVOKED, State.LAPSED}),
    State.REFUSED: frozenset(),
    State.USED: frozenset(),
    State.REVOKED: frozenset(),
    State.LAPSED: frozenset(),
}
"""From each state, the states it may turn into."""


class TransitionRefused(Refused):
    """The authorization's state does not allow this; each leaf names the state."""


class AuthorizationNotGranted(TransitionRefused):
    """The person has not answered the request yet."""

    code = "authorization-not-granted"
    zh = "授权 {authorization} 尚待本人确认，不能{act}；请先由本人确认授权。"
    en = (
        "Authorization {authorization} awaits the person's answer and cannot be {act}; have it granted first."
    )


class AuthorizationAlreadyGranted(TransitionRefused):
    """The person has granted the request."""

    code = "authorization-already-granted"
    zh = "授权 {authorization} 已经由本人授权，不能再{act}；如需停止，请由本人撤销。"
    en = "Authorization {authorization} is granted and cannot be {act}; to end it, the person revokes it."


class AuthorizationRefused(TransitionRefused):
    """The person has refused the request."""

    code = "authorization-refused"
    zh = "授权 {authorization} 已被本人拒绝，不能{act}；如仍需要，请重新提出申请。"
    en = "Authorization {authorization} was refused and cannot be {act}; if still needed, request a new one."


class AlreadyDeclined(TransitionRefused):
    """The person refuses what they refused before; nothing is left for them to do."""

    code = "authorization-already-declined"
    zh = "您已拒绝过这份申请，无需再操作。"
    en = "You have refused this request already; there is nothing left to do."


class AlreadyRevoked(TransitionRefused):
    """The person revokes what they revoked before; nothing is left for them to do."""

    code = "authorization-already-revoked"
    zh = "您已撤销过这份授权，无需再操作。"
    en = "You have revoked this authorization already; there is nothing left to do."


class AuthorizationUsed(TransitionRefused):
    """The authorization has been used as often as it was good for."""

    code = "authorization-used"
    zh = "授权 {authorization} 的使用次数已经用完，不能再{act}；如需再次使用，请重新提出申请。"
    en = "Authorization {authorization} has no use left and cannot be {act}; request a new one if needed."


class AuthorizationRevoked(TransitionRefused):
    """The person has revoked the authorization."""

    code = "authorization-revoked"
    zh = "授权 {authorization} 已被本人撤销，不能{act}；如仍需要，请重新提出申请。"
    en = "Authorization {authorization} was revoked and cannot be {act}; if still needed, request a new one."


class AuthorizationLapsed(TransitionRefused):
    """The validity ended before the authorization was answered or used."""

    code = "authorization-lapsed"
    zh = "授权 {authorization} 已失效，不能{act}；如仍需要，请重新提出申请。"
    en = "Authorization {authorization} has lapsed and cannot be {act}; if still needed, request a new one."


class AnswerTooLate(AuthorizationLapsed):
    """The time to answer the request is over, its validity perhaps not."""

    code = "authorization-answer-too-late"
    zh = "申请 {authorization} 的答复期限已过，不能再{act}；如仍需要，请由单位重新提出申请。"
    en = (
        "The time to answer request {authorization} is over and it cannot be {act}; "
        "if still needed, the firm requests a new one."
    )


_REFUSALS: Mapping[State, type[TransitionRefused]] = {
    State.REQUESTED: AuthorizationNotGranted,
    State.GRANTED: AuthorizationAlreadyGranted,
    State.REFUSED: AuthorizationRefused,
    State.USED: AuthorizationUsed,
    State.REVOKED: AuthorizationRevoked,
    State.LAPSED: AuthorizationLapsed,
}

_DONE_BEFORE: Mapping[State, type[TransitionRefused]] = {
    State.REFUSED: AlreadyDeclined,
    State.REVOKED: AlreadyRevoked,
}
"""Only the person turns an authorization into these; who asks for the same again is that person."""

_ACTS: Mapping[State, Term] = {
    State.REQUESTED: Term("申请", "requested"),
    State.GRANTED: Term("授权", "granted"),
    State.REFUSED: Term("拒绝", "refused"),
    State.USED: Term("使用", "used"),
    State.REVOKED: Term("撤销", "revoked"),
    State.LAPSED: Term("转为失效", "set to lapsed"),
}


def check_transition(current: State, wanted: State, *, authorization: object) -> None:
    """Check that ``current`` may turn into ``wanted``; ``authorization`` is the id that a refusal names.

    Raises:
        TransitionRefused: the leaf that is named by ``current``.
    """
    if wanted not in TRANSITIONS[current]:
        raise refusal(current, wanted, authorization=authorization)


def refusal(current: State, wanted: State, *, authorization: object) -> TransitionRefused:
    """Give the refusal that says why ``current`` does not become ``wanted``."""
    if current is wanted and wanted in _DONE_BEFORE:
        return _DONE_BEFORE[wanted](authorization=authorization)
    if current is State.LAPSED and wanted in TRANSITIONS[State.REQUESTED] - {State.LAPSED}:
        return AnswerTooLate(authorization=authorization, act=_ACTS[wanted])
    return _REFUSALS[current](authorization=authorization, act=_ACTS[wanted])
