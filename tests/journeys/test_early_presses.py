"""Somebody presses before the page is ready: it is done once it is, and nothing enters an address."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.site import Site

pytestmark = pytest.mark.browser

MODULES = re.compile(r"/js/(house|agreement/new)\.js")
CITIZEN_NUMBER = "990100198509170020"


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """Enter the city by the one-click account whose title begins so."""
    context = browser.new_context(locale="zh-CN")

    def entered(title: str) -> Page:
        page = context.new_page()
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{title}")).click()
        page.wait_for_url(lambda url: url.rstrip("/") != site.url)
        return page

    yield entered
    context.close()


def _open_half(page: Page, address: str) -> Callable[[], None]:
    """Open a page whose modules do not come until what is returned is called."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(MODULES, hold)
    page.goto(address, wait_until="commit")
    page.locator("footer").wait_for()

    def rest() -> None:
        for route in held:
            route.continue_()

    return rest


def test_a_button_pressed_early_acts_once(enter: Callable[[str], Page], site: Site) -> None:
    page = enter("设计院经办人")
    rest = _open_half(page, f"{site.url}/agreements/new")
    add = page.get_by_role("button", name="添加一方")
    add.click()
    add.click()
    expect(page.locator(".party .nth")).to_have_text(["", "", ""])
    rest()
    expect(page.locator(".party .nth")).to_have_text(["第 1 方", "第 2 方", "第 3 方", "第 4 方"])


def test_a_form_sent_early_writes_nothing_into_an_address(enter: Callable[[str], Page], site: Site) -> None:
    page = enter("窗口")
    rest = _open_half(page, f"{site.url}/counter")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.locator("#name").fill("查无此人")
    page.locator("#citizen_number").fill(CITIZEN_NUMBER)
    page.locator("#citizen_number").press("Enter")
    rest()
    expect(page.locator("#alert")).not_to_be_empty()
    assert asked.count(f"POST {site.url}/api/counter/people") == 1
    assert not [each for each in asked if CITIZEN_NUMBER in each]
