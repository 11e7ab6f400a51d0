"""Marks as a manifest writes them: where stamps and dates go, and the texts that a party is to write.

A slot has at most one stamp and one date for each document, and any number of text fields. A text field is a
label, a place and a width; what is written into it is its party's own statement (``signing.slot_texts``).

    Place(document=1, page=0, left=60, bottom=120)
    TextField(label="联系电话", width=160, place=Place(page=0, left=60, bottom=300))
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.canonical import Value
from evidence.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a mark goes: document and page from 0, and its lower left corner in points as it is shown."""

    document: int = 0
    page: int
    left: int
    bottom: int

    def value(self) -> list[Value]:
        """Return the place as it stands in the manifest."""
        return [self.document, self.page, self.left, self.bottom]


@dataclass(frozen=True, kw_only=True)
class TextField:
    """A line that the party of a slot is to write: what it is called, and ``width`` in points."""

    label: str
    width: int
    place: Place

    def value(self) -> list[Value]:
        """Return the field as it stands in the manifest."""
        return [self.label, self.width, self.place.value()]


def read_places(fields: Fields, name: str) -> tuple[Place, ...]:
    """Read a list of places, none or one for each document; raises the malformed of ``fields``."""
    places = tuple(_place(fields, name, value) for value in fields.items(name))
    if repeats_document(places):
        raise fields.refuse(name)
    return places


def read_place(fields: Fields, name: str, *, numbered: bool) -> tuple[Place, ...]:
    """Read the one place, or none, of a schema before the fifth; ``numbered`` where it names its document."""
    if fields.absent(name):
        return ()
    value = fields.items(name)
    return (_place(fields, name, list(value) if numbered else [0, *value]),)


def read_texts(fields: Fields, name: str) -> tuple[TextField, ...]:
    """Read the text fields of a slot; raises the malformed of ``fields``."""
    return tuple(_text(fields, name, value) for value in fields.items(name))


def repeats_document(places: Sequence[Place]) -> bool:
    """Whether two of ``places`` lie on the same document."""
    return len({place.document for place in places}) < len(places)


def _text(fields: Fields, name: str, value: Value) -> TextField:
    match value:
        case [str(label), int(width), place] if label and width > 0 and not _is_bool(width):
            return TextField(label=label, width=width, place=_place(fields, name, place))
    raise fields.refuse(name)


def _place(fields: Fields, name: str, value: Value) -> Place:
    match value:
        case [int(document), int(page), int(left), int(bottom)] if not any(map(_is_bool, value)):
            return Place(document=document, page=page, left=left, bottom=bottom)
    raise fields.refuse(name)


def _is_bool(value: Value) -> bool:
    """Whether ``value`` is true or false, which Python takes for 1 and 0."""
    return isinstance(value, bool)
