"""A file of JSON read strictly, as the browser's verifier reads it: each value is taken with its path.

What two readers could take for two things is none: text that is not UTF-8 or has half a surrogate pair, a
number that a double does not hold exactly, a moment, hexadecimal or base64 written in another way than one.

    trust = read_json(data, "trust")           # raises TrustMalformed, as everything here does
    trust.at("log").at("origin").text()        # or it names "trust.log.origin"
"""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Never

from evidence.errors import YinxinError
from evidence.keys import VerifyingKey
from verify.errors import TrustMalformed

EXACT = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly (RFC 8259, section 6)."""

_LONGEST_INTEGER = 16  # digits of EXACT
_MOMENT = re.compile(
    r"[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
"""RFC 3339, with a T and a Z; whether the day exists is asked besides."""


@dataclass(frozen=True)
class Member:
    """A value of the file with its path, so that a refusal can name it."""

    value: object
    path: str

    def refuse(self) -> TrustMalformed:
        """Return the error that names the path, for the caller to raise."""
        return TrustMalformed(member=self.path)

    @property
    def absent(self) -> bool:
        """Whether it is not there, or null."""
        return self.value is None

    def at(self, name: str) -> "Member":
        """Take a member of an object; it may be absent."""
        if not isinstance(self.value, dict):
            raise self.refuse()
        return Member(self.value.get(name), f"{self.path}.{name}")

    def each(self) -> "tuple[Member, ...]":
        """Take the items of an array."""
        if not isinstance(self.value, list):
            raise self.refuse()
        return tuple(Member(item, f"{self.path}[{place}]") for place, item in enumerate(self.value))

    def named(self) -> "dict[str, Member]":
        """Take all members of an object."""
        if not isinstance(self.value, dict):
            raise self.refuse()
        return {name: self.at(name) for name in self.value}

    def text(self) -> str:
        """Take a text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.refuse()
        return self.value

    def count(self, *, most: int = EXACT) -> int:
        """Take a whole number from 0 to ``most``."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not 0 <= self.value <= most:
            raise self.refuse()
        return self.value

    def octets(self, length: int) -> bytes:
        """Take ``length`` bytes in hexadecimal, with or without 0x before them."""
        digits = self.text().removeprefix("0x")
        if re.fullmatch(f"[0-9a-fA-F]{{{2 * length}}}", digits) is None:
            raise self.refuse()
        return bytes.fromhex(digits)

    def moment(self) -> datetime:
        """Take a moment with its offset."""
        if _MOMENT.fullmatch(self.text()) is None:
            raise self.refuse()
        try:
            return datetime.fromisoformat(self.text())
        except ValueError as error:
            raise self.refuse() from error

    def key(self) -> VerifyingKey:
        """Take a public key, base64 of its DER."""
        try:
            der = base64.b64decode(self.text(), validate=True)
            if base64.b64encode(der).decode() != self.text():
                raise self.refuse()
            return VerifyingKey.from_spki(der)
        except (ValueError, YinxinError) as error:
            raise self.refuse() from error


def read_json(data: bytes, path: str) -> Member:
    """Read a file of JSON; ``path`` is what its outermost value is called.

    Raises:
        TrustMalformed: it is none, by the name "JSON".
    """
    try:
        text = data.decode()
        value = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise TrustMalformed(member="JSON") from error
    return Member(value, path)


def _number(text: str) -> int | float:
    """Read a number as a double is: 1.0 and 1e0 are 1."""
    if len(text) <= _LONGEST_INTEGER and text.removeprefix("-").isdigit():
        return int(text)
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= EXACT else number


def _no_number(text: str) -> Never:
    raise ValueError(text)
