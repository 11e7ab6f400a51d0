"""The pages at the width of a phone: tall enough for a thumb, large enough to be read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page

from api.house import House
from api.site import Site
from signing.certificates import Certificate
from tests.permit import issue_permit, signed_application

pytestmark = pytest.mark.browser

TOUCH = 44  # pixels
READ = 16  # pixels
AGENCY_DESK = "发证机关"

SMALLEST_TOUCH = """() => Math.min(...[...document.querySelectorAll(
    "main :is(a, button, summary, label.choice)")]
  .filter((part) => part.checkVisibility())
  .map((part) => Math.round(part.getBoundingClientRect().height)))"""
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("main :not(svg, svg *, script)")]
  .filter((part) => part.checkVisibility())
  .filter((part) => [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map((part) => parseFloat(getComputedStyle(part).fontSize)))"""


IDS_TWICE = """() => [...document.querySelectorAll("[id]")].map(({ id }) => id)
  .filter((id, place, all) => all.indexOf(id) !== place)"""


@pytest.fixture(scope="module")
def permit(house: House) -> Certificate:
    """A permit with its agreement, everything anchored, and an application that waits for the agency."""
    with ThreadPoolExecutor(1) as thread:  # the loop of the browser's driver runs in this one
        issued = thread.submit(issue_permit, house).result()
        thread.submit(signed_application, house).result()
    while not house.anchoring.step().complete:
        pass
    return issued


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The agency's phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    opened = context.new_page()
    opened.goto(site.url)
    opened.get_by_role("button", name=AGENCY_DESK).click()
    opened.wait_for_url(f"{site.url}/agency")
    yield opened
    context.close()


PATHS = (
    "/",
    "/c",
    "/ledger",
    "/ledger/entries/1",
    "/agency",
    "/software",
    "/certificates/{permit}",
    "/agreements/{agreement}",
)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_touched_is_tall_enough_for_a_thumb(
    page: Page, site: Site, permit: Certificate, path: str
) -> None:
    page.goto(site.url + path.format(permit=permit.id, agreement=permit.agreement))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate(SMALLEST_TOUCH) >= TOUCH


@pytest.mark.parametrize("path", PATHS)
def test_every_id_stands_once(page: Page, site: Site, permit: Certificate, path: str) -> None:
    page.goto(site.url + path.format(permit=permit.id, agreement=permit.agreement))
    assert page.evaluate(IDS_TWICE) == []


@pytest.mark.parametrize("path", PATHS)
def test_what_is_read_is_large_enough(page: Page, site: Site, permit: Certificate, path: str) -> None:
    page.goto(site.url + path.format(permit=permit.id, agreement=permit.agreement))
    assert page.evaluate(SMALLEST_TEXT) >= READ
