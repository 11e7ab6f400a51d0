"""Entries for the benches, and a tree of millions of leaves laid into PostgreSQL at once."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from struct import pack

from evidence.entry import SCHEMA, Entry
from evidence.statement import StatementType
from ledger.database import Database

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # signature, no flags, no extension
_TRAILER = b"\xff\xff"
_PIECE = 1 << 20  # bytes handed over at once


def new_entries(count: int) -> list[Entry]:
    moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
    return [
        Entry(StatementType.CONSENT, "city", moment, SCHEMA, secrets.token_bytes(32), ())
        for _ in range(count)
    ]


def leaf(index: int) -> bytes:
    return hashlib.sha256(b"\x00" + index.to_bytes(8, "big")).digest()


def lay_tree(database: Database, *, size: int) -> None:
    """Write every node of the tree over ``size`` leaves by binary COPY; the table must be empty."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.driver_connection.cursor()  # type: ignore[union-attr]  # it is psycopg's
        with cursor.copy("COPY nodes (level, position, hash) FROM STDIN (FORMAT BINARY)") as copy:
            for piece in _pieces(size):
                copy.write(piece)
        connection.commit()
        cursor.execute("ANALYZE nodes")
        connection.commit()
    finally:
        connection.close()


def _pieces(size: int) -> Iterator[bytes]:
    piece = bytearray(_HEADER)
    hashes = [leaf(index) for index in range(size)]
    level = 0
    while hashes:
        for position, value in enumerate(hashes):
            piece += pack("!hihiqi32s", 3, 2, level, 8, position, 32, value)
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
        pairs = len(hashes) // 2
        sha = hashlib.sha256
        hashes = [sha(b"\x01" + hashes[2 * i] + hashes[2 * i + 1]).digest() for i in range(pairs)]
        level += 1
    yield bytes(piece + _TRAILER)
