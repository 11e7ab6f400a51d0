"""A person asks before answering, and finds and revokes an authorization on the page of all of theirs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from api.house import House
from api.site import Site
from tests.api.newcomers import Newcomer, arrive, clerk, granted, requested, way_in
from tests.journeys.chromium import CHROMIUM

pytestmark = pytest.mark.browser

TOUCH = 44  # pixels
SMALLEST_TOUCH = """() => Math.min(...[...document.querySelectorAll("main :is(a, button, summary)")]
  .filter((part) => part.checkVisibility())
  .map((part) => Math.round(part.getBoundingClientRect().height)))"""


@pytest.fixture(scope="module")
def owner(site: Site, house: House) -> Newcomer:
    """A person with one authorization in force, used once."""
    owner = arrive(site, house)
    id_ = granted(site, house, owner, uses=3).id
    clerk(site, house).post(f"/api/authorizations/{id_}/uses", json={"used_for": "第一标段投标"})
    return owner


@pytest.fixture(scope="module")
def phone(site: Site, house: House, owner: Newcomer) -> Iterator[Page]:
    """Their phone, signed in."""
    with ThreadPoolExecutor(1) as thread:  # the loop of the browser's driver runs in this one
        path = thread.submit(way_in, house, owner.account).result()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page.goto(site.url + path)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/engineer")
        yield page
        browser.close()


def test_what_is_in_force_is_found_and_revoked(phone: Page) -> None:
    phone.get_by_role("link", name="全部授权").click()
    phone.get_by_role("link", name="现在有效 1").click()
    expect(phone.get_by_text("第一标段投标")).to_be_visible()
    assert phone.evaluate(SMALLEST_TOUCH) >= TOUCH
    phone.get_by_text("撤销授权", exact=True).click()
    phone.get_by_label("原因").fill("项目变更")
    phone.get_by_role("button", name="确认撤销").click()
    expect(phone.get_by_text("这里没有授权")).to_be_visible()
    phone.get_by_role("link", name="已撤销 1").click()
    expect(phone.get_by_text("原因：项目变更")).to_be_visible()


def test_a_question_is_asked_and_its_answer_read(
    phone: Page, site: Site, house: House, owner: Newcomer
) -> None:
    def ask() -> tuple[str, httpx.Client]:
        return requested(site, house, owner), clerk(site, house)

    with ThreadPoolExecutor(1) as thread:
        id_, firm = thread.submit(ask).result()
        phone.goto(f"{site.url}/authorizations/{id_}")
        phone.get_by_text("先问单位一个问题").click()
        phone.get_by_label("问题").fill("图纸会审由谁参加？")
        phone.get_by_role("button", name="发送问题").click()
        expect(phone.get_by_text("单位尚未答复")).to_be_visible()
        path = f"/api/authorizations/{id_}/questions/1/answer"
        thread.submit(firm.post, path, json={"answer": "由您本人参加。"}).result().raise_for_status()
    phone.reload()
    expect(phone.get_by_text("由您本人参加。")).to_be_visible()
