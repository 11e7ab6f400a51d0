"""A shipped double of the matcher: the colour of a picture says what it shows.

For tests and drills where the faces are not the point. Production refuses it (``double``). A frame is a
picture of one colour; the script says which faces that colour stands for.

    script = {RED: (ScriptedFace("p01"),), BLUE: (ScriptedFace("p01", turn=0.5),)}
    matcher = ScriptedMatcher(script)
    clip = Clip((plain_picture(RED), plain_picture(BLUE)), (0, 100))
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from identity.face import Box, Measurement, Template
from identity.images import Picture
from identity.thresholds import ThresholdPolicy

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255 each."""

MODEL = "scripted-1"

THRESHOLD = ThresholdPolicy(MODEL, distance=0.5, frame_distance=0.5, glance_distance=0.5)
"""Between the 0 of one person and the 1 of two."""

SMALL = 80
"""Pixels of width that the real detector finds without upsampling."""


EYES_APART = 0.45
"""Distance of the eyes in widths of the box."""


@dataclass(frozen=True)
class ScriptedFace:
    """A face as the script has it: whose it is, and what a matcher says of it."""

    person: str
    turn: float = 0.0
    eyes: float = 0.13
    mouth: float = 0.04
    pitch: float = 0.6
    sharpness: float = 5.0
    liveness: float = 1.0
    left: int = 100
    width: int = 200


class ScriptedMatcher:
    """A :class:`identity.face.FaceMatcher` that answers from a script; unknown colours show no face.

    Templates of one person are 0 apart, of two persons 1.
    """

    double = True
    model = MODEL

    def __init__(self, script: Mapping[Colour, tuple[ScriptedFace, ...]]) -> None:
        self._script = dict(script)

    def faces(
        self,
        picture: Picture,
        *,
        small: bool = False,
        near: Box | None = None,
    ) -> tuple[Measurement, ...]:
        """Say what the script says of this colour; faces below :data:`SMALL` only if ``small``.

        A colour has no places: who looks ``near`` a face sees the widest one alone.
        """
        faces = sorted(self._at(picture), key=lambda face: face.width, reverse=True)
        seen = tuple(_measurement(face) for face in faces if small or face.width >= SMALL)
        return seen if near is None else seen[:1]

    def template(self, picture: Picture, face: Measurement) -> Template:
        """Name the person."""
        return Template(MODEL.encode() + b"\x00" + self._actor(picture, face).person.encode())

    def glance(self, picture: Picture, face: Measurement) -> Template:
        """Name the person too."""
        return self.template(picture, face)

    def distance(self, one: Template, other: Template) -> float:
        """0 or 1."""
        one.check_model(MODEL)
        other.check_model(MODEL)
        return 0.0 if one == other else 1.0

    def liveness(self, picture: Picture, face: Measurement) -> float:
        """Say what the script says."""
        return self._actor(picture, face).liveness

    def _actor(self, picture: Picture, face: Measurement) -> ScriptedFace:
        return next(one for one in self._at(picture) if _measurement(one) == face)

    def _at(self, picture: Picture) -> tuple[ScriptedFace, ...]:
        red, green, blue = (int(part) for part in picture.pixels[0, 0])
        return self._script.get((red, green, blue), ())


def _measurement(face: ScriptedFace) -> Measurement:
    box = Box(left=face.left, top=100, right=face.left + face.width, bottom=100 + face.width)
    return Measurement(
        box=box,
        turn=face.turn,
        eyes=face.eyes,
        mouth=face.mouth,
        pitch=face.pitch,
        size=face.width * EYES_APART,
        sharpness=face.sharpness,
    )


def plain_picture(colour: Colour) -> bytes:
    """A small PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(out, "PNG")
    return out.getvalue()
