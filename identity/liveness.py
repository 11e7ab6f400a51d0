"""Did the person do what was asked, when it was asked? Measurements over time in, a scan's course out. Pure.

    rest ─ quiet ─ asked ─ begun ─ home ─ quiet ─ asked ─ … ─ home: done

The server asks one step at a time: the first a quiet time after the face was seen at rest, each further one a
quiet time after it came home from the one before. Nobody knows a step before it is asked, so what begins
sooner, or goes elsewhere, is no answer. What :func:`follow` says of a frame never changes by a later frame:
followed while the frames arrive, or once at the end, a scan comes to the same.

This shows that somebody answers now. It does not show that the answer is a living face: a photograph warped
by software to the steps asked, and fed in as a camera, can answer too (docs/adr/0006). That is why the face
alone should not carry an approval of weight: the person's device key belongs beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from identity.movements import CHANNELS, Moment, Movement, Rest, movements, rest
from identity.scan_refusals import (
    FaceTurnedAway,
    MotionMissing,
    MotionNotAsked,
    MotionTooEarly,
    StillImage,
)
from identity.steps import Question, Step

DELIBERATE = 1.5
"""Thresholds from which an unasked movement counts: people swing past the middle on their way home."""

STILL = 0.6
"""Thresholds that nothing passes in a still picture: photographs in the hand reach 0.35, eyes 0.45."""

REST_WITHIN_MS = 8_000
"""From the first frame until the face has been still: people look for the oval first."""

ANSWER_WITHIN_MS = 5_000
"""From the telling of a step to the begin of its movement: it travels, is read out, and is understood."""

SOONEST_MS = 100
"""From the question to the begin of an answer: nobody reacts sooner (the false start of sprinters)."""


@dataclass(frozen=True)
class Course:
    """How far a scan has come: when each step so far was asked, and the movements that answered.

    ``begun_ms`` is when the movement began that may become the answer to the last of them.
    """

    question: Question
    rest: Rest | None = None
    asked_ms: tuple[int, ...] = ()
    answers: tuple[Movement, ...] = ()
    begun_ms: int | None = None

    @property
    def done(self) -> bool:
        """Whether every step was answered."""
        return len(self.answers) == len(self.question.steps)

    @property
    def waits_for(self) -> Step | None:
        """The step that is asked now and not answered yet."""
        return self.question.steps[len(self.answers)] if len(self.asked_ms) > len(self.answers) else None


def follow(moments: Sequence[Moment], question: Question, ends_ms: Sequence[int] | None = None) -> Course:
    """Follow the face through ``question``; ``moments`` are in the order of time, from the scan's begin.

    ``ends_ms`` are the last frames of the requests in which the frames came. A step is told in the answer to
    the request in which it is asked: what begins before the end of that request was not done because it was
    told. The time to answer it runs from the end of the next one, so that a server that answers late takes
    nobody's time. Without them a step is told when it is asked. Blinks nobody asked for are natural; so is
    doing the step just answered again.

    Raises:
        FaceTurnedAway: the face never looks at the camera and holds still.
        StillImage: a step was asked, and nothing moves at all.
        MotionMissing: a step was asked, and it is not answered in time.
        MotionTooEarly: a step was done before it was asked.
        MotionNotAsked: a movement that was not asked for; a face that does not come home is one.
    """
    at_rest = rest(moments)
    if at_rest is None:
        if moments and moments[-1].time_ms - moments[0].time_ms > REST_WITHIN_MS:
            raise FaceTurnedAway
        return Course(question)
    seen = movements(moments, at_rest)
    course = Course(question, at_rest)
    due_ms = at_rest.time_ms + question.quiet_ms[0]
    for number, step in enumerate(question.steps):
        asked_ms = _asked(moments, seen, due_ms)
        if asked_ms is None:
            break
        answer = _answer(
            seen,
            step,
            begin_ms=_soonest(asked_ms, ends_ms),
            end_ms=_told(asked_ms, ends_ms) + ANSWER_WITHIN_MS,
        )
        if answer is None or not answer.home:
            course = Course(
                question,
                at_rest,
                (*course.asked_ms, asked_ms),
                course.answers,
                None if answer is None else answer.begin_ms,
            )
            break
        course = Course(question, at_rest, (*course.asked_ms, asked_ms), (*course.answers, answer))
        if not course.done:
            due_ms = answer.end_ms + question.quiet_ms[number + 1]
    _refuse_unasked(seen, course)
    _refuse_late(moments, seen, course, ends_ms)
    return course


def _asked(moments: Sequence[Moment], seen: Sequence[Movement], due_ms: int) -> int | None:
    """The first frame from ``due_ms`` on in which the face is home; None before it has come."""
    for moment in moments:
        if moment.time_ms >= due_ms and not any(_away(one, moment.time_ms) for one in seen):
            return moment.time_ms
    late = moments[-1].time_ms > due_ms + ANSWER_WITHIN_MS
    away = next((one for one in seen if late and _away(one, moments[-1].time_ms)), None)
    if away is not None:
        raise MotionNotAsked(step=away.step)
    return None


def _away(movement: Movement, time_ms: int) -> bool:
    """Whether the face is in the middle of ``movement``; blinks keep nobody waiting."""
    if movement.step is Step.BLINK or time_ms < movement.begin_ms:
        return False
    return time_ms < movement.end_ms or not movement.home


def _told(asked_ms: int, ends_ms: Sequence[int] | None) -> float:
    """When the person knows the step at the latest; infinity before that is known."""
    if ends_ms is None:
        return asked_ms
    return next(iter([end_ms for end_ms in ends_ms if end_ms >= asked_ms][1:]), inf)


def _soonest(asked_ms: int, ends_ms: Sequence[int] | None) -> int:
    """When an answer may begin: not in the request that was not answered yet."""
    end_ms = next((end_ms for end_ms in ends_ms or () if end_ms >= asked_ms), asked_ms)
    return max(asked_ms + SOONEST_MS, end_ms + 1)


def _answer(seen: Sequence[Movement], step: Step, *, begin_ms: int, end_ms: float) -> Movement | None:
    """The first whole movement that may answer, or the one that goes on."""
    may = [
        one
        for one in seen
        if one.step is step
        if begin_ms <= one.begin_ms <= end_ms
        if one.counts or not one.home
    ]
    return next(iter(may), None)


def _refuse_unasked(seen: Sequence[Movement], course: Course) -> None:
    """Refuse deliberate movements beside the answers; a repeat of the answer just given is no harm."""
    for movement in seen:
        if movement.step is Step.BLINK or movement.reach < DELIBERATE or not movement.counts:
            continue
        if movement in course.answers or _begun(movement, course):
            continue
        before = [answer for answer in course.answers if answer.begin_ms <= movement.begin_ms]
        if before and before[-1].step is movement.step:
            continue
        if course.question.steps[len(before) :][:1] == (movement.step,):
            raise MotionTooEarly(step=movement.step)
        raise MotionNotAsked(step=movement.step)


def _refuse_late(
    moments: Sequence[Moment], seen: Sequence[Movement], course: Course, ends_ms: Sequence[int] | None
) -> None:
    step, now_ms = course.waits_for, moments[-1].time_ms
    if step is None or now_ms <= _told(course.asked_ms[-1], ends_ms) + ANSWER_WITHIN_MS:
        return
    if any(_begun(one, course) and one.counts for one in seen):
        return
    if not any(one.counts for one in seen) and course.rest is not None and _still(moments, course.rest):
        raise StillImage
    raise MotionMissing(step=step)


def _begun(movement: Movement, course: Course) -> bool:
    """Whether ``movement`` is the one that may become the next answer."""
    return (movement.step, movement.begin_ms) == (course.waits_for, course.begun_ms)


def _still(moments: Sequence[Moment], at_rest: Rest) -> bool:
    """No movement is even begun: less than half a threshold everywhere but for one slip of the landmarks."""
    for channel in CHANNELS:
        values = sorted(channel.value(moment.face, at_rest) for moment in moments)
        if values[-2] > STILL:
            return False
    return True
