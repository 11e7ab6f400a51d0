"""What a face comparison is, whoever computes it: the port and its values.

A matcher finds the faces of a picture, tells what their landmarks show (where the head is turned, how far
the eyes and the mouth are open), makes a template of one, and says how far two templates are apart. It
decides nothing: the threshold is policy (:class:`ThresholdPolicy`), and the score never leaves the server.

Adapters: :mod:`identity.face_dlib` (real) and :mod:`identity.face_scripted` (a double for tests and
drills).
"""

from dataclasses import dataclass
from typing import Protocol

from identity.images import Picture


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
    """What the landmarks of one face in one picture tell; ratios without unit, free of the face's size.

    ``turn`` is 0 straight ahead, positive to the person's own left, about 0.5 at 20 degrees; ``eyes`` and
    ``mouth`` are how far lids and lips are apart, in lengths of the nose: about 0.13 open and 0.07 shut,
    below 0.15 closed and about 0.45 open; ``sharpness`` is the variance of the Laplacian in percent of the
    variance of the face itself, 2.5 to 10 in focus. Pictures are never mirrored.
    """

    box: Box
    turn: float
    eyes: float
    mouth: float
    sharpness: float


@dataclass(frozen=True)
class ThresholdPolicy:
    """Up to which distance two templates count as one person.

    ``distance`` bounds the median over the compared frames, ``frame_distance`` every single one of them, so
    that no frame of a clip may show somebody else.
    """

    distance: float
    frame_distance: float


class FaceMatcher(Protocol):
    """Finds, measures and compares faces; pure computation, no state that one call leaves for the next."""

    @property
    def double(self) -> bool:
        """True for a shipped double, which production refuses."""
        ...

    def faces(self, picture: Picture, *, small: bool = False) -> tuple[Measurement, ...]:
        """Measure every face, the widest first; ``small`` finds smaller ones too, at ten times the cost."""
        ...

    def template(self, picture: Picture, face: Measurement) -> Template:
        """Turn the measured ``face`` of ``picture`` into a template."""
        ...

    def distance(self, one: Template, other: Template) -> float:
        """How far two templates are apart: 0 the same picture, above 0.6 two strangers (dlib).

        Raises:
            TemplateOfAnotherModel: one of them was made by another model.
        """
        ...
