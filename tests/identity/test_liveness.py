from collections.abc import Iterable
from itertools import permutations
from random import Random

import pytest

from identity.face import Box, Measurement
from identity.liveness import judge
from identity.movements import Moment
from identity.scan_refusals import FaceTurnedAway, MotionMissing, MotionNotAsked, StillImage
from identity.steps import Step, choose

BOX = Box(left=100, top=100, right=300, bottom=300)
LEFT, RIGHT, BLINK, MOUTH = Step.TURN_LEFT, Step.TURN_RIGHT, Step.BLINK, Step.OPEN_MOUTH

# Rises and falls as people do them, a tenth of a second apart; the step's full reach is 1.
SLOW = (0.0, 0.2, 0.5, 0.8, 1.0, 1.0, 0.8, 0.5, 0.2, 0.0)
QUICK = (0.0, 1.0, 0.0)


def face(step: Step | None = None, reach: float = 0.0, *, rest_turn: float = -0.05) -> Measurement:
    turn = {LEFT: 0.55, RIGHT: -0.55}.get(step, 0.0) * reach if step else 0.0
    eyes = 0.13 * (1 - 0.5 * reach) if step is BLINK else 0.13
    mouth = 0.04 + (0.4 * reach if step is MOUTH else 0)
    return Measurement(box=BOX, turn=rest_turn + turn, eyes=eyes, mouth=mouth, sharpness=5)


def acted(step: Step, reach: float = 1.0) -> list[Measurement]:
    return [face(step, part * reach) for part in (QUICK if step is BLINK else SLOW)]


def still(frames: int = 5) -> list[Measurement]:
    return [face()] * frames


def timed(faces: Iterable[Measurement], interval_ms: int = 100) -> list[Moment]:
    return [Moment(index * interval_ms, one) for index, one in enumerate(faces)]


def scene(*steps: Step, reach: float = 1.0) -> list[Moment]:
    faces = still()
    for step in steps:
        faces += acted(step, reach) + still()
    return timed(faces)


@pytest.mark.parametrize("pair", list(permutations(Step, 2)))
def test_two_steps_in_the_chosen_order_are_accepted(pair: tuple[Step, Step]) -> None:
    assert [movement.step for movement in judge(scene(*pair), pair)] == list(pair)


@pytest.mark.parametrize("pair", list(permutations(Step, 2)))
def test_two_steps_in_the_wrong_order_are_refused(pair: tuple[Step, Step]) -> None:
    with pytest.raises(MotionMissing):
        judge(scene(*pair), pair[::-1])


def test_the_first_step_that_is_missing_is_named() -> None:
    with pytest.raises(MotionMissing) as refusal:
        judge(scene(LEFT), (LEFT, MOUTH))
    assert "张嘴" in refusal.value.sentence("zh")


def test_left_instead_of_right_is_refused() -> None:
    with pytest.raises(MotionMissing):
        judge(scene(LEFT, BLINK), (RIGHT, BLINK))


def test_a_face_that_does_nothing_is_a_still_image() -> None:
    with pytest.raises(StillImage):
        judge(timed(still(40)), (LEFT, BLINK))


def test_one_slip_of_the_landmarks_does_not_bring_a_still_image_to_life() -> None:
    with pytest.raises(StillImage):
        judge(timed([*still(20), face(MOUTH, 0.9), *still(20)]), (LEFT, MOUTH))


def test_a_turn_that_hardly_moves_is_missing() -> None:
    with pytest.raises(MotionMissing):
        judge(scene(LEFT, BLINK, reach=0.45), (LEFT, BLINK))


def test_an_unasked_turn_is_refused() -> None:
    with pytest.raises(MotionNotAsked):
        judge(scene(RIGHT, LEFT, BLINK), (LEFT, BLINK))


def test_everything_at_once_is_refused() -> None:
    with pytest.raises(MotionNotAsked):
        judge(scene(LEFT, RIGHT, BLINK, MOUTH), (LEFT, BLINK))


def test_swinging_a_little_past_the_middle_is_no_turn() -> None:
    swing = [face(RIGHT, part) for part in (0.3, 0.6, 0.6, 0.3)]
    moments = timed([*still(), *acted(LEFT), *swing, *still(), *acted(BLINK), *still()])
    assert judge(moments, (LEFT, BLINK))


def test_natural_blinks_between_the_steps_are_accepted() -> None:
    assert judge(scene(BLINK, LEFT, BLINK, MOUTH, BLINK), (LEFT, MOUTH))


def test_doing_a_step_twice_is_accepted() -> None:
    assert judge(scene(LEFT, LEFT, MOUTH), (LEFT, MOUTH))


def test_the_last_turn_need_not_come_home() -> None:
    moments = timed([*still(), *acted(MOUTH), *still(), *acted(LEFT)[:6]])
    assert not judge(moments, (MOUTH, LEFT))[-1].home


def test_a_turn_that_never_comes_home_leaves_no_room_for_the_next_step() -> None:
    moments = timed([*still(10), *acted(LEFT)[:6], *[face(LEFT, 1)] * 5])
    with pytest.raises(MotionMissing):
        judge(moments, (LEFT, MOUTH))


def test_eyes_that_stay_shut_are_no_blink() -> None:
    moments = timed([*still(), *acted(LEFT), *still(10), *[face(BLINK, 1)] * 4])
    with pytest.raises(MotionMissing):
        judge(moments, (LEFT, BLINK))


def test_a_head_held_to_the_side_is_no_turn() -> None:
    moments = timed([*still(70), *[face(LEFT, 1)] * 60, *still()])
    with pytest.raises(MotionMissing):
        judge(moments, (LEFT, BLINK))


def test_a_face_that_never_looks_at_the_camera_is_refused() -> None:
    with pytest.raises(FaceTurnedAway):
        judge(timed([face(LEFT, 1)] * 30), (BLINK, MOUTH))


@pytest.mark.parametrize("rest_turn", [-0.15, 0.0, 0.15])
def test_a_crooked_rest_is_the_persons_own(rest_turn: float) -> None:
    parts = [face(rest_turn=rest_turn)] * 10 + [face(LEFT, part, rest_turn=rest_turn) for part in SLOW]
    assert judge(timed(parts), (LEFT,))


def test_a_blink_of_one_frame_at_eight_frames_a_second_is_seen() -> None:
    moments = timed([*still(8), *acted(BLINK), *still(8)], interval_ms=125)
    assert judge(moments, (BLINK,))


def test_a_server_always_asks_for_a_turn_and_never_twice_for_one_step() -> None:
    asked = {choose(Random(seed)) for seed in range(400)}  # noqa: S311 - every choice, seen in a test
    assert asked == {pair for pair in permutations(Step, 2) if {LEFT, RIGHT} & set(pair)}
