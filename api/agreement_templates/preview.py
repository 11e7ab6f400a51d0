"""What an agreement out of a template would be, as its firm sees it before anybody is asked.

party_shown(session, proposal.slots[0]).person
"""

from pydantic import BaseModel
from sqlalchemy.orm import Session

from identity.organizations import organization
from identity.people import PersonId, person
from identity.qualifications import qualification
from signing.agreement_drafting import SlotDraft
from signing.agreement_readers import ReaderDraft, ReaderKind


class StampShown(BaseModel):
    """Whose qualification's stamp is put, and which one."""

    holder: str
    zh: str
    en: str


class PartyShown(BaseModel):
    """Who takes a role, as they were found."""

    party: str
    person: str | None
    capacity_zh: str
    capacity_en: str
    stamp: StampShown | None


class ReaderShown(BaseModel):
    """Who would read, as they were found; ``person`` is None where the whole organization reads."""

    reader: ReaderKind
    party: str
    person: str | None


def party_shown(session: Session, slot: SlotDraft) -> PartyShown:
    """Give who takes a role."""
    return PartyShown(
        party=organization(session, slot.organization).name,
        person=_name(session, slot.person),
        capacity_zh=slot.capacity_zh,
        capacity_en=slot.capacity_en,
        stamp=_stamp(session, slot),
    )


def reader_shown(session: Session, reader: ReaderDraft) -> ReaderShown:
    """Give who would read."""
    party = organization(session, reader.organization).name
    return ReaderShown(reader=reader.kind, party=party, person=_name(session, reader.person))


def _stamp(session: Session, slot: SlotDraft) -> StampShown | None:
    if slot.stamp is None:
        return None
    held = qualification(session, slot.stamp.qualification)
    return StampShown(holder=person(session, held.person).name, zh=held.kind.term.zh, en=held.kind.term.en)


def _name(session: Session, id_: PersonId | None) -> str | None:
    return None if id_ is None else person(session, id_).name
