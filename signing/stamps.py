"""Stamps: what a reader of the PDF sees where somebody signed or sealed.

A stamp is a one-page vector PDF with its size; ``signing.pdf`` makes it the appearance of a signature. A person's
stamp shows name, capacity and moment in Chinese beside a QR code; an organization's is the round cinnabar seal with
its name along the arc and a star, as physical seals have been since 国发〔1999〕25号.

    stamp = person_stamp(typesetter, name="林知远", capacity="设计负责人", at=moment, qr=url)
"""

from dataclasses import dataclass
from datetime import datetime

from signing.typesetting import Typesetter

MILLIMETRE = 72 / 25.4  # in points
PERSON_STAMP = (62 * MILLIMETRE, 24 * MILLIMETRE)
SEAL_DIAMETER = 42 * MILLIMETRE  # 国发〔1999〕25号, item 4: a city's organs 4.2 cm


@dataclass(frozen=True)
class Stamp:
    """A one-page PDF, ``content``, of ``width`` by ``height`` points."""

    content: bytes
    width: float
    height: float


def person_stamp(typesetter: Typesetter, *, name: str, capacity: str, at: datetime, qr: str) -> Stamp:
    """Return the stamp of a person who signed as ``capacity`` at the moment ``at``, 62 by 24 mm.

    ``qr`` is the text of the QR code, at most 300 characters, commonly the address of the agreement.

    Raises:
        GlyphMissing: the font lacks a character.
        QrTooLong: the text does not fit a code of version 20 at level M.
    """
    raise NotImplementedError


def organization_seal(
    typesetter: Typesetter, *, name: str, at: datetime, caption: str = "", code: str = ""
) -> Stamp:
    """Return the round seal of ``name``, 42 mm across, with a star in its middle.

    ``caption`` runs straight below the star (``施工许可专用章``); ``code`` is the seal's registration number along the
    lower arc, commonly 13 digits.

    Raises:
        GlyphMissing: the font lacks a character.
    """
    raise NotImplementedError
