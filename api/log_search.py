"""Searching the log: by an entry's number, by its leaf digest or commitment, or by a transaction's hash.

Digests are given whole. A fact cannot be looked up by the digest of its statement: only its salt ties the
two, and a log that told the tie to anyone would undo the erasure of a salt.
"""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.errors import Invalid, Refused
from ledger import entries, growths
from ledger.growths import Growth

LONGEST = 200  # characters that are read; a grouped digest with its prefix has fewer than 100
QUOTED = 24  # characters of what was asked that a sentence repeats

_NUMBER = re.compile(r"(?:no\.?|第)?#?([0-9]{1,19})(?:[号条](?:记录)?)?")
_DIGEST = re.compile(r"(?:sha256:|0x)?([0-9a-f]{64})")


class SearchMalformed(Invalid):
    """What was asked is neither a number nor a digest. Facts: ``asked``."""

    code = "search-malformed"
    zh = "“{asked}”既不是记录序号，也不是64位十六进制的摘要或交易哈希，请核对后再查。"
    en = "“{asked}” is neither a number nor 64 hexadecimal digits of a digest or transaction; check it."


class NothingFound(Refused):
    """The log has nothing of this name. Facts: ``asked``."""

    code = "nothing-found"
    zh = "账本中没有“{asked}”：没有这个序号的记录，也没有这个叶摘要、承诺值或交易，请核对后再查。"
    en = "The log has nothing named “{asked}”: no such number, leaf, commitment or transaction; check it."


@dataclass(frozen=True)
class EntryFound:
    """Entry ``index`` is what was asked for."""

    index: int


def search(session: Session, asked: str) -> EntryFound | Growth:
    """Find what ``asked`` names: an entry, or a transaction of the log.

    Spaces, capitals and full-width digits do not count, so that a digest may be pasted as a page shows it.

    Raises:
        SearchMalformed: it names nothing that a log has.
        NothingFound: this log has no such thing.
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", asked[:LONGEST])).lower()
    quoted = text[:QUOTED] + ("…" if len(text) > QUOTED else "")
    if number := _NUMBER.fullmatch(text):
        return _numbered(session, int(number[1]), quoted)
    if digest := _DIGEST.fullmatch(text):
        return _named(session, bytes.fromhex(digest[1]), quoted)
    raise SearchMalformed(asked=quoted)


def _numbered(session: Session, index: int, quoted: str) -> EntryFound:
    if index >= entries.size(session):
        raise NothingFound(asked=quoted)
    return EntryFound(index)


def _named(session: Session, digest: bytes, quoted: str) -> EntryFound | Growth:
    places = entries.places(session, (digest,))
    place = places[0] if places else entries.committed(session, digest)
    if place is not None:
        return EntryFound(place)
    transaction = growths.of(session, digest)
    if transaction is None:
        raise NothingFound(asked=quoted)
    return transaction
