"""Parties sign on one tablet, each by their own sign-in and face, and leave nothing for the next."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from api.demonstration.client import Visitor
from api.demonstration.people import ENGINEER, OWNERS_REPRESENTATIVE, DemonstrationPerson
from api.doorkeeper import SESSION_COOKIE
from api.site import Site
from tests.api.joint import CLERK, SLOTS
from tests.journeys.chromium import CHROMIUM
from tests.journeys.patience import expect_passed
from tests.signing.joint.small_pdf import small_pdf

pytestmark = pytest.mark.browser

TABLET = ViewportSize(width=1024, height=768)
SIGNERS = (OWNERS_REPRESENTATIVE, ENGINEER)
TYPED = "只有我自己看得见的半句话"


@pytest.fixture
def tablet() -> Iterator[Page]:
    """A tablet whose browser keeps pages to go back to, as browsers do outside of tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser.new_context(viewport=TABLET, locale="zh-CN").new_page()
        browser.close()


def begin_at_the_table(page: Page, site: Site) -> None:
    """Let the clerk start an agreement of two people, and lay it on the table by the button of its page."""
    clerk = Visitor(site.url, CLERK)
    agreement = clerk.call(
        "POST",
        "/api/agreements",
        data={"title": "施工图设计合同", "slots": json.dumps([SLOTS[0], SLOTS[2]])},
        files={"document": ("合同.pdf", small_pdf(pages=2), "application/pdf")},
    )["id"]
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
    page.wait_for_url("**/firm")
    page.goto(f"{site.url}/agreements/{agreement}")
    page.get_by_text("现场签署", exact=True).click()
    page.get_by_role("button", name="在本机现场签署").click()
    page.wait_for_url("**/sitting")


def session_of(page: Page) -> str | None:
    """Give the session that the browser holds."""
    return next((each["value"] for each in page.context.cookies() if each["name"] == SESSION_COOKIE), None)


def next_one(page: Page, person: DemonstrationPerson, capacity: str) -> None:
    """Let the next one say that it is their turn, and come in."""
    page.get_by_role("listitem").filter(has_text=capacity).get_by_role("button", name="轮到我").click()
    expect(page.get_by_text(capacity)).to_be_visible()
    page.get_by_role("button", name=re.compile(f"^{person.name}")).click()
    page.wait_for_url(re.compile("/slots/"))
    expect(page.locator(".account")).to_contain_text(person.name)


def sign_by_face(page: Page) -> None:
    """Let who is in show their face to the demonstration's camera."""
    page.get_by_text("演示相机").click()
    page.get_by_label("本人", exact=True).check()
    page.get_by_role("button", name="签署", exact=True).click()
    expect_passed(page, page.locator("[data-signed=yes]").first)


def pass_on(page: Page) -> None:
    page.get_by_role("button", name="交给下一位").click()
    page.wait_for_url("**/sitting")
    expect(page.get_by_text("请下一位点“轮到我”").or_(page.get_by_text("不再等任何一方签署"))).to_be_visible()


def back_through_everything(page: Page) -> Iterator[tuple[str, str]]:
    """Press back until the browser has nothing more; give what is read, and what stands in the fields."""
    for _ in range(page.evaluate("history.length")):
        if page.go_back(wait_until="load") is None and page.url == "about:blank":
            return
        yield (
            page.locator("body").inner_text(),
            page.evaluate("[...document.querySelectorAll('input')].map((field) => field.value).join()"),
        )


@pytest.mark.usefixtures("faces_enrolled")
def test_two_parties_sign_on_one_tablet_and_leave_nothing_behind(tablet: Page, site: Site) -> None:
    first, second = SIGNERS
    begin_at_the_table(tablet, site)
    next_one(tablet, first, "建设单位代表")
    before = session_of(tablet)
    sign_by_face(tablet)
    tablet.get_by_label("写一条留言").fill(TYPED)
    tablet.evaluate("() => sessionStorage.setItem('left', 'behind')")
    pass_on(tablet)
    assert session_of(tablet) is None
    assert tablet.evaluate("() => sessionStorage.length + localStorage.length") == 0
    expect(tablet.locator("body")).not_to_contain_text(first.name)
    tablet.go_back()
    expect(tablet.get_by_text("请先登录")).to_be_visible()
    expect(tablet.locator("body")).not_to_contain_text(first.name)
    tablet.goto(f"{site.url}/sitting")
    next_one(tablet, second, "设计单位项目负责人")
    assert session_of(tablet) not in {None, before}
    sign_by_face(tablet)
    for read, typed in back_through_everything(tablet):
        assert first.title_zh not in read
        assert TYPED not in typed
