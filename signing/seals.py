"""Seals of organizations: whose they are, who keeps them, and whether they may be used now.

Who owns a seal controls it and answers for it (国办发〔2025〕33号, art. 21). An organization has one seal
that is not cancelled, and one keeper; what becomes of it is the room :mod:`signing.seal_changes`.

    seal = usable_seal(session, uscc, keeper=person_id)    # or the refusal that says why not, and what now
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.members import Position, require_position
from identity.organizations import organization
from identity.people import PersonId
from signing.keystore import KeyHandle
from signing.manifest import SlotKind
from signing.seal_states import SealState
from signing.tables import SealRow, SlotRow


class SealUnknown(Refused):
    """No seal has this id, or it is another organization's."""

    code = "seal-unknown"
    zh = "没有编号为 {seal} 的印章，请核对链接。"
    en = "No seal {seal} exists; check the link."


class SealMissing(Refused):
    """The organization never had a seal."""

    code = "seal-missing"
    zh = "单位 {organization} 没有电子印章，请先制作印章。"
    en = "Organization {organization} has no seal; make one first."


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
    name_zh: str
    keeper: PersonId
    key: KeyHandle
    state: SealState
    state_since: datetime
    created_at: datetime
    filing_number: str | None


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


def seal_of(session: Session, organization: Uscc) -> Seal | None:
    """Return the seal that the organization has now, else the one it cancelled last; None if it had none."""
    return next(iter(seals_of(session, organization)), None)


def usable_seal(session: Session, organization: Uscc, *, keeper: PersonId) -> Seal:
    """Return the organization's seal for use by ``keeper``, held in its state until the transaction ends.

    Raises:
        SealMissing, SealNotInUse, SealSuspended, SealCancelled: it cannot be used now.
        NotTheKeeper: somebody else keeps it.
        NotInPosition: the keeper lost the position.
    """
    lock_seals(session, SealRow.organization == organization.text)
    found = seal_of(session, organization)
    if found is None:
        raise SealMissing(organization=_name(session, organization))
    if found.state in _UNUSABLE:
        raise _UNUSABLE[found.state](name=found.name_zh, state=found.state.term, since=found.state_since)
    if found.keeper != keeper:
        raise NotTheKeeper(organization=_name(session, organization))
    require_position(session, uscc=organization, person=keeper, position=Position.SEAL_KEEPER)
    return found


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
