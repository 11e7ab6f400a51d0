"""An entry of the log: what happened, by whom and when, with a salted commitment in place of the content.

An entry names the type, issuer and time of one signed statement and commits to its digest. Its ``leaf`` is
what the log hashes and the chain sees; nothing in it is personal. ``refs`` are the leaves of entries that
this one builds on. ``schema`` tells how the commitment was made.

    entry = entry_for(signed, salt=salt)
    check_entry(Entry.decode(entry.encode()), signed, salt)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from evidence.canonical import decode, encode
from evidence.clock import microseconds
from evidence.commitment import SALT_BYTES, commit
from evidence.digest import sha256
from evidence.errors import CommitmentMismatch, EntryMalformed, NotCanonical
from evidence.fields import Fields
from evidence.merkle import HASH_BYTES, leaf_hash
from evidence.statement import ISSUER_LIMIT, Statement, StatementType, read

SCHEMA = "yinxin/entry/1"
"""The commitment is ``commit(SHA-256 of the signed statement, salt)`` of ``evidence.commitment``."""

_VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One entry; ``commitment`` and each of ``refs`` are 32 bytes, ``time`` is aware."""

    type: StatementType
    issuer: str
    time: datetime
    schema: str
    commitment: bytes
    refs: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the entry's one encoding."""
        return encode(
            {
                "v": _VERSION,
                "type": self.type.value,
                "issuer": self.issuer,
                "time": microseconds(self.time),
                "schema": self.schema,
                "commitment": self.commitment,
                "refs": self.refs,
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> "Entry":
        """Read an entry.

        Raises:
            EntryMalformed: the bytes are not the one encoding of an entry.
        """
        try:
            fields = Fields(decode(encoded), EntryMalformed)
        except NotCanonical as error:
            raise EntryMalformed(place="entry") from error
        type_ = StatementType.named(fields.text("type"))
        if type_ is None:
            raise EntryMalformed(place="type")
        if fields.count("v") != _VERSION:
            raise EntryMalformed(place="v")
        entry = cls(
            type=type_,
            issuer=fields.text("issuer", limit=ISSUER_LIMIT),
            time=fields.moment("time"),
            schema=fields.text("schema"),
            commitment=fields.octets("commitment", length=HASH_BYTES),
            refs=fields.octets_list("refs", length=HASH_BYTES),
        )
        fields.done()
        return entry

    @cached_property
    def leaf(self) -> bytes:
        """The 32-byte leaf hash of the entry (RFC 9162, section 2.1.1)."""
        return leaf_hash(self.encode())


def entry_for(signed: bytes, *, salt: bytes, refs: Sequence[bytes] = ()) -> Entry:
    """Return the entry that records the signed statement, committed under the 16-byte ``salt``.

    Raises:
        StatementMalformed: ``signed`` is not a signed statement.
    """
    return entry_of(read(signed).statement, signed, salt=salt, refs=refs)


def entry_of(statement: Statement, signed: bytes, *, salt: bytes, refs: Sequence[bytes] = ()) -> Entry:
    """Return the same for who has the ``statement`` that was signed beside its bytes."""
    return Entry(
        type=statement.type,
        issuer=statement.issuer,
        time=statement.issued_at,
        schema=SCHEMA,
        commitment=commit(sha256(signed).value, salt),
        refs=tuple(refs),
    )


def check_entry(entry: Entry, signed: bytes, salt: bytes) -> None:
    """Check that ``entry`` records exactly this signed statement.

    Raises:
        StatementMalformed: ``signed`` is not a signed statement.
        CommitmentMismatch: type, issuer, time, schema or commitment are not those of the statement.
    """
    if len(salt) != SALT_BYTES:
        raise CommitmentMismatch(place="salt")
    expected = entry_for(signed, salt=salt, refs=entry.refs)
    for place in ("type", "issuer", "time", "schema", "commitment"):
        if getattr(entry, place) != getattr(expected, place):
            raise CommitmentMismatch(place=place)
