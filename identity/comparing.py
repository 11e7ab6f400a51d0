"""Which frames of a scan are compared, and by how many models: drawn by a secret, frame by frame. Pure.

    looks ahead   by all models every 0.6 to 1.8 s and now and then between; by a glance of one, a quarter
    a movement    by a glance its begin, and every 0.36 s; by all models, a fifth
    the last one  by a glance at least

A frame that looks ahead is compared with the enrolled template, one of a movement with those that look ahead.
Who shows one person in some frames and another in the rest knows where a glance must come, at the begin of an
answer and at the end; where all models look, nobody knows who lacks the secret. Two people whom the model of
the glance cannot tell apart are told apart there.

    chosen = choose(looks, course, secret)   # None, or whether all models, and whether it moves
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from identity.clips import Look
from identity.face import Measurement
from identity.liveness import STILL, Course
from identity.movements import TURNED_AT_MOST, looks_ahead, reaches

AHEAD_SHARE = 0.25
"""Of the frames that look ahead, how many are drawn to be compared: a glance with the liveness takes 35 ms of
CPU, all models 141."""

WHOLE_AHEAD_SHARE = 0.08
"""Of the same, how many of these are compared by all models."""

WHOLE_MOVING_SHARE = 0.2
"""Of the comparable frames of a movement, how many are drawn to be compared by all models, 132 ms each."""

COMPARED_EVERY_MS = (600, 1_800)
"""Between two frames that look ahead and are compared by all models: drawn anew each time, between these; a
third of that until there are enough, so that the rest before the first step has them on a slow machine."""

GLANCED_MOVING_MS = 360
"""Between two glances within a movement: at 120 ms a frame, one of four frames has one beside its begin."""

GLANCED_TURN = 0.5
"""``turn`` from rest up to which a moving face is glanced at, about 20 degrees. In the clips such
a face is 0.99 from its own frames ahead at most, others are 1.23 and more."""

FEWEST_COMPARED = 3
"""Frames that look ahead of which a scan must hold this many compared by all models."""


@dataclass(frozen=True)
class Choice:
    """How a frame is compared: by all models or by a glance, as one that moves or that looks ahead."""

    whole: bool
    moving: bool


def choose(looks: Sequence[Look], course: Course, secret: bytes) -> Choice | None:
    """Say how the last of ``looks`` is compared; None: not at all.

    Those before it bear what was compared of them. ``secret``: random bytes that nobody is told.
    """
    last = looks[-1]
    if last.face is None:
        return None
    begins = course.begun_ms == last.time_ms  # of an answer that may hardly have left home
    if not begins and (course.done or _calm(last.face, course)):
        return _ahead(looks, course, secret)
    if not begins and not _comparable(last.face, course):
        return None
    if _drawn(secret, "moving", last.time_ms) < WHOLE_MOVING_SHARE:
        return Choice(whole=True, moving=True)
    return Choice(whole=False, moving=True) if begins or _due_moving(looks, course) else None


def _ahead(looks: Sequence[Look], course: Course, secret: bytes) -> Choice | None:
    whole = [one.time_ms for one in looks if one.template is not None and not one.moving]
    now_ms, few = looks[-1].time_ms, len(whole) < FEWEST_COMPARED
    drawn = _drawn(secret, "ahead", now_ms)
    if not whole or (few and course.done):
        return Choice(whole=True, moving=False)
    wait = _interval(secret, whole[-1]) / (FEWEST_COMPARED if few else 1)
    if now_ms - whole[-1] >= wait or drawn < WHOLE_AHEAD_SHARE:
        return Choice(whole=True, moving=False)
    return Choice(whole=False, moving=False) if course.done or drawn < AHEAD_SHARE else None


def _drawn(secret: bytes, what: str, time_ms: int) -> float:
    """Draw a number from 0 to 1 for ``what`` at a time."""
    drawn = hashlib.sha256(what.encode() + b"\x00" + secret + time_ms.to_bytes(8, "big")).digest()
    return int.from_bytes(drawn[:4], "big") / 2**32


def _interval(secret: bytes, after_ms: int) -> float:
    """Draw how long after a comparison by all models the next one is due, in milliseconds."""
    shortest, longest = COMPARED_EVERY_MS
    return shortest + (longest - shortest) * _drawn(secret, "interval", after_ms)


def _due_moving(looks: Sequence[Look], course: Course) -> bool:
    """Whether nothing was compared for too long in the movement that goes on."""
    compared = [one.time_ms for one in looks if one.moving]
    long = not compared or looks[-1].time_ms - compared[-1] >= GLANCED_MOVING_MS
    return course.begun_ms is not None and long


def _comparable(face: Measurement, course: Course) -> bool:
    return course.rest is not None and abs(face.turn - course.rest.turn) <= GLANCED_TURN


def _calm(face: Measurement, course: Course) -> bool:
    """Whether the face looks ahead and does nothing, as far as that is known before its rest is."""
    if course.rest is None:
        return abs(face.turn) <= TURNED_AT_MOST
    return looks_ahead(face, course.rest) and reaches(face, course.rest) <= STILL
