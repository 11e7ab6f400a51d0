"""The clerk names a viewer on the form that starts an agreement, and later a copy that is taken away."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.demonstration.people import CONTRACTOR, LEGAL_REPRESENTATIVE, OWNER
from api.site import Site
from tests.journeys.test_firm import CLERK
from tests.journeys.test_several_documents import DESK, OVERFLOW, PHONE

pytestmark = pytest.mark.browser


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def form(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The form that starts an agreement over the ready document, its section of readers unfolded."""
    faults: list[str] = []
    page = browser.new_page(viewport=request.param, locale="zh-CN")
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
    page.get_by_role("link", name="发起签署").click()
    page.locator("#reading > summary").click()
    yield page
    page.close()
    assert not faults


def test_readers_are_named_and_taken_away(form: Page) -> None:
    form.get_by_role("button", name="添加一位").click()
    form.get_by_role("button", name="添加一位").click()
    rows = form.locator("#readers .reader")
    rows.nth(1).get_by_role("button", name="移除").click()
    start = form.get_by_role("button", name="发起签署")
    start.click()
    expect(form.get_by_text("请填写第 1 位查阅人或抄送对象")).to_be_visible()
    rows.first.locator("[data-field=organization]").fill(CONTRACTOR.uscc.text)
    rows.first.locator("[data-field=person]").fill(LEGAL_REPRESENTATIVE.name)
    assert form.evaluate(OVERFLOW) <= 0
    start.click()
    form.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=90_000)
    section = form.locator("section[aria-labelledby=readers]")
    expect(section.locator(".row")).to_have_count(1)
    section.get_by_text("添加查阅人或抄送").click()
    section.get_by_label("方式").select_option("copy")
    section.get_by_label("单位（统一社会信用代码）").fill(OWNER.uscc.text)
    section.get_by_role("button", name="添加", exact=True).click()
    expect(section.locator(".row")).to_have_count(2)
    assert form.evaluate(OVERFLOW) <= 0
    section.locator(".row").nth(1).get_by_role("button", name="移除").click()
    expect(section.locator(".row").nth(1)).to_contain_text("此前可能已阅读")
