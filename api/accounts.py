"""Accounts and their sessions: who is signed in, and how they came in.

An account names its roles and, where it has them, the person and the organization it acts for. A session is
a random token of 32 bytes in a cookie; the table keeps its SHA-256 only. A sign-in link is a token of the
same kind that works once. In the demonstration, and only there, an account marked ``demonstration`` is
entered by one click.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Boolean, DateTime, ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.policy import Role, Visitor
from evidence.clock import Clock
from evidence.errors import Refused
from ledger.database import Base

SESSION_LIFE = timedelta(hours=12)  # a working day; the officer signs in once a shift
LINK_LIFE = timedelta(hours=24)
TOKEN_BYTES = 32


class AccountUnknown(Refused):
    """No such account, or it is not offered here."""

    code = "account-unknown"
    zh = "没有这个账户，请回到首页重新选择。"
    en = "There is no such account; go back to the first page and choose again."


class LinkSpent(Refused):
    """A sign-in link that was used, has expired or never was."""

    code = "link-spent"
    zh = "此登录链接已使用或已失效，请向管理员索取新的链接。"
    en = "This sign-in link was used or has expired; ask the administrator for a new one."


class AccountRow(Base):
    """One account."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    person: Mapped[UUID | None]
    organization: Mapped[str | None]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    demonstration: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TokenRow(Base):
    """One session or one sign-in link, known by the SHA-256 of its token."""

    __tablename__ = "account_tokens"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    link: Mapped[bool] = mapped_column(Boolean)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Account:
    """An account as the pages show it."""

    id: UUID
    roles: tuple[Role, ...]
    title_zh: str
    title_en: str


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def open_account(
    session: Session,
    *,
    roles: tuple[Role, ...],
    title_zh: str,
    title_en: str,
    clock: Clock,
    person: UUID | None = None,
    organization: str | None = None,
    demonstration: bool = False,
) -> UUID:
    """Open an account and give its identifier."""
    row = AccountRow(
        id=uuid4(),
        roles=[str(role) for role in roles],
        person=person,
        organization=organization,
        title_zh=title_zh,
        title_en=title_en,
        demonstration=demonstration,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def demonstration_accounts(session: Session) -> tuple[Account, ...]:
    """Give the one-click accounts in the order they were opened."""
    rows = session.scalars(select(AccountRow).where(AccountRow.demonstration).order_by(AccountRow.created_at))
    return tuple(
        Account(
            id=row.id,
            roles=tuple(Role(role) for role in row.roles),
            title_zh=row.title_zh,
            title_en=row.title_en,
        )
        for row in rows
    )


def _token(session: Session, *, account: UUID, link: bool, life: timedelta, clock: Clock) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(TokenRow(hash=_hash(token), account=account, link=link, expires_at=clock.now() + life))
    return token


def sign_in_by_click(session: Session, *, account: UUID, clock: Clock, life: timedelta = SESSION_LIFE) -> str:
    """Enter a demonstration account; give the session token.

    Raises:
        AccountUnknown: no such account, or it is not a demonstration account.
    """
    row = session.get(AccountRow, account)
    if row is None or not row.demonstration:
        raise AccountUnknown
    return _token(session, account=row.id, link=False, life=life, clock=clock)


def sign_in_link(session: Session, *, account: UUID, clock: Clock) -> str:
    """Make a sign-in token for ``account`` that works once within ``LINK_LIFE``.

    Raises:
        AccountUnknown: no such account.
    """
    if session.get(AccountRow, account) is None:
        raise AccountUnknown
    return _token(session, account=account, link=True, life=LINK_LIFE, clock=clock)


def sign_in_by_link(session: Session, *, token: str, clock: Clock, life: timedelta = SESSION_LIFE) -> str:
    """Spend a sign-in link; give the session token. Tokens that have expired are forgotten.

    Raises:
        LinkSpent: the link was used, has expired or never was.
    """
    spent = session.scalars(
        delete(TokenRow)
        .where(TokenRow.hash == _hash(token), TokenRow.link, TokenRow.expires_at > clock.now())
        .returning(TokenRow.account)
    ).one_or_none()
    if spent is None:
        raise LinkSpent
    session.execute(delete(TokenRow).where(TokenRow.expires_at <= clock.now()))
    return _token(session, account=spent, link=False, life=life, clock=clock)


def visitor(session: Session, *, token: str | None, clock: Clock) -> Visitor:
    """Give who stands behind ``token``; nobody when it is absent, unknown or expired."""
    if not token:
        return Visitor()
    row = session.scalars(
        select(AccountRow)
        .join(TokenRow, TokenRow.account == AccountRow.id)
        .where(TokenRow.hash == _hash(token), ~TokenRow.link, TokenRow.expires_at > clock.now())
    ).one_or_none()
    if row is None:
        return Visitor()
    return Visitor(
        roles=frozenset(Role(role) for role in row.roles),
        account=row.id,
        person=row.person,
        organization=row.organization,
        title_zh=row.title_zh,
        title_en=row.title_en,
    )


def sign_out(session: Session, *, token: str) -> None:
    """End the session of ``token``."""
    session.execute(delete(TokenRow).where(TokenRow.hash == _hash(token)))
