"""The movements of a face: what it is at rest, and each run of frames that leaves rest for a step. Pure.

A movement begins when its measure goes over a threshold and ends when it is back under a lower one, so that
trembling at the threshold is not counted twice. Every measure is taken against the person's own face at rest,
because eyes and mouths differ more between people than a blink or a smile changes them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from identity.face import Measurement
from identity.scan_refusals import FaceTurnedAway
from identity.steps import Step

# All figures below: the clips and attacks of api/demonstration/faces as dlib sees them (docs/adr/0006).
# "Rest" is what faces do that do nothing, photographs moved in the hand among them.

TURN = 0.28
"""Change of ``turn`` that counts as a turn, about 11 degrees: rest moves 0.05, turns reach 0.44-0.68."""

TURN_HOME = 0.14
"""Change of ``turn`` below which the head is home again."""

FRONTAL = 0.22
"""Change of ``turn`` up to which eyes and mouth are measured; beyond, perspective alone changes them."""

SHUT = 0.68
"""Share of the open eyes that is shut: rest keeps 0.85, tilted photographs 0.73; blinks reach 0.46-0.55."""

OPEN_AGAIN = 0.80
"""Share of the open eyes above which a blink is over."""

MOUTH = 0.20
"""Rise of ``mouth`` that counts as opened: rest moves 0.04, an opened mouth rises by 0.36-0.51."""

MOUTH_HOME = 0.10
"""Rise of ``mouth`` below which it is closed again."""

TURNED_AT_MOST = 0.35
"""``turn`` of a face that still looks at the camera; portraits and faces at rest stay within 0.14."""

FEWEST_AHEAD = 3
"""Frames that must look at the camera before a rest is a rest."""

SMALLEST_EYES = 0.05
"""``eyes``; nobody's open eyes are narrower, and nothing is divided by nothing."""

LONGEST_MOVEMENT_MS = 5_000
"""One movement from leaving to coming home; a turn is done in 1 to 2 seconds."""


@dataclass(frozen=True)
class Moment:
    """One frame with one face: ``time_ms`` since the clip began."""

    time_ms: int
    face: Measurement


@dataclass(frozen=True)
class Rest:
    """The person's own face looking straight ahead and doing nothing."""

    turn: float
    eyes: float
    mouth: float


@dataclass(frozen=True)
class Movement:
    """A step that was seen; ``reach`` is how far it went in thresholds, ``home`` whether it came back."""

    step: Step
    begin_ms: int
    end_ms: int
    frames: int
    reach: float
    home: bool


@dataclass(frozen=True)
class Channel:
    """One step as a number: ``value`` in thresholds, 1 begins a movement, below ``home`` ends it.

    ``frontal`` measures only frames that look ahead; ``fewest`` frames over the threshold make a movement.
    """

    step: Step
    home: float
    frontal: bool
    fewest: int
    value: Callable[[Measurement, Rest], float]


def _turned_left(face: Measurement, at_rest: Rest) -> float:
    return (face.turn - at_rest.turn) / TURN


def _turned_right(face: Measurement, at_rest: Rest) -> float:
    return (at_rest.turn - face.turn) / TURN


def _shut(face: Measurement, at_rest: Rest) -> float:
    return (1 - face.eyes / at_rest.eyes) / (1 - SHUT)


def _opened(face: Measurement, at_rest: Rest) -> float:
    return (face.mouth - at_rest.mouth) / MOUTH


CHANNELS = (
    Channel(Step.TURN_LEFT, home=TURN_HOME / TURN, frontal=False, fewest=2, value=_turned_left),
    Channel(Step.TURN_RIGHT, home=TURN_HOME / TURN, frontal=False, fewest=2, value=_turned_right),
    # At eight frames a second a blink may be one frame long.
    Channel(Step.BLINK, home=(1 - OPEN_AGAIN) / (1 - SHUT), frontal=True, fewest=1, value=_shut),
    Channel(Step.OPEN_MOUTH, home=MOUTH_HOME / MOUTH, frontal=True, fewest=2, value=_opened),
)


def rest(moments: Sequence[Moment]) -> Rest:
    """Find the person's face at rest.

    The turn is the middle of the tightest half of the frames that look at the camera (passing frames
    spread, resting ones gather); of those near it, the upper quartile of the eyes and the lower quartile of
    the mouth, so that a step which fills half of the clip does not pass for rest.

    Raises:
        FaceTurnedAway: fewer than :data:`FEWEST_AHEAD` frames look at the camera.
    """
    ahead = [moment.face for moment in moments if abs(moment.face.turn) <= TURNED_AT_MOST]
    if len(ahead) < FEWEST_AHEAD:
        raise FaceTurnedAway
    turn = _middle_of_tightest_half([face.turn for face in ahead])
    near = [face for face in ahead if abs(face.turn - turn) <= FRONTAL]
    return Rest(
        turn=turn,
        eyes=max(float(np.percentile([face.eyes for face in near], 75)), SMALLEST_EYES),
        mouth=float(np.percentile([face.mouth for face in near], 25)),
    )


def _middle_of_tightest_half(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2 + 1
    starts = range(len(ordered) - half + 1)
    first = min(starts, key=lambda start: ordered[start + half - 1] - ordered[start])
    return ordered[first + half // 2]


def movements(moments: Sequence[Moment], at_rest: Rest) -> tuple[Movement, ...]:
    """Find all movements of all kinds, in the order in which they began."""
    seen = [movement for channel in CHANNELS for movement in _runs(channel, moments, at_rest)]
    return tuple(sorted(seen, key=lambda movement: movement.begin_ms))


def _runs(channel: Channel, moments: Sequence[Moment], at_rest: Rest) -> Iterator[Movement]:
    """Yield the movements of one kind: over the threshold, until back home or the clip ends."""
    run: list[tuple[int, float]] = []
    for moment in moments:
        if channel.frontal and not looks_ahead(moment.face, at_rest):
            continue
        value = channel.value(moment.face, at_rest)
        if run and value < channel.home:
            yield from _movement(channel, run, end_ms=moment.time_ms, home=True)
            run = []
        elif run or value >= 1:
            run.append((moment.time_ms, value))
    if run:
        yield from _movement(channel, run, end_ms=run[-1][0], home=False)


def _movement(
    channel: Channel, run: list[tuple[int, float]], *, end_ms: int, home: bool
) -> Iterator[Movement]:
    """Yield a movement, unless it is a slip of the landmarks (few frames) or a pose held (too long)."""
    over = sum(value >= 1 for _, value in run)
    begin_ms = run[0][0]
    if over >= channel.fewest and end_ms - begin_ms <= LONGEST_MOVEMENT_MS:
        reach = max(value for _, value in run)
        yield Movement(channel.step, begin_ms, end_ms, frames=over, reach=reach, home=home)


def looks_ahead(face: Measurement, at_rest: Rest) -> bool:
    """Whether the face looks straight ahead, as it does at rest."""
    return abs(face.turn - at_rest.turn) <= FRONTAL
