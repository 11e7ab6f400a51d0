"""What a certificate's form can be filled with from what is known already: the parties, and the project.

draft = draft_certificate(session, type_, agreement, granted, today=today)
draft.values["owner"]     # the organization that signed as 建设单位
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api import capacities
from api.demonstration import ready_application
from evidence.certificate_types import CertificateType, ValidityRule
from identity.authorizations import Authorization
from identity.organizations import organization
from identity.people import person
from signing.agreements import Agreement
from signing.certificate_validity import last_day
from signing.documents import document

USUAL_VALIDITY = timedelta(days=730)  # two years: longer than most contract periods; the officer decides


@dataclass(frozen=True)
class CertificateDraft:
    """The form as it opens: the holder's code, values by field, the days, the authorizations to use."""

    holder: str
    values: dict[str, str]
    valid_from: date
    valid_until: date | None
    authorizations: frozenset[str]


def draft_certificate(
    session: Session,
    type_: CertificateType,
    found: Agreement,
    granted: Sequence[Authorization],
    *,
    today: date,
) -> CertificateDraft:
    """Fill what the parties of ``found`` say, and what the authorizations ``granted`` name."""
    values = _of_parties(session, found)
    if document(session, found.documents[0]).name == ready_application.NAME:
        values |= ready_application.FACTS
    fitting = [each for each in granted if each.project in {values.get("project_name"), found.title}]
    fitting += [each for each in granted if each not in fitting and each.project in found.title]
    if fitting:
        values.setdefault("project_name", fitting[0].project)
    values.setdefault("project_name", found.title)
    return CertificateDraft(
        holder=_holder(found),
        values=values,
        valid_from=today,
        valid_until=_last_day(type_, today),
        authorizations=frozenset(str(each.id) for each in fitting),
    )


def empty_draft(type_: CertificateType, *, today: date) -> CertificateDraft:
    """Give the form of a certificate that rests on no agreement: nothing but the days is known."""
    return CertificateDraft(
        holder="",
        values={},
        valid_from=today,
        valid_until=_last_day(type_, today),
        authorizations=frozenset(),
    )


def _last_day(type_: CertificateType, first: date) -> date | None:
    usual = first + USUAL_VALIDITY if type_.validity is ValidityRule.CHOSEN else None
    return last_day(type_, first=first, chosen=usual)


def _of_parties(session: Session, found: Agreement) -> dict[str, str]:
    """Read the lines that the parties' own capacities fill."""
    values: dict[str, str] = {}
    for slot in found.filled:
        part = part_of(slot.capacity_zh)
        if part is not None:
            values.setdefault(part.field, organization(session, slot.organization).name)
        known = capacities.capacity_of(slot.capacity_zh)
        if known is not None and known.person_field is not None and slot.signer is not None:
            values.setdefault(known.person_field, person(session, slot.signer).name)
    return values


def part_of(capacity_zh: str) -> capacities.Part | None:
    """Return the part in the project that a capacity begins with, else None."""
    known = capacities.capacity_of(capacity_zh)
    if known is not None:
        return known.part
    return next((part for part in capacities.PARTS if capacity_zh.startswith(part.zh)), None)


def _holder(found: Agreement) -> str:
    """Return the owner of the project, else whoever started the agreement, if it is a party."""
    for slot in found.filled:
        if slot.kind.stamps and part_of(slot.capacity_zh) is capacities.OWNER:
            return slot.organization.text
    return next((slot.organization.text for slot in found.filled if slot.kind.stamps), found.started_by.text)
