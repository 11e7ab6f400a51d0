"""What becomes of a certificate after it was issued: suspended, reinstated, revoked.

Every step is a fact, a new current state, and an intent for the chain's status register, all in one
transaction. Only the agency that issued a certificate changes it, and it says why by a code that the chain
carries. Revocation is for good.

    in force <-> suspended        in force, suspended -> revoked

    suspend(session, certificate_id, Reason.RECTIFICATION, agency=agency, clock=clock)
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from evidence.statement import StatementType
from evidence.statuslist import CertificateState
from identity.organizations import organization
from ledger import status, submissions  # noqa: F401  a status change refers to the table of submissions
from signing.certificates import Agency, Certificate, CertificateUnknown, certificate
from signing.tables import CertificateChangeRow, CertificateRow


class NotTheIssuer(Refused):
    """Another agency issued the certificate."""

    code = "not-the-issuer"
    zh = "证照 {number} 由 {issuer} 签发，只有该机关可以变更其状态。"
    en = "Certificate {number} was issued by {issuer}; only that agency may change its state."


class CertificateUnpublished(Refused):
    """The certificate's PDF is not made yet."""

    code = "certificate-unpublished"
    zh = "证照 {number} 尚在制作，请稍后再办理。"
    en = "Certificate {number} is still being made; try again in a moment."


class StepImpossible(Refused):
    """The step does not start from the state that the certificate is in."""

    code = "certificate-step-impossible"
    zh = "证照 {number} 现为“{state}”，不能办理“{step}”。"
    en = "Certificate {number} is {state}; it cannot be {step}."


class ReasonUnfit(Refused):
    """The reason belongs to another kind of step."""

    code = "certificate-reason-unfit"
    zh = "“{reason}”不能作为“{step}”的原因，请另选原因。"
    en = "“{reason}” is no reason for a certificate to be {step}; choose another."


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
    WITHDRAWN_BY_HOLDER = 24

    @property
    def term(self) -> Term:
        """The reason in both languages."""
        return _REASONS[self]


class Step(IntEnum):
    """A step in a certificate's life, by the state it leads to."""

    SUSPEND = CertificateState.SUSPENDED
    REINSTATE = CertificateState.NONE
    REVOKE = CertificateState.REVOKED

    @property
    def action(self) -> str:
        """The word in the fact."""
        return {self.SUSPEND: "suspended", self.REINSTATE: "reinstated", self.REVOKE: "revoked"}[self]

    @property
    def term(self) -> Term:
        """The step in both languages."""
        return Term({self.SUSPEND: "暂扣", self.REINSTATE: "恢复", self.REVOKE: "吊销"}[self], self.action)


_REASONS = {
    Reason.RECTIFICATION: Term("责令整改期间", "rectification ordered"),
    Reason.INVESTIGATION: Term("立案调查期间", "under investigation"),
    Reason.CONDITIONS_LOST: Term("不再具备许可条件", "conditions no longer met"),
    Reason.RECTIFIED: Term("整改完成", "rectified"),
    Reason.CLEARED: Term("调查结束未发现问题", "cleared"),
    Reason.DECEPTION: Term("以欺骗等不正当手段取得", "obtained by deception"),
    Reason.UNLAWFUL_ISSUE: Term("违法作出许可", "issued unlawfully"),
    Reason.SERIOUS_VIOLATION: Term("严重违法", "serious violation"),
    Reason.WITHDRAWN_BY_HOLDER: Term("持证主体申请注销", "given up by its holder"),
}
_FIRST_REASON = {Step.SUSPEND: 1, Step.REINSTATE: 11, Step.REVOKE: 21}
_REASONS_PER_STEP = 10

_STATES = {
    CertificateState.NONE: Term("有效", "in force"),
    CertificateState.SUSPENDED: Term("暂扣", "suspended"),
    CertificateState.REVOKED: Term("吊销", "revoked"),
    CertificateState.SUPERSEDED: Term("已变更", "superseded"),
}
_STARTS = {
    Step.SUSPEND: {CertificateState.NONE},
    Step.REINSTATE: {CertificateState.SUSPENDED},
    Step.REVOKE: {CertificateState.NONE, CertificateState.SUSPENDED},
}


@dataclass(frozen=True, kw_only=True)
class CertificateChange:
    """One step of a certificate's life; ``version`` counts from 1 (issued), ``statement`` is 32 bytes."""

    version: int
    action: str
    state: CertificateState
    reason: Reason | None
    statement: bytes
    changed_at: datetime


def reasons_for(step: Step) -> tuple[Reason, ...]:
    """Return the reasons that ``step`` may have."""
    first = _FIRST_REASON[step]
    return tuple(reason for reason in Reason if first <= reason < first + _REASONS_PER_STEP)


def suspend(
    session: Session, certificate_id: UUID, reason: Reason, *, agency: Agency, clock: Clock
) -> Certificate:
    """Put a certificate out of force for a while; raises as ``change``."""
    return change(session, certificate_id, Step.SUSPEND, reason, agency=agency, clock=clock)


def reinstate(
    session: Session, certificate_id: UUID, reason: Reason, *, agency: Agency, clock: Clock
) -> Certificate:
    """Put a suspended certificate back in force; raises as ``change``."""
    return change(session, certificate_id, Step.REINSTATE, reason, agency=agency, clock=clock)


def revoke(
    session: Session, certificate_id: UUID, reason: Reason, *, agency: Agency, clock: Clock
) -> Certificate:
    """End a certificate for good; raises as ``change``."""
    return change(session, certificate_id, Step.REVOKE, reason, agency=agency, clock=clock)


def change(
    session: Session, certificate_id: UUID, step: Step, reason: Reason, *, agency: Agency, clock: Clock
) -> Certificate:
    """Take one step in a certificate's life.

    Raises:
        CertificateUnknown: there is no such certificate.
        NotTheIssuer: ``agency`` did not issue it.
        CertificateUnpublished: it is still being made.
        StepImpossible: the step does not start from its state.
        ReasonUnfit: the reason belongs to another step.
    """
    row = session.get(
        CertificateRow, certificate_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if row is None:
        raise CertificateUnknown(certificate=certificate_id)
    _check(session, row, step, reason, agency)
    before = history(session, certificate_id)[-1]
    now, state = clock.now(), CertificateState(step)
    body: dict[str, Value] = {
        "action": step.action,
        "certificate": row.statement,
        "licence_id": row.licence_id,
        "version": before.version + 1,
        "state": int(state),
        "reason": int(reason),
        "previous": before.statement,
    }
    after = (row.statement, before.statement)
    fact = agency.speaker.record(session, StatementType.CERTIFICATE_CHANGE, body, at=now, after=after)
    row.state = state
    session.add(
        CertificateChangeRow(
            certificate=row.id,
            version=before.version + 1,
            action=step.action,
            state=state,
            reason=reason,
            statement=fact.digest,
            changed_at=now,
        )
    )
    session.flush()
    status.change(
        session, issuer=issuer_key(agency.speaker.uscc), key=row.status_key, state=state, reason=reason
    )
    return certificate(session, certificate_id)


def _check(session: Session, row: CertificateRow, step: Step, reason: Reason, agency: Agency) -> None:
    if row.agency != agency.speaker.uscc.text:
        issuer = organization(session, Uscc.parse(row.agency)).name
        raise NotTheIssuer(number=row.number, issuer=issuer)
    if row.issued_change is None:
        raise CertificateUnpublished(number=row.number)
    if CertificateState(row.state) not in _STARTS[step]:
        raise StepImpossible(number=row.number, state=_STATES[CertificateState(row.state)], step=step.term)
    if reason not in reasons_for(step):
        raise ReasonUnfit(reason=reason.term, step=step.term)


def issuer_key(agency: Uscc) -> bytes:
    """Return the 32 bytes by which the chain's register knows an issuer."""
    return hashlib.sha256(agency.text.encode()).digest()


def history(session: Session, certificate_id: UUID) -> tuple[CertificateChange, ...]:
    """Return every step of a certificate's life so far, the first (issued) first."""
    rows = session.scalars(
        select(CertificateChangeRow)
        .where(CertificateChangeRow.certificate == certificate_id)
        .order_by(CertificateChangeRow.version)
    )
    return tuple(
        CertificateChange(
            version=row.version,
            action=row.action,
            state=CertificateState(row.state),
            reason=Reason(row.reason) if row.reason else None,
            statement=row.statement,
            changed_at=row.changed_at,
        )
        for row in rows
    )
