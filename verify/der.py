"""DER (ITU-T X.690) as far as a detached signature needs it: elements of one octet of tag, read strictly.

A length is definite and as short as it can be, and nothing is left over: what reads has one encoding.

    (content_type, content) = elements(read(encoded, SEQUENCE))
"""

from dataclasses import dataclass

from evidence.errors import Invalid

INTEGER, OCTETS, OID, UTF8, UTC_TIME, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x0C, 0x17, 0x30, 0x31
CONTEXT_0 = 0xA0
"""Constructed and context-specific, number 0."""

_LONG = 0x80
_MOST_LENGTH_OCTETS = 4
_HIGH_TAG = 0x1F  # of two octets or more: none is needed


class DerMalformed(Invalid):
    """The bytes are not the DER that was to be read."""

    code = "der-malformed"
    zh = "签名文件不是规范的 DER 编码；请重新取得。"
    en = "The signature file is not proper DER; fetch it again."


@dataclass(frozen=True)
class Element:
    """One element: its octet of tag, its content, and all its bytes."""

    tag: int
    content: bytes
    encoded: bytes


def read(encoded: bytes, tag: int) -> Element:
    """Read ``encoded``, which is one element of ``tag`` and nothing else.

    Raises:
        DerMalformed: it is not.
    """
    element, left = _first(encoded)
    if left or element.tag != tag:
        raise DerMalformed
    return element


def elements(outer: Element) -> tuple[Element, ...]:
    """Take a constructed element apart.

    Raises:
        DerMalformed: its content is no row of elements.
    """
    found, left = list[Element](), outer.content
    while left:
        element, left = _first(left)
        found.append(element)
    return tuple(found)


def only(outer: Element, tag: int) -> Element:
    """Give the one element, of ``tag``, that ``outer`` holds.

    Raises:
        DerMalformed: it holds another, or none, or more.
    """
    return read(outer.content, tag)


def identifier(dotted: str) -> bytes:
    """The content of an object identifier written with dots (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return b"".join(_base_128(arc) for arc in (40 * first + second, *rest))


def _base_128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | _LONG)
    return bytes(reversed(octets))


def _first(data: bytes) -> tuple[Element, bytes]:
    length, start = _length(data)
    end = start + length
    if data[0] & _HIGH_TAG == _HIGH_TAG or end > len(data):
        raise DerMalformed
    return Element(data[0], data[start:end], data[:end]), data[end:]


def _length(data: bytes) -> tuple[int, int]:
    """The length of the content, and where that begins."""
    if len(data) < 2:  # noqa: PLR2004  a tag and a length
        raise DerMalformed
    if data[1] < _LONG:
        return data[1], 2
    octets = data[2 : 2 + (data[1] - _LONG)]
    length = int.from_bytes(octets)
    shortest = max(1, (length.bit_length() + 7) // 8)
    whole = 1 <= len(octets) <= _MOST_LENGTH_OCTETS and len(octets) == data[1] - _LONG
    if not whole or len(octets) != shortest or length < _LONG:
        raise DerMalformed
    return length, 2 + len(octets)
