"""Templates of the real models, their thresholds, and what the detector of replays sees."""

from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from PIL import Image

from api.demonstration.camera import Performer
from identity import face_onnx
from identity.face import Box, Template
from identity.face_models import DlibMatcher, FeatureMatcher, FusedMatcher
from identity.face_onnx import FeatureEmbedding
from identity.images import ImageBroken, decode
from identity.pool import ScanPool
from identity.scan_refusals import (
    FaceModelsMissing,
    NotBeforeTheCamera,
    PolicyOfAnotherModel,
    TemplateOfAnotherModel,
)
from identity.scans import DEFAULT_POLICY, DLIB_POLICY, examine_portrait
from identity.steps import Step
from identity.thresholds import DLIB, FEATURE, FUSED, LIVE_AT_LEAST
from tests.identity.live_scans import PERSON, Changed, question, scanned
from tests.identity.real_faces import (
    PEOPLE,
    POLICIES,
    Parts,
    SharingMatcher,
    jpeg,
    opened,
    photo,
    shots,
)


@pytest.fixture(scope="module")
def fused(parts: Parts) -> SharingMatcher:
    """Both models."""
    return SharingMatcher(FUSED, parts)


def displayed(content: bytes) -> bytes:
    """The frame on a display of 320 pixels a side, stripe by stripe, photographed with a little noise."""
    shown = opened(content).resize((320, 320), Image.Resampling.LANCZOS)
    large = np.repeat(np.repeat(np.asarray(shown, dtype=np.float32), 3, axis=0), 3, axis=1)
    stripes = np.full_like(large, 0.4)
    for colour in range(3):
        stripes[:, colour::3, colour] = 2.2
    stripes /= stripes.mean()
    stripes[2::3] *= 0.4
    lit = Image.fromarray(np.clip(large * stripes, 0, 255).astype(np.uint8))
    scene = Image.new("RGB", (480, 480), (30, 29, 28))
    tilted = lit.rotate(1, resample=Image.Resampling.BICUBIC)
    scene.paste(tilted.resize((440, 440), Image.Resampling.BILINEAR), (20, 20))
    noise = np.random.default_rng(1).normal(16, 3, (480, 480, 3))
    return jpeg(Image.fromarray(np.clip(np.asarray(scene) + noise, 0, 255).astype(np.uint8)))


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_the_right_steps_replayed_on_a_coarse_display_are_refused(fused: SharingMatcher, person: str) -> None:
    """Only the detector of replays tells them apart: without its signal the same clip passes."""
    asked = question(Step.TURN_RIGHT, Step.OPEN_MOUTH)
    template = examine_portrait(photo(person, "a"), matcher=fused)

    def replayed() -> Changed:
        return Changed(Performer(PERSON[person]), lambda frame, _: displayed(frame))

    with pytest.raises(NotBeforeTheCamera):
        scanned(replayed(), asked, template, DEFAULT_POLICY, fused)
    blind = replace(DEFAULT_POLICY, live_at_least=None)
    assert scanned(replayed(), asked, template, blind, fused)


@pytest.mark.parametrize("person", PEOPLE)
def test_displays_look_less_live_than_people_do(parts: Parts, person: str) -> None:
    def liveness(*folder: str) -> float:
        pictures = [decode(shot) for shot in shots(*folder)[::3]]
        return fmean(parts.replays.liveness(picture, parts.finder.faces(picture)[0]) for picture in pictures)

    assert liveness("attacks", f"{person}_screen") < LIVE_AT_LEAST / 4
    assert liveness("clips", person, "neutral") > 0.9


def test_a_face_is_found_again_near_where_it_was(parts: Parts) -> None:
    before, after = (decode(shot) for shot in shots("clips", "p05", "left")[2:4])
    whole = parts.finder.faces(after)[0]
    again = parts.finder.faces(after, near=parts.finder.faces(before)[0].box)[0]
    assert abs(again.turn - whole.turn) < 0.05
    assert abs(again.box.left + again.box.right - whole.box.left - whole.box.right) < 0.3 * whole.box.width


def test_a_face_that_is_not_where_it_was_is_looked_for_everywhere(parts: Parts) -> None:
    picture = decode(shots("clips", "p05", "neutral")[0])
    assert parts.finder.faces(picture, near=Box(0, 0, 60, 60)) == parts.finder.faces(picture)


def test_photographs_of_one_person_are_near_and_strangers_far(
    matcher: SharingMatcher, templates: dict[str, Template]
) -> None:
    bound = POLICIES[matcher.model].threshold
    same = matcher.distance(examine_portrait(photo("p05", "c"), matcher=matcher), templates["p05"])
    other = matcher.distance(templates["p01"], templates["p05"])
    assert same < 0.85 * bound.distance
    assert other > bound.frame_distance


def test_a_glance_is_the_cheapest_model_alone(
    matcher: SharingMatcher, templates: dict[str, Template], parts: Parts
) -> None:
    picture = decode(photo("p05", "c"))
    face = parts.finder.faces(picture)[0]
    glance = matcher.glance(picture, face)
    alone = parts.dlib if matcher.model == DLIB else parts.feature
    enrolled = decode(photo("p05", "a"))
    apart = alone.numbers(picture, face) - alone.numbers(enrolled, parts.finder.faces(enrolled)[0])
    same = matcher.distance(templates["p05"], glance)
    assert (
        same == matcher.distance(glance, templates["p05"]) == pytest.approx(np.linalg.norm(apart), abs=1e-5)
    )
    bound = POLICIES[matcher.model].threshold.glance_distance
    assert same < bound < matcher.distance(templates["p01"], glance)


def test_a_template_of_another_model_is_not_compared(
    matcher: SharingMatcher, templates: dict[str, Template]
) -> None:
    length = len(templates["p01"].value)
    for value in (b"other\x00" + bytes(512), f"{matcher.model}\x00".encode(), matcher.model.encode()):
        with pytest.raises(TemplateOfAnotherModel):
            matcher.distance(templates["p01"], Template(value))
    assert length == len(matcher.model) + 1 + 4 * {DLIB: 128, FEATURE: 512, FUSED: 640}[matcher.model]


def test_thresholds_of_another_model_are_not_applied(
    matcher: SharingMatcher, templates: dict[str, Template]
) -> None:
    other = DLIB_POLICY if matcher.model == FUSED else DEFAULT_POLICY
    with pytest.raises(PolicyOfAnotherModel):
        scanned(Performer(PERSON["p01"]), question(Step.BLINK), templates["p01"], other, matcher)


def test_a_signal_that_no_model_gives_is_not_taken_for_given(parts: Parts) -> None:
    alone = SharingMatcher(DLIB, parts)
    template = examine_portrait(photo("p01", "a"), matcher=alone)
    asked = question(Step.BLINK, Step.TURN_LEFT)
    asking = replace(DLIB_POLICY, live_at_least=LIVE_AT_LEAST)
    with pytest.raises(PolicyOfAnotherModel):
        scanned(Performer(PERSON["p01"]), asked, template, asking, alone)


def test_a_template_keeps_its_numbers_out_of_logs(templates: dict[str, Template]) -> None:
    shown = repr(templates["p01"])
    assert shown == f"Template({len(templates['p01'].value)} bytes)"


@pytest.mark.parametrize("adapter", [DlibMatcher, FeatureMatcher, FusedMatcher])
def test_each_adapter_names_its_model_before_it_is_made(
    adapter: type[DlibMatcher | FeatureMatcher | FusedMatcher],
) -> None:
    assert ScanPool(adapter).model == adapter.model
    assert not ScanPool(adapter).double


def test_weights_that_were_not_brought_in_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(face_onnx, "MODELS", tmp_path)
    with pytest.raises(FaceModelsMissing) as refused:
        FeatureEmbedding()
    assert refused.value.facts == {"name": "fr_feature.onnx"}


@pytest.mark.usefixtures("parts")
def test_loading_dlib_does_not_let_half_an_image_in() -> None:
    with pytest.raises(ImageBroken):
        decode(photo("p01", "a")[:9_000])
