"""Where authorizations are kept: the row, the value read from it, and who may read which.

A firm sees only its own and a person theirs; for anybody else's id the answer is the same as for an id that
does not exist.

    authorizations_of_firm(session, uscc)
    authorization_of_person(session, authorization_id, person=person_id)
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.digest import Digest
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.authorization_states import State
from identity.authorization_text import AuthorizationText
from identity.people import PersonId
from identity.qualifications import QualificationId
from ledger.database import Base
from ledger.places import Place, below, cut

AuthorizationId = NewType("AuthorizationId", UUID)


class AuthorizationUnknown(Refused):
    """No authorization has this id, or it is somebody else's."""

    code = "authorization-unknown"
    zh = "没有编号为 {authorization} 的授权，或者它不属于您；请在自己的授权列表中查找。"
    en = "There is no authorization {authorization} of yours; look for it in your own list."


@dataclass(frozen=True)
class Authorization:
    """One authorization as it stands now.

    ``fact`` is the digest (32 bytes) of the grant or refusal, ``end_fact`` of the use, revocation or lapse,
    ``approval`` of the approval's fact. Validity runs from ``valid_from`` up to, and without,
    ``valid_until``. ``position`` and ``scope`` are None in requests from before they were asked for.
    ``uses`` is how often it may be used, None for any number, ``taken`` how often it was. A request that
    nobody answered lapses at ``answer_by``.
    """

    id: AuthorizationId
    state: State
    firm: Uscc
    person: PersonId
    qualification: QualificationId
    purpose: str
    project: str
    position: str | None
    scope: str | None
    valid_from: datetime
    valid_until: datetime
    uses: int | None
    taken: int
    answer_by: datetime
    text: AuthorizationText = field(repr=False)
    requested_at: datetime
    answered_at: datetime | None
    approval: bytes | None
    fact: bytes | None
    ended_at: datetime | None
    end_fact: bytes | None
    reason: str | None = field(repr=False)

    @property
    def digest(self) -> Digest:
        """SHA-256 of the text's document: what the person approves."""
        return self.text.digest

    @property
    def left(self) -> int | None:
        """How often it may still be used, as far as the count goes; None for any number."""
        return None if self.uses is None else self.uses - self.taken


class AuthorizationRow(Base):
    """One authorization, from its request to its end."""

    __tablename__ = "authorizations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    firm: Mapped[str] = mapped_column(ForeignKey("organizations.uscc"))
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    qualification: Mapped[UUID] = mapped_column(ForeignKey("qualifications.id"))
    purpose: Mapped[str] = mapped_column(Text)
    project: Mapped[str] = mapped_column(Text)
    position: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    uses: Mapped[int | None] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer)
    answer_by: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approval: Mapped[bytes | None] = mapped_column(ForeignKey("approvals.fact"), unique=True)
    answer_fact: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_fact: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))
    reason: Mapped[str | None] = mapped_column(Text)


Index("authorizations_of_person", AuthorizationRow.person, AuthorizationRow.requested_at)
Index("authorizations_of_firm", AuthorizationRow.firm, AuthorizationRow.requested_at)
Index(
    "authorizations_open",
    AuthorizationRow.valid_until,
    postgresql_where=AuthorizationRow.state.in_(["requested", "granted"]),
)


def authorization(session: Session, authorization_id: AuthorizationId) -> Authorization:
    """Give the authorization with this id, whoever asks.

    Raises:
        AuthorizationUnknown: there is none.
    """
    row = session.get(AuthorizationRow, authorization_id)
    if row is None:
        raise AuthorizationUnknown(authorization=authorization_id)
    return read_row(row)


def authorization_of_person(
    session: Session, authorization_id: AuthorizationId, *, person: PersonId
) -> Authorization:
    """Give an authorization that ``person`` was asked for.

    Raises:
        AuthorizationUnknown: there is none of theirs with this id.
    """
    found = authorization(session, authorization_id)
    if found.person != person:
        raise AuthorizationUnknown(authorization=authorization_id)
    return found


def authorization_of_firm(
    session: Session, authorization_id: AuthorizationId, *, firm: Uscc
) -> Authorization:
    """Give an authorization that ``firm`` asked for.

    Raises:
        AuthorizationUnknown: there is none of theirs with this id.
    """
    found = authorization(session, authorization_id)
    if found.firm != firm:
        raise AuthorizationUnknown(authorization=authorization_id)
    return found


def authorizations_of_person(session: Session, person: PersonId) -> tuple[Authorization, ...]:
    """Give everything that ``person`` was ever asked for, the newest first."""
    return _newest_first(session, AuthorizationRow.person == person)


def authorizations_of_firm(session: Session, firm: Uscc) -> tuple[Authorization, ...]:
    """Give everything that ``firm`` ever asked for, the newest first."""
    return _newest_first(session, AuthorizationRow.firm == firm.text)


def authorization_page(
    session: Session, *, firm: Uscc | None, person: PersonId | None, after: Place | None, limit: int
) -> tuple[tuple[Authorization, ...], Place | None]:
    """Give what ``firm`` asked for or ``person`` was asked for below ``after``, and where the next begins."""
    whose = or_(
        false() if firm is None else AuthorizationRow.firm == firm.text,
        false() if person is None else AuthorizationRow.person == person,
    )
    moment, id_ = AuthorizationRow.requested_at, AuthorizationRow.id
    query = below(select(AuthorizationRow).where(whose), after, moment=moment, id_=id_, limit=limit)
    rows = session.scalars(query).all()
    lines, then = cut([Place(row.requested_at, row.id) for row in rows], limit=limit)
    return tuple(read_row(row) for row in rows[: len(lines)]), then


def locked_row(session: Session, authorization_id: AuthorizationId) -> AuthorizationRow:
    """Give the row as it is now in the database, locked until the transaction ends.

    Raises:
        AuthorizationUnknown: there is none.
    """
    query = select(AuthorizationRow).where(AuthorizationRow.id == authorization_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise AuthorizationUnknown(authorization=authorization_id)
    return row


def read_row(row: AuthorizationRow) -> Authorization:
    """Read the value of ``row``."""
    return Authorization(
        id=AuthorizationId(row.id),
        state=State(row.state),
        firm=Uscc.parse(row.firm),
        person=PersonId(row.person),
        qualification=QualificationId(row.qualification),
        purpose=row.purpose,
        project=row.project,
        position=row.position,
        scope=row.scope,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        uses=row.uses,
        taken=row.taken,
        answer_by=row.answer_by,
        text=AuthorizationText(zh=row.text_zh, en=row.text_en),
        requested_at=row.requested_at,
        answered_at=row.answered_at,
        approval=row.approval,
        fact=row.answer_fact,
        ended_at=row.ended_at,
        end_fact=row.end_fact,
        reason=row.reason,
    )


def _newest_first(session: Session, whose: ColumnElement[bool]) -> tuple[Authorization, ...]:
    rows = session.scalars(
        select(AuthorizationRow)
        .where(whose)
        .order_by(AuthorizationRow.requested_at.desc(), AuthorizationRow.id)
    )
    return tuple(read_row(row) for row in rows)
