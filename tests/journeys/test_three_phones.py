"""Three people sign one agreement at the same time, each by their own face on a phone of their own.

Three cameras on a machine of two cores leave little for who looks at the faces: phones, cameras and the clock
that frames are taken by run in slow motion. The minute of a challenge does not.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, ViewportSize, expect
from sqlalchemy import select

from api.demonstration.people import (
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNERS_REPRESENTATIVE,
    DemonstrationPerson,
)
from api.house import House
from api.site import Site
from signing.tables import SlotRow
from tests.film_clock import FilmClock
from tests.journeys.patience import SCAN_MS, expect_passed
from tests.journeys.test_firm import CLERK, start
from tests.signing.joint.small_pdf import small_pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SIGNERS = {"1": OWNERS_REPRESENTATIVE, "2": LEGAL_REPRESENTATIVE, "3": ENGINEER}
PHONE = ViewportSize(width=390, height=844)
CAMERA = Path(__file__).with_name("phone_camera.js").read_text(encoding="utf-8")
SLOWER = 3
SLOW_MOTION = """(() => {
  const [now, later, often] = [performance.now.bind(performance), setTimeout, setInterval];
  performance.now = () => now() / SLOWER;
  window.setTimeout = (act, ms, ...more) => later(act, ms * SLOWER, ...more);
  window.setInterval = (act, ms, ...more) => often(act, ms * SLOWER, ...more);
})()""".replace("SLOWER", str(SLOWER))
ACTS = re.compile("^(签署|盖章)$")

Phones = Callable[[str, str], Page]


@pytest.fixture
def phones(browser: Browser, site: Site, house: House) -> Iterator[Phones]:
    """Hand out phones, each a context of its own, to the account whose title begins so, before its face."""
    contexts, faults = list[BrowserContext](), list[str]()

    def hand(title: str, face: str) -> Page:
        context = browser.new_context(viewport=PHONE, locale="zh-CN")
        contexts.append(context)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.add_init_script(SLOW_MOTION)
        context.add_init_script(CAMERA.replace("__FACE__", face).replace("__HOLDS__", "person"))
        page = context.new_page()
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{title}")).click()
        page.wait_for_url(lambda url: url.rstrip("/") != site.url)
        return page

    clock = house.open_scans.clock
    assert isinstance(clock, FilmClock)
    with clock.slowed(SLOWER):
        yield hand
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.usefixtures("faces_enrolled")
def test_three_phones_sign_by_face_at_once_and_each_sees_all_of_it(
    phones: Phones, site: Site, house: House, tmp_path: Path
) -> None:
    clerk = phones(CLERK, ENGINEER.face)
    agreement = start(clerk, upload=small_pdf(pages=2, mark="three phones"))
    watch(clerk)
    held = {slot: phone_before(phones, site, agreement, person) for slot, person in SIGNERS.items()}
    first, second, third = held.values()
    with under_way(house, agreement, "2"):
        with under_way(house, agreement, "1"), under_way(house, agreement, "3"):
            scan_together([first, second, third])
        for slot, page in (("1", first), ("3", third)):  # neither waits for the second, which is in between
            expect_passed(page, signed(page, slot))
            watch(page)
        expect(second.locator("#scan")).to_be_visible()
        expect(signed(first, "2")).to_have_count(0)
    expect_passed(second, signed(second, "2"))
    watch(second)
    for page in (first, second, third, clerk):
        expect(page.locator("[data-signed=yes]")).to_have_count(len(SIGNERS), timeout=SCAN_MS)
        download = page.get_by_role("link", name="下载已签署的 PDF")
        expect(download).to_be_visible(timeout=SCAN_MS)
        assert page.evaluate("() => window.neverReloaded")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        sealed = page.request.get(site.url + str(download.get_attribute("href"))).body()
        assert valid_signatures(sealed, tmp_path) == len(SIGNERS) + 1  # and the closing seal


def phone_before(phones: Phones, site: Site, agreement: str, person: DemonstrationPerson) -> Page:
    """Give ``person`` a phone on which their slot is open, up to the button."""
    page = phones(person.name, person.face)
    page.goto(f"{site.url}/agreements/{agreement}")
    page.get_by_role("link", name=ACTS).click()
    expect(page.get_by_role("img", name="第 2 页，共 2 页")).to_be_visible()
    expect(page.get_by_role("button", name=ACTS)).to_be_enabled()
    return page


def scan_together(pages: list[Page]) -> None:
    """Press on every phone, hold the challenges until all cameras are open, and begin all scans at once."""
    ready = list[Route]()

    def hold(route: Route) -> None:
        ready.append(route)

    for page in pages:
        page.route("**/challenges", hold, times=1)
        page.get_by_role("button", name=ACTS).click()
    while len(ready) < len(pages):
        pages[0].wait_for_timeout(100)
    for route in ready:
        route.continue_()
    for page in pages:
        expect(page.locator("#scan[data-phase=running]")).to_be_visible(timeout=SCAN_MS)


@contextmanager
def under_way(house: House, agreement: str, slot: str) -> Iterator[None]:
    """Hold the slot of a party, as their signature's transaction does before it is over."""
    which = SlotRow.agreement == UUID(agreement), SlotRow.id == slot
    with house.database.transaction() as session:
        session.execute(select(SlotRow.id).where(*which).with_for_update(key_share=True)).one()
        yield


def signed(page: Page, slot: str) -> Locator:
    return page.locator(f"[data-slot='{slot}'][data-signed=yes]")


def watch(page: Page) -> None:
    """Mark the page as it is now: one that is loaded again has no mark."""
    page.evaluate("() => { window.neverReloaded = true; }")


def valid_signatures(content: bytes, folder: Path) -> int:
    """Count the signatures that pdfsig calls valid."""
    (folder / "signed.pdf").write_bytes(content)
    told = subprocess.run(["pdfsig", "-nocert", "signed.pdf"], cwd=folder, check=True, capture_output=True)
    return told.stdout.count(b"Signature is Valid")
