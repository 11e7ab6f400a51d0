"""What the holder of a certificate can do with it, as their page shows it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.certificate_masks import names_person
from api.field_names import listed
from api.house import House
from api.policy import Role, Visitor
from api.sharing.calls import SharingCall, about
from evidence.certificate_types import LifeState
from evidence.errors import Term
from evidence.identifiers import Uscc
from identity.organizations import organization
from identity.people import PersonId
from signing.certificate_copies import LONGEST, Copy, copies_of
from signing.certificate_presentations import bearer_of
from signing.certificate_registration import today
from signing.certificate_shares import Share, shares_of
from signing.certificates import Certificate

CALLS = 20
"""Calls on the page, the newest."""

HOURS = (1, 24, 7 * 24, 30 * 24)
"""How long a link may be made to open, in hours."""


@dataclass(frozen=True)
class FieldOffered:
    """A field that can be shown; one that says something of a person is not chosen beforehand."""

    name: str
    label: Term
    person: bool


@dataclass(frozen=True)
class ShareShown:
    """A link that opens now, and what its fields are called."""

    share: Share
    fields: Term


@dataclass(frozen=True)
class CallShown:
    """A call of another department about the certificate, and the department's name."""

    call: SharingCall
    department: str


@dataclass(frozen=True)
class CopyListed:
    """A copy of the certificate, and whether it can still be used."""

    copy: Copy
    valid: bool


@dataclass(frozen=True)
class Holding:
    """What a holder is offered: fields to choose from, open links, copies made, and who asked for it.

    Copies can be made while it is ``in_force``, good until any day from ``today`` to ``last``. ``presents``
    tells that the visitor may prove in person that they bear it.
    """

    fields: tuple[FieldOffered, ...]
    shares: tuple[ShareShown, ...]
    calls: tuple[CallShown, ...]
    copies: tuple[CopyListed, ...]
    today: date
    last: date
    in_force: bool
    presents: bool


def holding_of(session: Session, house: House, found: Certificate, visitor: Visitor) -> Holding:
    """Return what the holder of a certificate is offered."""
    me = visitor.person if Role.PERSON in visitor.roles else None
    type_, day = found.type, today(house.clock)
    over = found.valid_until is not None and day > found.valid_until
    labels = {field.name: Term(field.zh, field.en) for field in type_.fields}
    return Holding(
        fields=tuple(
            FieldOffered(each.name, labels[each.name], names_person(type_, each.name))
            for each in found.entries
        ),
        shares=tuple(
            ShareShown(each, listed(labels[name] for name in each.fields))
            for each in shares_of(session, found, clock=house.clock)
        ),
        calls=tuple(
            CallShown(each, organization(session, Uscc.parse(each.organization)).name)
            for each in about(session, found.id, limit=CALLS)
        ),
        copies=tuple(
            CopyListed(each, valid=each.withdrawn_at is None and day <= each.until)
            for each in copies_of(session, found)
        ),
        today=day,
        last=min(day + LONGEST, found.valid_until or day + LONGEST),
        in_force=found.life is LifeState.IN_FORCE and not over,
        presents=me is not None and bearer_of(session, found, PersonId(me)) is not None,
    )
