"""What is asked when, and what is an answer; on measurements as people and photographs show them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from evidence.errors import Refused
from identity.face import Box, Measurement
from identity.liveness import ANSWER_WITHIN_MS, REST_WITHIN_MS, SOONEST_MS, follow
from identity.movements import Moment, rest
from identity.scan_refusals import (
    FaceTurnedAway,
    MotionMissing,
    MotionNotAsked,
    MotionTooEarly,
    StillImage,
)
from identity.steps import QUESTIONS, Step
from tests.identity.live_scans import followed, question

LEFT, RIGHT, BLINK, MOUTH = Step.TURN_LEFT, Step.TURN_RIGHT, Step.BLINK, Step.OPEN_MOUTH
NOD, CLOSER = Step.NOD, Step.CLOSER
REST = Measurement(
    box=Box(100, 100, 300, 300), turn=-0.05, eyes=0.13, mouth=0.04, pitch=0.6, size=100.0, sharpness=5
)
FRAME_MS = 100

# Rises and falls as people do them, a tenth of a second apart; the step's full reach is 1.
SLOW = (0.2, 0.5, 0.8, 1.0, 1.0, 0.8, 0.5, 0.2)
QUICK = (1.0, 1.0)


def face(step: Step | None = None, reach: float = 1.0, *, rest: Measurement = REST) -> Measurement:
    """``rest``, but for ``step`` done so far."""
    changes: dict[Step | None, dict[str, float]] = {
        LEFT: {"turn": rest.turn + 0.55 * reach},
        RIGHT: {"turn": rest.turn - 0.55 * reach},
        BLINK: {"eyes": rest.eyes * (1 - 0.5 * reach)},
        MOUTH: {"mouth": rest.mouth + 0.4 * reach},
        NOD: {"pitch": rest.pitch + 0.2 * reach},
        CLOSER: {"size": rest.size * (1 + 0.4 * reach)},
        None: {},
    }
    return replace(rest, **changes[step])  # type: ignore[arg-type]


class Person:
    """Does what is asked after ``wait_ms``, with ``reach``; ``script`` is what they do unasked, when."""

    def __init__(
        self,
        *,
        rest: Measurement = REST,
        wait_ms: int = 400,
        reach: float = 1.0,
        does: Callable[[Step], Step | None] = lambda step: step,
        script: dict[int, Step] | None = None,
    ) -> None:
        self._rest, self._wait_ms, self._reach, self._does = rest, wait_ms, reach, does
        self._plan: list[tuple[int, Step]] = sorted((script or {}).items())
        self._asked: Step | None = None

    def perform(self, step: Step | None, at_ms: int) -> None:
        if step is not None and step is not self._asked:
            self._asked = step
            done = self._does(step)
            if done is not None:
                self._plan.append((at_ms + self._wait_ms, done))

    def face(self, at_ms: int) -> Measurement:
        for begin_ms, step in self._plan:
            course = QUICK if step is BLINK else SLOW
            place = (at_ms - begin_ms) // FRAME_MS
            if 0 <= place < len(course):
                return face(step, self._reach * course[place], rest=self._rest)
        return self._rest


def ask(person: Person, *steps: Step, batch: int = 4) -> tuple[Step, ...]:
    course, _ = followed(person, question(*steps), batch=batch, frame_ms=FRAME_MS)
    return tuple(answer.step for answer in course.answers)


def still(frames: int, one: Measurement = REST) -> list[Moment]:
    return [Moment(index * FRAME_MS, one) for index in range(frames)]


@pytest.mark.parametrize("steps", QUESTIONS, ids="+".join)
def test_each_question_is_answered_by_who_does_what_is_asked(steps: tuple[Step, ...]) -> None:
    assert ask(Person(), *steps) == steps


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 9])
def test_however_many_frames_come_at_once_the_answers_are_the_same(batch: int) -> None:
    assert ask(Person(), LEFT, NOD, BLINK, batch=batch) == (LEFT, NOD, BLINK)


def test_what_is_said_of_a_frame_is_not_changed_by_a_later_one() -> None:
    _, moments = followed(Person(), question(LEFT, CLOSER, MOUTH), frame_ms=FRAME_MS)
    courses = [follow(moments[:count], question(LEFT, CLOSER, MOUTH)) for count in range(1, len(moments) + 1)]
    for before, after in pairwise(courses):
        assert after.asked_ms[: len(before.asked_ms)] == before.asked_ms
        assert after.answers[: len(before.answers)] == before.answers
        assert before.rest in {None, after.rest}


def test_no_step_is_asked_before_its_quiet_time_is_over() -> None:
    asked = replace(question(LEFT, BLINK), quiet_ms=(1_500, 900))
    course, _ = followed(Person(), asked, frame_ms=FRAME_MS)
    assert course.rest is not None
    assert course.asked_ms[0] - course.rest.time_ms == 1_500
    assert course.asked_ms[1] - course.answers[0].end_ms == 900


def test_a_step_that_begins_before_it_is_asked_is_too_early() -> None:
    asked = replace(question(LEFT, BLINK), quiet_ms=(1_500, 300))
    with pytest.raises(MotionTooEarly) as refused:
        followed(Person(script={1_200: LEFT}), asked, frame_ms=FRAME_MS)
    assert "turn your head to your left" in refused.value.sentence("en")


def test_the_next_step_done_in_its_quiet_time_is_too_early() -> None:
    asked = replace(question(LEFT, NOD), quiet_ms=(300, 1_800))
    with pytest.raises(MotionTooEarly):
        followed(Person(script={3_200: NOD}), asked, frame_ms=FRAME_MS)


def test_nobody_answers_in_no_time() -> None:
    course = follow(still(20), question(MOUTH, LEFT))
    asked_ms = course.asked_ms[0]
    moments = [
        Moment(one.time_ms, face(MOUTH)) if asked_ms < one.time_ms <= asked_ms + 400 else one
        for one in [Moment(index * 50, REST) for index in range(60)]
    ]
    assert moments[asked_ms // 50 + 1].time_ms - asked_ms < SOONEST_MS
    with pytest.raises(MotionTooEarly):
        follow(moments, question(MOUTH, LEFT))


def test_an_answer_much_too_late_is_missing() -> None:
    with pytest.raises(MotionMissing):
        ask(Person(wait_ms=ANSWER_WITHIN_MS + 1_000, script={1_200: BLINK}), LEFT, BLINK)


def test_an_answer_at_the_last_moment_is_one() -> None:
    assert ask(Person(wait_ms=ANSWER_WITHIN_MS - 600), LEFT, NOD, batch=1) == (LEFT, NOD)


@pytest.mark.parametrize("step", [LEFT, RIGHT, MOUTH, NOD, CLOSER])
def test_another_step_than_the_one_asked_is_refused(step: Step) -> None:
    other = {LEFT: RIGHT, RIGHT: MOUTH, MOUTH: NOD, NOD: CLOSER, CLOSER: LEFT}[step]
    steps = (step, BLINK, RIGHT if step is LEFT else LEFT)
    with pytest.raises(MotionNotAsked):
        ask(Person(does=lambda asked: other if asked is step else asked), *steps)


def test_eyes_that_are_asked_to_blink_and_do_not_are_missing() -> None:
    with pytest.raises(MotionMissing):
        ask(Person(does=lambda asked: None if asked is BLINK else asked), LEFT, BLINK)


def test_a_face_that_does_nothing_is_a_still_image() -> None:
    with pytest.raises(StillImage):
        ask(Person(does=lambda _: None), LEFT, BLINK)


def test_one_slip_of_the_landmarks_does_not_bring_a_still_image_to_life() -> None:
    moments = still(70)
    moments[30] = Moment(3_000, face(MOUTH, 0.9))
    with pytest.raises(StillImage):
        follow(moments, question(LEFT, MOUTH))


def test_a_turn_that_hardly_moves_is_missing() -> None:
    with pytest.raises(MotionMissing):
        ask(Person(reach=0.45), LEFT, BLINK)


def test_swinging_a_little_past_the_middle_is_no_turn() -> None:
    asked = question(LEFT, BLINK)
    course, moments = followed(Person(), asked, frame_ms=FRAME_MS)
    end = course.answers[0].end_ms // FRAME_MS
    for place, part in enumerate((0.3, 0.6, 0.6, 0.3), start=end + 1):
        moments[place] = Moment(place * FRAME_MS, face(RIGHT, part))
    assert follow(moments[: end + 6], asked).answers[0].step is LEFT


def test_natural_blinks_between_the_steps_are_accepted() -> None:
    assert ask(Person(script={300: BLINK, 1_100: BLINK, 3_300: BLINK}), LEFT, MOUTH) == (LEFT, MOUTH)


def test_doing_a_step_again_at_once_is_accepted() -> None:
    asked = replace(question(LEFT, MOUTH), quiet_ms=(300, 1_800))
    course, moments = followed(Person(), asked, frame_ms=FRAME_MS)
    again = course.answers[0].end_ms + 300
    course, _ = followed(Person(script={again: LEFT}), asked, frame_ms=FRAME_MS)
    assert course.done
    assert course.asked_ms[1] >= again + len(SLOW) * FRAME_MS - 200
    assert moments


def test_a_turn_that_never_comes_home_is_missing() -> None:
    moments = still(14) + [Moment(1_400 + index * FRAME_MS, face(LEFT)) for index in range(70)]
    with pytest.raises(MotionMissing):
        follow(moments, question(LEFT, MOUTH))


def test_eyes_that_stay_shut_are_no_blink() -> None:
    moments = still(14) + [Moment(1_400 + index * FRAME_MS, face(BLINK)) for index in range(70)]
    with pytest.raises(MotionMissing):
        follow(moments, question(BLINK, LEFT))


@pytest.mark.parametrize("unrest", [LEFT, None])
def test_a_face_that_never_comes_to_rest_is_refused(unrest: Step | None) -> None:
    faces = [face(unrest)] * 2 if unrest else [face(LEFT, 0.3), face(RIGHT, 0.3)]
    moments = [Moment(at * FRAME_MS, faces[at % 2]) for at in range(REST_WITHIN_MS // FRAME_MS + 2)]
    with pytest.raises(FaceTurnedAway):
        follow(moments, question(BLINK, LEFT))


@pytest.mark.parametrize("turn", [-0.2, 0.0, 0.2])
def test_a_crooked_rest_is_the_persons_own(turn: float) -> None:
    assert ask(Person(rest=replace(REST, turn=turn)), LEFT, NOD, RIGHT) == (LEFT, NOD, RIGHT)


@pytest.mark.parametrize(("interval_ms", "after_ms"), [(120, 840), (260, 1_040), (480, 1_440)])
def test_on_a_slow_machine_the_rest_takes_as_many_frames_and_more_time(
    interval_ms: int, after_ms: int
) -> None:
    moments = [Moment(place * interval_ms, REST) for place in range(20)]
    found = rest(moments)
    assert found is not None
    assert found.time_ms == after_ms


def test_few_frames_of_which_one_moves_are_no_rest() -> None:
    turned = face(Step.TURN_LEFT)
    moments = [Moment(480 * place, turned if place % 4 == 3 else REST) for place in range(20)]
    assert rest(moments) is None


def test_a_blink_while_the_rest_is_taken_does_not_pass_for_rest() -> None:
    assert ask(Person(script={500: BLINK}), BLINK, LEFT) == (BLINK, LEFT)


def test_a_blink_of_one_frame_at_eight_frames_a_second_is_seen() -> None:
    moments = still(14)
    moments += [Moment(1_600, face(BLINK)), *[Moment(1_725 + 125 * index, REST) for index in range(3)]]
    assert follow(moments, question(BLINK, LEFT)).answers[0].frames == 1


def test_everything_at_once_is_refused() -> None:
    shown = dict(zip(range(1_300, 9_000, 1_200), (LEFT, RIGHT, MOUTH, NOD, CLOSER), strict=False))
    for steps in QUESTIONS:
        with pytest.raises(Refused):
            ask(Person(does=lambda _: None, script=shown), *steps)
