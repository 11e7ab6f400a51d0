"""A proposal to void an agreement as its parties see it, and what the visitor may do about it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.policy import Role, Visitor
from evidence.errors import Refused
from identity.organizations import organization
from identity.people import PersonId
from signing.agreements import Agreement, AgreementState, Slot
from signing.slot_parties import answers
from signing.voids import check_voidable, newest_void


class VoidPartyShown(BaseModel):
    """A party that is asked; ``consented_at`` is None until it consents."""

    slot: str
    party: str
    capacity_zh: str
    capacity_en: str
    consented_at: datetime | None


class VoidShown(BaseModel):
    """The newest proposal: ``state`` is proposed, refused or agreed; the parties are those who signed.

    ``by`` is the slot whose party proposed it, ``refused_by`` the slot whose party refused, for ``refusal``.
    """

    state: str
    by: str
    reason: str
    proposed_at: datetime
    parties: list[VoidPartyShown]
    refused_by: str | None
    refusal: str | None
    refused_at: datetime | None

    @property
    def version(self) -> str:
        """What changes whenever a page with it would look different."""
        consents = "".join("y" if each.consented_at else "n" for each in self.parties)
        return f"{self.proposed_at.timestamp()}{self.state}{consents}"


@dataclass(frozen=True)
class VoidOpen:
    """The ids of the signed slots for which the visitor may propose to void, or is asked to consent."""

    propose: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


def void_shown(session: Session, found: Agreement) -> VoidShown | None:
    """Return the newest proposal to void the agreement, None where there is none."""
    made = newest_void(session, found.id)
    if made is None:
        return None
    state = "refused" if made.refusal else "agreed" if found.ended is AgreementState.VOIDED else "proposed"
    return VoidShown(
        state=state,
        by=made.slot,
        reason=made.reason,
        proposed_at=made.proposed_at,
        parties=[
            VoidPartyShown(
                slot=slot.id,
                party=organization(session, slot.organization).name,
                capacity_zh=slot.capacity_zh,
                capacity_en=slot.capacity_en,
                consented_at=made.consents[slot.id].at if slot.id in made.consents else None,
            )
            for slot in found.filled
        ],
        refused_by=None if made.refusal is None else made.refusal.slot,
        refusal=None if made.refusal is None else made.refusal.reason,
        refused_at=None if made.refusal is None else made.refusal.at,
    )


def void_open(session: Session, found: Agreement, visitor: Visitor, *, at: datetime) -> VoidOpen:
    """Say for which slots the visitor may propose to void the agreement, or is asked."""
    if visitor.person is None or Role.PERSON not in visitor.roles:
        return VoidOpen()
    try:
        check_voidable(found, at=at)
    except Refused:
        return VoidOpen()
    own = tuple(slot.id for slot in found.filled if speaks(session, slot, PersonId(visitor.person)))
    made = newest_void(session, found.id)
    if made is None or made.refusal is not None:
        return VoidOpen(propose=own)
    return VoidOpen(answer=tuple(slot for slot in own if slot not in made.consents))


def speaks(session: Session, slot: Slot, person: PersonId) -> bool:
    """Whether ``person`` speaks now for a slot that is signed."""
    return answers(session, slot) == person
