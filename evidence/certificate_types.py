"""A type of electronic certificate: what it prints, how it is numbered, how long it lasts, how it ends.

Types are data (``evidence.type_description``): whoever issues a certificate and whoever checks it know them
from the same description, and no code knows any of them by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from evidence.errors import Term

NUMBER_PLACES = re.compile(r"\{(area|date|year|city|serial:[1-9])\}")
"""What a form of number has places for: 6 digits of area, 8 of the day, 4 of the year, city and serial."""
VERSION_NAME = re.compile(r"([a-z][a-z0-9-]{1,63})@([1-9][0-9]{0,3})")
"""The name of a version of a registered type: its code, and the number of the version."""
SERIAL_PLACE = re.compile(r"\{serial:([1-9])\}")
DIGITS_PLACE = re.compile(r"\{digits:([1-9][0-9]?)\}")
"""What the form of a number that another platform gives has places for: so many digits."""


class HolderKind(StrEnum):
    """Who can hold a certificate of the type."""

    ORGANIZATION = "organization"
    PERSON = "person"


class Basis(StrEnum):
    """What a certificate of the type rests on."""

    AGREEMENT = "agreement"
    NONE = "none"


class Face(StrEnum):
    """The form it is printed on."""

    TWO_LEAF = "two-leaf"
    PLAQUE = "plaque"
    SHEET = "sheet"


class ValidityRule(StrEnum):
    """Who says when it ends."""

    CHOSEN = "chosen"
    YEARS = "years"
    OPEN = "open"


class LifeState(StrEnum):
    """What a certificate can be, as the field tells it (standards, section 5)."""

    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ABOLISHED = "abolished"
    SUPERSEDED = "superseded"

    @property
    def ends(self) -> bool:
        """Whether no step leads out of it."""
        return self not in (self.IN_FORCE, self.SUSPENDED)


@dataclass(frozen=True, kw_only=True)
class TypeField:
    """One printed fact: its name in statements, its labels, and its name in the metadata (GB/T 36903).

    ``in_qr`` travels in the code; ``paired`` shares the line before it; ``person`` names a natural person.
    """

    name: str
    zh: str
    en: str
    metadata: str
    required: bool = True
    paired: bool = False
    person: bool = False
    in_qr: bool = False


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """How its certificates are numbered: the ``form`` people read, and ``licence`` for the identifier.

    ``elsewhere`` is the form of the number that another platform gives it, empty where none does.
    """

    form: str
    licence: str
    elsewhere: str = ""

    @property
    def digits(self) -> int:
        """How many digits the serial has."""
        return int(SERIAL_PLACE.findall(self.form)[0])

    def fill(self, text: str, *, facts: Mapping[str, str], serial: int) -> str:
        """Put ``facts`` (area, date, year, city) and the serial into a form."""
        placed = SERIAL_PLACE.sub(f"{serial:0{self.digits}}", text)
        return NUMBER_PLACES.sub(lambda place: facts[place[1]], placed)

    @property
    def sample_elsewhere(self) -> str:
        """The form of the number that another platform gives, with a 0 for each digit."""
        return DIGITS_PLACE.sub(lambda place: "0" * int(place[1]), self.elsewhere)

    def fits_elsewhere(self, text: str) -> bool:
        """Whether ``text`` has the form of the number that another platform gives."""
        return re.fullmatch("[0-9A-Z-]+", text) is not None and (
            re.sub("[0-9]", "0", text) == re.sub("[0-9]", "0", self.sample_elsewhere)
        )

    def scope(self, facts: Mapping[str, str]) -> str:
        """Return what stands before the serial in the licence identifier: within it serials are counted."""
        return self.fill(self.licence.partition("{serial")[0], facts=facts, serial=0)


@dataclass(frozen=True, kw_only=True)
class StateWords:
    """What the type's own register calls a state, and its code there; empty where it has none."""

    words: Term
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a certificate of the type: the field with their ``name``, and that with their ``number``.

    The number is a citizen's, or an organization's code where the type prints it.
    """

    kind: HolderKind
    name: str
    number: str | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateType:
    """A type: its fields in printed order, how it is numbered, how long it lasts, what it can become.

    Certificates name it by its ``code``: a shipped type's own, or a version's name (``fishing-licence@2``).
    """

    code: str
    zh: str
    en: str
    holder: Holder
    basis: Basis
    face: Face
    grant: str
    notes: tuple[str, ...]
    national_code: str | None
    confirmed: bool
    local_sequence: str
    numbering: Numbering
    validity: ValidityRule
    years: int
    states: Mapping[LifeState, StateWords]
    fields: tuple[TypeField, ...]

    @cached_property
    def in_qr(self) -> tuple[str, ...]:
        """The names of the fields that travel in the QR code, in order."""
        return tuple(field.name for field in self.fields if field.in_qr)

    @property
    def kin(self) -> str:
        """The code that all versions of the type share."""
        return self.code.partition("@")[0]

    def versioned(self, version: int) -> "CertificateType":
        """Return the same type under the name of its version ``version``, from 1 to 9999."""
        return replace(self, code=f"{self.kin}@{version}")
