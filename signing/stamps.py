"""Stamps: what a reader of the PDF sees where somebody signed or sealed.

A stamp is a one-page vector PDF with its size; ``signing.pdf`` makes it the appearance of a signature. A
person's stamp shows name, capacity and moment in Chinese beside a QR code. An organization's shows the
round cinnabar seal, its name along the arc and a star in its middle as physical seals have them, and beside
it the keeper, the moment and a QR code. A qualification's is the oval practice seal (执业印章) in dark blue.
``organization_seal`` is the seal alone, as it goes over the name and date of a certificate.

    stamp = person_stamp(typesetter, name="林知远", capacity="设计负责人", at=moment, qr=url)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from signing.qr_image import qr_svg
from signing.typesetting import Fact, Typesetter

MILLIMETRE = 72 / 25.4  # in points
QUALIFICATION_STAMP = (68 * MILLIMETRE, 36 * MILLIMETRE)
PERSON_STAMP = (68 * MILLIMETRE, 26 * MILLIMETRE)
ORGANIZATION_STAMP = (68 * MILLIMETRE, 42 * MILLIMETRE)
DATE_MARK = (34 * MILLIMETRE, 7 * MILLIMETRE)
TEXT_HEIGHT = 7 * MILLIMETRE
TEXT_SIZE = 11
"""Points of the type in which a text field is set."""
TEXT_MARGIN = 2
"""Points kept free left and right of what stands in a text field."""
PICTURE_DOTS = 300  # an inch, as printers want
SEAL_DIAMETER = 42 * MILLIMETRE  # 国发〔1999〕25号 gives organs of a city 4.2 cm

PRINTED = ("title", "name", "registration_number", "until", "employer")
"""What stands in the stamp of a qualification."""

BEIJING_TIME = timezone(timedelta(hours=8), "北京时间")


@dataclass(frozen=True)
class Stamp:
    """A one-page PDF, ``content``, of ``width`` by ``height`` points."""

    content: bytes
    width: float
    height: float


def person_stamp(
    typesetter: Typesetter,
    *,
    name: str,
    capacity: str,
    at: datetime,
    qr: str,
    strokes: Sequence[Sequence[Sequence[int]]] = (),
    typed: str = "",
) -> Stamp:
    """Return the stamp of a person who signed as ``capacity`` at the moment ``at``, 68 by 26 mm.

    ``qr`` is the text of the QR code, commonly the address of the agreement. ``strokes``, points on a board
    of 1,200 by 400, are drawn in the place of the name, which then stands small before the capacity; so does
    what was ``typed``, as handwriting. Where that lacks a character, the name is set as without it.

    Raises:
        GlyphMissing: the font lacks a character.
        QrTooLong: the text does not fit a code of version 20 at level M.
    """
    written = typed if typesetter.can_write(typed) else ""
    said: dict[str, Fact] = {"name": name, "capacity": capacity, "strokes": strokes, "written": written}
    facts = {**said, "qr": qr_svg(qr), **_moment(at)}
    return Stamp(typesetter.set("person-stamp.typ", facts, at=at), *PERSON_STAMP)


def qualification_stamp(
    typesetter: Typesetter, *, printed: Mapping[str, str], by: str, capacity: str, at: datetime, qr: str
) -> Stamp:
    """Return the stamp of a qualification, put by ``by`` as ``capacity`` at the moment ``at``, 68 by 36 mm.

    ``printed`` is what stands in it: title, name, registration_number, until and employer. Two ellipses
    around one centre, 50 by 36 and 36 by 22 mm in dark blue, as registered constructors have theirs (a notice
    of 2018, read second-hand); for the other registered professions this shape is our own, unconfirmed.

    Raises:
        GlyphMissing: the font lacks a character.
        QrTooLong: the text does not fit a code of version 20 at level M.
    """
    facts = {**printed, "by": by, "capacity": capacity, "qr": qr_svg(qr), **_moment(at)}
    return Stamp(typesetter.set("qualification-stamp.typ", facts, at=at), *QUALIFICATION_STAMP)


def organization_stamp(
    typesetter: Typesetter,
    *,
    name: str,
    keeper: str,
    capacity: str,
    at: datetime,
    qr: str,
    caption: str = "",
) -> Stamp:
    """Return the stamp of the organization ``name``, sealed by ``keeper`` at the moment ``at``, 68 by 42 mm.

    ``capacity`` is the part that the organization has in the document, such as ``施工单位``; ``caption`` runs
    straight below the star (``合同专用章``).

    Raises:
        GlyphMissing: the font lacks a character.
        QrTooLong: the text does not fit a code of version 20 at level M.
    """
    said = {"name": name, "keeper": keeper, "capacity": capacity, "caption": caption}
    facts = {**said, "qr": qr_svg(qr), **_moment(at)}
    return Stamp(typesetter.set("organization-stamp.typ", facts, at=at), *ORGANIZATION_STAMP)


def organization_seal(
    typesetter: Typesetter, *, name: str, at: datetime, caption: str = "", code: str = ""
) -> Stamp:
    """Return the round seal of ``name`` alone, 42 mm across, without background.

    ``caption`` runs straight below the star (``电子证照专用章``); ``code`` is the seal's registration
    number along the lower arc, commonly 13 digits.

    Raises:
        GlyphMissing: the font lacks a character.
    """
    facts = {"name": name, "caption": caption, "code": code}
    return Stamp(typesetter.set("round-seal.typ", facts, at=at), SEAL_DIAMETER, SEAL_DIAMETER)


def seal_picture(typesetter: Typesetter, *, name: str, at: datetime, caption: str, code: str) -> bytes:
    """Return the same seal as PNG of 300 dots an inch, as an electronic seal carries it.

    Raises:
        GlyphMissing: the font lacks a character.
    """
    facts = {"name": name, "caption": caption, "code": code}
    return typesetter.draw("round-seal.typ", facts, at=at, dots=PICTURE_DOTS)


def date_mark(typesetter: Typesetter, *, at: datetime) -> Stamp:
    """Return the day of ``at`` in Beijing alone, 34 by 7 mm, without background."""
    return Stamp(typesetter.set("date.typ", {"day": chinese_date(at)}, at=at), *DATE_MARK)


def text_mark(typesetter: Typesetter, text: str, *, width: int, at: datetime) -> Stamp:
    """Return one line of text alone, ``width`` points by 7 mm, without background.

    Raises:
        GlyphMissing: the font lacks a character.
    """
    facts: dict[str, Fact] = {"text": text, "width": width, "size": TEXT_SIZE, "margin": TEXT_MARGIN}
    return Stamp(typesetter.set("text.typ", facts, at=at), width, TEXT_HEIGHT)


def chinese_date(at: datetime) -> str:
    """Return the day of ``at`` in Beijing as ``2026年05月02日``."""
    return chinese_day(at.astimezone(BEIJING_TIME).date())


def chinese_day(day: date) -> str:
    """Return a day as ``2026年05月02日``."""
    return f"{day:%Y年%m月%d日}"


def _moment(at: datetime) -> dict[str, str]:
    return {"day": chinese_date(at), "time": f"{at.astimezone(BEIJING_TIME):%H:%M:%S} 北京时间"}
