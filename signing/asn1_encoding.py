"""Let asn1crypto encode what it put together once, by the lengths that headers really say.

asn1crypto 1.5.1 does more than that in two ways, and the work grows exponentially with the levels:

- it takes every header that ends in 0x80 for one of indefinite length, though a definite length of 128 modulo
  256 ends so too, and then encodes the value anew: minutes for a signature with a timestamp inside. Which
  signature it meets depends on the lengths of names and, by a few bytes, on chance;
- what was once put together it holds for changed for ever, and encodes its contents at each look: twice or
  more for each level of one ``dump``. Here contents that a ``dump`` has encoded stand until it ends.

Both are mended where they arise, for the whole process, because pyHanko encodes too.

    encode_once()
"""

import threading
from typing import Any

from asn1crypto import core

INDEFINITE = 0x80  # the one length octet of the indefinite form (X.690, 8.1.3.6)
_LONG_TAG = 0x1F  # low bits of a tag that goes on in further octets (X.690, 8.1.2.4)
_MORE = 0x80


def indefinite(header: bytes) -> bool:
    """Whether any of the identifiers and lengths in ``header``, one after the other, is indefinite."""
    place = 0
    while place < len(header):
        long = header[place] & _LONG_TAG == _LONG_TAG
        place += 1
        while long:
            long = bool(header[place] & _MORE)
            place += 1
        length = header[place]
        if length == INDEFINITE:
            return True
        place += 1 + (length & ~_MORE if length & _MORE else 0)
    return False


class _Dumping(threading.local):
    """What the ``dump`` under way in this thread has encoded, by id; None where none is under way."""

    encoded: dict[int, Any] | None = None


_dumping = _Dumping()


def encode_once() -> None:
    """Let asn1crypto encode once and by the lengths that headers say; the same again changes nothing."""
    for kind in (core.Asn1Value, core.Sequence, core.SequenceOf):
        if not hasattr(kind.dump, "misled"):
            kind.dump = _once(kind.dump)
            if kind is not core.Asn1Value:
                kind.contents = _standing(kind.contents)


def _once(misled: Any) -> Any:
    """Give asn1crypto's ``dump`` without the header that would mislead it; it writes the same one anew."""

    def dump(value: Any, force: bool = False) -> bytes:  # noqa: FBT001, FBT002  # asn1crypto's signature
        header = value._header  # noqa: SLF001  # there is no other way to it
        if header and header[-1] == INDEFINITE and not indefinite(header):
            value._header = None  # noqa: SLF001
        if _dumping.encoded is not None:
            return bytes(misled(value, force))
        _dumping.encoded = {}
        try:
            return bytes(misled(value, force))
        finally:
            _dumping.encoded = None

    dump.misled = misled  # type: ignore[attr-defined]  # what was there before
    return dump


def _standing(looked: Any) -> property:
    """Give asn1crypto's ``contents``, which within one ``dump`` are encoded at the first look alone."""

    def contents(value: Any) -> Any:
        encoded = _dumping.encoded
        if encoded is None or value.children is None:
            return looked.fget(value)
        if id(value) not in encoded:
            looked.fget(value)
            encoded[id(value)] = value  # kept, so that no other value has its id
        return value._contents  # noqa: SLF001

    return property(contents, looked.fset)
