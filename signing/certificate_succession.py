"""A next version of a certificate: renewed, amended, or issued again after loss.

A version is never overwritten. The next one has the same number and the same licence with a higher version,
names the statement of the one before, and takes its place when it is published; until then the old one is
what it was. What became of the old one meanwhile goes over to the new one: a licence that was suspended or
ended while its next version was printed stays so, in whichever version; but that the old one's term is over
says nothing of the new one's, which is what the old one was before that: in force, or suspended.

    registered = succeed(session, certificate_id, change, agency=agency, clock=clock)
    finish_issue(database, registered, press=press)      # publishes it, and supersedes the old one
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.certificate_types import CertificateType, LifeState, ValidityRule
from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import LicenceIdentifier
from evidence.statuslist import CertificateState
from identity.people import PersonId
from signing.certificate_changes import (
    CertificateUnpublished,
    NextVersionStands,
    StepImpossible,
    check_issuer,
    history,
    locked,
    record_step,
    term_over,
    words_of,
)
from signing.certificate_holders import holder_of
from signing.certificate_numbers import free_status_index, status_key
from signing.certificate_registration import today
from signing.certificate_statements import state_certificate
from signing.certificate_steps import BY_ACTION, Reason, Step
from signing.certificate_types import arrange
from signing.certificate_validity import last_day
from signing.certificates import Agency, Certificate, certificate
from signing.tables import CertificateRow

MOST_VERSIONS = 999
"""Three digits in the licence identifier (GB/T 36904-2018)."""


class NextVersionBegun(Refused):
    """A next version with other content is being made already."""

    code = "next-version-begun"
    zh = "证照 {number} 的新版正在制作，内容与本次申请不同；请待其完成后在新版上办理。"
    en = "A next version of certificate {number} with other content is being made; take the step on that one."


class RenewalNeedless(Refused):
    """The certificate has no end, so there is nothing to renew."""

    code = "renewal-needless"
    zh = "证照 {number} 长期有效，无需延续。"
    en = "Certificate {number} has no end; there is nothing to renew."


class RenewalTooShort(Refused):
    """The new last day is none, or not later than the old one. Facts: ``number``, ``last``."""

    code = "renewal-too-short"
    zh = "延续后的有效期止须晚于原有效期止 {last}，请填写。"
    en = "A renewed certificate must end after {last}, when it ends now; give the new last day."


class TermOver(Refused):
    """The certificate has ended, or would have, before today. Facts: ``number``, ``last``."""

    code = "term-over"
    zh = "证照 {number} 的有效期止 {last} 早于今日，不能换发；请重新申请。"
    en = "Certificate {number} would end on {last}, before today, so it has no next version; apply anew."


class SuccessionMisfit(Refused):
    """Something is sent that this kind of next version does not change. Facts: ``number``."""

    code = "succession-misfit"
    zh = "补办不改内容，变更与补办不改有效期；请核对证照 {number} 的办理事项。"
    en = "A certificate issued again keeps its content; only a renewal changes when {number} ends."


class HolderStays(Refused):
    """Another holder would be named. Facts: ``number``."""

    code = "holder-stays"
    zh = "变更不能更换持证主体（证照 {number}）；请注销后由新的持证主体申请。"
    en = "An amendment cannot change who holds certificate {number}; have the new holder apply for their own."


class AmendmentMissing(Refused):
    """Nothing would change. Facts: ``number``."""

    code = "amendment-missing"
    zh = "变更内容与证照 {number} 现有内容相同；如证照遗失请办理补办。"
    en = "Certificate {number} says this already; if it was lost, have it issued again."


class VersionsExhausted(Refused):
    """The licence identifier has no digits for another version."""

    code = "versions-exhausted"
    zh = "证照 {number} 已有 {limit} 版，不能再换发；请重新申请。"
    en = "Certificate {number} has {limit} versions and can have no more; apply anew."


class Succession(StrEnum):
    """How a next version comes about."""

    RENEW = "renew"
    AMEND = "amend"
    REISSUE = "reissue"

    @property
    def reason(self) -> Reason:
        """The reason for which the version before it is superseded."""
        return {
            self.RENEW: Reason.RENEWED,
            self.AMEND: Reason.AMENDED,
            self.REISSUE: Reason.REISSUED,
        }[self]


@dataclass(frozen=True, kw_only=True)
class NextVersion:
    """What the next version is to be: the ``fields`` that change, ``valid_until`` where it is chosen."""

    how: Succession
    fields: Mapping[str, str] = field(default_factory=dict)
    valid_until: date | None = None


def succeed(
    session: Session, certificate_id: UUID, asked: NextVersion, *, agency: Agency, clock: Clock
) -> Certificate:
    """Register the next version of a certificate; the same again finds the one that is being made.

    Raises:
        CertificateUnknown, NotTheIssuer, CertificateUnpublished: there is nothing to succeed.
        StepImpossible, NextVersionStands: it is not in force, or another version took its place.
        NextVersionBegun: another next version is being made.
        RenewalNeedless, RenewalTooShort, TermOver, AmendmentMissing, SuccessionMisfit, HolderStays,
            VersionsExhausted: there is nothing to issue, or not by such a next version.
        CertificateFieldMissing, CertificateFieldUnknown, CertificateFieldTooLong, QrTooLarge: it cannot say
            so.
    """
    row = locked(session, certificate_id)
    check_issuer(session, row, agency)
    old = certificate(session, certificate_id)
    type_ = old.type
    if old.issued_change is None:
        raise CertificateUnpublished(number=old.number)
    fields = _fields(old, asked, type_)
    person = _holder(session, old, fields, type_)
    begun = version_after(session, certificate_id)
    if begun is not None and begun.pdf is None:
        return _same(begun, fields, asked, session.get_one(CertificateRow, begun.id).succession)
    if old.life is LifeState.SUPERSEDED:
        raise NextVersionStands(number=old.number, version=old.version + 1)
    if old.life is not LifeState.IN_FORCE:
        raise StepImpossible(number=old.number, state=words_of(type_, old.life), step=Step.SUPERSEDE.term)
    if old.version >= MOST_VERSIONS:
        raise VersionsExhausted(number=old.number, limit=MOST_VERSIONS)
    day = today(clock)
    ends = _last_day(old, asked, type_)
    if ends is not None and ends < day:
        raise TermOver(number=old.number, last=ends)
    licence = _licence(old)
    new = CertificateRow(
        id=uuid4(),
        licence_id=str(licence),
        number=old.number,
        version=old.version + 1,
        previous=row.id,
        succession=asked.how.value,
        certificate_type=old.certificate_type,
        agency=row.agency,
        holder=row.holder,
        person=person,
        agreement=None,
        reference=None,
        status_index=free_status_index(session, old.agency),
        status_key=status_key(licence),
        valid_from=max(day, old.valid_from) if asked.how is Succession.RENEW else old.valid_from,
        valid_until=ends,
        created_at=clock.now().astimezone(UTC),
        state=CertificateState.NONE,
        life=LifeState.IN_FORCE,
    )
    return state_certificate(session, new, fields, (), agency=agency, previous=old.statement)


def version_after(session: Session, certificate_id: UUID) -> Certificate | None:
    """Find the version that took a certificate's place, or is being made to; None where there is none."""
    id_ = session.scalar(select(CertificateRow.id).where(CertificateRow.previous == certificate_id))
    return None if id_ is None else certificate(session, id_)


def take_over(
    session: Session, row: CertificateRow, before: CertificateRow, *, agency: Agency, clock: Clock
) -> None:
    """Supersede the version before a published one; the new one is what the old one became meanwhile.

    ``before`` is locked.
    """
    steps = history(session, before.id)
    if steps[-1].reason is Reason.TERM_OVER and not term_over(row.valid_until, today=today(clock)):
        steps = steps[:-1]  # what it was when its term ended, suspended perhaps, is not over with the term
    last = steps[-1]
    if last.state is not LifeState.IN_FORCE:
        step, reason = BY_ACTION[last.action], last.reason or Reason.OTHER
        record_step(session, row, step, reason, agency=agency, clock=clock, description=last.description)
    if LifeState(before.life) in Step.SUPERSEDE.starts:
        reason = Succession(str(row.succession)).reason
        record_step(session, before, Step.SUPERSEDE, reason, agency=agency, clock=clock)


def _fields(old: Certificate, asked: NextVersion, type_: CertificateType) -> dict[str, str]:
    """Give what the next version prints: the old values, and over them those that change."""
    was = {entry.name: entry.value for entry in old.entries}
    if asked.valid_until is not None and asked.how is not Succession.RENEW:
        raise SuccessionMisfit(number=old.number)
    if asked.fields and asked.how is Succession.REISSUE:
        raise SuccessionMisfit(number=old.number)
    fields = arrange(type_, {**was, **asked.fields})
    if asked.how is Succession.AMEND and fields == was:
        raise AmendmentMissing(number=old.number)
    return fields


def _holder(
    session: Session, old: Certificate, fields: Mapping[str, str], type_: CertificateType
) -> PersonId | None:
    """Check that the next version names nobody else, and find the natural person if they are registered."""
    number = type_.holder.number
    if number is not None and fields[number] != next(e.value for e in old.entries if e.name == number):
        raise HolderStays(number=old.number)
    return holder_of(session, type_, fields, holder=old.holder)


def _last_day(old: Certificate, asked: NextVersion, type_: CertificateType) -> date | None:
    if asked.how is not Succession.RENEW:
        return old.valid_until
    if old.valid_until is None:
        raise RenewalNeedless(number=old.number)
    begins = old.valid_until + timedelta(days=1)
    chosen = asked.valid_until
    if type_.validity is ValidityRule.CHOSEN and (chosen is None or chosen < begins):
        raise RenewalTooShort(number=old.number, last=old.valid_until)
    return last_day(type_, first=begins, chosen=chosen)


def _licence(old: Certificate) -> LicenceIdentifier:
    was = LicenceIdentifier.parse(old.licence_id)
    version = f"{old.version + 1:03}"
    return LicenceIdentifier.make(
        type_code=was.type_code, issuer=was.issuer, serial=was.serial, version=version
    )


def _same(begun: Certificate, fields: Mapping[str, str], asked: NextVersion, how: str | None) -> Certificate:
    stated = {entry.name: entry.value for entry in begun.entries}
    other_end = asked.valid_until is not None and asked.valid_until != begun.valid_until
    if how != asked.how.value or stated != fields or other_end:
        raise NextVersionBegun(number=begun.number)
    return begun
