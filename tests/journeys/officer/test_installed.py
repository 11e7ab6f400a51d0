"""The officer's page as an app of the phone: nothing keeps Chromium from installing it."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.site import Site
from tests.journeys.chromium import CHROMIUM

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A phone's browser with a profile of its own: none that forgets everything can install an app."""
    phone = browser.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        viewport={"width": 390, "height": 844},
    )
    yield phone.pages[0]
    phone.close()


def test_chromium_can_install_the_page(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/c")
    expect(page.locator("html")).to_have_attribute("data-kept", "")
    asked = page.context.new_cdp_session(page)
    read = asked.send("Page.getAppManifest")
    told = json.loads(read["data"])
    assert (read["url"], read["errors"]) == (f"{site.url}/manifest.webmanifest", [])
    assert (told["name"], told["start_url"], told["lang"]) == ("印信核验 · 示范市", "/c", "zh-CN")
    assert asked.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    page.get_by_role("button", name="安装到本机桌面").wait_for()
