from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evidence.canonical import decode, encode
from evidence.entry import Entry, check_entry, entry_for
from evidence.errors import CommitmentMismatch, EntryMalformed, StatementMalformed
from evidence.keys import LocalSigner
from evidence.merkle import leaf_hash
from evidence.statement import Statement, StatementType, sign

SALT = bytes(range(16))


@pytest.fixture
def signed(agency: LocalSigner, statement: Callable[..., Statement]) -> bytes:
    return sign(statement(), agency)


@pytest.fixture
def entry(signed: bytes) -> Entry:
    return entry_for(signed, salt=SALT, refs=[bytes(32)])


def test_an_entry_reads_back(entry: Entry) -> None:
    assert Entry.decode(entry.encode()) == entry


def test_its_leaf_is_the_leaf_hash_of_its_encoding(entry: Entry) -> None:
    assert entry.leaf == leaf_hash(entry.encode())


def test_an_entry_belongs_to_its_statement(entry: Entry, signed: bytes) -> None:
    check_entry(entry, signed, SALT)


def test_an_entry_tells_nothing_of_the_body(entry: Entry) -> None:
    assert "刷脸".encode() not in entry.encode()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("type", StatementType.KEY),
        ("issuer", "another"),
        ("schema", "another"),
        ("commitment", bytes(32)),
    ],
)
def test_an_entry_with_another_part_does_not_belong(
    entry: Entry, signed: bytes, place: str, value: Any
) -> None:
    changes: dict[str, Any] = {place: value}
    with pytest.raises(CommitmentMismatch, match=place):
        check_entry(replace(entry, **changes), signed, SALT)


def test_an_entry_of_another_moment_does_not_belong(entry: Entry, signed: bytes) -> None:
    with pytest.raises(CommitmentMismatch, match="time"):
        check_entry(replace(entry, time=entry.time + timedelta(microseconds=1)), signed, SALT)


@pytest.mark.parametrize("salt", [bytes(16), b"short"])
def test_an_entry_under_another_salt_does_not_belong(entry: Entry, signed: bytes, salt: bytes) -> None:
    with pytest.raises(CommitmentMismatch):
        check_entry(entry, signed, salt)


def test_what_is_no_statement_has_no_entry() -> None:
    with pytest.raises(StatementMalformed):
        entry_for(b"bare bytes", salt=SALT)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"type": "yinxin/wish/1"},
        {"issuer": ""},
        {"time": -1},
        {"commitment": b""},
        {"refs": [b""]},
        {"surplus": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_entry_of_another_form_is_refused(entry: Entry, change: dict[str, Any]) -> None:
    fields: Any = decode(entry.encode())
    with pytest.raises(EntryMalformed):
        Entry.decode(encode(fields | change))


def test_bytes_that_are_no_entry_are_refused() -> None:
    with pytest.raises(EntryMalformed):
        Entry.decode(b"\xff")
