"""Did the person do what was asked? Measurements over time in, the movements seen out. Pure.

The server chooses a few steps; the person does one, comes home to looking straight ahead, does the next.
What is judged is order, direction and rough timing of the movements (identity.movements).

This shows that somebody answers now. It does not show that the answer is a living face: a photograph warped
by software to the steps asked, and fed in as a camera, can answer too (docs/adr/0006). That is why the face
alone should not carry an approval of weight: the person's device key belongs beside it.
"""

from collections.abc import Sequence

from identity.movements import CHANNELS, Moment, Movement, Rest, movements, rest
from identity.scan_refusals import MotionMissing, MotionNotAsked, StillImage
from identity.steps import Step

__all__ = ["Moment", "Movement", "Step", "judge"]

DELIBERATE = 1.5
"""Thresholds from which an unasked movement counts: people swing past the middle on their way home."""

STILL = 0.6
"""Thresholds that nothing passes in a still picture: photographs in the hand reach 0.35, eyes 0.45."""


def judge(moments: Sequence[Moment], steps: Sequence[Step]) -> tuple[Movement, ...]:
    """Check that ``moments`` show ``steps`` one after the other, and no other deliberate movement.

    ``moments`` are in the order of time. Returns the movement that answered each step. Blinks nobody asked
    for are natural; so is doing the last step twice. The last movement need not come home, unless it is a
    blink: shut eyes alone are no blink.

    Raises:
        FaceTurnedAway: the face never looks at the camera.
        StillImage: nothing moves at all.
        MotionMissing: a step was not seen in its place; the first one that is missing.
        MotionNotAsked: a turn or an opened mouth that was not asked for.
    """
    at_rest = rest(moments)
    seen = movements(moments, at_rest)
    if not seen and _still(moments, at_rest):
        raise StillImage
    answers = _answers(seen, steps)
    _refuse_unasked(seen, answers)
    return answers


def _still(moments: Sequence[Moment], at_rest: Rest) -> bool:
    """No movement is even begun: less than half a threshold everywhere but for one slip of the landmarks."""
    for channel in CHANNELS:
        values = sorted(channel.value(moment.face, at_rest) for moment in moments)
        if values[-2] > STILL:
            return False
    return True


def _answers(seen: Sequence[Movement], steps: Sequence[Step]) -> tuple[Movement, ...]:
    """For each step the first movement of its kind that begins after the movement before it came home."""
    answers: list[Movement] = []
    for step in steps:
        answer = _answer(seen, step, after=answers[-1] if answers else None)
        if answer is None:
            raise MotionMissing(step=step)
        answers.append(answer)
    return tuple(answers)


def _answer(seen: Sequence[Movement], step: Step, *, after: Movement | None) -> Movement | None:
    if after is not None and not after.home:
        return None
    home_ms = after.end_ms if after is not None else 0
    complete = (one for one in seen if one.step is step and (one.home or step is not Step.BLINK))
    return next((one for one in complete if one.begin_ms >= home_ms), None)


def _refuse_unasked(seen: Sequence[Movement], answers: Sequence[Movement]) -> None:
    """Refuse deliberate movements beside the answers; a repeat of the answer just given is no harm."""
    for movement in seen:
        if movement.step is Step.BLINK or movement.reach < DELIBERATE or movement in answers:
            continue
        before = [answer for answer in answers if answer.begin_ms <= movement.begin_ms]
        if not before or before[-1].step is not movement.step:
            raise MotionNotAsked(step=movement.step)
