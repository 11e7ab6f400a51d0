"""Idempotency keys: what is sent twice under one key is done once, and answered the same both times.

A route that creates takes ``Once`` and keeps its answer in the transaction of what it creates, so that
neither stands without the other. Whoever sends the same key and the same body again gets that answer; the
same key with another body is refused; while the first still runs its twin is told to try again. A refusal
keeps nothing: corrected or not, the request may be sent again under its key.

    router = APIRouter(route_class=OnceRoute)

    @router.post("/api/things", status_code=201)
    def create(once: Once) -> Created:
        with house.database.transaction() as session:
            return once.keep(session, Created(id=make(session)))

A turn that lost its process is taken over after :data:`LEASE`. The slow twin that comes back then finds that
the turn is not its own any more: what it did is rolled back with the answer that it could not keep.

Source: draft-ietf-httpapi-idempotency-key-header-07, 2.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import DateTime, LargeBinary, Text, Uuid, and_, delete, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from starlette.concurrency import run_in_threadpool

from api import policy
from api.house import House
from evidence.clock import Clock
from evidence.errors import Invalid, Refused, YinxinError
from ledger.database import Base, Database

HEADER = "idempotency-key"
REPLAYED = "idempotency-replayed"
LIFE = timedelta(hours=24)
"""How long an answer is kept for who sends its request again."""

LEASE = timedelta(minutes=2)
"""How long a turn may take before another request takes it over."""

Answer = TypeVar("Answer", bound=BaseModel)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class IdempotencyKeyMalformed(Invalid):
    """The key is no printable text of a length that is kept."""

    code = "idempotency-key-malformed"
    zh = "Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符，不含空格；请改正后重新发送。"
    en = "The Idempotency-Key must be 1 to 255 visible ASCII characters without blanks; correct it."


class IdempotencyKeyReused(Invalid):
    """The key came with another request before."""

    code = "idempotency-key-reused"
    zh = "这个 Idempotency-Key 已用于另一份内容；新的请求请换用新的值。"
    en = "This Idempotency-Key was sent with something else before; use a new one for a new request."


class StillRunning(Refused):
    """The same request is being answered right now."""

    code = "still-running"
    zh = "同一请求正在办理中，请稍后用同一个 Idempotency-Key 重试。"
    en = "The same request is being answered just now; try again in a moment with the same Idempotency-Key."


class IdempotencyRow(Base):
    """One key of one account: its request's digest (32 bytes), whose turn it is, the answer once kept."""

    __tablename__ = "idempotency_keys"
    account: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    turn: Mapped[UUID] = mapped_column(Uuid)
    held_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    answer: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Turn:
    """The right to answer the request of one key; without a key, to answer and keep nothing."""

    account: UUID | None = None
    key: str = ""
    id: UUID | None = None

    def keep(self, session: Session, answer: Answer) -> Answer:
        """Keep ``answer`` in the transaction of what it tells, and give it back.

        Raises:
            StillRunning: the turn took too long and is another's; the caller's transaction must not stand.
        """
        if self.id is None:
            return answer
        mine = update(IdempotencyRow).where(*_unanswered(self)).values(answer=answer.model_dump_json())
        if session.execute(mine.returning(IdempotencyRow.key)).one_or_none() is None:
            raise StillRunning
        return answer


def begin(database: Database, *, account: UUID, key: str, request: bytes, clock: Clock) -> Turn | str:
    """Begin the turn of ``key``, or give the answer that was kept; ``request`` is a digest of 32 bytes.

    Raises:
        IdempotencyKeyReused: the key belongs to another request.
        StillRunning: the same request is being answered.
    """
    now, id_ = clock.now(), uuid4()
    fresh = {
        "request": request,
        "turn": id_,
        "held_until": now + LEASE,
        "expires_at": now + LIFE,
        "answer": None,
    }
    abandoned = and_(
        IdempotencyRow.answer.is_(None),
        IdempotencyRow.held_until <= now,
        IdempotencyRow.request == request,
    )
    taken = (
        insert(IdempotencyRow)
        .values(account=account, key=key, **fresh)
        .on_conflict_do_update(
            index_elements=["account", "key"],
            set_=fresh,
            where=or_(IdempotencyRow.expires_at <= now, abandoned),
        )
        .returning(IdempotencyRow.turn)
    )
    with database.transaction() as session:
        if session.execute(taken).one_or_none() is not None:
            return Turn(account, key, id_)
        found = session.get(IdempotencyRow, (account, key))
    if found is not None and found.request != request:
        raise IdempotencyKeyReused
    if found is None or found.answer is None:
        raise StillRunning
    return found.answer


def give_up(database: Database, turn: Turn) -> None:
    """End a turn that came to nothing; a kept answer stays. If that fails too, its lease ends it."""
    with suppress(YinxinError), database.transaction() as session:
        session.execute(delete(IdempotencyRow).where(*_unanswered(turn)))


def forget_due(session: Session, *, clock: Clock) -> None:
    """Forget the keys that have expired."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires_at <= clock.now()))


def _unanswered(turn: Turn) -> tuple[Any, ...]:
    return (
        IdempotencyRow.account == turn.account,
        IdempotencyRow.key == turn.key,
        IdempotencyRow.turn == turn.id,
        IdempotencyRow.answer.is_(None),
    )


def _turn(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(description="1 to 255 visible characters; the same when sent again")
    ] = None,
) -> Turn:
    del idempotency_key  # read by OnceRoute, before anything else; declared here for the description
    turn: Turn = getattr(request.state, "turn", Turn())
    return turn


Once = Annotated[Turn, Depends(_turn)]


class OnceRoute(APIRoute):
    """A route that heeds the Idempotency-Key where it takes ``Once``; for who is signed in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler that begins the turn, answers, and gives the turn up when nothing came of it."""
        answer = super().get_route_handler()
        if not any(each.call is _turn for each in self.dependant.dependencies):
            return answer

        async def once(request: Request) -> Response:
            key, account = request.headers.get(HEADER), request.state.visitor.account
            if key is None or account is None:
                return await answer(request)
            policy.check(self, request)
            return await _answer_once(request, answer, key=key, account=account)

        return once


async def _answer_once(
    request: Request,
    answer: Callable[[Request], Coroutine[Any, Any, Response]],
    *,
    key: str,
    account: UUID,
) -> Response:
    house: House = request.app.state.house
    if _KEY.fullmatch(key) is None:
        raise IdempotencyKeyMalformed
    digest = await _digest(request)

    def beginning() -> Turn | str:
        return begin(house.database, account=account, key=key, request=digest, clock=house.clock)

    begun = await run_in_threadpool(beginning)
    if isinstance(begun, str):
        return Response(begun, status_code=201, media_type="application/json", headers={REPLAYED: "true"})
    request.state.turn = begun
    try:
        return await answer(request)
    except BaseException:
        await run_in_threadpool(give_up, house.database, begun)
        raise


async def _digest(request: Request) -> bytes:
    """Give the SHA-256 of what is asked for; a form's is of what it says, not of how it is cut into parts."""
    digest = hashlib.sha256()

    def add(part: bytes) -> None:
        digest.update(len(part).to_bytes(8, "big") + part)

    add(f"{request.method} {request.url.path}".encode())
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        add(await request.body())
        return digest.digest()
    for name, value in sorted((await request.form()).multi_items(), key=lambda item: item[0]):
        add(name.encode())
        if isinstance(value, str):
            add(value.encode())
            continue
        add((value.filename or "").encode())
        add(await value.read())
        await value.seek(0)
    return digest.digest()
