"""Read a decoded map strictly: every field has its type and length, and none is left unread.

The parser of each structure takes its fields by name and then calls ``done``, which refuses unknown keys.
Whatever does not fit raises the structure's own ``Malformed`` with the place.

    fields = Fields(decode(encoded), EntryMalformed)
    commitment = fields.octets("commitment", length=32)
    fields.done()
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from evidence.canonical import Value
from evidence.clock import moment
from evidence.errors import Malformed

Key = str | int
TEXT_LIMIT = 4096
"""Characters in one text field; the longest real one is an authorization's wording of some hundreds."""

_UNSIGNED_END = 1 << 63  # what a database column of 64 bits holds
_MOMENT_END = 1 << 53  # what JavaScript reads exactly: until the year 2255


class Fields:
    """The fields of one decoded map, taken one by one."""

    def __init__(self, value: Value, malformed: type[Malformed], *, place: str = "") -> None:
        if not isinstance(value, Mapping):
            raise malformed(place=place or "map")
        self._left: dict[Key, Value] = dict(value.items())
        self._malformed = malformed
        self._place = f"{place}." if place else ""

    def refuse(self, key: Key) -> Malformed:
        """Return the error that names field ``key``, for the caller to raise."""
        return self._malformed(place=f"{self._place}{key}")

    def has(self, key: Key) -> bool:
        """Tell whether the map still holds field ``key``."""
        return key in self._left

    def absent(self, key: Key) -> bool:
        """Take a null: return True when field ``key`` is there and null, and leave any other value."""
        if key not in self._left or self._left[key] is not None:
            return False
        del self._left[key]
        return True

    def take(self, key: Key) -> Value:
        """Take any value; absent is refused."""
        if key not in self._left:
            raise self.refuse(key)
        return self._left.pop(key)

    def text(self, key: Key, *, limit: int = TEXT_LIMIT) -> str:
        """Take a text of 1 to ``limit`` characters."""
        value = self.take(key)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self.refuse(key)
        return value

    def octets(self, key: Key, *, length: int | None = None) -> bytes:
        """Take bytes, of exactly ``length`` when it is given."""
        value = self.take(key)
        if not isinstance(value, bytes) or (length is not None and len(value) != length):
            raise self.refuse(key)
        return value

    def count(self, key: Key) -> int:
        """Take an integer from 0 to 2^63 - 1."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _UNSIGNED_END:
            raise self.refuse(key)
        return value

    def moment(self, key: Key) -> datetime:
        """Take a moment, written as microseconds since 1970."""
        count = self.count(key)
        if count >= _MOMENT_END:
            raise self.refuse(key)
        try:
            return moment(count)
        except ValueError as error:
            raise self.refuse(key) from error

    def items(self, key: Key) -> Sequence[Value]:
        """Take an array."""
        value = self.take(key)
        if not isinstance(value, list):
            raise self.refuse(key)
        return value

    def octets_list(self, key: Key, *, length: int) -> tuple[bytes, ...]:
        """Take an array of byte strings of ``length`` each."""
        values = self.items(key)
        if not all(isinstance(value, bytes) and len(value) == length for value in values):
            raise self.refuse(key)
        return tuple(value for value in values if isinstance(value, bytes))

    def fields(self, key: Key) -> "Fields":
        """Take a map, to be read in the same strict way."""
        return Fields(self.take(key), self._malformed, place=f"{self._place}{key}")

    def each(self, key: Key) -> tuple["Fields", ...]:
        """Take an array of maps, each to be read in the same strict way."""
        place = f"{self._place}{key}"
        return tuple(
            Fields(value, self._malformed, place=f"{place}.{index}")
            for index, value in enumerate(self.items(key))
        )

    def done(self) -> None:
        """Refuse what is left: an unknown key is no extension, it is something unchecked."""
        for key in self._left:
            raise self.refuse(key)
