"""What the holder of a certificate can do with it, as their page shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.certificate_masks import names_person
from api.field_names import listed
from api.house import House
from api.sharing.calls import SharingCall, about
from evidence.errors import Term
from evidence.identifiers import Uscc
from identity.organizations import organization
from signing.certificate_shares import Share, shares_of
from signing.certificate_types import certificate_type
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
class Holding:
    """What a holder is offered: fields to choose from, the links that open now, and who asked for it."""

    fields: tuple[FieldOffered, ...]
    shares: tuple[ShareShown, ...]
    calls: tuple[CallShown, ...]


def holding_of(session: Session, house: House, found: Certificate) -> Holding:
    """Return what the holder of a certificate is offered."""
    type_ = certificate_type(found.certificate_type)
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
    )
