"""The judge of scans on the scripted matcher: shape, quality, identity. Real faces: test_face_models."""

import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from identity.clips import MOST_FRAMES, MOST_IN_BATCH, MOST_MEASURED, Batch
from identity.face import Template
from identity.face_scripted import THRESHOLD, ScriptedFace, ScriptedMatcher, plain_picture
from identity.images import ImageBroken
from identity.scan_refusals import (
    AnotherFace,
    ClipBroken,
    ClipTooLong,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    MotionMissing,
    MotionTooEarly,
    NoFace,
    NotBeforeTheCamera,
    PolicyOfAnotherModel,
    StillImage,
    TemplateOfAnotherModel,
    TwoFaces,
)
from identity.scans import Scan, ScanPolicy, Verdict, advance, examine_portrait
from identity.steps import Question, Step
from tests.identity.live_scans import question, scanned

QUESTION = question(Step.TURN_LEFT, Step.BLINK)
POLICY = ScanPolicy("test/scan-policy/1", THRESHOLD, live_at_least=0.5)
FRAME_MS = 100
LIN = ScriptedFace("lin")
ZHOU = ScriptedFace("zhou")
Faces = tuple[ScriptedFace, ...]
Change = Callable[[ScriptedFace, int], Faces]

ACTS = {
    Step.TURN_LEFT: [replace(LIN, turn=turn) for turn in (0.15, 0.3, 0.45, 0.5, 0.5, 0.45, 0.3, 0.15)],
    Step.BLINK: [replace(LIN, eyes=0.06)] * 2,
}


class Stage(ScriptedMatcher):
    """A matcher that knows every picture made for it."""

    def __init__(self) -> None:
        super().__init__({})

    def picture(self, faces: Faces) -> bytes:
        known = [colour for colour, shown in self._script.items() if shown == faces]
        colour = known[0] if known else (len(self._script) // 256, len(self._script) % 256, 7)
        self._script[colour] = faces
        return plain_picture(colour)


class Player:
    """Lin before the camera, who does what is asked; ``change`` puts something else into the picture."""

    def __init__(self, stage: Stage, change: Change = lambda face, _: (face,)) -> None:
        self._stage, self._change = stage, change
        self._asked: str | None = None
        self._since_ms = 0

    def perform(self, step: str | None, at_ms: int) -> None:
        if step is not None and step != self._asked:
            self._asked, self._since_ms = step, at_ms + 300

    def frame(self, at_ms: int) -> bytes:
        act = [] if self._asked is None else ACTS[Step(self._asked)]
        place = (at_ms - self._since_ms) // FRAME_MS
        face = act[place] if 0 <= place < len(act) else LIN
        return self._stage.picture(self._change(face, at_ms))


def scan(
    change: Change = lambda face, _: (face,),
    *,
    person: str = "lin",
    policy: ScanPolicy = POLICY,
    batch: int = 4,
) -> Verdict:
    stage = Stage()
    enrolled = template_of(person, stage)
    player = Player(stage, change)
    return scanned(player, QUESTION, enrolled, policy, stage, batch=batch, frame_ms=FRAME_MS).verdict


def template_of(person: str, stage: Stage) -> Template:
    return examine_portrait(stage.picture((ScriptedFace(person),)), matcher=stage)


def between(begin_ms: int, end_ms: int, *shown: ScriptedFace) -> Change:
    """Show something else, or nothing, for a time."""
    return lambda face, at_ms: shown if begin_ms <= at_ms < end_ms else (face,)


def test_the_enrolled_person_doing_the_steps_passes() -> None:
    verdict = scan()
    assert (verdict.steps, verdict.policy_version) == (QUESTION.steps, "test/scan-policy/1")


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_frames_sent_one_by_one_or_many_at_a_time_come_to_the_same(batch: int) -> None:
    """Played from a tape: what is shown does not depend on when the answers come."""
    stage = Stage()
    enrolled = template_of("lin", stage)
    live = scanned(Player(stage), QUESTION, enrolled, POLICY, stage, frame_ms=FRAME_MS)
    times, taped = live.frames.times_ms, Scan(QUESTION)
    for begin in range(0, len(times), batch):
        sent = Batch(live.frames.frames[begin : begin + batch], times[begin : begin + batch])
        if taped.verdict is None:
            taped = advance(taped, sent, enrolled, POLICY, matcher=stage)
    assert taped.verdict == live.verdict


@pytest.mark.parametrize("quiet", [(300, 300), (900, 700), (1_800, 1_100)])
def test_steps_done_in_the_request_in_which_they_are_asked_are_no_answer(quiet: tuple[int, int]) -> None:
    """Sent whole, before anything was told: whoever guesses the steps answers nothing."""
    turned, shut = replace(LIN, turn=0.45), replace(LIN, eyes=0.06)
    plan = [(0, LIN), (270, LIN), (540, LIN), (800, LIN), (1_950, LIN), (2_650, LIN), (3_150, turned)]
    plan += [(3_350, turned), (3_750, LIN), (4_900, LIN), (5_100, shut), (5_300, LIN)]
    stage = Stage()
    batch = Batch(tuple(stage.picture((face,)) for _, face in plan), tuple(at for at, _ in plan))
    with pytest.raises(MotionTooEarly):
        advance(
            Scan(Question(QUESTION.steps, quiet)), batch, template_of("lin", stage), POLICY, matcher=stage
        )


def test_another_person_doing_the_steps_is_refused() -> None:
    with pytest.raises(AnotherFace):
        scan(person="zhou")


def test_another_person_for_the_turn_alone_is_refused() -> None:
    with pytest.raises(AnotherFace):
        scan(lambda face, _: (replace(face, person="zhou" if face.turn else "lin"),))


@pytest.mark.parametrize("begin_ms", [0, 1_200, 2_400, 3_600])
def test_another_person_for_a_second_and_a_half_is_refused(begin_ms: int) -> None:
    """Whenever it is: faces that look ahead are compared all along the scan, the last one among them."""

    def change(face: ScriptedFace, at_ms: int) -> Faces:
        return (replace(face, person="zhou" if begin_ms <= at_ms < begin_ms + 1_500 else "lin"),)

    with pytest.raises(AnotherFace):
        scan(change)


def test_a_scan_without_motion_is_a_still_image() -> None:
    with pytest.raises(StillImage):
        scan(lambda *_: (LIN,))


def test_whose_the_face_is_is_not_told_before_the_steps_are_done() -> None:
    with pytest.raises(MotionMissing):
        scan(lambda face, _: (replace(face, eyes=LIN.eyes),), person="zhou")


def test_a_scan_that_looks_replayed_is_refused_whoever_it_shows() -> None:
    for person in ("lin", "zhou"):
        with pytest.raises(NotBeforeTheCamera):
            scan(lambda face, _: (replace(face, liveness=0.4),), person=person)


def test_one_frame_that_looks_replayed_is_outvoted() -> None:
    assert scan(lambda face, at_ms: (replace(face, liveness=float(at_ms > 0)),))


def test_a_policy_that_asks_for_no_signal_of_replays_gets_none() -> None:
    blind = replace(POLICY, live_at_least=None)
    assert scan(lambda face, _: (replace(face, liveness=0.0),), policy=blind)


def test_a_policy_of_another_model_is_refused() -> None:
    with pytest.raises(PolicyOfAnotherModel):
        scan(policy=replace(POLICY, threshold=replace(THRESHOLD, model="another-1")))


def test_a_scan_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace):
        scan(lambda *_: ())


def test_two_faces_are_refused() -> None:
    with pytest.raises(TwoFaces):
        scan(lambda face, _: (face, replace(ZHOU, left=300, width=150)))


@pytest.mark.parametrize("begin_ms", range(0, 3_400, 100))
def test_a_second_face_that_stays_for_four_frames_is_seen(begin_ms: int) -> None:
    """Wherever it comes: most frames are searched only where the first face was."""
    second = replace(ZHOU, left=300, width=150)
    with pytest.raises(TwoFaces):
        scan(lambda face, at_ms: (face, second) if begin_ms <= at_ms < begin_ms + 400 else (face,))


def test_a_small_face_far_behind_is_no_second_face() -> None:
    assert scan(lambda face, _: (face, replace(ZHOU, left=320, width=70)))


@pytest.mark.parametrize("width", [60, 90])
def test_a_face_too_small_is_refused(width: int) -> None:
    with pytest.raises(FaceTooSmall):
        scan(lambda face, _: (replace(face, width=width),))


def test_a_blurred_scan_is_refused() -> None:
    with pytest.raises(ImageBlurred):
        scan(lambda face, _: (replace(face, sharpness=0.3),))


def test_a_frame_that_misses_the_face_is_forgiven() -> None:
    assert scan(between(700, 800)).frames == scan().frames - 1


def test_a_face_that_leaves_is_refused() -> None:
    with pytest.raises(FaceLost):
        scan(between(1_200, 2_700))


def test_a_face_that_jumps_is_refused() -> None:
    with pytest.raises(FaceLost):
        scan(lambda face, at_ms: (replace(face, left=260 if at_ms > 1_000 else 100),))


def test_a_cut_from_one_photograph_to_the_next_is_refused() -> None:
    with pytest.raises(FaceLost):
        scan(lambda face, _: (replace(face, turn=0.6 if face.turn else 0.0),))


def test_frames_that_never_end_are_too_long() -> None:
    batch = Batch((b"x",) * MOST_IN_BATCH, tuple(range(1, 1 + MOST_IN_BATCH)))
    with pytest.raises(ClipTooLong):
        _first(batch, Scan(QUESTION, frames=MOST_FRAMES - 1, ends_ms=(0,)))


def test_a_scan_that_never_ends_is_too_long() -> None:
    with pytest.raises(ClipTooLong):
        _first(Batch((b"x",), (50_100,)), Scan(QUESTION, frames=400, ends_ms=(50_000,)))


@pytest.mark.parametrize(
    "times", [(), (0, 100), (100, 200, 300), (0, 100, 100), (0, 100, 50), (0, 100, 1_400)]
)
def test_times_that_fit_no_frames_stand_still_run_back_or_leap_are_refused(times: tuple[int, ...]) -> None:
    with pytest.raises(ClipBroken):
        _first(Batch((b"x",) * 3, times))


def test_a_batch_that_does_not_follow_on_the_last_is_refused() -> None:
    with pytest.raises(ClipBroken):
        _first(Batch((b"x",), (400,)), Scan(QUESTION, frames=4, ends_ms=(400,)))


def test_too_many_frames_at_once_are_refused() -> None:
    count = MOST_IN_BATCH + 1
    with pytest.raises(ClipBroken):
        _first(Batch((b"x",) * count, tuple(range(count))))


def _first(batch: Batch, scan: Scan | None = None) -> Scan:
    stage = Stage()
    return advance(scan or Scan(QUESTION), batch, template_of("lin", stage), POLICY, matcher=stage)


def test_a_broken_frame_is_refused() -> None:
    stage = Stage()
    with pytest.raises(ImageBroken):
        _first(Batch((stage.picture((LIN,))[:40],), (0,)))


def test_a_template_of_another_model_is_refused() -> None:
    with pytest.raises(TemplateOfAnotherModel):
        advance(Scan(QUESTION), Batch((b"x",), (0,)), Template(b"dlib-1\x00"), POLICY, matcher=Stage())


def test_frames_that_come_too_fast_are_thinned() -> None:
    stage = Stage()
    batch = Batch((stage.picture((LIN,)),) * 20, tuple(range(0, 600, 30)))
    looked = advance(Scan(QUESTION), batch, template_of("lin", stage), POLICY, matcher=stage)
    assert (len(looked.looks), looked.frames) == (7, 20)


def test_of_many_frames_at_once_a_few_are_measured() -> None:
    stage = Stage()
    batch = Batch((stage.picture((LIN,)),) * MOST_IN_BATCH, tuple(range(0, 120 * MOST_IN_BATCH, 120)))
    looked = advance(Scan(QUESTION), batch, template_of("lin", stage), POLICY, matcher=stage)
    times = [one.time_ms for one in looked.looks]
    assert (len(times), times[0], times[-1]) == (MOST_MEASURED, 0, 120 * (MOST_IN_BATCH - 1))


def test_who_is_answered_late_has_the_whole_time_still() -> None:
    """Told after three seconds, done four seconds later: the step was asked seven seconds ago."""
    stage = Stage()
    enrolled = template_of("lin", stage)
    scan = Scan(QUESTION)
    for times in (range(0, 1_200, 100), range(1_200, 4_200, 150), range(4_200, 8_200, 200)):
        batch = Batch((stage.picture((LIN,)),) * len(times), tuple(times))
        scan = advance(scan, batch, enrolled, POLICY, matcher=stage)
    assert scan.asked is Step.TURN_LEFT
    late = Batch((stage.picture((LIN,)),) * 8, tuple(range(8_200, 9_800, 200)))
    with pytest.raises(StillImage):
        advance(scan, late, enrolled, POLICY, matcher=stage)


def test_a_scan_tells_what_is_asked_now() -> None:
    stage = Stage()
    quick = Question(QUESTION.steps, (0, 0))
    batch = Batch((stage.picture((LIN,)),) * 12, tuple(range(0, 1_200, 100)))
    looked = advance(Scan(quick), batch, template_of("lin", stage), POLICY, matcher=stage)
    assert (looked.asked, looked.number, looked.returning) == (Step.TURN_LEFT, 1, False)


def test_a_scan_a_verdict_and_a_refusal_travel_between_processes() -> None:
    refusal = MotionMissing(step=Step.BLINK)
    assert pickle.loads(pickle.dumps(scan())) == scan()  # noqa: S301 - our own bytes
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)  # noqa: S301 - our own bytes
