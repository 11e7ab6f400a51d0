"""Writing DER (X.690): what is put together of parts that are encoded already.

asn1crypto encodes what it put together at every level anew, which for a signature with a timestamp inside
took more than half of sealing a page. Here each part is written once.

    sequence(integer(1), octets(digest), tagged(0, body))
"""

from collections.abc import Iterable
from functools import lru_cache

from asn1crypto import core

_SEQUENCE, _SET, _CONTEXT = 0x30, 0x31, 0xA0
_SHORT = 0x80


def element(tag: int, content: bytes) -> bytes:
    """Return ``content`` under ``tag``, one octet, with its length in the definite form."""
    length = len(content)
    if length < _SHORT:
        return bytes((tag, length)) + content
    octets_ = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _SHORT | len(octets_))) + octets_ + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of encoded parts."""
    return element(_SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """Return a SET OF encoded parts, in the one order (X.690, 11.6)."""
    return element(_SET, b"".join(sorted(parts)))


def tagged(number: int, content: bytes) -> bytes:
    """Return ``content`` under the constructed context tag ``number``, around or in place of its own."""
    return element(_CONTEXT | number, content)


def integer(value: int) -> bytes:
    """Return an INTEGER that is not negative."""
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def octets(content: bytes) -> bytes:
    """Return an OCTET STRING."""
    return element(0x04, content)


@lru_cache(64)
def identifier(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    return bytes(core.ObjectIdentifier(dotted).dump())
