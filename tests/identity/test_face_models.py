"""The real matchers on the faces of people who do not exist: every pair of steps, every attack."""

from itertools import permutations

import pytest
from PIL import Image, ImageFilter

from identity.clips import Clip
from identity.face import Template
from identity.scan_refusals import (
    AnotherFace,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    MotionMissing,
    NoFace,
    StillImage,
    TwoFaces,
)
from identity.scans import Verdict, examine
from identity.steps import Step
from tests.identity.real_faces import (
    INTERVAL_MS,
    PEOPLE,
    POLICIES,
    SharingMatcher,
    acted,
    jpeg,
    opened,
    photo,
    played,
    shots,
    timed,
)


def centred(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (480, 600), (90, 90, 90))
    canvas.paste(image, ((480 - image.width) // 2, (600 - image.height) // 2))
    return canvas


class Court:
    """The judge with everything but the clip in place."""

    def __init__(self, matcher: SharingMatcher, templates: dict[str, Template]) -> None:
        self.matcher = matcher
        self.templates = templates
        self.policy = POLICIES[matcher.model]

    def examine(self, clip: Clip, *steps: Step, person: str) -> Verdict:
        return examine(clip, steps, self.templates[person], self.policy, matcher=self.matcher)


@pytest.fixture(scope="module")
def court(matcher: SharingMatcher, templates: dict[str, Template]) -> Court:
    return Court(matcher, templates)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("pair", list(permutations(Step, 2)), ids="+".join)
def test_each_pair_of_steps_passes(court: Court, person: str, pair: tuple[Step, Step]) -> None:
    assert court.examine(played(person, *pair), *pair, person=person).steps == pair


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    "pair",
    [(Step.TURN_LEFT, Step.TURN_RIGHT), (Step.OPEN_MOUTH, Step.TURN_RIGHT), (Step.BLINK, Step.OPEN_MOUTH)],
    ids="+".join,
)
def test_the_wrong_order_is_refused(court: Court, person: str, pair: tuple[Step, Step]) -> None:
    with pytest.raises(MotionMissing):
        court.examine(played(person, *pair), *pair[::-1], person=person)


@pytest.mark.parametrize("person", PEOPLE)
def test_left_for_right_is_refused(court: Court, person: str) -> None:
    with pytest.raises(MotionMissing):
        court.examine(played(person, Step.TURN_LEFT, Step.BLINK), Step.TURN_RIGHT, Step.BLINK, person=person)


@pytest.mark.parametrize("attack", ["screen", "paper"])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_photograph_shown_again_is_a_still_image(court: Court, person: str, attack: str) -> None:
    frames = shots("attacks", f"{person}_{attack}")
    with pytest.raises(StillImage):
        court.examine(timed(frames + frames[::-1]), Step.TURN_LEFT, Step.BLINK, person=person)


@pytest.mark.parametrize(("person", "other"), list(permutations(PEOPLE, 2)))
def test_another_persons_clip_is_refused(court: Court, person: str, other: str) -> None:
    with pytest.raises(AnotherFace):
        court.examine(
            played(other, Step.OPEN_MOUTH, Step.TURN_LEFT), Step.OPEN_MOUTH, Step.TURN_LEFT, person=person
        )


def test_a_photograph_squeezed_and_tilted_in_the_hand_is_a_still_image(court: Court) -> None:
    """A plane turned away grows narrower, tilted lower: eyes, mouth and nose must not seem to move."""
    image = opened(photo("p01", "b"))
    frames = []
    for index in range(24):
        away, tilt = (index % 8) / 20, (index // 8) / 8
        seen = image.rotate(index % 5 - 2).resize((int(480 * (1 - away)), int(600 * (1 - tilt))))
        frames.append(jpeg(centred(seen)))
    with pytest.raises(StillImage):
        court.examine(timed(frames), Step.BLINK, Step.OPEN_MOUTH, person="p01")


def test_a_turn_cut_together_from_two_photographs_is_refused(court: Court) -> None:
    home, side = shots("clips", "p05", "neutral")[0], shots("clips", "p05", "left")[-1]
    blink = acted("p05", Step.BLINK)
    with pytest.raises(FaceLost):
        court.examine(
            timed([*[home] * 8, *[side] * 8, *[home] * 8, *blink]), Step.TURN_LEFT, Step.BLINK, person="p05"
        )


@pytest.mark.parametrize("every", [2, 3])
def test_a_slow_camera_is_enough(court: Court, every: int) -> None:
    frames = played("p08", Step.TURN_RIGHT, Step.BLINK).frames[::every]
    clip = timed(list(frames), INTERVAL_MS * every)
    assert court.examine(clip, Step.TURN_RIGHT, Step.BLINK, person="p08")


def test_a_blurred_clip_is_refused(court: Court) -> None:
    frames = [
        jpeg(opened(frame).filter(ImageFilter.GaussianBlur(7))) for frame in shots("clips", "p01", "neutral")
    ]
    with pytest.raises(ImageBlurred):
        court.examine(timed(frames, 100), Step.TURN_LEFT, person="p01")


def test_two_faces_in_the_clip_are_refused(court: Court) -> None:
    second = opened(photo("p08", "a")).resize((384, 480))
    frames = []
    for frame in shots("clips", "p01", "neutral")[:12]:
        scene = Image.new("RGB", (864, 480))
        scene.paste(opened(frame), (0, 0))
        scene.paste(second, (480, 0))
        frames.append(jpeg(scene))
    with pytest.raises(TwoFaces):
        court.examine(timed(frames, 120), Step.TURN_LEFT, person="p01")


def test_a_face_too_far_away_is_named_so(court: Court) -> None:
    far = Image.new("RGB", (480, 480), (90, 90, 90))
    far.paste(opened(photo("p01", "b")).resize((128, 160)), (176, 160))
    with pytest.raises(FaceTooSmall):
        court.examine(timed([jpeg(far)] * 15, 100), Step.TURN_LEFT, person="p01")


def test_a_wall_has_no_face(court: Court) -> None:
    wall = jpeg(Image.new("RGB", (480, 480), (120, 130, 140)))
    with pytest.raises(NoFace):
        court.examine(timed([wall] * 15, 100), Step.TURN_LEFT, person="p01")
