"""What becomes of a certificate after it was issued: the steps of its life (``signing.certificate_steps``).

Every step is a fact, a new current state, and an intent for the chain's status register, all in one
transaction. Only the agency that issued a certificate changes it, and it says why by a code that the chain
carries. An ending is for good.

    change(session, certificate_id, Step.SUSPEND, Reason.RECTIFICATION, agency=agency, clock=clock)
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.certificate_types import CertificateType, LifeState
from evidence.clock import Clock
from evidence.commitment import commit_fields, new_salt
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from evidence.statement import StatementType
from identity.names import check_text
from identity.organizations import organization
from ledger import status, submissions  # noqa: F401  a status change refers to the table of submissions
from signing.certificate_registration import today
from signing.certificate_steps import LED_TO, Reason, Step, listed
from signing.certificates import Agency, Certificate, CertificateUnknown, certificate
from signing.registered_types import type_named
from signing.tables import CertificateChangeRow, CertificateRow

DESCRIPTION = "description"
DESCRIBED = Term("情况说明", "description")
MOST_DESCRIBED = 100
"""Characters of a description: a line of the page."""


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


class StepNotOfType(Refused):
    """Certificates of the type never come to this state."""

    code = "certificate-step-not-of-type"
    zh = "“{certificate_type}”没有“{step}”这一状态，请改用其他办理事项。"
    en = "A {certificate_type} is never {step}; choose another step."


class TermRuns(Refused):
    """The term is said to be over, and by the certificate itself it is not. Facts: ``number``, ``last``."""

    code = "certificate-term-runs"
    zh = "证照 {number} 的有效期止为 {last}，尚未届满，不能以“{reason}”为由{step}；请另选原因或届满后办理。"
    en = (
        "Certificate {number} ends on {last} and is not over yet, so it cannot be {step} because “{reason}”; "
        "choose another reason, or wait until then."
    )


class DescriptionNeeded(Refused):
    """The reason is none of the listed ones, and nothing is said of it."""

    code = "certificate-description-needed"
    zh = "原因选“其他”时须说明情况，请填写后重新提交。"
    en = "Where the reason is another one, describe it; then send it again."


class NextVersionStands(Refused):
    """A newer version took over what the licence is. Facts: ``number``, ``version``."""

    code = "next-version-stands"
    zh = "证照 {number} 已换发第 {version} 版，请在新版上办理。"
    en = "Version {version} of certificate {number} took its place; take the step there."


@dataclass(frozen=True, kw_only=True)
class CertificateChange:
    """One step of a certificate's life; ``number`` counts from 1 (issued), ``statement`` is 32 bytes."""

    number: int
    action: str
    state: LifeState
    reason: Reason | None
    description: str
    statement: bytes
    changed_at: datetime


def change(
    session: Session,
    certificate_id: UUID,
    step: Step,
    reason: Reason,
    *,
    agency: Agency,
    clock: Clock,
    description: str = "",
) -> Certificate:
    """Take one step in a certificate's life.

    The ``description`` is kept beside it, and the fact holds a salted commitment to it.

    Raises:
        CertificateUnknown: there is no such certificate.
        NotTheIssuer: ``agency`` did not issue it.
        CertificateUnpublished: it is still being made.
        NextVersionStands, StepImpossible, StepNotOfType: the step does not start from its state, or leads to
            one that its type does not know.
        ReasonUnfit: the reason belongs to another step.
        TermRuns: the term is said to be over and, by the certificate's last day, is not.
        DescriptionNeeded, TextTooLong, HiddenCharacter, …: nothing describes another reason, or not in a
            line that can be read.
    """
    row = locked(session, certificate_id)
    _check(session, row, step, reason, agency)
    if reason is Reason.TERM_OVER and not term_over(row.valid_until, today=today(clock)):
        raise TermRuns(number=row.number, last=_told(row.valid_until), reason=reason.term, step=step.term)
    said = _described(reason, description)
    return record_step(session, row, step, reason, agency=agency, clock=clock, description=said)


def locked(session: Session, certificate_id: UUID) -> CertificateRow:
    """Give the row of a certificate, locked until the transaction ends.

    Raises:
        CertificateUnknown: there is no such certificate.
    """
    row = session.get(
        CertificateRow, certificate_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if row is None:
        raise CertificateUnknown(certificate=certificate_id)
    return row


def record_step(
    session: Session,
    row: CertificateRow,
    step: Step,
    reason: Reason,
    *,
    agency: Agency,
    clock: Clock,
    description: str = "",
) -> Certificate:
    """State a step that may be taken: as a fact, in the row, and for the chain."""
    before = history(session, row.id)[-1]
    now, state = clock.now(), listed(step.leads_to)
    salts = {DESCRIPTION: new_salt()} if description else {}
    body: dict[str, Value] = {
        "action": step.action,
        "certificate": row.statement,
        "licence_id": row.licence_id,
        "version": before.number + 1,
        "state": int(state),
        "reason": int(reason),
        "previous": before.statement,
        **({"commitments": list(commit_fields({DESCRIPTION: description}, salts))} if description else {}),
    }
    after = (row.statement, before.statement)
    fact = agency.speaker.record(session, StatementType.CERTIFICATE_CHANGE, body, at=now, after=after)
    row.state, row.life = state, step.leads_to
    session.add(
        CertificateChangeRow(
            certificate=row.id,
            version=before.number + 1,
            action=step.action,
            state=state,
            reason=reason,
            description=description,
            salt=salts.get(DESCRIPTION),
            statement=fact.digest,
            changed_at=now,
        )
    )
    session.flush()
    issuer = issuer_key(agency.speaker.uscc)
    status.change(session, issuer=issuer, key=row.status_key, state=state, reason=reason)
    return certificate(session, row.id)


def _check(session: Session, row: CertificateRow, step: Step, reason: Reason, agency: Agency) -> None:
    type_, state = type_named(session, row.certificate_type), LifeState(row.life)
    check_issuer(session, row, agency)
    if row.issued_change is None:
        raise CertificateUnpublished(number=row.number)
    if state is LifeState.SUPERSEDED:
        raise NextVersionStands(number=row.number, version=row.version + 1)
    if state not in step.starts or step is Step.SUPERSEDE:
        raise StepImpossible(number=row.number, state=words_of(type_, state), step=step.term)
    if step.leads_to not in type_.states:
        raise StepNotOfType(certificate_type=Term(type_.zh, type_.en), step=step.term)
    if reason not in step.reasons:
        raise ReasonUnfit(reason=reason.term, step=step.term)


def term_over(last: date | None, *, today: date) -> bool:
    """Tell whether a certificate with the last day ``last`` is over; one without an end never is."""
    return last is not None and today > last


def _told(last: date | None) -> date | Term:
    return Term("无（长期有效）", "no day (it has no end)") if last is None else last


def check_issuer(session: Session, row: CertificateRow, agency: Agency) -> None:
    """Check that ``agency`` issued the certificate.

    Raises:
        NotTheIssuer: it did not.
    """
    if row.agency != agency.speaker.uscc.text:
        issuer = organization(session, Uscc.parse(row.agency)).name
        raise NotTheIssuer(number=row.number, issuer=issuer)


def _described(reason: Reason, description: str) -> str:
    said = description.strip()
    if not said:
        if reason is Reason.OTHER:
            raise DescriptionNeeded
        return ""
    return check_text(said, DESCRIBED, limit=MOST_DESCRIBED)


def words_of(type_: CertificateType, state: LifeState) -> Term:
    """Return what certificates of the type are called that are in this state."""
    known = type_.states.get(state)
    return Term(state.value, state.value) if known is None else known.words


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
            number=row.version,
            action=row.action,
            state=LED_TO[row.action],
            reason=Reason(row.reason) if row.reason else None,
            description=row.description,
            statement=row.statement,
            changed_at=row.changed_at,
        )
        for row in rows
    )
