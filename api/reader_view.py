"""The viewers and copies of an agreement as its page and its JSON show them."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.orm import Session

from identity.organizations import organization
from identity.people import person
from signing.agreement_readers import Reader, ReaderKind, readers
from signing.agreements import Agreement


class ReaderShown(BaseModel):
    """A viewer or a copy; ``party`` is the organization's name, ``person`` None where it reads as a whole.

    ``ended_at`` is when the starter took them away.
    """

    id: int
    kind: ReaderKind
    organization: str
    party: str
    person: str | None
    named_at: datetime
    ended_at: datetime | None


def readers_shown(session: Session, found: Agreement) -> list[ReaderShown]:
    """Return everybody who was ever named to read the agreement."""
    return [_shown(session, each) for each in readers(session, found.id)]


def _shown(session: Session, reader: Reader) -> ReaderShown:
    return ReaderShown(
        id=reader.id,
        kind=reader.kind,
        organization=reader.organization.text,
        party=organization(session, reader.organization).name,
        person=None if reader.person is None else person(session, reader.person).name,
        named_at=reader.named_at,
        ended_at=reader.ended_at,
    )
