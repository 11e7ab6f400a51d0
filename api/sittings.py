"""A sitting: the parties of an agreement sign in person, one after another, on one device.

A party opens it, and from then on the device knows which agreement lies on the table, and whose turn it is.
It knows nobody: whoever signs comes in by their own sign-in and shows their own face, and before the next one
comes the session of the one before is over. The device holds a random token of 32 bytes in a cookie; the
table keeps its SHA-256 only.

    opened -> turn of a slot -> turn of the next -> closed, or over after ``LIFE``
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.accounts import TOKEN_BYTES, sign_out
from evidence.clock import Clock
from evidence.errors import Refused
from ledger.database import Base
from signing.agreements import AgreementState, agreement

COOKIE = "yinxin_sitting"

LIFE = timedelta(hours=2)
"""How long parties may sit together."""

TURN_LIFE = timedelta(minutes=15)
"""How long whoever came in at a sitting stays signed in, should they go without passing the device on."""

FORGOTTEN = '"cache", "storage"'
"""What a browser is told by ``Clear-Site-Data`` to forget of who was there: what it fetched and what scripts
stored. The page that is left just then is not kept to go back to because every page is ``no-store``."""


class SittingUnknown(Refused):
    """The device is at no sitting."""

    code = "sitting-unknown"
    zh = "本机没有进行中的现场签署，或已超过两小时；请由一方登录，在该文件的页面重新开始。"
    en = "No signing in person goes on here, or two hours are over; let a party sign in and begin it again."


class SittingRow(Base):
    """One sitting, known by the SHA-256 of its token; ``slot`` is whose turn it is."""

    __tablename__ = "sittings"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    slot: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Sitting:
    """The agreement on the table, and the slot whose turn it is, if any."""

    agreement: UUID
    slot: str | None

    @property
    def next(self) -> str:
        """Where whoever comes in goes on."""
        page = f"/agreements/{self.agreement}"
        return page if self.slot is None else f"{page}/slots/{self.slot}"


def open_sitting(session: Session, agreement_id: UUID, *, clock: Clock) -> str:
    """Open a sitting over an agreement that the visitor may see; give the device's token."""
    session.execute(delete(SittingRow).where(SittingRow.expires_at <= clock.now()))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(SittingRow(hash=_hash(token), agreement=agreement_id, expires_at=clock.now() + LIFE))
    session.flush()
    return token


def sitting(session: Session, token: str | None, *, clock: Clock) -> Sitting:
    """Give the sitting of a device.

    Raises:
        SittingUnknown: it is at none, or that is over.
    """
    row = _row(session, token, clock)
    return Sitting(row.agreement, row.slot)


def give_turn(session: Session, token: str | None, slot: str | None, *, clock: Clock) -> Sitting:
    """Say whose turn it is next; None while nobody has said so.

    Raises:
        SittingUnknown: the device is at no sitting.
        SlotUnknown: the agreement has no such slot.
    """
    row = _row(session, token, clock)
    if slot is not None:
        agreement(session, row.agreement).slot(slot)
    row.slot = slot
    session.flush()
    return Sitting(row.agreement, slot)


def come_in(session: Session, token: str | None, *, before: str | None, clock: Clock) -> Sitting | None:
    """Give the sitting at which somebody comes in, if the device is at one whose agreement is still signed.

    The session ``before``, which the browser still holds, is over: nobody comes in beside somebody else.
    """
    if before:
        sign_out(session, token=before)
    try:
        found = sitting(session, token, clock=clock)
    except SittingUnknown:
        return None
    if agreement(session, found.agreement).state(clock.now()) is not AgreementState.OPEN:
        close(session, token)
        return None
    return found


def close(session: Session, token: str | None) -> None:
    """Close the sitting of a device, if it is at one."""
    if token:
        session.execute(delete(SittingRow).where(SittingRow.hash == _hash(token)))


def _row(session: Session, token: str | None, clock: Clock) -> SittingRow:
    row = session.get(SittingRow, _hash(token)) if token else None
    if row is None or row.expires_at <= clock.now():
        raise SittingUnknown
    return row


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
