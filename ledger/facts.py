"""Facts: signed statements, each committed to by one entry of the log.

A fact is signed, salted and appended in the caller's transaction. The entry carries only
``commit(sha256(signed), salt)``; its place beyond the anchored size of the log is the intent to
anchor it, so nothing else has to be remembered. Erasing the salt cuts the only tie between the
statement and its entry; the signed bytes themselves the database refuses to change.

    fact = facts.record(session, statement, signer=signer)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, Table, Text, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.commitment import new_salt
from evidence.digest import sha256
from evidence.entry import entry_of
from evidence.errors import Refused
from evidence.keys import Signer
from evidence.statement import Statement, read, sign
from ledger import entries
from ledger.database import COMMIT_BEFORE_DISK, Base, commit_before_disk


class FactUnknown(Refused):
    """No fact has this digest."""

    code = "fact-unknown"
    zh = "没有摘要为 {digest} 的事实记录，请核对后重试。"
    en = "No fact has the digest {digest}; check it and try again."


class FactErased(Refused):
    """The salt of this fact was erased, so its entry can no longer be opened."""

    code = "fact-erased"
    zh = "事实 {digest} 的盐值已依法删除，无法再与账本记录对应。"
    en = "The salt of fact {digest} was erased as the law asks; its entry can no longer be opened."


class FactRow(Base):
    """One fact; ``id`` is the SHA-256 (32 bytes) of ``signed``, ``salt`` 16 bytes until erased."""

    __tablename__ = "facts"
    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    signed: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    entry_index: Mapped[int] = mapped_column(BigInteger, ForeignKey(entries.EntryRow.index), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


_FACTS = cast("Table", FactRow.__table__)
_RECORDING = (
    insert(_FACTS).values(entry_index=entries.APPENDING).returning(_FACTS.c.entry_index, COMMIT_BEFORE_DISK)
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded statement.

    ``digest`` is the SHA-256 (32 bytes) of ``signed``, its COSE_Sign1 bytes; ``salt`` (16 bytes)
    opens the commitment of entry ``index``.
    """

    digest: bytes
    signed: bytes
    salt: bytes
    index: int


def record(session: Session, statement: Statement, *, signer: Signer, after: Sequence[bytes] = ()) -> Fact:
    """Sign ``statement``, append its entry and store both; durable when the transaction commits.

    ``after`` are the digests (32 bytes each) of the facts that this one builds on. The entry refers
    to their leaves: a leaf tells nothing once a fact's salt was erased. The log stays locked for
    others until the transaction ends, so record late in it.

    Raises:
        FactUnknown: one of ``after`` is none.
    """
    return _append(session, statement, sign(statement, signer), after)


def record_signed(session: Session, signed: bytes, *, after: Sequence[bytes] = ()) -> Fact:
    """Append a statement that somebody else signed, and whose signature the caller has checked.

    Raises:
        StatementMalformed: ``signed`` is no signed statement.
        FactUnknown: one of ``after`` is none.
    """
    return _append(session, read(signed).statement, signed, after)


def _append(session: Session, statement: Statement, signed: bytes, after: Sequence[bytes]) -> Fact:
    refs = tuple(entries.leaf(session, _row(session, earlier).entry_index) for earlier in after)
    digest, salt = sha256(signed).value, new_salt()
    row = {"id": digest, "type": statement.type, "signed": signed, "salt": salt}
    entry = entries.to_append((entry_of(statement, signed, salt=salt, refs=refs),))
    try:
        index = (
            session.connection().execute(_RECORDING, row | entry | commit_before_disk(session)).scalar_one()
        )
    except IntegrityError as error:
        raise entries.repeated(error) from error
    return Fact(digest, signed, salt, index)


def fact(session: Session, digest: bytes) -> Fact:
    """Give the fact of ``digest`` (32 bytes).

    Raises:
        FactUnknown: there is none.
        FactErased: its salt was erased; ``signed_statement`` still gives its bytes.
    """
    row = _row(session, digest)
    if row.salt is None:
        raise FactErased(digest=digest.hex())
    return Fact(row.id, row.signed, row.salt, row.entry_index)


def signed_statement(session: Session, digest: bytes) -> bytes:
    """Give the signed bytes of the fact of ``digest``, whether or not its salt was erased.

    Raises:
        FactUnknown: there is none.
    """
    return _row(session, digest).signed


def erase_salt(session: Session, digest: bytes) -> None:
    """Erase the salt of the fact of ``digest``, for good: its entry then tells nobody anything.

    Raises:
        FactUnknown: there is none.
    """
    _row(session, digest)
    session.execute(update(FactRow).where(FactRow.id == digest).values(salt=None))


def _row(session: Session, digest: bytes) -> FactRow:
    row = session.get(FactRow, digest)
    if row is None:
        raise FactUnknown(digest=digest.hex())
    return row
