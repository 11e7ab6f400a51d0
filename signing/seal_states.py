"""The states of a seal, and the steps between them.

电子印章管理办法 (国办发〔2025〕33号): a seal is filed when it is made; taking it out of use and putting it
back are filed too (art. 17); cancelling is for good (art. 18).

    made -> filed -> in-use <-> suspended        each of them -> cancelled

    after(SealState.IN_USE, SealAction.SUSPEND)  # SealState.SUSPENDED, or None where the step does not start
"""

from enum import StrEnum

from evidence.errors import Term


class SealState(StrEnum):
    """How far a seal has come; it seals while it is in use, and in no other state."""

    MADE = "made"
    FILED = "filed"
    IN_USE = "in-use"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"

    @property
    def term(self) -> Term:
        """The state as the regulation calls it."""
        return _STATES[self]


class SealAction(StrEnum):
    """What is done to a seal after it was made."""

    FILE = "filed"
    START = "put-in-use"
    SUSPEND = "suspended"
    REINSTATE = "reinstated"
    CANCEL = "cancelled"

    @property
    def term(self) -> Term:
        """The step as the regulation calls it."""
        return _ACTIONS[self]


_STATES = {
    SealState.MADE: Term("已制作，待备案", "made and not yet filed"),
    SealState.FILED: Term("已备案，待启用", "filed and not yet in use"),
    SealState.IN_USE: Term("正常", "in use"),
    SealState.SUSPENDED: Term("停用", "suspended"),
    SealState.CANCELLED: Term("注销", "cancelled"),
}
_ACTIONS = {
    SealAction.FILE: Term("备案", "filed"),
    SealAction.START: Term("启用", "put in use"),
    SealAction.SUSPEND: Term("停用", "suspended"),
    SealAction.REINSTATE: Term("恢复", "reinstated"),
    SealAction.CANCEL: Term("注销", "cancelled"),
}
_STEPS = {
    (SealState.MADE, SealAction.FILE): SealState.FILED,
    (SealState.FILED, SealAction.START): SealState.IN_USE,
    (SealState.IN_USE, SealAction.SUSPEND): SealState.SUSPENDED,
    (SealState.SUSPENDED, SealAction.REINSTATE): SealState.IN_USE,
}


def after(state: SealState, action: SealAction) -> SealState | None:
    """Give the state that ``action`` leads to from ``state``; None where it does not start there."""
    if action is SealAction.CANCEL:
        return None if state is SealState.CANCELLED else SealState.CANCELLED
    return _STEPS.get((state, action))


def possible(state: SealState) -> tuple[SealAction, ...]:
    """Give the steps that start from ``state``."""
    return tuple(action for action in SealAction if after(state, action) is not None)
