"""What becomes of a seal: it is made, filed, put in use, suspended, reinstated, cancelled.

Every step is a fact that builds on the one before, a row that nobody alters, and a new current state, all in
one transaction. The legal representative in office takes them; a keeper may suspend the seal they keep, for
whoever notices first that something is wrong stops it, and no more.

    seal = make_seal(session, organization=uscc, by=representative, keyring=keyring)
    change_seal(session, seal.id, SealAction.FILE, by=representative, filing_number="9901000012345", …)
    change_seal(session, seal.id, SealAction.START, by=representative, keyring=keyring)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.statement import StatementType
from identity.commitments import commit_person
from identity.members import Position, require_position
from identity.organizations import organization as organization_of
from identity.people import PersonId, person
from signing.held_keys import Keyring, held_key, hold
from signing.keystore import SEAL_KEY, KeyHandle
from signing.pki import Subject
from signing.profiles import Profile
from signing.seal_kinds import COMPANY_SEAL, SealMark, check_mark
from signing.seal_states import SealAction, SealState, after
from signing.seals import Seal, SealUnknown, check_keeper, read_row, seal_of
from signing.tables import SealChangeRow, SealRow

MADE = "made"
"""The first step of every seal, before any :class:`SealAction`."""

_FILING_NUMBER = re.compile("[0-9]{13}")
"""How a seal is numbered where it is filed: thirteen digits, the first six of them the place's code."""

_LOCK = 0x594D4B53  # first half of a two-key advisory lock: one organization or number at a time


class SealExists(Refused):
    """An organization has one seal of a kind at a time."""

    code = "seal-exists"
    zh = "单位已有印章“{name}”；如需更换，请先注销原印章。"
    en = "The organization has the seal “{name}” already; cancel it before making another."


class SealUnchangeable(Refused):
    """The step does not start from the state that the seal is in."""

    code = "seal-unchangeable"
    zh = "印章“{name}”自 {since} 起为“{state}”，不能办理“{action}”。"
    en = "The seal “{name}” has been {state} since {since}; it cannot be {action}."


class FilingNumberMalformed(Refused):
    """A seal is filed under thirteen digits."""

    code = "filing-number-malformed"
    zh = "印章备案编号应为 13 位数字，请核对备案回执后重新填写。"
    en = "A seal's filing number has 13 digits; compare it with the filing receipt and enter it again."


class FilingNumberTaken(Refused):
    """Another seal is filed under the number."""

    code = "filing-number-taken"
    zh = "备案编号 {number} 已登记在另一枚印章名下，请核对备案回执。"
    en = "The filing number {number} stands for another seal; check the filing receipt."


@dataclass(frozen=True, kw_only=True)
class SealChange:
    """One step in the life of a seal, numbered from 1; ``fact`` is the 32-byte digest of its fact."""

    version: int
    action: str
    state: SealState
    by: PersonId
    fact: bytes
    changed_at: datetime


def make_seal(
    session: Session,
    *,
    organization: Uscc,
    mark: SealMark = COMPANY_SEAL,
    by: PersonId,
    keeper: PersonId | None = None,
    keyring: Keyring,
) -> Seal:
    """Make a seal of an organization, with a key of its own; it seals once it is in use.

    Without a ``keeper`` the legal representative keeps it until another is appointed.

    Raises:
        OrganizationUnknown: it is not registered.
        NotInPosition: ``by`` is not its legal representative, or ``keeper`` may keep no seal of it.
        SealExists: it has such a seal that is not cancelled.
        DepartmentMisplaced, TextEmpty, TextTooLong, HiddenCharacter: the department is named amiss.
    """
    name, mark = organization_of(session, organization).name, check_mark(mark)
    require_position(session, uscc=organization, person=by, position=Position.LEGAL_REPRESENTATIVE)
    check_keeper(session, organization, keeper or by)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(organization.text))))
    other = seal_of(session, organization, mark)
    if other is not None and other.state is not SealState.CANCELLED:
        raise SealExists(name=other.called)
    id_, now = uuid4(), keyring.clock.now()
    handle = KeyHandle(f"{SEAL_KEY}{id_}")
    subject = Subject(name=name, organization=name, uscc=organization, serial=str(id_))
    holder = {"organization": organization.text}
    hold(session, handle, subject=subject, holder=holder, profile=Profile.SEAL, keyring=keyring)
    row = SealRow(
        id=id_,
        organization=organization.text,
        kind=mark.kind.value,
        department=mark.department,
        name_zh=name,
        keeper=keeper or by,
        key_handle=handle,
        state=SealState.MADE.value,
        state_since=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record_change(session, row, MADE, by=by, keyring=keyring)
    return read_row(row)


def change_seal(
    session: Session,
    seal_id: UUID,
    action: SealAction,
    *,
    by: PersonId,
    keyring: Keyring,
    filing_number: str = "",
) -> Seal:
    """Take one step in the life of a seal; ``filing_number``, 13 digits, goes with filing it.

    Raises:
        SealUnknown: there is no such seal.
        NotInPosition: ``by`` is not the legal representative, nor the keeper who suspends.
        SealUnchangeable: the step does not start from its state.
        FilingNumberMalformed, FilingNumberTaken: it cannot be filed under the number.
    """
    row = locked_row(session, seal_id)
    if (action, row.keeper) == (SealAction.SUSPEND, by):
        check_keeper(session, Uscc.parse(row.organization), by)
    else:
        check_owner(session, row, by)
    state = after(SealState(row.state), action)
    if state is None:
        raise SealUnchangeable(
            name=read_row(row).called,
            state=SealState(row.state).term,
            since=row.state_since,
            action=action.term,
        )
    if action is SealAction.FILE:
        row.filing_number = _filed(session, filing_number.strip())
    row.state, row.state_since = state.value, keyring.clock.now()
    session.flush()
    record_change(session, row, action.value, by=by, keyring=keyring)
    return read_row(row)


def locked_row(session: Session, seal_id: UUID) -> SealRow:
    """Give the row of a seal, locked until the transaction ends.

    Raises:
        SealUnknown: there is none.
    """
    row = session.get(SealRow, seal_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise SealUnknown(seal=seal_id)
    return row


def check_owner(session: Session, row: SealRow, by: PersonId) -> None:
    """Check that ``by`` is the legal representative of the seal's organization now.

    Raises:
        NotInPosition: somebody else is, or nobody.
    """
    uscc = Uscc.parse(row.organization)
    require_position(session, uscc=uscc, person=by, position=Position.LEGAL_REPRESENTATIVE)


def record_change(
    session: Session,
    row: SealRow,
    action: str,
    *,
    by: PersonId,
    keyring: Keyring,
    approval: bytes | None = None,
    further: Mapping[str, Value] | None = None,
) -> SealChange:
    """State what happened to a seal, which is locked, as a fact; it names a person by a commitment alone.

    ``approval`` is the digest (32 bytes) of the approval by which it happened, where there is one.
    """
    earlier = history(session, row.id)[-1:]
    version = earlier[0].version + 1 if earlier else 1
    key, now = held_key(session, KeyHandle(row.key_handle), keyring), keyring.clock.now()
    body: dict[str, Value] = {
        "action": action,
        "seal": row.id.bytes,
        "organization": row.organization,
        "kind": row.kind,
        "department": row.department,
        "held": key.fact,
        "version": version,
        "state": row.state,
        "filing_number": row.filing_number,
        "approval": approval,
        "previous": earlier[0].fact if earlier else None,
        "commitments": [commit_person(session, person(session, by))],
        **(further or {}),
    }
    before = (*(step.fact for step in earlier), *(() if approval is None else (approval,))) or (key.fact,)
    fact = keyring.platform.record(session, StatementType.SEAL, body, at=now, after=before)
    change = SealChangeRow(
        seal=row.id,
        version=version,
        action=action,
        state=row.state,
        person=by,
        fact=fact.digest,
        changed_at=now,
    )
    session.add(change)
    session.flush()
    return _change(change)


def history(session: Session, seal_id: UUID) -> tuple[SealChange, ...]:
    """Return every step of a seal's life that was recorded, the first one first."""
    rows = session.scalars(
        select(SealChangeRow).where(SealChangeRow.seal == seal_id).order_by(SealChangeRow.version)
    )
    return tuple(_change(row) for row in rows)


def _filed(session: Session, number: str) -> str:
    if not _FILING_NUMBER.fullmatch(number):
        raise FilingNumberMalformed
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(number))))
    standing = SealRow.state != SealState.CANCELLED.value
    if session.scalar(select(SealRow.id).where(SealRow.filing_number == number, standing)) is not None:
        raise FilingNumberTaken(number=number)
    return number


def _change(row: SealChangeRow) -> SealChange:
    return SealChange(
        version=row.version,
        action=row.action,
        state=SealState(row.state),
        by=PersonId(row.person),
        fact=row.fact,
        changed_at=row.changed_at,
    )
