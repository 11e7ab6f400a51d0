"""The judge of clips on the scripted matcher: shape, quality, identity. Real faces are in test_face_dlib."""

import pickle
from dataclasses import replace
from itertools import count

import pytest

from identity.clips import Clip
from identity.face import Template
from identity.face_scripted import THRESHOLD, Colour, ScriptedFace, ScriptedMatcher, plain_picture
from identity.images import ImageBroken
from identity.scan_refusals import (
    AnotherFace,
    ClipBroken,
    ClipTooLong,
    ClipTooShort,
    EyesShut,
    FaceLost,
    FaceTooSmall,
    FaceTurnedAway,
    ImageBlurred,
    MotionMissing,
    NoFace,
    NotBeforeTheCamera,
    PolicyOfAnotherModel,
    StillImage,
    TemplateOfAnotherModel,
    TwoFaces,
)
from identity.scans import ScanPolicy, Verdict, examine, examine_portrait
from identity.steps import Step

STEPS = (Step.TURN_LEFT, Step.BLINK)
POLICY = ScanPolicy("test/scan-policy/1", THRESHOLD, live_at_least=0.5)
Faces = tuple[ScriptedFace, ...]

HOME: Faces = (ScriptedFace("lin"),)
SHUT: Faces = (ScriptedFace("lin", eyes=0.06),)
NOBODY: Faces = ()


def turned(turn: float, person: str = "lin") -> Faces:
    return (ScriptedFace(person, turn=turn),)


TURN = [turned(turn) for turn in (0.15, 0.3, 0.45, 0.5, 0.5, 0.45, 0.3, 0.15)]
GOOD = [*[HOME] * 5, *TURN, *[HOME] * 4, SHUT, SHUT, *[HOME] * 5]


def staged(scene: list[Faces], interval_ms: int = 100) -> tuple[Clip, ScriptedMatcher]:
    """A clip of plain colours, one for each different sight, and the matcher that knows them."""
    numbers = count(1)
    colours: dict[Faces, Colour] = {}
    for faces in scene:
        if faces not in colours:
            colours[faces] = (next(numbers), 0, 0)
    clip = Clip(
        tuple(plain_picture(colours[faces]) for faces in scene),
        tuple(index * interval_ms for index in range(len(scene))),
    )
    return clip, ScriptedMatcher({colour: faces for faces, colour in colours.items()})


def scanned(scene: list[Faces], *, person: str = "lin", interval_ms: int = 100) -> Verdict:
    clip, matcher = staged(scene, interval_ms)
    return examine(clip, STEPS, template_of(person), POLICY, matcher=matcher)


def template_of(person: str) -> Template:
    face = (ScriptedFace(person),)
    clip, matcher = staged([face])
    return examine_portrait(clip.frames[0], matcher=matcher)


def portrayed(*faces: ScriptedFace) -> Template:
    clip, matcher = staged([faces])
    return examine_portrait(clip.frames[0], matcher=matcher)


def test_the_enrolled_person_doing_the_steps_passes() -> None:
    verdict = scanned(GOOD)
    assert (verdict.steps, verdict.policy_version) == (STEPS, "test/scan-policy/1")


def test_another_person_doing_the_steps_is_refused() -> None:
    with pytest.raises(AnotherFace):
        scanned(GOOD, person="zhou")


def test_another_person_for_the_turn_alone_is_refused() -> None:
    others = [turned(face.turn, "zhou") for (face,) in TURN]
    with pytest.raises(AnotherFace):
        scanned([*[HOME] * 5, *others, *[HOME] * 4, SHUT, SHUT, *[HOME] * 5])


def test_another_person_at_the_end_alone_is_refused() -> None:
    with pytest.raises(AnotherFace):
        scanned([*GOOD, *[turned(0.0, "zhou")] * 8])


def test_a_clip_without_motion_is_a_still_image() -> None:
    with pytest.raises(StillImage):
        scanned([HOME] * 20)


def test_whose_the_face_is_is_not_told_before_the_steps_are_done() -> None:
    with pytest.raises(MotionMissing):
        scanned(GOOD[:13], person="zhou")


def test_a_clip_that_looks_replayed_is_refused_whoever_it_shows() -> None:
    replayed = [tuple(replace(face, liveness=0.4) for face in faces) for faces in GOOD]
    for person in ("lin", "zhou"):
        with pytest.raises(NotBeforeTheCamera):
            scanned(replayed, person=person)


def test_one_frame_that_looks_replayed_is_outvoted() -> None:
    scene = [*GOOD]
    scene[0] = (ScriptedFace("lin", liveness=0.0),)
    assert scanned(scene)


def test_a_policy_that_asks_for_no_signal_of_replays_gets_none() -> None:
    clip, matcher = staged([tuple(replace(face, liveness=0.0) for face in faces) for faces in GOOD])
    blind = replace(POLICY, live_at_least=None)
    assert examine(clip, STEPS, template_of("lin"), blind, matcher=matcher)


def test_a_policy_of_another_model_is_refused() -> None:
    clip, matcher = staged(GOOD)
    other = replace(POLICY, threshold=replace(THRESHOLD, model="another-1"))
    with pytest.raises(PolicyOfAnotherModel):
        examine(clip, STEPS, template_of("lin"), other, matcher=matcher)


def test_a_clip_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace):
        scanned([NOBODY] * 20)


def test_two_faces_are_refused() -> None:
    with pytest.raises(TwoFaces):
        scanned([(*faces, ScriptedFace("zhou", left=300, width=150)) for faces in GOOD])


@pytest.mark.parametrize("begin", range(len(GOOD) - 3))
def test_a_second_face_that_stays_for_four_frames_is_seen(begin: int) -> None:
    """Wherever it comes: most frames are searched only where the first face was."""
    second = ScriptedFace("zhou", left=300, width=150)
    with pytest.raises(TwoFaces):
        scanned(
            [(*faces, second) if begin <= place < begin + 4 else faces for place, faces in enumerate(GOOD)]
        )


def test_a_small_face_far_behind_is_no_second_face() -> None:
    assert scanned([(*faces, ScriptedFace("zhou", left=320, width=70)) for faces in GOOD])


@pytest.mark.parametrize("width", [60, 90])
def test_a_face_too_small_is_refused(width: int) -> None:
    with pytest.raises(FaceTooSmall):
        scanned([(ScriptedFace("lin", width=width),)] * 20)


def test_a_blurred_clip_is_refused() -> None:
    with pytest.raises(ImageBlurred):
        scanned([(ScriptedFace("lin", sharpness=0.3),)] * 20)


def test_a_frame_that_misses_the_face_is_forgiven() -> None:
    scene = [*GOOD]
    scene[7] = NOBODY
    assert scanned(scene).frames == len(GOOD) - 1


def test_a_face_that_leaves_is_refused() -> None:
    with pytest.raises(FaceLost):
        scanned([*GOOD[:14], *[NOBODY] * 13, *GOOD[14:]])


def test_a_face_that_jumps_is_refused() -> None:
    with pytest.raises(FaceLost):
        scanned([*GOOD, *[(ScriptedFace("lin", left=260),)] * 3])


def test_a_cut_from_one_photograph_to_the_next_is_refused() -> None:
    with pytest.raises(FaceLost):
        scanned([*[HOME] * 6, *[turned(0.6)] * 6, *[HOME] * 6, SHUT, *[HOME] * 6])


def test_few_frames_are_too_short() -> None:
    with pytest.raises(ClipTooShort):
        scanned(GOOD[:11], interval_ms=200)


def test_a_second_is_too_short() -> None:
    with pytest.raises(ClipTooShort):
        scanned(GOOD, interval_ms=40)


def test_a_minute_is_too_long() -> None:
    with pytest.raises(ClipTooLong):
        scanned([HOME] * 60, interval_ms=1_000)


def test_frames_without_times_are_refused() -> None:
    clip, matcher = staged(GOOD)
    with pytest.raises(ClipBroken):
        examine(Clip(clip.frames, clip.times_ms[1:]), STEPS, template_of("lin"), POLICY, matcher=matcher)


@pytest.mark.parametrize("third", [100, 50, 2_000])
def test_times_that_stand_still_run_back_or_leap_are_refused(third: int) -> None:
    clip, matcher = staged(GOOD)
    times = (0, 100, third, *range(3_000, 3_000 + 100 * (len(GOOD) - 3), 100))
    with pytest.raises(ClipBroken):
        examine(Clip(clip.frames, times), STEPS, template_of("lin"), POLICY, matcher=matcher)


def test_an_empty_clip_is_too_short() -> None:
    with pytest.raises(ClipTooShort):
        examine(Clip((), ()), STEPS, template_of("lin"), POLICY, matcher=ScriptedMatcher({}))


def test_a_broken_frame_is_refused() -> None:
    clip, matcher = staged(GOOD)
    frames = (*clip.frames[:-1], clip.frames[-1][:40])
    with pytest.raises(ImageBroken):
        examine(Clip(frames, clip.times_ms), STEPS, template_of("lin"), POLICY, matcher=matcher)


def test_a_template_of_another_model_is_refused() -> None:
    clip, matcher = staged(GOOD)
    with pytest.raises(TemplateOfAnotherModel):
        examine(clip, STEPS, Template(b"dlib-resnet-1\x00"), POLICY, matcher=matcher)


def test_a_long_clip_is_thinned() -> None:
    assert scanned([faces for faces in GOOD for _ in range(4)], interval_ms=60).frames == 60


def test_a_verdict_and_a_refusal_travel_between_processes() -> None:
    refusal = MotionMissing(step=Step.BLINK)
    assert pickle.loads(pickle.dumps(scanned(GOOD))) == scanned(GOOD)  # noqa: S301 - our own bytes
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)  # noqa: S301 - our own bytes


def test_a_portrait_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace):
        portrayed()


def test_a_portrait_of_two_is_refused() -> None:
    with pytest.raises(TwoFaces):
        portrayed(ScriptedFace("lin"), ScriptedFace("zhou", left=320))


def test_a_portrait_with_a_small_face_is_refused() -> None:
    with pytest.raises(FaceTooSmall):
        portrayed(ScriptedFace("lin", width=60))


def test_a_blurred_portrait_is_refused() -> None:
    with pytest.raises(ImageBlurred):
        portrayed(ScriptedFace("lin", sharpness=0.2))


def test_a_portrait_that_looks_away_is_refused() -> None:
    with pytest.raises(FaceTurnedAway):
        portrayed(ScriptedFace("lin", turn=0.4))


def test_a_portrait_with_shut_eyes_is_refused() -> None:
    with pytest.raises(EyesShut):
        portrayed(ScriptedFace("lin", eyes=0.06))
