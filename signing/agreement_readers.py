"""Readers of an agreement: viewers (查阅人) and copies (抄送), who read it and never act.

They stand outside the manifest, for they sign nothing. The life of a reader: named by the starter, at the
start or later; told once; taken away, perhaps, and then kept on record, so that every party sees who could
read it and until when. A viewer reads at once, a copy once the PDFs are assembled. A person reads while they
act for the organization that they were named for; where nobody is named, the organization's accounts read.

    name_readers(session, agreement_id, (ReaderDraft(ReaderKind.VIEWER, uscc, person_id),), clock=clock)
    reads(session, agreement_id, organization=None, person=person_id)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Select,
    Text,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.members import memberships
from identity.people import PersonId
from ledger.database import Base
from signing.tables import AgreementRow, AssemblyRow

MOST_READERS = 20
"""Readers of one agreement at most, those who were taken away among them."""

_AT_ONCE = 100
"""Readers that are told in one transaction."""


class ReaderKind(StrEnum):
    """From when on a reader reads."""

    VIEWER = "viewer"
    COPY = "copy"

    @property
    def term(self) -> Term:
        """The kind as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {ReaderKind.VIEWER: Term("查阅人", "viewer"), ReaderKind.COPY: Term("抄送对象", "copy")}


class TooManyReaders(Refused):
    """More are named than an agreement may have. Facts: ``most``."""

    code = "too-many-readers"
    zh = "一次签署最多指定 {most} 位查阅人和抄送对象（含已移除的）；请减少后再试。"
    en = "An agreement has {most} viewers and copies at most, those taken away included; name fewer."


class ReaderTwice(Refused):
    """The same person of the same organization, or the same organization, is named again."""

    code = "reader-twice"
    zh = "同一单位或同一人员只能指定一次；请删去重复的查阅人或抄送对象。"
    en = "Each person and each organization is named once; leave out the viewer or copy that is named twice."


class ReaderUnknown(Refused):
    """The agreement has no such reader who may still read."""

    code = "reader-unknown"
    zh = "本次签署没有这位查阅人或抄送对象，或已被移除；请刷新页面。"
    en = "The agreement has no such viewer or copy, or they were taken away; load the page again."


class ReaderRow(Base):
    """One reader; ``person`` is None where the whole organization reads, ``id`` grows with time."""

    __tablename__ = "agreement_readers"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    organization: Mapped[str] = mapped_column(ForeignKey("organizations.uscc"), index=True)
    person: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    named_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


_STANDING = ReaderRow.ended_at.is_(None)
_READABLE = or_(
    ReaderRow.kind == ReaderKind.VIEWER.value,
    ReaderRow.agreement.in_(select(AssemblyRow.agreement).where(AssemblyRow.results.is_not(None))),
)
"""A viewer reads at once, a copy what has been assembled, also when it was voided since."""


@dataclass(frozen=True, kw_only=True)
class ReaderDraft:
    """A reader to be named; without a ``person`` the whole organization."""

    kind: ReaderKind
    organization: Uscc
    person: PersonId | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A reader as it stands; ``ended_at`` is when the starter took them away."""

    id: int
    agreement: UUID
    kind: ReaderKind
    organization: Uscc
    person: PersonId | None
    named_at: datetime
    ended_at: datetime | None


def check_apart(drafts: Sequence[ReaderDraft]) -> None:
    """Check, before there is an agreement, that nobody is named twice.

    Raises:
        ReaderTwice: somebody is.
    """
    if len({(each.organization, each.person) for each in drafts}) < len(drafts):
        raise ReaderTwice


def name_readers(
    session: Session, agreement_id: UUID, drafts: Sequence[ReaderDraft], *, clock: Clock
) -> tuple[Reader, ...]:
    """Name readers of an agreement; who was taken away before reads again, and is not told again.

    Raises:
        TooManyReaders: it would have more than ``MOST_READERS``.
        ReaderTwice: one of them stands already, or is named twice.
    """
    if not drafts:
        return ()
    session.get_one(AgreementRow, agreement_id, with_for_update={"key_share": True})  # one after the other
    query = select(ReaderRow).where(ReaderRow.agreement == agreement_id).order_by(ReaderRow.id)
    rows = session.scalars(query).all()
    told = {(row.organization, row.person, row.kind): row.told_at for row in rows}
    standing = {(row.organization, row.person) for row in rows if row.ended_at is None}
    named: list[ReaderRow] = []
    for draft in drafts:
        who = (draft.organization.text, draft.person)
        if who in standing:
            raise ReaderTwice
        standing.add(who)
        named.append(
            ReaderRow(
                agreement=agreement_id,
                kind=draft.kind.value,
                organization=draft.organization.text,
                person=draft.person,
                named_at=clock.now(),
                told_at=told.get((*who, draft.kind.value)),
            )
        )
    if len(rows) + len(named) > MOST_READERS:
        raise TooManyReaders(most=MOST_READERS)
    session.add_all(named)
    session.flush()
    return tuple(_reader(row) for row in named)


def take_away(session: Session, agreement_id: UUID, reader_id: int, *, clock: Clock) -> None:
    """Let a reader read no more; that they could stays on record.

    Raises:
        ReaderUnknown: the agreement has none of this id who may still read.
    """
    row = session.get(ReaderRow, reader_id, with_for_update=True)
    if row is None or row.agreement != agreement_id or row.ended_at is not None:
        raise ReaderUnknown
    row.ended_at = clock.now()
    session.flush()


def readers(session: Session, agreement_id: UUID) -> tuple[Reader, ...]:
    """Return everybody who was ever named a reader of the agreement, the first one first."""
    rows = session.scalars(
        select(ReaderRow).where(ReaderRow.agreement == agreement_id).order_by(ReaderRow.id)
    )
    return tuple(_reader(row) for row in rows)


def read_by(session: Session, *, organization: Uscc | None, person: PersonId | None) -> Select[*tuple[UUID]]:
    """Select the agreements that the organization's accounts, or the person, may read now as a reader."""
    whose: list[ColumnElement[bool]] = []
    if organization is not None:
        whose.append(and_(ReaderRow.person.is_(None), ReaderRow.organization == organization.text))
    if person is not None:
        serves = [each.organization.text for each in memberships(session, person)]
        whose.append(and_(ReaderRow.person == person, ReaderRow.organization.in_(serves)))
    return select(ReaderRow.agreement).where(_STANDING, _READABLE, or_(false(), *whose))


def reads(
    session: Session, agreement_id: UUID, *, organization: Uscc | None, person: PersonId | None
) -> bool:
    """Whether the organization's accounts, or the person, may read the agreement now as a reader."""
    mine = read_by(session, organization=organization, person=person)
    return session.scalar(mine.where(ReaderRow.agreement == agreement_id).limit(1)) is not None


def take_untold(session: Session, *, at: datetime) -> tuple[Reader, ...]:
    """Give who may read by now and was not told, some at once; from ``at`` on they count as told.

    Who is taken away and named again as before is not told again.
    """
    untold = select(ReaderRow).where(_STANDING, _READABLE, ReaderRow.told_at.is_(None))
    first = untold.order_by(ReaderRow.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
    rows = session.scalars(first).all()
    for row in rows:
        row.told_at = at
    session.flush()
    return tuple(_reader(row) for row in rows)


def told_as_organization(session: Session, organization: Uscc, *, since: datetime) -> int:
    """Count how often the whole organization was told that it may read something, from ``since`` on."""
    query = select(func.count()).where(
        ReaderRow.organization == organization.text, ReaderRow.person.is_(None), ReaderRow.told_at >= since
    )
    return session.scalar(query) or 0


def present_readers(session: Session, agreement_id: UUID) -> tuple[Reader, ...]:
    """Return who may read the agreement now as a reader, by what the starter named."""
    rows = session.scalars(
        select(ReaderRow)
        .where(ReaderRow.agreement == agreement_id, _STANDING, _READABLE)
        .order_by(ReaderRow.id)
    )
    return tuple(_reader(row) for row in rows)


def _reader(row: ReaderRow) -> Reader:
    return Reader(
        id=row.id,
        agreement=row.agreement,
        kind=ReaderKind(row.kind),
        organization=Uscc.parse(row.organization),
        person=None if row.person is None else PersonId(row.person),
        named_at=row.named_at,
        ended_at=row.ended_at,
    )
