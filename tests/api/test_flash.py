"""Light of the page at the doors: told only where the switch is on, counted only where the page shows it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from api.demonstration.camera import Performer
from api.demonstration.client import FRAME_MS, frames_of
from api.demonstration.people import ENGINEER
from api.house import House
from api.settings import Settings
from api.site import Site
from identity.flash import LIGHTS
from identity.reflections import ReflectionRow
from identity.scan_policies import scan_policy
from identity.thresholds import FalseAccepts
from tests.api.newcomers import (
    BATCH,
    BATCH_MS,
    Newcomer,
    arrive_enrolled,
    challenge,
    requested,
)
from tests.film_clock import FilmClock
from tests.identity.test_flash import lit


@pytest.fixture
def newcomer(site: Site, house: House) -> Newcomer:
    return arrive_enrolled(site, house)


@pytest.fixture
def flashed(house: House) -> Iterator[None]:
    """The house with the switch on."""
    usual = house.scan_policy
    object.__setattr__(house, "scan_policy", replace(usual, flash=True))
    yield
    object.__setattr__(house, "scan_policy", usual)


def passed_by_light(site: Site, house: House, newcomer: Newcomer, *, shows: bool) -> list[str | None]:
    """Pass a scan on a page that shows the light it is told, if it ``shows`` any; give what it was told."""
    asked = challenge(newcomer, requested(site, house, newcomer))["challenge"]
    camera, told, clock = Performer(ENGINEER), list[str | None](), house.open_scans.clock
    assert isinstance(clock, FilmClock)
    with clock.held():
        for number in count():
            clock.advance(BATCH)
            times = range(number * BATCH_MS, (number + 1) * BATCH_MS, FRAME_MS)
            sent = frames_of(camera, number, times)
            shown = told[-1] if shows and told else None
            files = [(name, (file, lit(frame, shown), kind)) for name, (file, frame, kind) in sent["files"]]
            data = {**sent["data"], "lit": "true"} if shows and number == 0 else sent["data"]
            answer = newcomer.http.post(f"/api/challenges/{asked}/frames", files=files, data=data)
            assert answer.status_code == 200, answer.text
            told.append(answer.json()["light"])
            if answer.json()["passed"]:
                return told
            camera.perform(answer.json()["step"], times.stop)
    raise AssertionError


def counted(house: House) -> tuple[int, int]:
    with house.database.transaction() as session:
        rows = session.query(ReflectionRow).all()
        return sum(row.seen for row in rows), sum(row.unseen for row in rows)


@pytest.mark.slow
def test_without_the_switch_nothing_is_told_or_counted(site: Site, house: House, newcomer: Newcomer) -> None:
    before = counted(house)
    assert set(passed_by_light(site, house, newcomer, shows=True)) == {None}
    assert counted(house) == before


@pytest.mark.usefixtures("flashed")
@pytest.mark.slow
def test_a_page_that_shows_no_light_is_not_counted(site: Site, house: House, newcomer: Newcomer) -> None:
    before = counted(house)
    assert set(passed_by_light(site, house, newcomer, shows=False)) <= set(LIGHTS)
    assert counted(house) == before
    page = newcomer.http.get(f"/authorizations/{requested(site, house, newcomer)}").text
    assert "data-light" in page
    assert "约每秒变换一次颜色" in page


def test_the_setting_turns_it_on() -> None:
    assert Settings().face_flash is False
    for bound in FalseAccepts:
        assert scan_policy(bound, flash=True) == replace(scan_policy(bound), flash=True)
