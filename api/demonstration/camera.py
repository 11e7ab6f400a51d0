"""The scripted camera: plays the clips of an invented person, each when a scan asks for it.

A double of a phone's camera for the main job and for tests; nothing of it is reachable in production.
"""

import io
from functools import cache
from math import pi, sin
from pathlib import Path
from typing import Protocol

from PIL import Image

from api.demonstration.people import FACES, DemonstrationPerson

FRAME_MS = 66  # the clips were made at 15 frames a second
CLIPS = {"turn_left": "left", "turn_right": "right", "blink": "blink", "open_mouth": "mouth", "nod": "nod"}
TURNS = frozenset({"turn_left", "turn_right"})
CLOSEST = 0.4  # how much larger a face is that has come closer
CLOSER_FRAMES = 30  # of coming closer and going back
AGAIN_MS = 3_000  # who is still asked by then does it again, as people do


class Camera(Protocol):
    """What stands before a phone."""

    def frame(self, at_ms: int) -> bytes:
        """Give what is seen at this moment, as JPEG."""
        ...

    def perform(self, step: str | None, at_ms: int) -> None:
        """Let whoever stands there begin ``step`` at this moment; none is looking straight ahead."""
        ...


class Performer:
    """A camera before ``person``, who looks straight ahead and does each step when told."""

    def __init__(self, person: DemonstrationPerson) -> None:
        self._person = person
        self._asked: str | None = None
        self._since_ms = 0

    def perform(self, step: str | None, at_ms: int) -> None:
        """Begin ``step``, and again when it is still asked after a while."""
        if step is not None and (step != self._asked or at_ms - self._since_ms >= AGAIN_MS):
            self._since_ms = at_ms
        self._asked = step or self._asked

    def frame(self, at_ms: int) -> bytes:
        """Give the frame of the step that is under way, or of the rest."""
        played = () if self._asked is None else acted(self._person, self._asked)
        place = (at_ms - self._since_ms) // FRAME_MS
        if place < len(played):
            return played[place]
        rest = acted(self._person, "rest")
        return rest[at_ms // FRAME_MS % len(rest)]


class Photograph:
    """A camera before one photograph of ``person``, held still."""

    def __init__(self, person: DemonstrationPerson) -> None:
        self._content = FACES.joinpath("photos", f"{person.face}_b.jpg").read_bytes()

    def perform(self, step: str | None, at_ms: int) -> None:
        """Do nothing."""

    def frame(self, at_ms: int) -> bytes:  # noqa: ARG002 - it is the same at every moment
        """Give the photograph."""
        return self._content


@cache
def acted(person: DemonstrationPerson, step: str) -> tuple[bytes, ...]:
    """Give the frames of ``step``, or of "rest", from looking straight ahead to looking straight ahead."""
    if step == "closer":
        return tuple(_closer(file, number) for number, file in enumerate(_to_and_fro(person.clip("neutral"))))
    clip = person.clip(CLIPS.get(step, "neutral"))
    played = _to_and_fro(clip) if step in TURNS or step == "rest" else clip
    return tuple(file.read_bytes() for file in played)


def _to_and_fro(clip: tuple[Path, ...]) -> tuple[Path, ...]:
    return (*clip, *clip[::-1])


def _closer(file: Path, number: int) -> bytes:
    """Enlarge a frame about the face, which lies a little above the middle."""
    with Image.open(file) as image:
        side = round(image.width / (1 + CLOSEST * sin(pi * number / (CLOSER_FRAMES - 1)) ** 2))
        left, top = round((image.width - side) * 0.48), round((image.height - side) * 0.45)
        near = image.crop((left, top, left + side, top + side)).resize(image.size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    near.save(out, "JPEG", quality=85)
    return out.getvalue()
