"""API keys: how a program of a firm or of an agency comes in, without a session.

An account makes a key and sees it once; the table keeps an HMAC of it under a key that the database lacks.
A key may do what its account may do as a firm or an agency, and never more: it is no person, shows no face,
and makes no further key. It works until it is revoked.

    made = make(session, keys, account=account, label="投标系统", clock=clock)
    made.key                                                 # "yinxin_…", shown once
    visitor(session, keys, key=made.key, clock=clock)        # who stands behind it

Source: RFC 6750, section 2.1 (the Authorization header).
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, DateTime, ForeignKey, LargeBinary, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.accounts import AccountRow
from api.policy import Role, Visitor
from evidence.clock import Clock
from evidence.errors import Refused, Term
from identity.names import check_name
from ledger.database import Base

KEY_BYTES = 32  # of the key of the HMAC, and of randomness in each API key
PREFIX = "yinxin_"  # by it a scanner of repositories finds a key that was published
SCHEME = "bearer "
MAY_HOLD = (Role.FIRM, Role.AGENCY, Role.DEPARTMENT)
MOST = 10
"""Keys of one account that stand at once."""

NOTED_EVERY = timedelta(hours=1)
"""How exact the time of the last use is: not every request writes."""


LABEL = Term("用途说明", "label of the key")


class ApiKeyInvalid(Refused):
    """The key of a request is none of this house, or was revoked."""

    code = "api-key-invalid"
    zh = "接口密钥无效或已停用；请在“软件对接”页生成新的密钥。"
    en = "The API key is unknown or was revoked; make a new one on the page for other software."


class ApiKeyUnknown(Refused):
    """The account has no such key."""

    code = "api-key-unknown"
    zh = "没有这把接口密钥；请刷新页面后重试。"
    en = "You have no such API key; load the page again."


class ApiKeysTooMany(Refused):
    """The account has as many keys as it may. Facts: ``most``."""

    code = "api-keys-too-many"
    zh = "有效的接口密钥已达 {most} 把，请先停用不再使用的。"
    en = "You have {most} API keys in use, which is the most; revoke one first."


class RoleNotHeld(Refused):
    """A key was asked for with a role that its account has not, or that no key may have."""

    code = "role-not-held"
    zh = "接口密钥只能以账户自身的企业、发证机关或协同部门身份办理；请换用有该身份的账户。"
    en = "A key acts as the firm, agency or department that its account is; use such an account."


class ApiKeyRow(Base):
    """One key; ``hash`` is 32 bytes."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    label: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiKeys:
    """Hashes API keys under a key of 32 bytes that stays outside of the database."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(KEY_BYTES)
        self._key = key

    def hash(self, key: str) -> bytes:
        """Give what is kept of ``key``, 32 bytes."""
        return hmac.digest(self._key, key.encode(), "sha256")


@dataclass(frozen=True)
class ApiKey:
    """A key as its account sees it: never the key itself."""

    id: UUID
    label: str
    roles: tuple[Role, ...]
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class MadeKey:
    """A key that was just made."""

    id: UUID
    key: str = field(repr=False)


def make(
    session: Session,
    keys: ApiKeys,
    *,
    account: UUID,
    label: str,
    clock: Clock,
    roles: Sequence[Role] | None = None,
) -> MadeKey:
    """Make a key for ``account``, with all roles that it may hold or with ``roles``.

    Raises:
        RoleNotHeld: the account has none that a key may hold, or not all of ``roles``.
        ApiKeysTooMany: there are :data:`MOST` already.
        TextEmpty, TextTooLong, HiddenCharacter: the label cannot be shown.
    """
    owner = session.get_one(AccountRow, account, with_for_update=True)
    held = [role for role in MAY_HOLD if role in owner.roles]
    given = held if roles is None else list(dict.fromkeys(roles))
    if not given or not set(given) <= set(held):
        raise RoleNotHeld
    standing = select(func.count()).where(ApiKeyRow.account == account, ApiKeyRow.revoked_at.is_(None))
    if (session.scalar(standing) or 0) >= MOST:
        raise ApiKeysTooMany(most=MOST)
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = ApiKeyRow(
        id=uuid4(),
        account=account,
        roles=[str(role) for role in given],
        label=check_name(label, LABEL),
        hash=keys.hash(key),
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return MadeKey(row.id, key)


def standing(session: Session, account: UUID) -> tuple[ApiKey, ...]:
    """Give the keys of ``account`` that are not revoked, the newest first."""
    rows = session.scalars(
        select(ApiKeyRow)
        .where(ApiKeyRow.account == account, ApiKeyRow.revoked_at.is_(None))
        .order_by(ApiKeyRow.made_at.desc(), ApiKeyRow.id)
    )
    return tuple(
        ApiKey(row.id, row.label, tuple(Role(role) for role in row.roles), row.made_at, row.used_at)
        for row in rows
    )


def revoke(session: Session, key_id: UUID, *, account: UUID, clock: Clock) -> None:
    """Revoke a key of ``account``; again, it changes nothing.

    Raises:
        ApiKeyUnknown: the account has no such key.
    """
    row = session.get(ApiKeyRow, key_id, with_for_update=True)
    if row is None or row.account != account:
        raise ApiKeyUnknown
    row.revoked_at = row.revoked_at or clock.now()


def key_in(authorization: str | None) -> str | None:
    """Give the key that an Authorization header holds; None where it is absent or of another scheme."""
    if authorization is None or not authorization.lower().startswith(SCHEME):
        return None
    return authorization[len(SCHEME) :].strip()


def visitor(session: Session, keys: ApiKeys, *, key: str, clock: Clock) -> Visitor:
    """Give who stands behind ``key``: its account, with the roles that both have still.

    Raises:
        ApiKeyInvalid: it is none, or was revoked.
    """
    found = session.execute(
        select(ApiKeyRow, AccountRow)
        .join(AccountRow, AccountRow.id == ApiKeyRow.account)
        .where(ApiKeyRow.hash == keys.hash(key), ApiKeyRow.revoked_at.is_(None))
    ).one_or_none()
    if found is None:
        raise ApiKeyInvalid
    row, account = found
    now = clock.now()
    if row.used_at is None or now - row.used_at >= NOTED_EVERY:
        row.used_at = now
    return Visitor(
        roles=frozenset(role for role in MAY_HOLD if role in row.roles and role in account.roles),
        account=account.id,
        organization=account.organization,
        title_zh=account.title_zh,
        title_en=account.title_en,
        api_key=row.id,
    )
