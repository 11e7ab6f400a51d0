"""An organization's seals as it and their keepers see them, in JSON and on pages alike.

seals_shown(session, uscc)                 # the list
seal_shown(session, found)                 # one, with its history and its register of uses
visible_seal(session, seal_id, visitor)    # or it does not exist
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import person_of
from api.authorization_view import Place, place
from api.house import House
from api.policy import Role, Visitor
from evidence.identifiers import Uscc
from identity.members import positions
from identity.organizations import organization
from identity.people import PersonId, person
from signing.seal_changes import history
from signing.seal_keepers import Appointment, AppointmentUnknown, waiting
from signing.seal_kinds import SealKind
from signing.seal_limits import NO_LIMITS, limits_of
from signing.seal_states import SealAction, SealState, possible
from signing.seal_uses import uses_of
from signing.seals import Seal, SealUnknown, may_keep, seal, seals_of


class SealListed(BaseModel):
    """A seal in a list: its kind, the name along its rim, who keeps it, its state and since when.

    ``title_zh`` and ``title_en`` are what it is called, ``caption`` is what stands below its star.
    """

    id: UUID
    kind: SealKind
    department: str
    title_zh: str
    title_en: str
    caption: str
    name: str
    keeper: str
    state: SealState
    since: datetime
    filing_number: str | None


class SealStep(BaseModel):
    """One step in the life of a seal, by whom, and its place in the log."""

    version: int
    action: str
    by: str
    at: datetime
    place: Place


class SealUsed(BaseModel):
    """One use: in which agreement and capacity, by whom; ``commitment`` is the keeper's in the fact, hex."""

    number: int
    agreement: UUID
    slot: str
    title: str
    capacity_zh: str
    capacity_en: str
    keeper: str
    commitment: str
    at: datetime
    place: Place


class LimitsShown(BaseModel):
    """What bounds the use of a seal, since when, and how often it was ``used`` since."""

    uses: int | None
    words: list[str]
    period_zh: str | None
    period_en: str | None
    since: datetime
    used: int


class SealShown(SealListed):
    """A seal whole; ``history`` begins with its first recorded step, ``uses`` with the first one."""

    limits: LimitsShown | None
    history: list[SealStep]
    uses: list[SealUsed]


def seals_shown(session: Session, organization: Uscc) -> list[SealListed]:
    """Return the organization's seals, the cancelled ones last."""
    return [_listed(session, each) for each in seals_of(session, organization)]


def seal_shown(session: Session, found: Seal) -> SealShown:
    """Return a seal whole."""
    return SealShown(
        **_listed(session, found).model_dump(),
        limits=_limits(session, found),
        history=[
            SealStep(
                version=step.version,
                action=step.action,
                by=person(session, step.by).name,
                at=step.changed_at,
                place=place(session, step.fact),
            )
            for step in history(session, found.id)
        ],
        uses=[
            SealUsed(
                number=use.number,
                agreement=use.agreement,
                slot=use.slot,
                title=use.title,
                capacity_zh=use.capacity.zh,
                capacity_en=use.capacity.en,
                keeper=person(session, use.person).name,
                commitment=use.commitment.hex(),
                at=use.used_at,
                place=place(session, use.fact),
            )
            for use in uses_of(session, found.id)
        ],
    )


def visible_seal(session: Session, seal_id: UUID, visitor: Visitor) -> Seal:
    """Return a seal to whoever acts for its organization, to its legal representative and to its keeper.

    Raises:
        SealUnknown: there is none, or it is not the visitor's to see.
    """
    found = seal(session, seal_id)
    acts = Role.FIRM in visitor.roles and visitor.organization == found.organization.text
    if acts or (Role.PERSON in visitor.roles and _answers(session, found, visitor.person)):
        return found
    raise SealUnknown(seal=seal_id)


def waiting_at(
    session: Session, seal_id: UUID, appointment_id: UUID, visitor: Visitor, house: House
) -> Appointment:
    """Return the appointment of a keeper of this seal that the visitor may approve now.

    Raises:
        AppointmentUnknown: there is none, or it is another person's.
        AppointmentOver and the other refusals of ``signing.seal_keepers.waiting``: it cannot be approved.
    """
    found = waiting(session, appointment_id, by=person_of(visitor), clock=house.clock)
    if found.seal != seal_id:
        raise AppointmentUnknown(appointment=appointment_id)
    return found


def steps_open_to(session: Session, found: Seal, who: UUID | None) -> tuple[SealAction, ...]:
    """Give the steps that ``who`` may take now: all as legal representative, suspending as the keeper."""
    if not _answers(session, found, who):
        return ()
    own = _represents(session, found, who)
    return tuple(step for step in possible(found.state) if own or step is SealAction.SUSPEND)


def _answers(session: Session, found: Seal, who: UUID | None) -> bool:
    """Whether ``who`` is the legal representative, or keeps the seal and is still in office."""
    if who is None or found.keeper != who:
        return _represents(session, found, who)
    return may_keep(positions(session, uscc=found.organization, person=PersonId(who)))


def _represents(session: Session, found: Seal, who: UUID | None) -> bool:
    return who is not None and organization(session, found.organization).legal_representative == who


def _limits(session: Session, found: Seal) -> LimitsShown | None:
    standing = limits_of(session, found.id)
    if standing is None or standing.limits == NO_LIMITS:
        return None
    limits = standing.limits
    bounded = limits.starts_on is not None or limits.ends_on is not None
    return LimitsShown(
        uses=limits.uses,
        words=list(limits.words),
        period_zh=limits.period.zh if bounded else None,
        period_en=limits.period.en if bounded else None,
        since=standing.since,
        used=standing.used,
    )


def _listed(session: Session, found: Seal) -> SealListed:
    return SealListed(
        id=found.id,
        kind=found.mark.kind,
        department=found.mark.department,
        title_zh=found.mark.term.zh,
        title_en=found.mark.term.en,
        caption=found.mark.caption,
        name=found.name_zh,
        keeper=person(session, found.keeper).name,
        state=found.state,
        since=found.state_since,
        filing_number=found.filing_number,
    )
