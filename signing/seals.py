"""Seals of organizations: who keeps them, and whether they may be used now.

电子印章管理办法 (国办发〔2025〕33号): a seal is filed when it is made; taking it out of use and putting it
back are filed too (art. 17); cancelling is for good (art. 18); who owns it controls it and answers for it
(art. 21). So an organization has one seal that is not cancelled, one keeper, and every change is a fact.

    in-use <-> suspended        in-use, suspended -> cancelled

    seal = make_seal(session, organization=uscc, keeper=person_id, keyring=keyring)
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.members import Position, require_position
from identity.organizations import organization
from identity.people import PersonId
from signing.held_keys import Keyring, announce, held_key, hold
from signing.keystore import KeyHandle
from signing.pki import Subject
from signing.profiles import Profile
from signing.tables import SealRow


class SealExists(Refused):
    """An organization has one seal at a time."""

    code = "seal-exists"
    zh = "单位 {organization} 已有电子印章；如需更换，请先注销原印章。"
    en = "Organization {organization} has a seal already; cancel it before making another."


class SealMissing(Refused):
    """The organization has no seal, or cancelled it."""

    code = "seal-missing"
    zh = "单位 {organization} 没有可用的电子印章，请先制作印章。"
    en = "Organization {organization} has no seal; make one first."


class SealSuspended(Refused):
    """The seal is out of use for a while."""

    code = "seal-suspended"
    zh = "印章“{name}”自 {since} 起停用，恢复后才能盖章。"
    en = "The seal “{name}” has been suspended since {since}; reinstate it before sealing."


class SealUnchangeable(Refused):
    """The step does not start from the state that the seal is in."""

    code = "seal-unchangeable"
    zh = "印章“{name}”现为“{state}”，不能办理“{action}”。"
    en = "The seal “{name}” is {state}; it cannot be {action}."


class NotTheKeeper(Refused):
    """Somebody other than the appointed keeper asked."""

    code = "not-the-keeper"
    zh = "您不是单位 {organization} 指定的印章保管人，不能使用或变更这枚印章。"
    en = "You are not the keeper whom organization {organization} appointed for this seal."


class SealState(StrEnum):
    """Whether a seal may be used."""

    IN_USE = "in-use"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"

    @property
    def zh(self) -> str:
        """The state as the regulation calls it."""
        return {"in-use": "正常", "suspended": "停用", "cancelled": "注销"}[self.value]


class SealAction(StrEnum):
    """What can be done to a seal after it was made."""

    SUSPEND = "suspended"
    REINSTATE = "reinstated"
    CANCEL = "cancelled"

    @property
    def zh(self) -> str:
        """The step as the regulation calls it."""
        return {"suspended": "停用", "reinstated": "恢复", "cancelled": "注销"}[self.value]


_STEPS = {
    (SealState.IN_USE, SealAction.SUSPEND): SealState.SUSPENDED,
    (SealState.SUSPENDED, SealAction.REINSTATE): SealState.IN_USE,
    (SealState.IN_USE, SealAction.CANCEL): SealState.CANCELLED,
    (SealState.SUSPENDED, SealAction.CANCEL): SealState.CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class Seal:
    """An organization's seal; ``name_zh`` is what runs along its rim."""

    id: UUID
    organization: Uscc
    name_zh: str
    keeper: PersonId
    key: KeyHandle
    state: SealState
    state_since: datetime
    created_at: datetime


def make_seal(session: Session, *, organization: Uscc, keeper: PersonId, keyring: Keyring) -> Seal:
    """Make the seal of an organization, with a key of its own, for its keeper.

    Raises:
        OrganizationUnknown: it is not registered.
        NotInPosition: ``keeper`` is not its seal keeper.
        SealExists: it has a seal that is not cancelled.
    """
    name = _name(session, organization)
    require_position(session, uscc=organization, person=keeper, position=Position.SEAL_KEEPER)
    if _row(session, organization) is not None:
        raise SealExists(organization=name)
    id_, now = uuid4(), keyring.clock.now()
    handle = KeyHandle(f"seal:{id_}")
    subject = Subject(name=name, organization=name, uscc=organization, serial=str(id_))
    holder = {"organization": organization.text}
    hold(session, handle, subject=subject, holder=holder, profile=Profile.SEAL, keyring=keyring)
    row = SealRow(
        id=id_,
        organization=organization.text,
        name_zh=name,
        keeper=keeper,
        key_handle=handle,
        state=SealState.IN_USE.value,
        state_since=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _seal(row)


def seal_of(session: Session, organization: Uscc) -> Seal:
    """Return the seal that the organization has now, in use or suspended.

    Raises:
        SealMissing: it has none.
    """
    row = _row(session, organization)
    if row is None:
        raise SealMissing(organization=_name(session, organization))
    return _seal(row)


def seal(session: Session, seal_id: UUID) -> Seal | None:
    """Return the seal of this id, cancelled or not, else None."""
    row = session.get(SealRow, seal_id)
    return None if row is None else _seal(row)


def usable_seal(session: Session, organization: Uscc, *, keeper: PersonId) -> Seal:
    """Return the organization's seal for use by ``keeper``, held in its state until the transaction ends.

    Raises:
        SealMissing, SealSuspended: it cannot be used now.
        NotTheKeeper: somebody else keeps it, or the keeper lost the position.
    """
    row = _row(session, organization, lock=True)
    name = _name(session, organization)
    if row is None:
        raise SealMissing(organization=name)
    if row.state == SealState.SUSPENDED:
        raise SealSuspended(name=row.name_zh, since=row.state_since)
    if row.keeper != keeper:
        raise NotTheKeeper(organization=name)
    require_position(session, uscc=organization, person=keeper, position=Position.SEAL_KEEPER)
    return _seal(row)


def change_seal(
    session: Session, seal_id: UUID, action: SealAction, *, by: PersonId, keyring: Keyring
) -> Seal:
    """Suspend, reinstate or cancel a seal, as its keeper asks.

    Raises:
        SealMissing: there is no such seal.
        NotTheKeeper: ``by`` does not keep it.
        SealUnchangeable: the step does not start from its state.
    """
    row = session.get(SealRow, seal_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise SealMissing(organization=str(seal_id))
    name = _name(session, Uscc.parse(row.organization))
    if row.keeper != by:
        raise NotTheKeeper(organization=name)
    state = SealState(row.state)
    if (state, action) not in _STEPS:
        raise SealUnchangeable(
            name=row.name_zh, state=Term(state.zh, state.value), action=Term(action.zh, action.value)
        )
    row.state = _STEPS[state, action].value
    row.state_since = keyring.clock.now()
    session.flush()
    announce(session, held_key(session, KeyHandle(row.key_handle), keyring), action.value, keyring=keyring)
    return _seal(row)


def entrust(session: Session, seal_id: UUID, *, keeper: PersonId, keyring: Keyring) -> Seal:
    """Give a seal to another keeper, whom the organization appointed seal keeper before.

    Raises:
        SealMissing: there is no such seal.
        NotInPosition: ``keeper`` is not the organization's seal keeper.
    """
    row = session.get(SealRow, seal_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise SealMissing(organization=str(seal_id))
    organization = Uscc.parse(row.organization)
    require_position(session, uscc=organization, person=keeper, position=Position.SEAL_KEEPER)
    row.keeper = keeper
    session.flush()
    announce(session, held_key(session, KeyHandle(row.key_handle), keyring), "entrusted", keyring=keyring)
    return _seal(row)


def _row(session: Session, organization: Uscc, *, lock: bool = False) -> SealRow | None:
    query = select(SealRow).where(
        SealRow.organization == organization.text, SealRow.state != SealState.CANCELLED.value
    )
    query = query.with_for_update(read=True) if lock else query
    return session.scalar(query.execution_options(populate_existing=True))


def _name(session: Session, uscc: Uscc) -> str:
    return organization(session, uscc).name


def _seal(row: SealRow) -> Seal:
    return Seal(
        id=row.id,
        organization=Uscc.parse(row.organization),
        name_zh=row.name_zh,
        keeper=PersonId(row.keeper),
        key=KeyHandle(row.key_handle),
        state=SealState(row.state),
        state_since=row.state_since,
        created_at=row.created_at,
    )
