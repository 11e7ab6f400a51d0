"""Seals of organizations: whose they are, who keeps them, and whether they may be used now.

Who owns a seal controls it and answers for it (国办发〔2025〕33号, art. 21). An organization has one seal of
each kind (:mod:`signing.seal_kinds`) that is not cancelled, each with one keeper: a member who was made seal
keeper, or the legal representative. What becomes of a seal is the room :mod:`signing.seal_changes`.

    # the seal, or the refusal that says why not, and what now
    seal = usable_seal(session, uscc, COMPANY_SEAL, keeper=person_id)
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.members import NotInPosition, Position, positions
from identity.organizations import organization
from identity.people import PersonId
from signing.keystore import KeyHandle
from signing.manifest import SlotKind
from signing.seal_kinds import SealKind, SealMark
from signing.seal_states import SealState
from signing.tables import SealRow, SlotRow


class SealUnknown(Refused):
    """No seal has this id, or it is another organization's."""

    code = "seal-unknown"
    zh = "没有编号为 {seal} 的印章，请核对链接。"
    en = "No seal {seal} exists; check the link."


class SealMissing(Refused):
    """The organization never had such a seal."""

    code = "seal-missing"
    zh = "单位 {organization} 没有电子的{mark}，请先制作印章。"
    en = "Organization {organization} has no {mark}; make one first."


class SealNotInUse(Refused):
    """The seal was made, and nobody put it in use."""

    code = "seal-not-in-use"
    zh = "印章“{name}”自 {since} 起{state}；由法定代表人备案、启用后才能盖章。"
    en = "The seal “{name}” has been {state} since {since}; its legal representative puts it in use first."


class SealSuspended(Refused):
    """The seal is out of use for a while."""

    code = "seal-suspended"
    zh = "印章“{name}”自 {since} 起停用；由法定代表人恢复后才能盖章。"
    en = "The seal “{name}” has been suspended since {since}; its legal representative must reinstate it."


class SealCancelled(Refused):
    """The seal was cancelled, and no other took its place."""

    code = "seal-cancelled"
    zh = "印章“{name}”已于 {since} 注销，不能再用；请由法定代表人另制新章。"
    en = "The seal “{name}” was cancelled at {since} for good; the legal representative must make another."


class NotTheKeeper(Refused):
    """Somebody other than the appointed keeper asked."""

    code = "not-the-keeper"
    zh = "您不是单位 {organization} 指定的印章保管人，不能使用这枚印章。"
    en = "You are not the keeper whom organization {organization} appointed for this seal."


@dataclass(frozen=True, kw_only=True)
class Seal:
    """An organization's seal; ``name_zh`` runs along its rim, ``filing_number`` is 13 digits once filed."""

    id: UUID
    organization: Uscc
    mark: SealMark
    name_zh: str
    keeper: PersonId
    key: KeyHandle
    state: SealState
    state_since: datetime
    created_at: datetime
    filing_number: str | None

    @property
    def called(self) -> Term:
        """The seal as a sentence names it."""
        return Term(f"{self.name_zh} {self.mark.term.zh}", f"{self.name_zh}, {self.mark.term.en}")


_UNUSABLE: dict[SealState, type[Refused]] = {
    SealState.MADE: SealNotInUse,
    SealState.FILED: SealNotInUse,
    SealState.SUSPENDED: SealSuspended,
    SealState.CANCELLED: SealCancelled,
}


def seal(session: Session, seal_id: UUID) -> Seal:
    """Return the seal of this id, cancelled or not.

    Raises:
        SealUnknown: there is none.
    """
    row = session.get(SealRow, seal_id, populate_existing=True)
    if row is None:
        raise SealUnknown(seal=seal_id)
    return read_row(row)


def seals_of(session: Session, organization: Uscc) -> tuple[Seal, ...]:
    """Return all seals that the organization ever had, the newest first and the cancelled ones last."""
    query = select(SealRow).where(SealRow.organization == organization.text)
    rows = session.scalars(
        query.order_by(
            SealRow.state == SealState.CANCELLED.value, SealRow.created_at.desc(), SealRow.id
        ).execution_options(populate_existing=True)
    )
    return tuple(read_row(row) for row in rows)


def seal_of(session: Session, organization: Uscc, mark: SealMark) -> Seal | None:
    """Return the seal that the organization has now, else the one it cancelled last; None if it had none."""
    return next((each for each in seals_of(session, organization) if each.mark == mark), None)


def may_keep(held: Collection[Position]) -> bool:
    """Whether somebody who holds these positions may keep a seal of the organization."""
    return Position.SEAL_KEEPER in held or Position.LEGAL_REPRESENTATIVE in held


def usable_seal(session: Session, organization: Uscc, mark: SealMark, *, keeper: PersonId) -> Seal:
    """Return the organization's seal for use by ``keeper``, held in its state until the transaction ends.

    Raises:
        SealMissing, SealNotInUse, SealSuspended, SealCancelled: it cannot be used now.
        NotTheKeeper: somebody else keeps it.
        NotInPosition: the keeper lost the position.
    """
    lock_seals(session, SealRow.organization == organization.text)
    found = seal_of(session, organization, mark)
    if found is None:
        raise SealMissing(organization=_name(session, organization), mark=mark.term)
    if found.state in _UNUSABLE:
        raise _UNUSABLE[found.state](name=found.called, state=found.state.term, since=found.state_since)
    if found.keeper != keeper:
        raise NotTheKeeper(organization=_name(session, organization))
    check_keeper(session, organization, keeper)
    return found


def check_keeper(session: Session, organization: Uscc, keeper: PersonId) -> None:
    """Check that ``keeper`` may keep a seal of the organization now.

    Raises:
        NotInPosition: neither its seal keeper nor its legal representative.
    """
    if not may_keep(positions(session, uscc=organization, person=keeper)):
        raise NotInPosition(uscc=organization.text, position=Position.SEAL_KEEPER.term)


def lock_seals_of_slots(session: Session, *slots: ColumnElement[bool]) -> None:
    """Lock the seals that ``slots`` ask for, so that their states hold while the slots are signed.

    Seals are locked before the log, as by whoever changes them: ``signing.signatures`` has the order.
    """
    owners = select(SlotRow.organization).where(SlotRow.kind == SlotKind.SEAL.value, *slots)
    lock_seals(session, SealRow.organization.in_(owners))


def lock_seals(session: Session, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """Lock seals that are not cancelled, in one order for all."""
    current = select(SealRow.id).where(SealRow.state != SealState.CANCELLED.value, *which)
    return session.scalars(current.order_by(SealRow.id).with_for_update(key_share=True)).all()


def read_row(row: SealRow) -> Seal:
    """Read a seal from its row."""
    return Seal(
        id=row.id,
        organization=Uscc.parse(row.organization),
        mark=SealMark(SealKind(row.kind), row.department),
        name_zh=row.name_zh,
        keeper=PersonId(row.keeper),
        key=KeyHandle(row.key_handle),
        state=SealState(row.state),
        state_since=row.state_since,
        created_at=row.created_at,
        filing_number=row.filing_number,
    )


def _name(session: Session, uscc: Uscc) -> str:
    return organization(session, uscc).name
