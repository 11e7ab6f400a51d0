"""Embeddings: one slot's signing page in a frame of a firm's own software, by an address that works once.

The firm that started the agreement asks for an address for one slot and one of its registered origins. The
frame that opens it gets a session of its own, which reads this agreement as the person whom the slot expects
and asks for their face scan, and does nothing else: it declines nothing and hands nothing on. The address
proves nothing of who sits before the frame; the scan does, and the device key, as anywhere.

    asked -> opened once, within ``ADDRESS_LIFE`` -> over after ``FRAME_LIFE``

Address and session are random tokens of 32 bytes; the table keeps their SHA-256 only. With the API key that
asked or the origin, every frame of theirs ends.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.accounts import TOKEN_BYTES
from api.api_keys import ApiKeyRow
from api.embedding.framing_origins import check_registered
from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.people import PersonId
from ledger.database import Base

ADDRESS_LIFE = timedelta(minutes=5)
"""How long an address may wait to be opened: a page is loaded with it at once."""

FRAME_LIFE = timedelta(minutes=15)
"""How long an opened frame may be signed in; as long as a turn at a sitting."""

LATE = timedelta(minutes=1)
"""How much longer an opened frame answers what it asked in time and shows the outcome: a challenge's life."""

KEPT = timedelta(days=1)
"""How long a row that is over is kept, so that who comes late reads why."""


class EmbeddingUnknown(Refused):
    """No such address was given out."""

    code = "embedding-unknown"
    zh = "没有这个签署地址；请回到原网站重新打开签署页。"
    en = "There is no such signing address; open the signing page again from the site that you came from."


class EmbeddingSpent(Refused):
    """The address was opened before."""

    code = "embedding-spent"
    zh = "此签署地址已经打开过，每个地址只能用一次；请回到原网站重新打开签署页。"
    en = "This signing address was opened before and works once; open the signing page again from its site."


class EmbeddingExpired(Refused):
    """The address was not opened in time, or the frame stood open too long. Facts: ``minutes``."""

    code = "embedding-expired"
    zh = "签署页已超过 {minutes} 分钟的时限；请回到原网站重新打开。"
    en = "The signing page is past its limit of {minutes} minutes; open it again from the site it stands on."


class EmbeddingKeyRevoked(Refused):
    """The API key that asked for the address was revoked since."""

    code = "embedding-key-revoked"
    zh = "申请此签署页的接口密钥已停用，签署页随之关闭；请联系发起单位。"
    en = "The API key that asked for this signing page was revoked, and the page with it; ask the firm."


class EmbeddingNotFramed(Refused):
    """The address was opened by itself instead of in a frame."""

    code = "embedding-not-framed"
    zh = "此地址只能在发起单位网站的嵌入框中打开；请回到原网站，或登录本站签署。"
    en = "This address opens in a frame of the firm's site only; go back there, or sign in here to sign."


class FrameUnknown(Refused):
    """The browser sends no session of this frame."""

    code = "frame-unknown"
    zh = "浏览器没有保留这个签署页的会话（可能禁用了 Cookie）；请允许后回到原网站重新打开，或登录本站签署。"
    en = (
        "The browser kept no session of this signing page, perhaps because cookies are off; allow them and "
        "open it again from its site, or sign in here to sign."
    )


class EmbeddingNotTheStarter(Refused):
    """A party asks for an address that only the firm which started the agreement gets."""

    code = "embedding-not-the-starter"
    zh = "只有发起单位可以申请嵌入签署地址；请联系发起单位。"
    en = "Only the firm that started the agreement gets addresses to embed; ask that firm."


class NobodyToEmbedFor(Refused):
    """Nobody can sign the slot now. Facts: ``slot``."""

    code = "nobody-to-embed-for"
    zh = "签署位 {slot} 目前没有可以签署的人（人员离任，或印章未启用）；请先更正人员或印章，再申请地址。"
    en = (
        "Nobody can sign slot {slot} now: its person has left, or the seal is not in use; correct that, then "
        "ask for an address."
    )


class EmbeddingRow(Base):
    """One address; ``hash`` and ``session`` are 32 bytes, ``session`` is there once it was opened."""

    __tablename__ = "embeddings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    slot: Mapped[str] = mapped_column(Text)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organization: Mapped[str] = mapped_column(Text)
    api_key: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id"))
    origin: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    session: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Embedding:
    """The slot of an agreement, whom it expects, and the ``origin`` of the page around the frame.

    ``starter`` is the firm that started the agreement and asked for the address.
    """

    id: UUID
    agreement: UUID
    slot: str
    person: PersonId
    starter: str
    origin: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """Below which everything lies that the frame reaches; its cookie goes nowhere else."""
        return f"/embedded/{self.id}"


def embed(
    session: Session,
    *,
    agreement: UUID,
    slot: str,
    person: PersonId,
    organization: Uscc,
    origin: str,
    api_key: UUID | None,
    clock: Clock,
) -> tuple[Embedding, str]:
    """Give an embedding of the slot that ``person`` may fill, and the token of its address.

    Raises:
        FramingOriginForeign: ``organization`` has not registered ``origin``.
    """
    check_registered(session, organization=organization, origin=origin)
    session.execute(delete(EmbeddingRow).where(EmbeddingRow.expires_at <= clock.now() - KEPT))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = EmbeddingRow(
        id=uuid4(),
        agreement=agreement,
        slot=slot,
        person=person,
        organization=organization.text,
        api_key=api_key,
        origin=origin,
        hash=_hash(token),
        expires_at=clock.now() + ADDRESS_LIFE,
    )
    session.add(row)
    session.flush()
    return _embedding(row), token


def embedding(session: Session, embedding_id: UUID) -> Embedding:
    """Give an embedding, whatever became of it: its origin says to whom a refusal may be shown.

    Raises:
        EmbeddingUnknown: there is none.
    """
    return _embedding(_row(session, embedding_id))


def open_frame(session: Session, embedding_id: UUID, token: str, *, clock: Clock) -> str:
    """Open the address once; give the token of the frame's session.

    Raises:
        EmbeddingUnknown, EmbeddingSpent, EmbeddingExpired: there is no such address, or none any more.
        EmbeddingKeyRevoked, FramingOriginForeign: who asked for it may not any more.
    """
    row = _row(session, embedding_id, lock=True)
    if not secrets.compare_digest(row.hash, _hash(token)):
        raise EmbeddingUnknown
    if row.session is not None:
        raise EmbeddingSpent
    _check_standing(session, row, clock)
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    row.session, row.expires_at = _hash(fresh), clock.now() + FRAME_LIFE
    session.flush()
    return fresh


def frame(
    session: Session, embedding_id: UUID, token: str | None, *, clock: Clock, late: bool = False
) -> Embedding:
    """Give the embedding whose opened frame sends ``token``; ``late`` may it be where nothing is asked anew.

    Raises:
        EmbeddingUnknown, FrameUnknown: it is the session of no such frame.
        EmbeddingExpired, EmbeddingKeyRevoked, FramingOriginForeign: it is over.
    """
    row = _row(session, embedding_id)
    if not token or row.session is None or not secrets.compare_digest(row.session, _hash(token)):
        raise FrameUnknown
    _check_standing(session, row, clock, grace=LATE if late else timedelta())
    return _embedding(row)


def check_in_time(mine: Embedding, *, clock: Clock) -> None:
    """Check that an opened frame may still be signed in.

    Raises:
        EmbeddingExpired: it stood open too long.
    """
    if mine.expires_at <= clock.now():
        raise EmbeddingExpired(minutes=int(FRAME_LIFE.total_seconds() // 60))


def _check_standing(
    session: Session, row: EmbeddingRow, clock: Clock, *, grace: timedelta = timedelta()
) -> None:
    if row.expires_at + grace <= clock.now():
        life = ADDRESS_LIFE if row.session is None else FRAME_LIFE
        raise EmbeddingExpired(minutes=int(life.total_seconds() // 60))
    if row.api_key is not None and session.get_one(ApiKeyRow, row.api_key).revoked_at is not None:
        raise EmbeddingKeyRevoked
    check_registered(session, organization=Uscc.parse(row.organization), origin=row.origin)


def _row(session: Session, embedding_id: UUID, *, lock: bool = False) -> EmbeddingRow:
    row = session.get(EmbeddingRow, embedding_id, with_for_update=lock or None)
    if row is None:
        raise EmbeddingUnknown
    return row


def _embedding(row: EmbeddingRow) -> Embedding:
    return Embedding(
        id=row.id,
        agreement=row.agreement,
        slot=row.slot,
        person=PersonId(row.person),
        starter=row.organization,
        origin=row.origin,
        expires_at=row.expires_at,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
