"""The real matchers on the faces of people who do not exist: who does what is asked, and every attack."""

from dataclasses import replace
from itertools import count, permutations
from random import Random

import pytest
from PIL import Image, ImageFilter

from api.demonstration.camera import Camera, Performer
from evidence.errors import Refused
from identity.clips import Batch
from identity.face import Template
from identity.scan_refusals import (
    AnotherFace,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    MotionMissing,
    MotionNotAsked,
    NoFace,
    StillImage,
    TwoFaces,
)
from identity.scans import Scan, Verdict, advance
from identity.steps import QUESTIONS, Step, choose
from identity.thresholds import FUSED
from tests.identity.live_scans import FRAME_MS, PERSON, Changed, Film, Instead, frames_of, question, scanned
from tests.identity.real_faces import PEOPLE, POLICIES, SharingMatcher, jpeg, opened, photo, shots

LEFT, RIGHT, BLINK, MOUTH = Step.TURN_LEFT, Step.TURN_RIGHT, Step.BLINK, Step.OPEN_MOUTH
NOD, CLOSER = Step.NOD, Step.CLOSER
ASKED = (
    (LEFT, BLINK),
    (NOD, RIGHT),
    (MOUTH, RIGHT, BLINK),
    (NOD, CLOSER, LEFT),
    (CLOSER, MOUTH, RIGHT),
)

pytestmark = pytest.mark.slow

AS_SET = pytest.mark.parametrize("matcher", [FUSED], indirect=True)
"""The matcher that the house uses, where three would take too long."""


def centred(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (480, 600), (90, 90, 90))
    canvas.paste(image, ((480 - image.width) // 2, (600 - image.height) // 2))
    return canvas


class Court:
    """The judge with everything but the camera in place."""

    def __init__(self, matcher: SharingMatcher, templates: dict[str, Template]) -> None:
        self.matcher = matcher
        self.templates = templates
        self.policy = POLICIES[matcher.model]

    def scan(self, camera: Camera, *steps: Step, person: str, frame_ms: int = FRAME_MS) -> Verdict:
        template, asked = self.templates[person], question(*steps)
        return scanned(camera, asked, template, self.policy, self.matcher, frame_ms=frame_ms).verdict


@pytest.fixture(scope="module")
def court(matcher: SharingMatcher, templates: dict[str, Template]) -> Court:
    return Court(matcher, templates)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("steps", ASKED)
def test_who_does_what_is_asked_passes(court: Court, person: str, steps: tuple[Step, ...]) -> None:
    assert court.scan(Performer(PERSON[person]), *steps, person=person).steps == steps


@AS_SET
@pytest.mark.parametrize("part", range(12))
def test_questions_of_every_kind_are_passed(court: Court, part: int) -> None:
    """Every third one, each by one of the people."""
    person = PEOPLE[part % len(PEOPLE)]
    for steps in QUESTIONS[3 * part :: 36]:
        assert court.scan(Performer(PERSON[person]), *steps, person=person).steps == steps


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("pair", [(LEFT, RIGHT), (MOUTH, RIGHT), (NOD, LEFT), (CLOSER, LEFT)], ids="+".join)
def test_the_wrong_order_is_refused(court: Court, person: str, pair: tuple[Step, Step]) -> None:
    swapped = Instead(PERSON[person], {pair[0]: pair[1], pair[1]: pair[0]})
    with pytest.raises(MotionNotAsked):
        court.scan(swapped, *pair, person=person)


@pytest.mark.parametrize("person", PEOPLE)
def test_left_for_right_is_refused(court: Court, person: str) -> None:
    with pytest.raises(MotionNotAsked):
        court.scan(Instead(PERSON[person], {RIGHT: LEFT}), RIGHT, BLINK, person=person)


@pytest.mark.parametrize("done", [LEFT, NOD, CLOSER, MOUTH])
@pytest.mark.parametrize("person", PEOPLE)
def test_no_other_step_looks_like_a_blink(court: Court, person: str, done: Step) -> None:
    with pytest.raises((MotionNotAsked, MotionMissing)):
        court.scan(Instead(PERSON[person], {BLINK: done}), BLINK, RIGHT, person=person)


@pytest.mark.parametrize("attack", ["screen", "paper"])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_photograph_shown_again_is_a_still_image(court: Court, person: str, attack: str) -> None:
    frames = shots("attacks", f"{person}_{attack}")
    with pytest.raises(StillImage):
        court.scan(Film(frames + frames[::-1]), LEFT, BLINK, person=person)


@AS_SET
@pytest.mark.parametrize("kind", ["screen", "paper", "still"])
@pytest.mark.parametrize("person", PEOPLE)
def test_no_photograph_answers_any_question(court: Court, person: str, kind: str) -> None:
    frames = [photo(person, "b")] if kind == "still" else shots("attacks", f"{person}_{kind}")
    for steps in QUESTIONS[::12]:
        with pytest.raises(Refused):
            court.scan(Film(frames + frames[::-1]), *steps, person=person)


@pytest.mark.parametrize(("person", "other"), list(permutations(PEOPLE, 2)))
def test_another_person_is_refused(court: Court, person: str, other: str) -> None:
    with pytest.raises(AnotherFace):
        court.scan(Performer(PERSON[other]), MOUTH, LEFT, person=person)


@AS_SET
@pytest.mark.parametrize(("person", "other"), list(permutations(PEOPLE, 2)))
@pytest.mark.parametrize("every_ms", [240, 960, 2_400])
def test_frames_of_two_people_mixed_are_refused(
    *, court: Court, person: str, other: str, every_ms: int
) -> None:
    """One looks, the other one moves with them, turn and turn about."""
    with pytest.raises((AnotherFace, FaceLost, MotionNotAsked, MotionMissing)):
        court.scan(Mixed(person, other, every_ms), LEFT, NOD, person=person)


class Mixed:
    """Two who do the same at the same time, shown in turn."""

    def __init__(self, one: str, other: str, every_ms: int) -> None:
        self._cameras = (Performer(PERSON[one]), Performer(PERSON[other]))
        self._every_ms = every_ms

    def perform(self, step: str | None, at_ms: int) -> None:
        for camera in self._cameras:
            camera.perform(step, at_ms)

    def frame(self, at_ms: int) -> bytes:
        return self._cameras[at_ms // self._every_ms % 2].frame(at_ms)


@AS_SET
@pytest.mark.parametrize("seed", range(12))
def test_a_recording_sent_in_requests_answers_no_other_question(court: Court, seed: int) -> None:
    source = Random(seed)  # noqa: S311 - seeded on purpose
    person, first = source.choice(PEOPLE), choose(source)
    template = court.templates[person]
    taped = scanned(Performer(PERSON[person]), first, template, court.policy, court.matcher).frames
    second = choose(source, [first.steps])
    with pytest.raises(Refused):
        scanned(Film(taped.frames, FRAME_MS), second, template, court.policy, court.matcher)


MIXES = [(*pair, steps) for pair in permutations(PEOPLE, 2) for steps in ((LEFT, NOD), (MOUTH, RIGHT))]


@AS_SET
@pytest.mark.parametrize(("person", "other", "steps"), MIXES)
def test_two_people_mixed_by_who_knows_the_code_are_refused(
    *, court: Court, person: str, other: str, steps: tuple[Step, ...]
) -> None:
    with pytest.raises(AnotherFace):
        mixed_by_one_who_knows(court, steps, person=person, other=other)


def mixed_by_one_who_knows(court: Court, steps: tuple[Step, ...], *, person: str, other: str) -> None:
    """Run this code beside the scan, with all but its secret, and show ``person`` only where one must."""
    template = court.templates[person]
    cameras = (Performer(PERSON[person]), Performer(PERSON[other]))
    everybody = replace(court.policy.threshold, distance=9, frame_distance=9, glance_distance=9)
    anybody = replace(court.policy, threshold=everybody)
    scan = Scan(question(*steps), b"kept")
    for begin in count(step=4):
        times = tuple(at * FRAME_MS for at in range(begin, begin + 4))
        frames: tuple[bytes, ...] = ()
        for at_ms in times:
            ours, theirs = (camera.frame(at_ms) for camera in cameras)
            guessed, sent = (
                replace(scan, secret=b"guessed"),
                Batch((*frames, theirs), times[: len(frames) + 1]),
            )
            tried = advance(guessed, sent, template, anybody, matcher=court.matcher)
            last = tried.looks[-1]
            must = last.time_ms == at_ms and (last.template is not None or last.glance is not None)
            frames = (*frames, ours if must else theirs)
            if tried.verdict is not None:
                break
        batch = Batch(frames, times[: len(frames)])
        scan = advance(scan, batch, template, court.policy, matcher=court.matcher)
        if scan.verdict is not None:
            return
        for camera in cameras:
            camera.perform(scan.asked, times[-1] + FRAME_MS)


def test_a_photograph_squeezed_and_tilted_in_the_hand_is_a_still_image(court: Court) -> None:
    """A plane turned away grows narrower, tilted lower: eyes, mouth and nose must not seem to move."""
    image = opened(photo("p01", "b"))
    frames = []
    for index in range(48):
        place = min(index, 47 - index)
        away, tilt = place / 80, place / 100
        seen = image.rotate(index % 5 - 2).resize((int(480 * (1 - away)), int(600 * (1 - tilt))))
        frames.append(jpeg(centred(seen)))
    with pytest.raises((StillImage, MotionMissing)):
        court.scan(Film(frames, 120), BLINK, MOUTH, person="p01")


def test_a_turn_cut_together_from_two_photographs_is_refused(court: Court) -> None:
    side = frames_of("p05", "turn_left")[14]

    class Cut(Performer):
        def frame(self, at_ms: int) -> bytes:
            turns = self._asked == LEFT and 400 < at_ms - self._since_ms < 1_600
            return side if turns else shots("clips", "p05", "neutral")[0]

    with pytest.raises(FaceLost):
        court.scan(Cut(PERSON["p05"]), LEFT, BLINK, person="p05")


@pytest.mark.parametrize("frame_ms", [67, 150, 200])
def test_a_fast_and_a_slow_camera_are_good_enough(court: Court, frame_ms: int) -> None:
    camera = Performer(PERSON["p08"])
    assert court.scan(camera, RIGHT, BLINK, NOD, person="p08", frame_ms=frame_ms)


def test_a_blurred_scan_is_refused(court: Court) -> None:
    def blurred(frame: bytes, _: int) -> bytes:
        return jpeg(opened(frame).filter(ImageFilter.GaussianBlur(7)))

    with pytest.raises(ImageBlurred):
        court.scan(Changed(Performer(PERSON["p01"]), blurred), LEFT, BLINK, person="p01")


def test_two_faces_are_refused(court: Court) -> None:
    second = opened(photo("p08", "a")).resize((384, 480))

    def beside(frame: bytes, _: int) -> bytes:
        scene = Image.new("RGB", (864, 480))
        scene.paste(opened(frame), (0, 0))
        scene.paste(second, (480, 0))
        return jpeg(scene)

    with pytest.raises(TwoFaces):
        court.scan(Changed(Performer(PERSON["p01"]), beside), LEFT, BLINK, person="p01")


def test_a_face_too_far_away_is_named_so(court: Court) -> None:
    far = Image.new("RGB", (480, 480), (90, 90, 90))
    far.paste(opened(photo("p01", "b")).resize((128, 160)), (176, 160))
    with pytest.raises(FaceTooSmall):
        court.scan(Film([jpeg(far)]), LEFT, BLINK, person="p01")


def test_a_wall_has_no_face(court: Court) -> None:
    wall = jpeg(Image.new("RGB", (480, 480), (120, 130, 140)))
    with pytest.raises(NoFace):
        court.scan(Film([wall]), LEFT, BLINK, person="p01")
