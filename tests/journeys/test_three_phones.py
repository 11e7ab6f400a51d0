"""Three people sign one agreement at the same time, and each sees it on a phone of their own.

The face scans before it are tested where one person stands before a camera (``test_engineer``).
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE, OWNERS_REPRESENTATIVE
from api.house import House
from api.site import Site
from tests.api.joint import sign
from tests.journeys.patience import SCAN_MS
from tests.journeys.test_firm import CLERK, start
from tests.signing.joint.conftest import small_pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SIGNERS = {"1": OWNERS_REPRESENTATIVE, "2": LEGAL_REPRESENTATIVE, "3": ENGINEER}
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def phones(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """Hand out phones, each a context of its own, entered by the account whose title begins so."""
    contexts, faults = list[BrowserContext](), list[str]()

    def hand(title: str) -> Page:
        contexts.append(browser.new_context(viewport=PHONE, locale="zh-CN"))
        contexts[-1].on("weberror", lambda error: faults.append(str(error.error)))
        page = contexts[-1].new_page()
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{title}")).click()
        page.wait_for_url(lambda url: url.rstrip("/") != site.url)
        return page

    yield hand
    for context in contexts:
        context.close()
    assert not faults


def test_three_phones_sign_at_once_and_each_sees_all_of_it(
    phones: Callable[[str], Page], site: Site, house: House, tmp_path: Path
) -> None:
    agreement = start(phones(CLERK), upload=small_pdf(pages=2, mark="three phones"))
    pages = [phones(person.name) for person in SIGNERS.values()]
    for page in pages:
        page.goto(f"{site.url}/agreements/{agreement}")
        expect(page.get_by_role("link", name=re.compile("^(签署|盖章)$"))).to_be_visible()
        page.evaluate("() => { window.neverReloaded = true; }")
    with ThreadPoolExecutor(len(SIGNERS)) as together:  # three cameras at once are more than two cores follow
        list(together.map(lambda slot: sign(house, agreement, slot, SIGNERS[slot]), SIGNERS))
    for page in pages:
        expect(page.locator("[data-signed=yes]")).to_have_count(len(SIGNERS), timeout=SCAN_MS)
        download = page.get_by_role("link", name="下载已签署的 PDF")
        expect(download).to_be_visible(timeout=SCAN_MS)
        assert page.evaluate("() => window.neverReloaded")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        sealed = page.request.get(site.url + str(download.get_attribute("href"))).body()
        assert valid_signatures(sealed, tmp_path) == len(SIGNERS) + 1  # and the closing seal


def valid_signatures(content: bytes, folder: Path) -> int:
    """Count the signatures that pdfsig calls valid."""
    (folder / "signed.pdf").write_bytes(content)
    told = subprocess.run(["pdfsig", "-nocert", "signed.pdf"], cwd=folder, check=True, capture_output=True)
    return told.stdout.count(b"Signature is Valid")
