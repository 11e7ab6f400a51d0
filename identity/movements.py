"""The movements of a face: what it is at rest, and each run of frames that leaves rest for a step. Pure.

A movement begins when its measure goes over a threshold and ends when it is back under a lower one, so that
trembling at the threshold is not counted twice. Every measure is taken against the person's own face at rest,
because eyes and mouths differ more between people than a blink or a smile changes them. The rest is taken
once, before anything is asked; so what a frame says of those before it never changes by one that comes later.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from identity.face import Measurement
from identity.steps import Step

# All figures below: the clips and attacks of api/demonstration/faces as dlib sees them (docs/adr/0006, and
# 0015 for nod and closer). "Rest" is what faces do that do nothing, photographs moved in the hand among them.

TURN = 0.28
"""Change of ``turn`` that counts as a turn, about 11 degrees: rest moves 0.05, turns reach 0.44-0.68."""

TURN_HOME = 0.14
"""Change of ``turn`` below which the head is home again."""

FRONTAL = 0.22
"""Change of ``turn`` up to which the other movements are measured; beyond, perspective alone changes them."""

SHUT = 0.68
"""Share of the open eyes that is shut: rest keeps 0.85, tilted photographs 0.73; blinks reach 0.46-0.55."""

OPEN_AGAIN = 0.80
"""Share of the open eyes above which a blink is over."""

MOUTH = 0.20
"""Rise of ``mouth`` that counts as opened: rest moves 0.04, an opened mouth rises by 0.36-0.51."""

MOUTH_HOME = 0.10
"""Rise of ``mouth`` below which it is closed again."""

NOD = 0.09
"""Rise of ``pitch`` that counts as a nod: other faces that look ahead move 0.03, our made nods 0.17-0.24."""

NOD_HOME = 0.05
"""Rise of ``pitch`` below which the head is up again."""

CLOSER = 0.20
"""Growth of ``size`` that counts as closer: rest and photographs in the hand move 0.05."""

CLOSER_HOME = 0.10
"""Growth of ``size`` below which the face is back."""

TURNED_AT_MOST = 0.35
"""``turn`` of a face that still looks at the camera; portraits and faces at rest stay within 0.14."""

SETTLED_MS = 800
"""For so long a face must do nothing before its rest is taken."""

FEWEST_SETTLED = 4
"""Frames that show it, at least: those of that time, or the latest ones where few came in it."""

TURN_SETTLED, PITCH_SETTLED, MOUTH_SETTLED, SIZE_SETTLED = 0.15, 0.06, 0.12, 0.12
"""Spread of each measure in that time, of ``size`` in shares: twice or thrice what resting faces show."""

SMALLEST_EYES = 0.05
"""``eyes``; nobody's open eyes are narrower, and nothing is divided by nothing."""

LONGEST_MOVEMENT_MS = 5_000
"""One movement from leaving to coming home; a turn is done in 1 to 2 seconds."""


@dataclass(frozen=True)
class Moment:
    """One frame with one face: ``time_ms`` since the scan began."""

    time_ms: int
    face: Measurement


@dataclass(frozen=True)
class Rest:
    """The person's own face looking straight ahead and doing nothing, taken at ``time_ms``."""

    time_ms: int
    turn: float
    eyes: float
    mouth: float
    pitch: float
    size: float


@dataclass(frozen=True)
class Movement:
    """A step that was seen; ``reach`` is how far it went in thresholds, ``home`` whether it came back.

    ``frames`` were over the threshold. One that goes on ends, so far, with the last frame.
    """

    step: Step
    begin_ms: int
    end_ms: int
    frames: int
    reach: float
    home: bool

    @property
    def counts(self) -> bool:
        """Whether it is one: neither a slip of the landmarks (few frames) nor a pose held (too long)."""
        return self.frames >= FEWEST[self.step] and self.end_ms - self.begin_ms <= LONGEST_MOVEMENT_MS


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


def _nodded(face: Measurement, at_rest: Rest) -> float:
    return (face.pitch - at_rest.pitch) / NOD


def _closer(face: Measurement, at_rest: Rest) -> float:
    return (face.size / at_rest.size - 1) / CLOSER


CHANNELS = (
    Channel(Step.TURN_LEFT, home=TURN_HOME / TURN, frontal=False, fewest=2, value=_turned_left),
    Channel(Step.TURN_RIGHT, home=TURN_HOME / TURN, frontal=False, fewest=2, value=_turned_right),
    # At eight frames a second a blink may be one frame long.
    Channel(Step.BLINK, home=(1 - OPEN_AGAIN) / (1 - SHUT), frontal=True, fewest=1, value=_shut),
    Channel(Step.OPEN_MOUTH, home=MOUTH_HOME / MOUTH, frontal=True, fewest=2, value=_opened),
    Channel(Step.NOD, home=NOD_HOME / NOD, frontal=True, fewest=2, value=_nodded),
    Channel(Step.CLOSER, home=CLOSER_HOME / CLOSER, frontal=True, fewest=2, value=_closer),
)

FEWEST = {channel.step: channel.fewest for channel in CHANNELS}


def rest(moments: Sequence[Moment]) -> Rest | None:
    """Find the first time at which the face has looked at the camera and done nothing for long enough.

    Of those frames the middle of each measure, but the upper quartile of the eyes and the lower one of the
    mouth, so that a blink among them does not pass for rest.
    """
    for place, moment in enumerate(moments):
        seen = moments[: place + 1]
        last = [one for one in seen if moment.time_ms - one.time_ms <= SETTLED_MS]
        if len(last) < FEWEST_SETTLED:
            last = list(seen[-FEWEST_SETTLED:])
        if moment.time_ms - moments[0].time_ms >= SETTLED_MS and _settled([one.face for one in last]):
            return _rest(moment.time_ms, [one.face for one in last])
    return None


def _settled(faces: list[Measurement]) -> bool:
    sizes = [face.size for face in faces]
    return (
        len(faces) >= FEWEST_SETTLED
        and max(abs(face.turn) for face in faces) <= TURNED_AT_MOST
        and _spread([face.turn for face in faces]) <= TURN_SETTLED
        and _spread([face.pitch for face in faces]) <= PITCH_SETTLED
        and _spread([face.mouth for face in faces]) <= MOUTH_SETTLED
        and _spread(sizes) <= SIZE_SETTLED * min(sizes)
    )


def _spread(values: list[float]) -> float:
    return max(values) - min(values)


def _rest(time_ms: int, faces: list[Measurement]) -> Rest:
    return Rest(
        time_ms=time_ms,
        turn=median(face.turn for face in faces),
        eyes=max(float(np.percentile([face.eyes for face in faces], 75)), SMALLEST_EYES),
        mouth=float(np.percentile([face.mouth for face in faces], 25)),
        pitch=median(face.pitch for face in faces),
        size=median(face.size for face in faces),
    )


def movements(moments: Sequence[Moment], at_rest: Rest) -> tuple[Movement, ...]:
    """Find everything that left rest after it was taken, in the order in which it began; see ``counts``."""
    later = [moment for moment in moments if moment.time_ms > at_rest.time_ms]
    seen = [movement for channel in CHANNELS for movement in _runs(channel, later, at_rest)]
    return tuple(sorted(seen, key=lambda movement: movement.begin_ms))


def _runs(channel: Channel, moments: Sequence[Moment], at_rest: Rest) -> Iterator[Movement]:
    """Yield the movements of one kind: over the threshold, until back home or the frames end."""
    run: list[tuple[int, float]] = []
    for moment in moments:
        if channel.frontal and not looks_ahead(moment.face, at_rest):
            continue
        value = channel.value(moment.face, at_rest)
        if run and value < channel.home:
            yield _movement(channel, run, end_ms=moment.time_ms, home=True)
            run = []
        elif run or value >= 1:
            run.append((moment.time_ms, value))
    if run:
        yield _movement(channel, run, end_ms=run[-1][0], home=False)


def _movement(channel: Channel, run: list[tuple[int, float]], *, end_ms: int, home: bool) -> Movement:
    over = sum(value >= 1 for _, value in run)
    reach = max(value for _, value in run)
    return Movement(channel.step, run[0][0], end_ms, frames=over, reach=reach, home=home)


def looks_ahead(face: Measurement, at_rest: Rest) -> bool:
    """Whether the face looks straight ahead, as it does at rest."""
    return abs(face.turn - at_rest.turn) <= FRONTAL


def reaches(face: Measurement, at_rest: Rest) -> float:
    """How far the face is from rest, in thresholds of whatever has gone farthest."""
    ahead = looks_ahead(face, at_rest)
    return max(channel.value(face, at_rest) for channel in CHANNELS if ahead or not channel.frontal)
