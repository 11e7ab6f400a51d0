"""What the officer's phone says without a network, and how old what it says may be."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.house import House
from api.site import Site
from signing.certificate_steps import Reason, Step
from signing.certificates import Certificate
from tests.journeys.officer.on_site import (
    beside,
    expect_answer,
    open_scan_page,
    paste,
)
from tests.permit import change_permit, issue_permit

pytestmark = pytest.mark.browser

KEYS_FETCHED_LONG_AGO = """async () => {
  const cache = await caches.open("yinxin-officer");
  const content = await (await cache.match("/trust.json")).arrayBuffer();
  const headers = { "x-fetched-at": new Date(Date.now() - 50 * 3600e3).toISOString() };
  await cache.put("/trust.json", new Response(content, { headers }));
}"""


def test_a_permit_is_verified_without_a_network_until_what_is_kept_is_too_old(
    phone: BrowserContext, page: Page, site: Site
) -> None:
    open_scan_page(page, site)
    phone.set_offline(True)
    page.reload()
    page.get_by_role("button", name="扫码核验").click()
    expect_answer(page, "有效", tone="dated")
    expect(page.locator("[data-part=why]")).to_contain_text("的状态清单")
    expect(page.locator("[data-part=since]")).to_contain_text("之后未核实")
    expect(page.locator("[data-part=freshness]")).to_contain_text(
        "未联网：依据本机保存的公钥（刚刚取得）和状态清单（"
    )

    # The code stands in the address, so each reload answers anew, by another clock.
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=25))
    page.reload()
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=freshness]")).to_contain_text("都已过期，规定最长 24 小时")
    expect(page.locator("#ready")).to_contain_text("都已过期")
    page.clock.set_fixed_time(datetime.now(UTC) - timedelta(hours=25))
    page.reload()
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=why]")).to_contain_text("请先校准本机时间")


def test_an_answer_without_a_network_is_never_green(
    phone: BrowserContext, page: Page, site: Site, permit: Certificate
) -> None:
    open_scan_page(page, site)
    phone.set_offline(True)
    paste(page, permit.qr)
    expect_answer(page, "有效", tone="dated")


def test_the_online_answer_comes_by_itself_once_the_network_is_back(
    phone: BrowserContext, page: Page, site: Site, permit: Certificate
) -> None:
    open_scan_page(page, site)
    phone.set_offline(True)
    paste(page, permit.qr)
    expect_answer(page, "有效", tone="dated")
    phone.set_offline(False)
    expect_answer(page, "有效", tone="good")


def test_a_suspension_that_the_kept_list_names_holds_without_a_network(
    phone: BrowserContext, page: Page, site: Site, house: House
) -> None:
    permit = beside(partial(issue_permit, house))
    change_permit(house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    open_scan_page(page, site)
    phone.set_offline(True)
    paste(page, permit.qr)
    expect_answer(page, "已暂扣", tone="stop")


def test_what_changed_since_comes_as_a_delta_and_holds_without_a_network(
    phone: BrowserContext, page: Page, site: Site, house: House
) -> None:
    permit = beside(partial(issue_permit, house))
    open_scan_page(page, site)
    change_permit(house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator("#ready")).to_contain_text("刚刚")
    phone.set_offline(True)
    paste(page, permit.qr)
    expect_answer(page, "已暂扣", tone="stop")
    lists = [url.rpartition("/")[2] for url in asked if "/status-list" in url]
    assert set(lists) == {"delta"}


def test_a_first_visit_without_the_anchors_says_what_to_do(page: Page, permit: Certificate) -> None:
    page.route("**/trust.json", lambda route: route.abort())
    page.goto(permit.qr)
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=why]")).to_contain_text("请在有网络的地方打开本页一次")


def test_an_online_check_that_fails_leaves_the_answer_of_the_device(page: Page, permit: Certificate) -> None:
    page.route("**/api/verifications", lambda route: route.abort())
    page.goto(permit.qr)
    expect(page.locator("[data-part=freshness]")).to_contain_text("联网核实没有成功")
    expect_answer(page, "有效", tone="dated")


@pytest.mark.parametrize(
    ("told", "word", "tone"),
    [
        ("<html>", "有效", "dated"),
        ({"conclusion": "TOTAL-PASSED", "subject": "another"}, "无法核验", "unknown"),
        ({"conclusion": "TOTAL-FAILED"}, "无法核验", "unknown"),
    ],
)
def test_an_answer_that_is_not_about_the_code_is_not_believed(
    page: Page, permit: Certificate, told: object, word: str, tone: str
) -> None:
    page.route("**/api/verifications", lambda route: route.fulfill(body=json.dumps(told)))
    with page.expect_response("**/api/verifications"):
        page.goto(permit.qr)
    expect_answer(page, word, tone=tone)


def test_an_ending_that_the_issuer_signed_stands_whatever_is_answered_online(
    page: Page, house: House
) -> None:
    permit = beside(partial(issue_permit, house))
    change_permit(house, permit, Step.ANNUL, Reason.SERIOUS_VIOLATION)
    milder = {
        "conclusion": "TOTAL-PASSED",
        "subject": permit.licence_id,
        "answer": "IN_FORCE",
        "state": "in-force",
    }
    page.route("**/api/verifications", lambda route: route.fulfill(body=json.dumps(milder)))
    with page.expect_response("**/api/verifications"):
        page.goto(permit.qr)
    expect_answer(page, "已终止", tone="grave")


def test_keys_over_the_age_are_told_apart_from_the_list(
    phone: BrowserContext, page: Page, site: Site, permit: Certificate
) -> None:
    open_scan_page(page, site)
    page.evaluate(KEYS_FETCHED_LONG_AGO)
    phone.set_offline(True)
    page.reload()
    paste(page, permit.qr)
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=why]")).to_contain_text("公钥超过了规定的时限")
    expect(page.locator("[data-part=freshness]")).to_contain_text(
        "本机的公钥已过期（2 天前，规定最长 24 小时"
    )
