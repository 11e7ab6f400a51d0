"""Framing origins: the sites of an organization whose pages may hold the signing page in a frame.

An origin is a scheme, a host and, where it is not the scheme's own, a port; it is kept as browsers write it.
Only https counts, for who changes a page on its way changes what is framed in it.

    register(session, organization=uscc, origin="https://oa.example.com", clock=clock)
    check_registered(session, organization=uscc, origin="https://oa.example.com")

Source: RFC 6454, section 6.2 (how an origin is written); Content Security Policy Level 3, frame-ancestors.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Invalid, Refused
from evidence.identifiers import Uscc
from ledger.database import Base

MOST = 10
"""Origins of one organization."""

LONGEST = 200  # characters
_HOST = re.compile(r"(?=.{1,190}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_OWN_PORT = {"https": 443, "http": 80}
_HERE = frozenset({"localhost", "127.0.0.1"})


class FramingOriginMalformed(Invalid):
    """A text is no origin that may frame; it is not repeated, because it may hold a password."""

    code = "framing-origin-malformed"
    zh = (
        "嵌入网站应写作 https://主机名（端口可选），不含路径、用户名和通配符，"
        "中文域名写成 xn-- 开头的形式；请改正后重试。"
    )
    en = (
        "A site that frames is written https://host, with a port where it needs one, and no path, user name "
        "or wildcard, a Chinese name in its xn-- form; correct it."
    )


class FramingOriginUnknown(Refused):
    """The organization has registered no such origin."""

    code = "framing-origin-unknown"
    zh = "没有登记过这个嵌入网站；请刷新页面后重试。"
    en = "You have registered no such site; load the page again."


class FramingOriginsTooMany(Refused):
    """The organization has as many origins as it may. Facts: ``most``."""

    code = "framing-origins-too-many"
    zh = "嵌入网站已达 {most} 个，请先移除不再使用的。"
    en = "You have {most} sites that may frame, which is the most; remove one first."


class FramingOriginForeign(Refused):
    """An origin is not among those that the organization registered. Facts: ``origin``."""

    code = "framing-origin-foreign"
    zh = "“{origin}”不是发起单位登记的嵌入网站；请发起单位先在“软件对接”页登记，再重新申请签署地址。"
    en = (
        "{origin} is no site that the starting firm has registered; let it register the site on its page for "
        "other software and ask for a new address."
    )


class FramingOriginRow(Base):
    """One origin of one organization."""

    __tablename__ = "framing_origins"
    __table_args__ = (UniqueConstraint("organization", "origin"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class FramingOrigin:
    """An origin as its organization sees it."""

    id: UUID
    origin: str
    registered_at: datetime


def read_origin(text: str, *, loopback: bool = False) -> str:
    """Read an origin as somebody types it; ``loopback`` allows plain HTTP on this machine besides.

    Raises:
        FramingOriginMalformed: it is none, or not https.
    """
    try:
        parts = urlsplit(text.strip().removesuffix("/"))
        port = parts.port
    except ValueError:
        raise FramingOriginMalformed from None
    host = parts.hostname or ""
    plain = loopback and parts.scheme == "http" and host in _HERE
    written = parts.netloc.lower() in {host, f"{host}:{port}"}  # no user name, no bracket, no empty port
    bare = written and not (parts.path or parts.query or parts.fragment) and len(text) <= LONGEST
    if not bare or not _HOST.fullmatch(host) or not (parts.scheme == "https" or plain):
        raise FramingOriginMalformed
    own = port in (None, _OWN_PORT[parts.scheme])
    return f"{parts.scheme}://{host}" if own else f"{parts.scheme}://{host}:{port}"


def register(
    session: Session, *, organization: Uscc, origin: str, clock: Clock, loopback: bool = False
) -> FramingOrigin:
    """Register ``origin``; again, it changes nothing.

    Raises:
        FramingOriginMalformed: it is none, or not https.
        FramingOriginsTooMany: there are :data:`MOST` already.
    """
    read = read_origin(origin, loopback=loopback)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(organization.text, 0))))
    standing = registered(session, organization)
    known = next((one for one in standing if one.origin == read), None)
    if known is not None:
        return known
    if len(standing) >= MOST:
        raise FramingOriginsTooMany(most=MOST)
    row = FramingOriginRow(id=uuid4(), organization=organization.text, origin=read, registered_at=clock.now())
    session.add(row)
    session.flush()
    return FramingOrigin(row.id, row.origin, row.registered_at)


def registered(session: Session, organization: Uscc) -> tuple[FramingOrigin, ...]:
    """Give the origins of ``organization``, in the order of the alphabet."""
    rows = session.scalars(
        select(FramingOriginRow)
        .where(FramingOriginRow.organization == organization.text)
        .order_by(FramingOriginRow.origin)
    )
    return tuple(FramingOrigin(row.id, row.origin, row.registered_at) for row in rows)


def check_registered(session: Session, *, organization: Uscc, origin: str) -> None:
    """Check that pages of ``origin`` may frame what ``organization`` started.

    Raises:
        FramingOriginForeign: it is not registered, or not any more.
    """
    if origin not in {one.origin for one in registered(session, organization)}:
        raise FramingOriginForeign(origin=origin)


def remove(session: Session, origin_id: UUID, *, organization: Uscc) -> None:
    """Remove an origin of ``organization``: from now on none of its frames is served.

    Raises:
        FramingOriginUnknown: it has no such origin.
    """
    row = session.get(FramingOriginRow, origin_id)
    if row is None or row.organization != organization.text:
        raise FramingOriginUnknown
    session.delete(row)
    session.flush()
