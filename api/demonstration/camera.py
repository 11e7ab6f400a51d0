"""The scripted camera: plays the clips of an invented person in the order a challenge asks for.

A double of a phone's camera for the main job and for tests; nothing of it is reachable in production.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.demonstration.people import FACES, DemonstrationPerson

FRAME_MS = 66  # the clips were made at 15 frames a second
REST_FRAMES = 5  # between two movements

ACTIONS = {"turn_left": "left", "turn_right": "right", "blink": "blink", "open_mouth": "mouth"}
TURNS = frozenset({"turn_left", "turn_right"})


@dataclass(frozen=True)
class Film:
    """Frames as JPEG bytes, and the time of each in milliseconds since the first."""

    frames: tuple[bytes, ...]

    @property
    def times_ms(self) -> tuple[int, ...]:
        """One frame every ``FRAME_MS``."""
        return tuple(range(0, len(self.frames) * FRAME_MS, FRAME_MS))


def perform(person: DemonstrationPerson, steps: tuple[str, ...]) -> Film:
    """Play ``person`` doing ``steps`` one after another, each turn played home again."""
    return Film(tuple(file.read_bytes() for file in _played(person, steps)))


def hold_up_a_photograph(person: DemonstrationPerson, *, frames: int = 45) -> Film:
    """Play one photograph of ``person``, held still before the camera for three seconds."""
    return Film((FACES.joinpath("photos", f"{person.face}_b.jpg").read_bytes(),) * frames)


def _played(person: DemonstrationPerson, steps: tuple[str, ...]) -> Iterator[Path]:
    rest = person.clip("neutral")[:REST_FRAMES]
    yield from rest
    for step in steps:
        movement = person.clip(ACTIONS[step])
        yield from movement
        if step in TURNS:
            yield from reversed(movement)
        yield from rest
