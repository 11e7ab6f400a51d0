"""One value, one encoding: deterministic CBOR for all that is signed or logged, JCS at the JSON edge.

Only what evidence needs is allowed: null, booleans, integers of 64 bits, text, bytes, arrays, and maps whose
keys are all text or all integers. There are no floats, tags or indefinite lengths. ``decode`` accepts exactly
what ``encode`` writes, so that nobody can show two encodings of the same value.

    encode({"b": 1, "a": [True, None]}) == bytes.fromhex("a2616182f5f6616201")

Source: RFC 8949, section 4.2.1 (core deterministic encoding); RFC 8785 (JCS).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

import cbor2
import rfc8785

from evidence.errors import NotCanonical, NotEncodable

Value: TypeAlias = (
    "bool | int | str | bytes | Sequence[Value] | Mapping[str, Value] | Mapping[int, Value] | None"
)

DEPTH_LIMIT = 32
"""Nested arrays and maps; our deepest structure has six. A limit keeps a hostile input off the stack."""

_INTEGER_END = 1 << 64
_JSON_INTEGER_LAST = (1 << 53) - 1
_PLAIN_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
"""Writes what JCS writes, eight times as fast, where keys are ASCII: others sort by their UTF-16."""
_SIMPLE = {0xF4: False, 0xF5: True, 0xF6: None}
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_IMMEDIATE_END = 24  # RFC 8949, section 3: smaller arguments sit in the initial byte
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # additional information -> bytes of argument that follow


def encode(value: Value) -> bytes:
    """Return the deterministic CBOR of ``value``.

    Raises:
        NotEncodable: a float, an integer beyond 64 bits, broken Unicode, a map with mixed keys, or nesting
            deeper than ``DEPTH_LIMIT``.

    Source: RFC 8949, section 4.2.1.
    """
    try:
        return cbor2.dumps(_ordered(value, DEPTH_LIMIT))
    except UnicodeEncodeError as error:
        raise NotEncodable(kind="str") from error


def decode(encoded: bytes) -> Value:
    """Return the value of which ``encoded`` is the one deterministic encoding.

    Raises:
        NotCanonical: it is another encoding, is cut off, or has bytes left over.
    """
    reader = _Reader(encoded)
    value = reader.item(DEPTH_LIMIT)
    if reader.offset != len(encoded):
        reader.refuse()
    return value


def to_json(value: Value) -> bytes:
    """Return ``value`` as JCS, with bytes as lower-case hexadecimal and integer keys as decimal text.

    Raises:
        NotEncodable: an integer is beyond 2^53 - 1, which JSON readers round, or text is broken Unicode.

    Source: RFC 8785, section 3.2.
    """
    unusual: set[str] = set()
    members = _jsonable(value, unusual)
    try:
        return rfc8785.dumps(members) if unusual else _PLAIN_JSON.encode(members).encode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotEncodable(kind="json") from error


def _ordered(value: Value, depth: int) -> Value:
    """Return ``value`` with each map in the bytewise order of its encoded keys (RFC 8949, section 4.2.1)."""
    if value is None or isinstance(value, bool | str | bytes):
        return value
    if isinstance(value, int):
        if not -_INTEGER_END <= value < _INTEGER_END:
            raise NotEncodable(kind="int")
        return value
    if depth == 0:
        raise NotEncodable(kind="depth")
    if isinstance(value, Mapping):
        return _ordered_map(value, depth)
    if isinstance(value, list | tuple):
        return [_ordered(item, depth - 1) for item in value]
    raise NotEncodable(kind=type(value).__name__)


def _ordered_map(value: Mapping[str, Value] | Mapping[int, Value], depth: int) -> Value:
    entries: Mapping[Any, Value] = value  # its keys are of one kind, which the type forgets below
    if all(isinstance(key, str) for key in entries):
        keys = sorted(entries, key=_text_rank)
    elif all(isinstance(key, int) and not isinstance(key, bool) for key in entries):
        keys = sorted((_ordered(key, depth) for key in entries), key=_integer_rank)
    else:
        raise NotEncodable(kind="map")
    return {key: _ordered(entries[key], depth - 1) for key in keys}


def _text_rank(key: str) -> tuple[int, bytes]:
    """Give what sorts texts as their encodings do: the head, which grows with the length, comes first."""
    octets = key.encode()
    return len(octets), octets


def _integer_rank(key: int) -> tuple[bool, int]:
    """Give what sorts integers as their encodings do: those below nought last, by their distance from it."""
    return key < 0, abs(key)


def _jsonable(value: Value, unusual: set[str]) -> Any:
    """Return ``value`` in what JSON has, and put keys that are not ASCII into ``unusual``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        named = {str(key): _jsonable(item, unusual) for key, item in value.items()}
        unusual.update(key for key in named if not key.isascii())
        return named
    if isinstance(value, list | tuple):
        return [_jsonable(item, unusual) for item in value]
    if isinstance(value, int) and abs(value) > _JSON_INTEGER_LAST:
        raise NotEncodable(kind="json")
    return value


class _Reader:
    """Reads deterministic CBOR and stops at the first byte that the encoder would not have written."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self.offset = 0

    def refuse(self) -> NoReturn:
        raise NotCanonical(offset=self.offset)

    def item(self, depth: int) -> Value:
        if self.offset == len(self._encoded):
            self.refuse()
        initial = self._encoded[self.offset]
        self.offset += 1
        if initial < _IMMEDIATE_END:
            return initial
        if initial in _SIMPLE:
            return _SIMPLE[initial]
        major, argument = initial >> 5, initial & 0x1F
        if argument >= _IMMEDIATE_END:
            argument = self._argument(argument)
        if major == _UNSIGNED:
            return argument
        if major == _NEGATIVE:
            return -1 - argument
        if major in (_BYTES, _TEXT):
            octets = self._take(argument)
            return octets if major == _BYTES else self._text(octets)
        return self._nested(major, argument, depth)

    def _nested(self, major: int, argument: int, depth: int) -> Value:
        if depth == 0 or major not in (_ARRAY, _MAP):
            self.refuse()
        if major == _ARRAY:
            return [self.item(depth - 1) for _ in self._counted(argument)]
        return self._map(argument, depth)

    def _take(self, length: int) -> bytes:
        taken = self._encoded[self.offset : self.offset + length]
        if len(taken) != length:
            self.refuse()
        self.offset += length
        return taken

    def _argument(self, additional: int) -> int:
        """Return an argument that follows; it must be in its shortest form."""
        length = _LENGTHS.get(additional)
        if length is None:
            self.refuse()
        argument = int.from_bytes(self._take(length), "big")
        shortest = _IMMEDIATE_END if length == 1 else 1 << 4 * length
        if argument < shortest:
            self.refuse()
        return argument

    def _counted(self, count: int) -> range:
        """Return a range over ``count`` items, each of which needs at least one byte of what is left."""
        if count > len(self._encoded) - self.offset:
            self.refuse()
        return range(count)

    def _text(self, octets: bytes) -> str:
        try:
            return octets.decode()
        except UnicodeDecodeError:
            self.refuse()

    def _map(self, count: int, depth: int) -> Mapping[str, Value] | Mapping[int, Value]:
        texts: dict[str, Value] = {}
        integers: dict[int, Value] = {}
        previous = b""
        for _ in self._counted(count):
            start = self.offset
            key = self.item(0)
            encoded_key = self._encoded[start : self.offset]
            if encoded_key <= previous:
                self.refuse()
            previous = encoded_key
            value = self.item(depth - 1)
            if isinstance(key, str):
                texts[key] = value
            elif isinstance(key, int) and not isinstance(key, bool):
                integers[key] = value
            else:
                self.refuse()
        if texts and integers:
            self.refuse()
        return integers or texts
