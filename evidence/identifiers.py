"""Identifiers of the field, parsed with their check characters.

Each class is made by ``parse``, which names the position, counted from 1, that does not fit. A citizen number
is personal: it is never shown by ``repr``, and no error repeats it.

    Uscc.parse("91350100M000100Y43")
    LicenceIdentifier.make(type_code="11100000000013338W011", issuer=agency, serial="20230000403")

Sources: GB 32100-2015, GB 11714, GB 11643-1999, GB/T 36904-2018 with ISO 7064 MOD 37,36; the permit number
as published by the ministry. What was read where is told in docs/standards.md.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from evidence.errors import CheckDigitWrong, IdentifierMalformed, Term

USCC = Term("统一社会信用代码", "unified social credit code")
CITIZEN_NUMBER = Term("公民身份号码", "citizen identity number")
LICENCE_IDENTIFIER = Term("电子证照标识", "licence identifier")
PERMIT_NUMBER = Term("施工许可证编号", "construction permit number")

LICENCE_ROOT = "1.2.156.3005.2"
SERIAL_LIMIT = 32
"""Characters; the longest serial seen in practice."""

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
_DIGIT, _CAPITAL_OR_DIGIT, _USCC_CHARACTER = "[0-9]", "[0-9A-Z]", f"[{_USCC_CHARACTERS}]"
_USCC_FORM = [_USCC_CHARACTER] * 2 + [_DIGIT] * 6 + [_USCC_CHARACTER] * 10
_CITIZEN_FORM = [_DIGIT] * 17 + ["[0-9X]"]
_PERMIT_FORM = [_DIGIT] * 18
_LICENCE_PARTS = 5
_PERMIT_CLASSES = range(1, 20)
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Uscc:
    """A unified social credit code, 18 characters (GB 32100-2015)."""

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> "Uscc":
        """Read a code.

        Raises:
            IdentifierMalformed: a character is not allowed at its position, or the length is not 18.
            CheckDigitWrong: position 17 (organization code, GB 11714) or 18 does not fit the others.
        """
        _check_form(text, _USCC_FORM, USCC)
        if organization_check(text[8:16]) != text[16]:
            raise CheckDigitWrong(kind=USCC, position=17)
        if uscc_check(text[:17]) != text[17]:
            raise CheckDigitWrong(kind=USCC, position=18)
        return cls(text)


@dataclass(frozen=True)
class CitizenNumber:
    """A citizen identity number, 18 characters (GB 11643-1999); personal, so never shown by ``repr``."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "CitizenNumber":
        """Read a number.

        Raises:
            IdentifierMalformed: a character is not allowed, the length is not 18, or the birth date is none.
            CheckDigitWrong: position 18 does not fit the others.
        """
        _check_form(text, _CITIZEN_FORM, CITIZEN_NUMBER)
        _check_date(text, 6, CITIZEN_NUMBER)
        if citizen_check(text[:17]) != text[17]:
            raise CheckDigitWrong(kind=CITIZEN_NUMBER, position=18)
        return cls(text)


@dataclass(frozen=True)
class LicenceIdentifier:
    """An electronic licence's identifier: defining body's type code, issuer, serial, version (GB/T 36904)."""

    type_code: str
    issuer: Uscc
    serial: str
    version: str

    def __str__(self) -> str:
        return f"{self.base}.{self.version}.{self.check}"

    @property
    def base(self) -> str:
        """What all versions of one licence share: the identifier without version and check character."""
        return f"{LICENCE_ROOT}.{self.type_code}.{self.issuer}.{self.serial}"

    @property
    def check(self) -> str:
        """The check character over type code, issuer, serial and version."""
        return licence_check(f"{self.type_code}{self.issuer}{self.serial}{self.version}")

    @classmethod
    def make(cls, *, type_code: str, issuer: Uscc, serial: str, version: str = "001") -> "LicenceIdentifier":
        """Make an identifier with its check character.

        Raises:
            IdentifierMalformed: a part has a character or length that is not allowed.
            CheckDigitWrong: the defining body within the type code has a wrong check character.
        """
        made = cls(type_code, issuer, serial, version)
        _licence_parts(f"{made.base}.{version}.0")  # the check character is computed of allowed ones only
        return cls.parse(str(made))

    @classmethod
    def parse(cls, text: str) -> "LicenceIdentifier":
        """Read ``1.2.156.3005.2.{type 21}.{issuer 18}.{serial 1-32}.{version 3}.{check 1}``.

        Raises:
            IdentifierMalformed: a part has a character or length that is not allowed.
            CheckDigitWrong: the check character, or one within the type code or issuer, does not fit.
        """
        parts = _licence_parts(text)
        type_code, issuer, serial, version, check = (part for _, part in parts)
        _check_uscc_within(type_code[:18], parts[0][0])
        _check_uscc_within(issuer, parts[1][0])
        if licence_check(type_code + issuer + serial + version) != check:
            raise CheckDigitWrong(kind=LICENCE_IDENTIFIER, position=len(text))
        return cls(type_code, Uscc(issuer), serial, version)


@dataclass(frozen=True)
class PermitNumber:
    """A construction permit's number: 6 digits of area, 8 of date, 2 of serial, 2 of class (01 to 19)."""

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> "PermitNumber":
        """Read a number.

        Raises:
            IdentifierMalformed: not 18 digits, or the date or the class is none. It has no check digit.
        """
        _check_form(text, _PERMIT_FORM, PERMIT_NUMBER)
        _check_date(text, 6, PERMIT_NUMBER)
        if int(text[16:]) not in _PERMIT_CLASSES:
            raise IdentifierMalformed(kind=PERMIT_NUMBER, position=17)
        return cls(text)


def uscc_check(body: str) -> str:
    """Return the 18th character for the first 17. Source: GB 32100-2015, weights 3^(i-1) mod 31."""
    total = sum(_USCC_CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return _USCC_CHARACTERS[-total % 31]


def organization_check(body: str) -> str:
    """Return the check character of an 8-character organization code. Source: GB 11714."""
    total = sum(
        _ALPHANUMERIC.index(character) * weight
        for character, weight in zip(body, _ORGANIZATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def citizen_check(body: str) -> str:
    """Return the 18th character for the first 17. Source: GB 11643-1999 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return "10X98765432"[total % 11]


def licence_check(body: str) -> str:
    """Return the check character for type code, issuer, serial and version without dots.

    Source: GB/T 36904-2018; ISO 7064, hybrid system MOD 37,36.
    """
    product = 36
    for character in body:
        total = (product + _ALPHANUMERIC.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHANUMERIC[(37 - product) % 36]


def _check_form(text: str, form: list[str], kind: Term, *, place: int = 0) -> None:
    """Check each character against its position's pattern; the first wrong or missing one is named.

    ``text`` begins at ``place`` of the whole identifier, counted from 0.
    """
    for index, pattern in enumerate(form):
        if not re.fullmatch(pattern, text[index : index + 1]):
            raise IdentifierMalformed(kind=kind, position=place + index + 1)
    if len(text) > len(form):
        raise IdentifierMalformed(kind=kind, position=place + len(form) + 1)


def _check_date(text: str, place: int, kind: Term) -> None:
    """Check the date YYYYMMDD at ``place``, counted from 0; month or day is named."""
    year, month, day = (
        int(text[place : place + 4]),
        int(text[place + 4 : place + 6]),
        text[place + 6 : place + 8],
    )
    try:
        first = date(year, month, 1)
    except ValueError as error:
        raise IdentifierMalformed(kind=kind, position=place + 1 if year == 0 else place + 5) from error
    try:
        first.replace(day=int(day))
    except ValueError as error:
        raise IdentifierMalformed(kind=kind, position=place + 7) from error


def _licence_parts(text: str) -> list[tuple[int, str]]:
    """Return the five parts after the root, each with its place in ``text``, counted from 0."""
    prefix = f"{LICENCE_ROOT}."
    _check_form(text[: len(prefix)], [re.escape(character) for character in prefix], LICENCE_IDENTIFIER)
    place, placed = len(prefix), []
    parts = text[place:].split(".")
    for part, form in zip(parts, _licence_forms(parts), strict=False):
        _check_form(part, form, LICENCE_IDENTIFIER, place=place)
        placed.append((place, part))
        place += len(part) + 1
    if len(parts) != len(placed) or len(placed) != _LICENCE_PARTS:
        raise IdentifierMalformed(kind=LICENCE_IDENTIFIER, position=place)
    return placed


def _licence_forms(parts: list[str]) -> list[list[str]]:
    """Return the patterns of type code, issuer, serial (as long as it is), version and check character."""
    serial = "".join(parts[2:3])
    return [
        [*_USCC_FORM, *[_DIGIT] * 3],
        _USCC_FORM,
        [_CAPITAL_OR_DIGIT] * min(max(len(serial), 1), SERIAL_LIMIT),
        [_DIGIT] * 3,
        [_CAPITAL_OR_DIGIT],
    ]


def _check_uscc_within(text: str, place: int) -> None:
    """Check the check characters of a code that begins at ``place`` of a licence identifier."""
    for position, check in ((17, organization_check(text[8:16])), (18, uscc_check(text[:17]))):
        if check != text[position - 1]:
            raise CheckDigitWrong(kind=LICENCE_IDENTIFIER, position=place + position)
