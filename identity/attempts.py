"""Attempts that came to nothing, counted by where they came from: an address, a device, an account.

The scans of one person are limited by :mod:`identity.challenge_limits`. Here is what one place tries on many:
scans of whoever they have a session of, names and numbers guessed until one is known, faces shown to the
enrolment until one fits. All are kept for an hour, as keyed hashes alone, so that the table tells nobody who
visited.

    attempts.check(session, Attempt.SCAN, origin, clock=clock)      # before anything is looked at
    attempts.record(session, Attempt.SCAN, origin, clock=clock)     # when it was refused

Counting is not locked: answers under way at once may each still see the last free place.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused
from ledger.database import Base

WINDOW = timedelta(hours=1)
"""How long an attempt counts, and how long it is kept."""

HOUSEHOLD: Final = 64
"""Bits of an IPv6 address that name one household or firm; the rest it changes as it likes (RFC 4291)."""


class TooManyFromHere(Refused):
    """Too many attempts from one address or device came to nothing within the hour."""

    code = "too-many-from-here"
    zh = "从您这里发起而未成功的操作过多，已暂停；请在 {retry_at} 之后再试，或到政务服务窗口办理。"
    en = "Too many attempts from here came to nothing; try again after {retry_at}, or use the service window."


class Attempt(StrEnum):
    """What was tried."""

    SCAN = "scan"
    HOLDER = "holder"
    ENROLLMENT = "enrollment"
    COUNTER = "counter"


@dataclass(frozen=True)
class Most:
    """How many attempts within the hour are let through, by what they came from."""

    address: int
    device: int
    account: int


MOST: Mapping[Attempt, Most] = {
    # A hall of service windows has one address for all who scan there; a phone is one or two people's.
    Attempt.SCAN: Most(address=120, device=20, account=20),
    # A clerk mistypes; who guesses needs thousands.
    Attempt.HOLDER: Most(address=120, device=20, account=20),
    # Bad light and a cap three times over.
    Attempt.ENROLLMENT: Most(address=120, device=12, account=12),
    # An officer mistypes too; all counters of a hall may have one address.
    Attempt.COUNTER: Most(address=120, device=20, account=20),
}


@dataclass(frozen=True)
class Origin:
    """Where a request came from, as keyed hashes of 32 bytes; None is a device without a mark, or nobody."""

    address: bytes
    device: bytes | None
    account: bytes | None


class OriginMask:
    """Turns addresses and marks of devices into keyed hashes (HMAC-SHA-256)."""

    def __init__(self, key: bytes) -> None:
        """Mask with ``key``, 32 bytes."""
        self._key = key

    def __repr__(self) -> str:
        return "OriginMask(…)"

    def origin(self, *, address: str, device: str | None, account: UUID | None = None) -> Origin:
        """Mask ``address``, in text, the mark of the device and the account, where there are any."""
        return Origin(
            address=self._masked("address", _place(address)),
            device=None if device is None else self._masked("device", device),
            account=None if account is None else self._masked("account", str(account)),
        )

    def _masked(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\x00{value}".encode(), hashlib.sha256)


class VainAttemptRow(Base):
    """One attempt from one source: an address, a device or an account; an attempt has a row for each."""

    __tablename__ = "vain_attempts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


Index("vain_attempts_of_source", VainAttemptRow.kind, VainAttemptRow.source, VainAttemptRow.at)
Index("vain_attempts_by_time", VainAttemptRow.at)


def check(session: Session, kind: Attempt, origin: Origin, *, clock: Clock) -> None:
    """Check that ``origin`` may try again.

    Raises:
        TooManyFromHere: too many of its attempts within the hour came to nothing.
    """
    row, since = VainAttemptRow, clock.now() - WINDOW
    most_of = MOST[kind]
    sources = (
        (origin.address, most_of.address),
        (origin.device, most_of.device),
        (origin.account, most_of.account),
    )
    for source, most in sources:
        if source is None:
            continue
        times = session.scalars(
            select(row.at)
            .where(row.kind == kind.value, row.source == source, row.at > since)
            .order_by(row.at.desc())
            .limit(most)
        ).all()
        if len(times) >= most:
            raise TooManyFromHere(retry_at=times[-1] + WINDOW)


def record(session: Session, kind: Attempt, origin: Origin, *, clock: Clock) -> None:
    """Count an attempt of ``origin`` that came to nothing."""
    now = clock.now()
    for source in (origin.address, origin.device, origin.account):
        if source is not None:
            session.add(VainAttemptRow(kind=kind.value, source=source, at=now))
    session.flush()


def forget_due(session: Session, *, clock: Clock) -> None:
    """Forget the attempts that count no more. A step for the worker."""
    session.execute(delete(VainAttemptRow).where(VainAttemptRow.at <= clock.now() - WINDOW))


def _place(address: str) -> str:
    """Cut an IPv6 address to its household; what is no address, such as a name, stays as it is."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((parsed.packed, HOUSEHOLD), strict=False))
    return str(parsed)
