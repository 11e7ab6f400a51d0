"""The uses of an authorization: counted from 1, each a fact, the last one its end.

The authorization's row is locked while a use is taken, and the database holds the count to what was granted,
so of any number of uses at once exactly as many succeed as are left.

    use(session, authorization_id, firm=uscc, used_for=digest, issuer=issuer, signer=signer, clock=clock)
    uses_of(session, authorization_id)[0].ordinal  # 1
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.digest import Digest, sha256
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.keys import Signer
from identity import names
from identity.authorization_changes import USE, record_change, set_end, turning
from identity.authorization_records import (
    Authorization,
    AuthorizationId,
    authorization,
    locked_row,
    read_row,
)
from identity.authorization_states import State
from identity.authorization_validity import check_within_validity
from ledger.database import Base


class UseAlreadyRecorded(Refused):
    """Under the number of this form another use was recorded. Facts: ``authorization``, ``ordinal``."""

    code = "use-already-recorded"
    zh = "这张表已登记过授权 {authorization} 的第 {ordinal} 次使用，内容不同；请重新打开本页再登记。"
    en = (
        "This form has recorded use {ordinal} of authorization {authorization}, for something else; "
        "open the page again to record another use."
    )


@dataclass(frozen=True)
class Use:
    """One use, ``ordinal`` from 1; ``used_for`` digests what relies on it, ``said`` is the firm's words."""

    ordinal: int
    used_at: datetime
    used_for: Digest | None
    said: str | None = field(repr=False)
    fact: bytes


class UseRow(Base):
    """One use of an authorization; ``sent_as`` is the number under which a page sent it, if one did."""

    __tablename__ = "authorization_uses"
    __table_args__ = (UniqueConstraint("authorization", "sent_as", name="authorization_uses_sent_once"),)

    authorization: Mapped[UUID] = mapped_column(ForeignKey("authorizations.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_for: Mapped[str | None] = mapped_column(Text)
    said: Mapped[str | None] = mapped_column(Text)
    sent_as: Mapped[UUID | None] = mapped_column(Uuid)
    fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"))


def use(
    session: Session,
    authorization_id: AuthorizationId,
    *,
    firm: Uscc,
    used_for: Digest | None = None,
    said: str | None = None,
    sent_as: UUID | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Authorization:
    """Take one use; ``used_for`` is the digest of what relies on it, such as an application.

    Where nothing with a digest relies on it, ``said`` tells what it is used for, and is what is digested.
    A use that comes again under the number ``sent_as`` was counted before and is not counted again.

    Raises:
        UseAlreadyRecorded: under this number another use was sent.
        AuthorizationUnknown, TransitionRefused: none of this firm's, or not granted, or at its end.
        AuthorizationNotYetValid, AuthorizationLapsed: now is outside the validity.
        TextEmpty, TextTooLong, HiddenCharacter: ``said`` cannot be shown on one line.
    """
    told = None if said is None else names.check_text(said, names.USED_FOR)
    if sent_as is not None and _sent_before(session, authorization_id, firm, sent_as, told):
        return authorization(session, authorization_id)
    row = turning(session, authorization_id, State.USED, firm=firm)
    check_within_validity(read_row(row), clock.now())
    subject = used_for if told is None else sha256(told.encode())
    row.taken += 1
    last = row.taken == row.uses
    fact = record_change(
        session,
        row,
        State.USED.value if last else USE,
        used_for=subject,
        ordinal=row.taken,
        issuer=issuer,
        signer=signer,
        clock=clock,
    )
    if last:
        set_end(row, State.USED, fact=fact, clock=clock)
    session.add(
        UseRow(
            authorization=row.id,
            ordinal=row.taken,
            used_at=clock.now(),
            used_for=None if subject is None else str(subject),
            said=told,
            sent_as=sent_as,
            fact=fact,
        )
    )
    session.flush()
    return read_row(row)


def _sent_before(
    session: Session, authorization_id: AuthorizationId, firm: Uscc, sent_as: UUID, told: str | None
) -> bool:
    """Whether this use of ``firm`` was recorded; waits for one that is just being recorded."""
    row = locked_row(session, authorization_id)
    sent = (UseRow.authorization == row.id) & (UseRow.sent_as == sent_as)
    before = None if row.firm != firm.text else session.scalar(select(UseRow).where(sent))
    if before is not None and before.said != told:
        raise UseAlreadyRecorded(authorization=row.id, ordinal=before.ordinal)
    return before is not None


def uses_of(session: Session, authorization_id: AuthorizationId) -> tuple[Use, ...]:
    """Give the uses that were taken, the first first."""
    rows = session.scalars(
        select(UseRow).where(UseRow.authorization == authorization_id).order_by(UseRow.ordinal)
    )
    return tuple(
        Use(
            ordinal=row.ordinal,
            used_at=row.used_at,
            used_for=None if row.used_for is None else Digest.parse(row.used_for),
            said=row.said,
            fact=row.fact,
        )
        for row in rows
    )
