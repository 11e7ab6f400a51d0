"""Captures enroll when each is fit and all show the one on the portrait; each fault has its sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from evidence.errors import Refused
from identity.face import Measurement, Template
from identity.face_scripted import THRESHOLD, ScriptedFace, ScriptedMatcher, plain_picture
from identity.images import Picture
from identity.portrait_quality import FLATTEST, FaceCovered, FaceTooBright, FaceTooDark, contrasts
from identity.portraits import (
    ENROLLMENT_POLICY,
    CapturesMiscounted,
    EnrollmentPolicy,
    FaceOfAnother,
    PortraitUnusable,
    any_alike,
    make_template,
)
from identity.scan_refusals import EyesShut, FaceTooSmall, FaceTurnedAway, ImageBlurred, NoFace, TwoFaces
from identity.thresholds import FUSED
from tests.identity.covers import COVERS, covered, in_clear_glasses
from tests.identity.real_faces import PEOPLE, Parts, SharingMatcher, jpeg, opened, photo, shots

PORTRAITS = ("p01", "p02", "p05", "p06", "p08", "p09", "p10")


@pytest.fixture(scope="module")
def fused(parts: Parts) -> SharingMatcher:
    """Both models, as a house has them."""
    return SharingMatcher(FUSED, parts)


def enrolled(matcher: SharingMatcher, *captures: bytes, portrait: bytes = photo("p01", "a")) -> Template:
    return make_template(portrait, captures, ENROLLMENT_POLICY, matcher=matcher)


def measured(matcher: SharingMatcher, image: Image.Image) -> tuple[Picture, Measurement]:
    picture = Picture(np.asarray(image.convert("RGB"), dtype=np.uint8))
    return picture, matcher.faces(picture)[0]


@pytest.mark.parametrize("person", PEOPLE)
def test_captures_of_the_person_on_the_portrait_enroll(fused: SharingMatcher, person: str) -> None:
    captures = [shots("clips", person, "neutral")[place] for place in (0, 7, 14)]
    template = enrolled(fused, *captures, portrait=photo(person, "a"))
    assert template == enrolled(fused, photo(person, "c"), portrait=photo(person, "a"))


@pytest.mark.parametrize("other", ["p05", "p08", "p06"])
def test_another_face_under_a_number_is_refused(fused: SharingMatcher, other: str) -> None:
    with pytest.raises(FaceOfAnother):
        enrolled(fused, photo(other, "b"))


def test_one_capture_of_another_among_three_is_refused(fused: SharingMatcher) -> None:
    with pytest.raises(FaceOfAnother):
        enrolled(fused, photo("p01", "b"), photo("p05", "b"), photo("p01", "c"))


@pytest.mark.parametrize("captures", [(), (b"", b"", b"", b"")])
def test_one_to_three_captures_are_taken(fused: SharingMatcher, captures: tuple[bytes, ...]) -> None:
    with pytest.raises(CapturesMiscounted):
        enrolled(fused, *captures)


def _bright(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(2.6)


def _beside(image: Image.Image) -> Image.Image:
    both = Image.new("RGB", (960, 600))
    both.paste(image, (0, 0))
    both.paste(opened(photo("p05", "a")), (480, 0))
    return both


def _far(image: Image.Image) -> Image.Image:
    wall = Image.new("RGB", (800, 800), "#8a8f94")
    wall.paste(image.resize((160, 200)), (320, 300))
    return wall


FAULTS: dict[type[Refused], Callable[[Image.Image], Image.Image]] = {
    NoFace: lambda image: Image.new("RGB", image.size, "#8a8f94"),
    TwoFaces: _beside,
    FaceTooSmall: _far,
    FaceTooDark: lambda image: ImageEnhance.Brightness(image).enhance(0.2),
    FaceTooBright: _bright,
    ImageBlurred: lambda image: image.filter(ImageFilter.GaussianBlur(8)),
    FaceTurnedAway: lambda _: opened(shots("clips", "p01", "left")[14]),
}


@pytest.mark.parametrize("refusal", FAULTS)
def test_an_unfit_capture_is_refused_by_its_fault_and_number(
    fused: SharingMatcher, refusal: type[Refused]
) -> None:
    unfit = jpeg(FAULTS[refusal](opened(photo("p01", "b"))))
    with pytest.raises(refusal) as refused:
        enrolled(fused, photo("p01", "b"), unfit)
    assert refused.value.facts["capture"] == 2


def test_shut_eyes_are_refused() -> None:
    colour = (200, 0, 0)
    matcher = ScriptedMatcher({colour: (ScriptedFace("p01", eyes=0.06),)})
    policy = EnrollmentPolicy("test", THRESHOLD, alike=0.5)
    with pytest.raises(EyesShut):
        make_template(plain_picture(colour), [plain_picture(colour)], policy, matcher=matcher)


@pytest.mark.parametrize("cover", COVERS)
@pytest.mark.parametrize("person", ["p01", "p06", "p08", "p10"])
def test_a_covered_face_is_refused(fused: SharingMatcher, cover: str, person: str) -> None:
    image = opened(photo(person, "b"))
    _, face = measured(fused, image)
    with pytest.raises(FaceCovered):
        enrolled(fused, jpeg(covered(image, face.marks, cover)), portrait=photo(person, "a"))


@pytest.mark.parametrize("person", PORTRAITS)
@pytest.mark.parametrize("letter", ["a", "c"])
def test_an_uncovered_face_is_not_taken_for_covered(fused: SharingMatcher, person: str, letter: str) -> None:
    picture, face = measured(fused, opened(photo(person, letter)))
    assert min(contrasts(picture, face.marks)) > 1.2 * FLATTEST


@pytest.mark.parametrize("person", ["p01", "p05", "p08", "p10"])
def test_clear_glasses_cover_nothing(fused: SharingMatcher, person: str) -> None:
    image = opened(photo(person, "b"))
    _, face = measured(fused, image)
    picture, again = measured(fused, in_clear_glasses(image, face.marks))
    assert min(contrasts(picture, again.marks)) > FLATTEST


def test_a_portrait_that_shows_nobody_is_no_reference(fused: SharingMatcher) -> None:
    with pytest.raises(PortraitUnusable):
        enrolled(fused, photo("p01", "b"), portrait=jpeg(Image.new("RGB", (480, 600))))


def test_templates_of_one_person_are_alike_and_of_others_not(fused: SharingMatcher) -> None:
    made = {
        (person, letter): enrolled(fused, photo(person, letter), portrait=photo(person, letter))
        for person in PORTRAITS
        for letter in ("a", "c")
    }
    for (person, letter), template in made.items():
        if letter == "c":
            others = [other for (whose, _), other in made.items() if whose != person]
            limit = ENROLLMENT_POLICY.alike
            assert any_alike(template, [made[person, "a"]], limit, matcher=fused), person
            assert not any_alike(template, others, limit, matcher=fused), person
