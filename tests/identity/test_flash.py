"""Light of the page on the face: what is shown, whether it is seen, and that it decides nothing."""

import itertools
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from PIL import Image

from api.demonstration.camera import Performer
from identity.clips import Batch
from identity.flash import LIGHTS, REQUESTS_A_LIGHT, Tint, light_of, reflects
from identity.scans import DEFAULT_POLICY, Scan, ScanPolicy, Verdict, advance, examine_portrait
from identity.steps import Step
from identity.thresholds import FUSED
from tests.identity.live_scans import FRAME_MS, PERSON, question
from tests.identity.real_faces import Parts, SharingMatcher, jpeg, opened, photo

SECRET, OTHER = bytes([3]) * 24, bytes([4]) * 24
FLASHED = replace(DEFAULT_POLICY, flash=True)
SHARE = 0.06  # of the light in the picture: a bright telephone in a dim room
BATCH = 4


@pytest.fixture(scope="module")
def fused(parts: Parts) -> SharingMatcher:
    """Both models."""
    return SharingMatcher(FUSED, parts)


def rgb(css: str) -> Tint:
    return int(css[1:3], 16), int(css[3:5], 16), int(css[5:7], 16)


def lit(frame: bytes, light: str | None) -> bytes:
    if light is None:
        return frame
    seen = np.asarray(opened(frame), dtype=np.float32) + SHARE * np.asarray(rgb(light))
    return jpeg(Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)))


def scanned_by(
    fused: SharingMatcher,
    policy: ScanPolicy,
    shine: Callable[[str | None, int], str | None],
    secret: bytes = SECRET,
) -> Verdict:
    """Scan p01 by the light that ``shine`` makes of what the page was told in answer to a request."""
    template = examine_portrait(photo("p01", "a"), matcher=fused)
    camera = Performer(PERSON["p01"])
    scan = Scan(question(Step.TURN_LEFT, Step.NOD), secret)
    for number in range(100):
        times = tuple(FRAME_MS * at for at in range(number * BATCH, (number + 1) * BATCH))
        shown = shine(scan.light, number - 1)
        frames = tuple(lit(camera.frame(at_ms), shown) for at_ms in times)
        scan = advance(scan, Batch(frames, times), template, policy, matcher=fused)
        if scan.verdict is not None:
            return scan.verdict
        camera.perform(scan.asked, times[-1] + FRAME_MS)
    raise AssertionError


def test_a_face_before_the_page_takes_on_its_light(fused: SharingMatcher) -> None:
    assert scanned_by(fused, FLASHED, lambda told, _: told).reflected is True


def test_a_face_that_takes_on_nothing_passes_as_well(fused: SharingMatcher) -> None:
    """By chance its movements may follow the colours: of 24 secrets tried, one."""
    for secret in (SECRET, OTHER):
        assert scanned_by(fused, FLASHED, lambda *_: None, secret).reflected is False


def test_a_film_made_by_the_light_of_another_scan_does_not_fit(fused: SharingMatcher) -> None:
    recorded = scanned_by(fused, FLASHED, lambda told, number: told and light_of(OTHER, number))
    assert recorded.reflected is False


def test_without_the_switch_no_light_is_told(fused: SharingMatcher) -> None:
    told: list[str | None] = []

    def shine(light: str | None, _: int) -> None:
        told.append(light)

    assert scanned_by(fused, DEFAULT_POLICY, shine).reflected is None
    assert set(told) == {None}


def test_a_light_stays_for_two_requests_and_is_followed_by_another() -> None:
    shown = [light_of(SECRET, number) for number in range(40)]
    assert shown[::REQUESTS_A_LIGHT] == shown[1::REQUESTS_A_LIGHT]
    changes = shown[::REQUESTS_A_LIGHT]
    assert all(before != after for before, after in itertools.pairwise(changes))
    assert set(changes) == set(LIGHTS)
    assert shown != [light_of(OTHER, number) for number in range(40)]


def test_of_few_lights_nothing_is_said() -> None:
    ends_ms = [400 * number for number in range(1, 11)]
    assert reflects(SECRET, [(at_ms, (90.0, 80.0, 70.0)) for at_ms in range(0, 4_000, 120)], ends_ms) is None


def test_noise_seldom_looks_like_a_reflection() -> None:
    """Also of a face that never changes, which has no colours to compare."""
    source = Random(20261126)  # noqa: S311 - seeded on purpose
    ends_ms = [400 * number for number in range(1, 16)]
    times = range(0, 6_000, 120)

    def seen(share: float) -> int:
        """How many of 500 scans reflect ``share`` of the light, under noise of the same size."""
        found = 0
        for _ in range(500):
            secret = source.randbytes(32)
            tints = []
            for at_ms in times:
                light = rgb(light_of(secret, max(bisect_left(ends_ms, at_ms) - 1, 0)))
                red, green, blue = (80 + share * part + source.gauss(0, 1.5) for part in light)
                tints.append((at_ms, (red, green, blue)))
            found += reflects(secret, tints, ends_ms) is True
        return found

    assert seen(0) <= 25
    assert seen(0.03) >= 475
    assert reflects(SECRET, [(at_ms, (90.0, 80.0, 70.0)) for at_ms in times], ends_ms) is False
