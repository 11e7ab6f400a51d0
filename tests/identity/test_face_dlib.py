"""The real matcher on the faces of people who do not exist: every pair of steps, every attack."""

import hashlib
import io
from itertools import permutations
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from identity.clips import Clip
from identity.face import Measurement, Template
from identity.face_dlib import DlibMatcher
from identity.images import ImageBroken, Picture, decode
from identity.scan_refusals import (
    AnotherFace,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    MotionMissing,
    NoFace,
    StillImage,
    TemplateOfAnotherModel,
    TwoFaces,
)
from identity.scans import DEFAULT_POLICY, Verdict, examine, examine_portrait
from identity.steps import Step

FACES = Path(__file__).parents[2] / "api" / "demonstration" / "faces"
PEOPLE = ("p01", "p05", "p08")
FOLDERS = {
    Step.TURN_LEFT: "left",
    Step.TURN_RIGHT: "right",
    Step.BLINK: "blink",
    Step.OPEN_MOUTH: "mouth",
}
INTERVAL_MS = 67


class RememberingMatcher(DlibMatcher):
    """The real matcher, which measures no picture twice: the clips share their frames."""

    def __init__(self) -> None:
        super().__init__()
        self._measured: dict[tuple[str, bool], tuple[Measurement, ...]] = {}
        self._templates: dict[tuple[str, Measurement], Template] = {}

    def faces(self, picture: Picture, *, small: bool = False) -> tuple[Measurement, ...]:
        key = (_name(picture), small)
        if key not in self._measured:
            self._measured[key] = super().faces(picture, small=small)
        return self._measured[key]

    def template(self, picture: Picture, face: Measurement) -> Template:
        key = (_name(picture), face)
        if key not in self._templates:
            self._templates[key] = super().template(picture, face)
        return self._templates[key]


def _name(picture: Picture) -> str:
    return hashlib.sha256(picture.pixels.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def matcher() -> RememberingMatcher:
    return RememberingMatcher()


@pytest.fixture(scope="module")
def templates(matcher: RememberingMatcher) -> dict[str, Template]:
    return {person: examine_portrait(photo(person, "a"), matcher=matcher) for person in PEOPLE}


def photo(person: str, letter: str) -> bytes:
    return (FACES / "photos" / f"{person}_{letter}.jpg").read_bytes()


def shots(*folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(FACES.joinpath(*folder).glob("*.jpg"))]


def acted(person: str, step: Step) -> list[bytes]:
    """One step and home again; the blink and the mouth come home by themselves."""
    frames = shots("clips", person, FOLDERS[step])
    return frames + frames[::-1] if step in {Step.TURN_LEFT, Step.TURN_RIGHT} else frames


def timed(frames: list[bytes], interval_ms: int = INTERVAL_MS) -> Clip:
    return Clip(tuple(frames), tuple(index * interval_ms for index in range(len(frames))))


def played(person: str, *steps: Step) -> Clip:
    return timed([frame for step in steps for frame in acted(person, step)])


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def centred(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (480, 600), (90, 90, 90))
    canvas.paste(image, ((480 - image.width) // 2, (600 - image.height) // 2))
    return canvas


class Court:
    """The judge with everything but the clip in place."""

    def __init__(self, matcher: RememberingMatcher, templates: dict[str, Template]) -> None:
        self.matcher = matcher
        self.templates = templates

    def examine(self, clip: Clip, *steps: Step, person: str) -> Verdict:
        return examine(clip, steps, self.templates[person], DEFAULT_POLICY, matcher=self.matcher)


@pytest.fixture(scope="module")
def court(matcher: RememberingMatcher, templates: dict[str, Template]) -> Court:
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


def test_photographs_of_one_person_are_near_and_strangers_far(
    matcher: RememberingMatcher, templates: dict[str, Template]
) -> None:
    same = matcher.distance(examine_portrait(photo("p05", "c"), matcher=matcher), templates["p05"])
    other = matcher.distance(templates["p01"], templates["p05"])
    assert same < 0.45
    assert other > 0.6


def test_a_template_of_another_model_is_not_compared(
    matcher: RememberingMatcher, templates: dict[str, Template]
) -> None:
    with pytest.raises(TemplateOfAnotherModel):
        matcher.distance(templates["p01"], Template(b"other\x00" + bytes(512)))


def test_a_template_keeps_its_numbers_out_of_logs(templates: dict[str, Template]) -> None:
    assert repr(templates["p01"]) == "Template(526 bytes)"


def test_loading_dlib_does_not_let_half_an_image_in(matcher: RememberingMatcher) -> None:
    assert not matcher.double
    with pytest.raises(ImageBroken):
        decode(photo("p01", "a")[:9_000])
