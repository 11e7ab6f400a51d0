"""What every journey has: Chromium, begun once for the tests of a file, and people whose faces are known."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from api.demonstration.client import Visitor, captures_of
from api.demonstration.people import PEOPLE
from api.house import House
from api.site import Site
from tests.api.newcomers import forget_faces
from tests.journeys.chromium import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def faces_enrolled(site: Site, house: House) -> None:
    """The three signers of the city have enrolled their faces, each by their own account; scans are ready."""
    house.scans.warm_up()
    forget_faces(house)
    for person in PEOPLE:
        visitor = Visitor(site.url, person.title_zh)
        known = visitor.call("GET", "/api/people/me")
        if not known["consented"]:
            visitor.call("POST", "/api/people/me/consents", json={"purpose": "face"})
        if not known["enrolled"]:
            visitor.call("POST", "/api/people/me/enrollment", files=captures_of(person))
