"""The steps in a certificate's life: where each starts, where it leads, and for what reasons.

    in force <-> suspended 暂扣
    in force, suspended -> revoked 撤销, withdrawn 撤回, annulled 吊销, cancelled 注销,
                           lapsed 过期失效, abolished 废止
    in force, suspended -> superseded 已变更      by a next version, which takes over what it was

Which of these a type knows, and what its own register calls them, is in its description. The list of the
chain and the status list have two bits: all endings are one there, and the fact says which.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from evidence.certificate_types import LifeState
from evidence.errors import Term
from evidence.statuslist import CertificateState

_STANDING = (LifeState.IN_FORCE, LifeState.SUSPENDED)


class Reason(IntEnum):
    """Why a state changed; the number stands on the chain (16 bits). The list is ours, not a standard's."""

    RECTIFICATION = 1
    INVESTIGATION = 2
    CONDITIONS_LOST = 3
    RECTIFIED = 11
    CLEARED = 12
    DECEPTION = 21
    UNLAWFUL_ISSUE = 22
    SERIOUS_VIOLATION = 23
    GIVEN_UP = 24
    HOLDER_ENDED = 25
    TERM_OVER = 26
    LAW_CHANGED = 27
    CIRCUMSTANCES_CHANGED = 28
    NOT_BEGUN = 29
    RENEWED = 31
    AMENDED = 32
    REISSUED = 33
    OTHER = 99

    @property
    def term(self) -> Term:
        """The reason in both languages."""
        return _REASONS[self]


_REASONS = {
    Reason.RECTIFICATION: Term("责令整改期间", "rectification ordered"),
    Reason.INVESTIGATION: Term("立案调查期间", "under investigation"),
    Reason.CONDITIONS_LOST: Term("不再具备许可条件", "conditions no longer met"),
    Reason.RECTIFIED: Term("整改完成", "rectified"),
    Reason.CLEARED: Term("调查结束未发现问题", "cleared"),
    Reason.DECEPTION: Term("以欺骗等不正当手段取得", "obtained by deception"),
    Reason.UNLAWFUL_ISSUE: Term("违法作出许可", "issued unlawfully"),
    Reason.SERIOUS_VIOLATION: Term("严重违法", "serious violation"),
    Reason.GIVEN_UP: Term("持证主体申请注销", "given up by its holder"),
    Reason.HOLDER_ENDED: Term("持证主体终止", "its holder has ceased"),
    Reason.TERM_OVER: Term("有效期届满未延续", "its term is over and was not renewed"),
    Reason.LAW_CHANGED: Term("所依据的法律法规变更", "the law it rests on changed"),
    Reason.CIRCUMSTANCES_CHANGED: Term("客观情况重大变化", "circumstances changed gravely"),
    Reason.NOT_BEGUN: Term("逾期未开工", "not begun in time"),
    Reason.RENEWED: Term("延续", "renewed"),
    Reason.AMENDED: Term("变更", "amended"),
    Reason.REISSUED: Term("遗失补办", "issued again after loss"),
    Reason.OTHER: Term("其他（须说明）", "other, as described"),
}


@dataclass(frozen=True)
class _Kind:
    """What a step is: the state it leads to, the word in the fact, its name, where it starts, its reasons."""

    leads_to: LifeState
    action: str
    term: Term
    starts: tuple[LifeState, ...]
    reasons: tuple[Reason, ...]


class Step(StrEnum):
    """A step that the issuing agency takes."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"
    ANNUL = "annul"
    CANCEL = "cancel"
    LAPSE = "lapse"
    ABOLISH = "abolish"
    SUPERSEDE = "supersede"

    @property
    def leads_to(self) -> LifeState:
        """The state after it."""
        return _KINDS[self].leads_to

    @property
    def action(self) -> str:
        """The word in the fact."""
        return _KINDS[self].action

    @property
    def term(self) -> Term:
        """The step in both languages."""
        return _KINDS[self].term

    @property
    def starts(self) -> tuple[LifeState, ...]:
        """The states it starts from."""
        return _KINDS[self].starts

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons it may have."""
        return _KINDS[self].reasons


_KINDS = {
    Step.SUSPEND: _Kind(
        LifeState.SUSPENDED,
        "suspended",
        Term("暂扣", "suspended"),
        (LifeState.IN_FORCE,),
        (Reason.RECTIFICATION, Reason.INVESTIGATION, Reason.CONDITIONS_LOST, Reason.OTHER),
    ),
    Step.REINSTATE: _Kind(
        LifeState.IN_FORCE,
        "reinstated",
        Term("恢复", "reinstated"),
        (LifeState.SUSPENDED,),
        (Reason.RECTIFIED, Reason.CLEARED, Reason.OTHER),
    ),
    Step.REVOKE: _Kind(
        LifeState.REVOKED,
        "revoked",
        Term("撤销", "revoked"),
        _STANDING,
        (Reason.DECEPTION, Reason.UNLAWFUL_ISSUE, Reason.OTHER),
    ),
    Step.WITHDRAW: _Kind(
        LifeState.WITHDRAWN,
        "withdrawn",
        Term("撤回", "withdrawn"),
        _STANDING,
        (Reason.LAW_CHANGED, Reason.CIRCUMSTANCES_CHANGED, Reason.CONDITIONS_LOST, Reason.OTHER),
    ),
    Step.ANNUL: _Kind(
        LifeState.ANNULLED,
        "annulled",
        Term("吊销", "annulled"),
        _STANDING,
        (Reason.SERIOUS_VIOLATION, Reason.OTHER),
    ),
    Step.CANCEL: _Kind(
        LifeState.CANCELLED,
        "cancelled",
        Term("注销", "cancelled"),
        _STANDING,
        (Reason.GIVEN_UP, Reason.HOLDER_ENDED, Reason.TERM_OVER, Reason.OTHER),
    ),
    Step.LAPSE: _Kind(
        LifeState.LAPSED,
        "lapsed",
        Term("宣告失效", "declared lapsed"),
        _STANDING,
        (Reason.TERM_OVER, Reason.OTHER),
    ),
    Step.ABOLISH: _Kind(
        LifeState.ABOLISHED,
        "abolished",
        Term("废止", "abolished"),
        _STANDING,
        (Reason.NOT_BEGUN, Reason.OTHER),
    ),
    Step.SUPERSEDE: _Kind(
        LifeState.SUPERSEDED,
        "superseded",
        Term("换发", "superseded"),
        _STANDING,
        (Reason.RENEWED, Reason.AMENDED, Reason.REISSUED),
    ),
}

BY_ACTION = {kind.action: step for step, kind in _KINDS.items()}
"""The step by the word in its fact."""

LED_TO = {"issued": LifeState.IN_FORCE, **{kind.action: kind.leads_to for kind in _KINDS.values()}}
"""The state after each change, by the word in its fact."""

_LISTED = {
    LifeState.IN_FORCE: CertificateState.NONE,
    LifeState.SUSPENDED: CertificateState.SUSPENDED,
    LifeState.SUPERSEDED: CertificateState.SUPERSEDED,
}


def listed(state: LifeState) -> CertificateState:
    """Return what the status list and the chain say of a state: every ending but a next version is one."""
    return _LISTED.get(state, CertificateState.REVOKED)
