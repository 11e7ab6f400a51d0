"""The processes that scan, with matchers that fail on purpose."""

import multiprocessing
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from identity.face import Box, Measurement, Template
from identity.face_scripted import ScriptedFace, ScriptedMatcher, plain_picture
from identity.images import Picture, decode
from identity.pool import ScanInterrupted, ScanPool
from identity.scan_refusals import FacePackagesMissing, NoFace

RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 200)


class FragileMatcher(ScriptedMatcher):
    """Dies at green, hangs at blue."""

    def __init__(self) -> None:
        super().__init__({RED: (ScriptedFace("lin"),)})

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        colour = tuple(picture.pixels[0, 0])
        if colour == GREEN:
            os._exit(9)
        if colour == BLUE:
            threading.Event().wait()
        return super().faces(picture, small=small, near=near)


class MissingMatcher(ScriptedMatcher):
    def __init__(self) -> None:
        raise FacePackagesMissing


@pytest.fixture(scope="module")
def pool() -> Iterator[ScanPool]:
    with ScanPool(FragileMatcher, workers=1, limit_s=2) as pool:
        pool.warm_up()
        yield pool


def red(pool: ScanPool) -> Template:
    return pool.examine_portrait(plain_picture(RED))


def test_a_worker_answers(pool: ScanPool) -> None:
    assert red(pool).value == b"scripted-1\x00lin"


def test_a_refusal_comes_back_as_it_was_raised(pool: ScanPool) -> None:
    with pytest.raises(NoFace):
        pool.examine_portrait(plain_picture(WHITE))


@pytest.mark.parametrize("colour", [GREEN, BLUE], ids=["dies", "hangs"])
def test_a_worker_that_fails_is_replaced(pool: ScanPool, colour: tuple[int, int, int]) -> None:
    with pytest.raises(ScanInterrupted):
        pool.examine_portrait(plain_picture(colour))
    assert red(pool)


def test_a_pool_is_a_matcher_too(pool: ScanPool) -> None:
    picture = decode(plain_picture(RED))
    template = pool.template(picture, pool.faces(picture)[0])
    assert pool.distance(template, red(pool)) == 0


def test_a_pool_of_doubles_says_so(pool: ScanPool) -> None:
    assert pool.double


def test_missing_packages_are_said_at_warm_up() -> None:
    with ScanPool(MissingMatcher) as pool, pytest.raises(FacePackagesMissing):
        pool.warm_up()


def test_the_first_call_begins_every_worker() -> None:
    before = set(multiprocessing.active_children())
    with ScanPool(FragileMatcher, workers=2) as pool:
        assert set(multiprocessing.active_children()) == before
        red(pool)
        assert len(set(multiprocessing.active_children()) - before) == 2


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing for a while, so that it can begin no other."""
    free = os.dup(0)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_workers_that_could_not_begin_are_begun_by_the_next_call() -> None:
    picture = plain_picture(RED)
    with ScanPool(FragileMatcher, workers=2, limit_s=20) as pool:
        with no_more_files(), pytest.raises(OSError, match="Too many open files"):
            pool.examine_portrait(picture)
        assert pool.examine_portrait(picture).value == b"scripted-1\x00lin"
