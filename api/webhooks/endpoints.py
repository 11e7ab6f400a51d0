"""Endpoints: where an organization's software is told what happened, each with a secret of its own.

An endpoint is an HTTPS address that the organization registers. Its secret is shown once; it is kept sealed
with AES-256-GCM under a key that is not in the database, bound to the endpoint, because each delivery is
signed with it. A revoked endpoint is told nothing any more.

    endpoint, secret = register(session, secrets, organization=uscc, url="https://…", clock=clock)

Source: NIST SP 800-38D (GCM, 96-bit nonces).
"""

import secrets as randomness
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import DateTime, Integer, LargeBinary, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.webhooks.public_address import is_public
from api.webhooks.signature import draw_secret, written
from evidence.clock import Clock
from evidence.errors import Invalid, Refused
from evidence.identifiers import Uscc
from ledger.database import Base

MOST = 5
"""Endpoints of one organization that stand at once."""

LONGEST_URL = 500  # characters
NONCE_BYTES = 12
_DOMAIN = b"yinxin/webhook-secret/1"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class WebhookAddressMalformed(Invalid):
    """A text is no address for webhooks; it is not repeated, because it may hold a password."""

    code = "webhook-address-malformed"
    zh = "推送地址应为公网上的 https://主机/路径，不含用户名和“#”；请改正后重试。"
    en = "A webhook goes to https://host/path on the public internet, without a user name or #; correct it."


class WebhookUnknown(Refused):
    """The organization has no such endpoint."""

    code = "webhook-unknown"
    zh = "没有这个推送地址；请刷新页面后重试。"
    en = "You have no such webhook; load the page again."


class WebhooksTooMany(Refused):
    """The organization has as many endpoints as it may. Facts: ``most``."""

    code = "webhooks-too-many"
    zh = "推送地址已达 {most} 个，请先停用不再使用的。"
    en = "You have {most} webhooks, which is the most; revoke one first."


class EndpointRow(Base):
    """One endpoint; ``secret`` is nonce ‖ ciphertext ‖ tag.

    It rests until ``rests_until`` after ``failures`` in a row.
    """

    __tablename__ = "webhook_endpoints"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization: Mapped[str] = mapped_column(Text, index=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(Integer)
    rests_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as its organization sees it: never the secret."""

    id: UUID
    url: str
    registered_at: datetime


class EndpointSecrets:
    """Seals the secrets of endpoints under one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, endpoint: UUID) -> bytes:
        """Seal ``secret`` for ``endpoint``."""
        nonce = randomness.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, _DOMAIN + endpoint.bytes)

    def open(self, sealed: bytes, endpoint: UUID) -> bytes:
        """Give back what was sealed for ``endpoint``.

        Raises:
            InvalidTag: altered, sealed for another one, or under another key.
        """
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _DOMAIN + endpoint.bytes)


def register(
    session: Session,
    secrets: EndpointSecrets,
    *,
    organization: Uscc,
    url: str,
    clock: Clock,
    loopback: bool = False,
) -> tuple[Endpoint, str]:
    """Register ``url``; give the endpoint and its secret as the receiver enters it.

    ``loopback`` allows plain HTTP to this machine besides.

    Raises:
        WebhookAddressMalformed: it is no HTTPS address, or one that is plainly not public.
        WebhooksTooMany: there are :data:`MOST` already.
    """
    _check_url(url, loopback=loopback)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(organization.text, 0))))
    if len(endpoints_of(session, organization)) >= MOST:
        raise WebhooksTooMany(most=MOST)
    id_, secret = uuid4(), draw_secret()
    row = EndpointRow(
        id=id_,
        organization=organization.text,
        url=url,
        secret=secrets.seal(secret, id_),
        registered_at=clock.now(),
        failures=0,
    )
    session.add(row)
    session.flush()
    return _shown(row), written(secret)


def endpoints_of(session: Session, organization: Uscc) -> tuple[Endpoint, ...]:
    """Give the endpoints of ``organization`` that are not revoked, the newest first."""
    query = select(EndpointRow).where(
        EndpointRow.organization == organization.text, EndpointRow.revoked_at.is_(None)
    )
    rows = session.scalars(query.order_by(EndpointRow.registered_at.desc(), EndpointRow.id))
    return tuple(_shown(row) for row in rows)


def own_row(session: Session, endpoint: UUID, *, organization: Uscc) -> EndpointRow:
    """Give the row of an endpoint of ``organization``, locked.

    Raises:
        WebhookUnknown: there is none of theirs that stands.
    """
    row = session.get(EndpointRow, endpoint, with_for_update={"key_share": True}, populate_existing=True)
    if row is None or row.organization != organization.text or row.revoked_at is not None:
        raise WebhookUnknown
    return row


def _shown(row: EndpointRow) -> Endpoint:
    return Endpoint(row.id, row.url, row.registered_at)


def _check_url(url: str, *, loopback: bool) -> None:
    try:
        parts = urlsplit(url)
        _ = (parts.port, httpx.URL(url))
    except (ValueError, httpx.InvalidURL):
        raise WebhookAddressMalformed from None
    host = parts.hostname or ""
    plain = loopback and parts.scheme == "http" and host in _HERE
    bare = "@" not in parts.netloc and "#" not in url and url.isascii() and url.isprintable()
    if not host or not bare or len(url) > LONGEST_URL or not (parts.scheme == "https" or plain):
        raise WebhookAddressMalformed
    if not plain and _is_private_number(host):
        raise WebhookAddressMalformed


def _is_private_number(host: str) -> bool:
    """Whether ``host`` is the number of an address that is not public; names are looked up when reached."""
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False
