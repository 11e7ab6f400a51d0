"""What a face comparison is, whoever computes it: the port and its values.

A matcher finds the faces of a picture, tells what their landmarks show (where the head is turned, how far
the eyes and the mouth are open), makes a template of one, says how far two templates are apart, and how live
a face looks. It decides nothing: the threshold is policy (:mod:`identity.thresholds`), and no score leaves
the server.

A matcher is composed of narrower parts, each a port of its own: who finds faces (:class:`FaceFinder`), what
turns one into numbers (:class:`Embedding`), what tells a replay (:class:`ReplayDetector`).

Adapters: :mod:`identity.face_models` (real) and :mod:`identity.face_scripted` (a double for tests and
drills).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from identity.images import Picture
from identity.scan_refusals import TemplateOfAnotherModel

Numbers = npt.NDArray[np.float64]
"""A face as one model sees it, of the model's own length."""

Point = tuple[float, float]
"""x to the right, y down, in pixels of the picture."""


@dataclass(frozen=True)
class Template:
    """A face turned into numbers, opaque to everybody but the matcher that made it.

    ``value`` begins with the name of the model, so that it is never compared with a template of another
    model (``dlib-resnet-1``, a zero byte and 128 little-endian float32: 526 bytes). It is biometric: store
    it only under a per-person key, never log it.
    """

    value: bytes

    def __repr__(self) -> str:
        return f"Template({len(self.value)} bytes)"

    @property
    def model(self) -> str:
        """The name of the model, or the models, that made it; empty where none can be read."""
        name, zero, _ = self.value.partition(b"\x00")
        return name.decode("ascii") if zero and name.isascii() else ""

    def check_model(self, model: str) -> None:
        """Check that ``model`` made this template.

        Raises:
            TemplateOfAnotherModel: another one did; the face must be enrolled again.
        """
        if self.model != model:
            raise TemplateOfAnotherModel


@dataclass(frozen=True)
class Box:
    """Where a face lies, in pixels of its picture; ``left`` and ``top`` inclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Measurement:
    """What the landmarks of one face in one picture tell; all but ``size`` without unit, free of the size.

    ``turn`` is 0 straight ahead, positive to the person's own left, about 0.5 at 20 degrees; ``eyes`` and
    ``mouth`` are how far lids and lips are apart, in lengths of the nose: about 0.13 open and 0.07 shut,
    below 0.15 closed and about 0.45 open; ``pitch`` is the place of the nose's tip between eyes and mouth,
    about 0.6, more when the head is bent; ``size`` is the distance of the eyes in pixels; ``sharpness`` the
    variance of the Laplacian in percent of the variance of the face itself, 2.5 to 10 in focus. ``marks`` are
    the five points by which a face is laid straight: right eye, left eye, tip of the nose, right and left
    corner of the mouth; a double has none. Pictures are never mirrored.
    """

    box: Box
    turn: float
    eyes: float
    mouth: float
    pitch: float
    size: float
    sharpness: float
    marks: tuple[Point, ...] = ()


class FaceFinder(Protocol):
    """Finds and measures faces; pure computation, no state that one call leaves for the next."""

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        """Measure every face, the widest first; ``small`` finds smaller ones too, at ten times the cost.

        With ``near``, where a face was just before, only its surroundings are looked at if one is found
        there, at a quarter of the cost; faces elsewhere are then not told.
        """
        ...


class Embedding(Protocol):
    """One model that turns a measured face into numbers; near numbers are one person."""

    @property
    def model(self) -> str:
        """The name of the model and its version, in ASCII."""
        ...

    @property
    def length(self) -> int:
        """How many numbers."""
        ...

    def numbers(self, picture: Picture, face: Measurement) -> Numbers:
        """Turn the measured ``face`` of ``picture`` into numbers."""
        ...


class ReplayDetector(Protocol):
    """Tells from one frame whether a face is before the camera or is replayed to it."""

    def liveness(self, picture: Picture, face: Measurement) -> float:
        """From 0, shown on a display, to 1, live."""
        ...


class FaceMatcher(FaceFinder, Protocol):
    """Finds, measures and compares faces."""

    @property
    def double(self) -> bool:
        """True for a shipped double, which production refuses."""
        ...

    @property
    def model(self) -> str:
        """The name of the model, or of the models, that its templates are made by."""
        ...

    def template(self, picture: Picture, face: Measurement) -> Template:
        """Turn the measured ``face`` of ``picture`` into a template."""
        ...

    def glance(self, picture: Picture, face: Measurement) -> Template:
        """The same by the cheapest of the models alone, to be compared with a template of all of them."""
        ...

    def distance(self, one: Template, other: Template) -> float:
        """How far two templates are apart: 0 the same picture; what two strangers have is the model's own.

        Where one is a glance, so is the distance: by that model alone.

        Raises:
            TemplateOfAnotherModel: one of them was made by another model.
        """
        ...

    def liveness(self, picture: Picture, face: Measurement) -> float | None:
        """From 0, shown on a display, to 1, live; None from a matcher that has no detector of replays."""
        ...
