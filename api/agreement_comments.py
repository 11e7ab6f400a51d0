"""Comments on an agreement: one line each, read by all who see it, and no part of what is signed.

Neither signed nor logged. Whoever wrote one may take it back; then nothing of it is kept.

    write(session, agreement_id, account=account, text="第 3 页的面积请核对", clock=clock)
    comments(session, agreement_id)
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.accounts import AccountRow
from evidence.clock import Clock
from evidence.errors import Refused, Term
from identity.names import COMMENT, check_text
from ledger.database import Base

MOST = 20
"""Comments of one account on one agreement that stand at once."""


class TooManyComments(Refused):
    """The author has as many comments here as may stand. Facts: ``most``."""

    code = "too-many-comments"
    zh = "您在本次签署中的留言已达 {most} 条；请先删去不再需要的，或直接联系对方。"
    en = "You have {most} comments here, which is the most; delete one first, or call the other party."


class CommentUnknown(Refused):
    """The author has no such comment on the agreement."""

    code = "comment-unknown"
    zh = "这里没有您的这条留言；请刷新页面。"
    en = "You have no such comment here; load the page again."


class CommentRow(Base):
    """One comment; ``id`` grows with time."""

    __tablename__ = "agreement_comments"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), index=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Comment:
    """One comment; ``author`` is the title of the ``account`` that wrote it."""

    id: int
    account: UUID
    author: Term
    text: str = field(repr=False)
    written_at: datetime


def write(session: Session, agreement_id: UUID, *, account: UUID, text: str, clock: Clock) -> None:
    """Write a comment on an agreement that the account may see.

    Raises:
        TooManyComments: ``MOST`` of this author stand.
        TextEmpty, TextTooLong, HiddenCharacter: the text cannot be shown on one line.
    """
    session.get_one(AccountRow, account, with_for_update={"key_share": True})  # one after the other
    theirs = (CommentRow.agreement == agreement_id, CommentRow.account == account)
    if (session.scalar(select(func.count()).where(*theirs)) or 0) >= MOST:
        raise TooManyComments(most=MOST)
    session.add(
        CommentRow(
            agreement=agreement_id,
            account=account,
            text=check_text(text, COMMENT),
            written_at=clock.now(),
        )
    )
    session.flush()


def take_back(session: Session, agreement_id: UUID, comment_id: int, *, account: UUID) -> None:
    """Erase a comment that ``account`` wrote.

    Raises:
        CommentUnknown: it has none of this id on the agreement.
    """
    row = session.get(CommentRow, comment_id, with_for_update=True)
    if row is None or (row.agreement, row.account) != (agreement_id, account):
        raise CommentUnknown
    session.delete(row)
    session.flush()


def own_comments(session: Session, agreement_id: UUID, *, account: UUID) -> frozenset[int]:
    """Return the ids of the comments on an agreement that ``account`` wrote."""
    return frozenset(one.id for one in comments(session, agreement_id) if one.account == account)


def comments(session: Session, agreement_id: UUID) -> tuple[Comment, ...]:
    """Return the comments on an agreement, the oldest first."""
    rows = session.execute(
        select(CommentRow, AccountRow)
        .join(AccountRow, AccountRow.id == CommentRow.account)
        .where(CommentRow.agreement == agreement_id)
        .order_by(CommentRow.id)
    )
    return tuple(
        Comment(row.id, row.account, Term(author.title_zh, author.title_en), row.text, row.written_at)
        for row, author in rows
    )
