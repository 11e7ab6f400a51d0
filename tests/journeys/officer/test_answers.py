"""The officer on a building site: scans a permit and knows in a second."""

import re
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from api.house import House
from api.site import Site
from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from evidence.qr import read_qr, sign_qr
from signing.certificate_steps import Reason, Step
from signing.certificates import Certificate
from tests.journeys.officer.on_site import (
    ABLE_CAMERA,
    ELSEWHERE,
    SMALLEST_CONTRAST,
    beside,
    expect_answer,
    open_scan_page,
    paste,
)
from tests.permit import change_permit, issue_permit

pytestmark = pytest.mark.browser

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


def test_a_scanned_permit_is_in_force_as_of_a_moment(page: Page, site: Site) -> None:
    open_scan_page(page, site)
    page.get_by_role("button", name="扫码核验").click()
    expect_answer(page, "有效", tone="good")
    expect(page.locator("[data-part=since]")).to_have_text(MOMENT)
    expect(page.locator("[data-part=facts]")).to_contain_text("示范市滨河社区活动中心")
    expect(page.locator("[data-part=freshness]")).to_contain_text("发证机关记录与链上登记一致")


def test_the_answer_does_not_prove_who_the_bearer_is(page: Page, permit: Certificate) -> None:
    page.goto(permit.qr)
    expect(page.locator("[data-part=bearer]")).to_contain_text("不证明出示的人就是持证主体")


def test_a_suspension_changes_the_answer_of_the_same_code(page: Page, house: House) -> None:
    permit = beside(partial(issue_permit, house))
    page.goto(permit.qr)
    expect_answer(page, "有效", tone="good")
    change_permit(house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    page.reload()
    expect_answer(page, "已暂扣", tone="stop")
    expect(page.locator("[data-part=since]")).to_have_text(MOMENT)


def test_the_word_for_an_annulled_permit_is_annulled(page: Page, house: House) -> None:
    permit = beside(partial(issue_permit, house))
    change_permit(house, permit, Step.ANNUL, Reason.SERIOUS_VIOLATION)
    page.goto(permit.qr)
    expect_answer(page, "已吊销", tone="grave")
    page.goto(permit.qr.replace("/c#", "/c?lang=en#"))
    expect_answer(page, "Annulled", tone="grave")


@pytest.mark.parametrize(
    ("reason", "sentence"), [("NotAllowedError", "没有相机权限"), ("NotFoundError", "没有找到相机")]
)
def test_a_camera_that_does_not_open_says_why(page: Page, site: Site, reason: str, sentence: str) -> None:
    refusal = f"Promise.reject(new DOMException('', '{reason}'))"
    page.add_init_script(f"navigator.mediaDevices.getUserMedia = () => {refusal}")
    open_scan_page(page, site)
    page.get_by_role("button", name="扫码核验").click()
    expect(page.locator("#hint")).to_contain_text(sentence)


def test_the_keyboard_goes_on_to_the_next_certificate(page: Page, site: Site) -> None:
    open_scan_page(page, site)
    page.get_by_role("button", name="扫码核验").press("Enter")
    expect_answer(page, "有效", tone="good")
    expect(page.get_by_role("button", name="核验下一张")).to_be_focused()


@pytest.mark.parametrize("stranger", ["host", "key"])
def test_a_foreign_host_or_key_is_answered_without_any_request(
    page: Page, site: Site, permit: Certificate, stranger: str
) -> None:
    text = f"{ELSEWHERE}/c#1{'7' * 200}"
    if stranger == "key":
        own = urlsplit(site.url).netloc
        text = sign_qr(read_qr(permit.qr).payload, LocalSigner.generate(Algorithm.ES256), host=own)
    open_scan_page(page, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    paste(page, text)
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=freshness]")).to_contain_text("没有访问这个网址")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if url != f"{site.url}/static/seal.svg"]  # the icon of the page itself


def test_the_lamp_and_the_zoom_are_offered_where_the_camera_has_them(page: Page, site: Site) -> None:
    page.add_init_script(ABLE_CAMERA)
    open_scan_page(page, site)
    page.get_by_role("button", name="扫码核验").click()
    page.get_by_role("button", name="补光灯").click()
    expect(page.get_by_role("button", name="补光灯")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("变焦").fill("3")
    assert page.evaluate("window.constrained") == [{"torch": True}, {"zoom": 3}]


def test_our_own_code_under_another_address_is_called_a_fake(
    page: Page, site: Site, permit: Certificate
) -> None:
    open_scan_page(page, site)
    paste(page, permit.qr.replace(site.url, ELSEWHERE))
    expect_answer(page, "不真实", tone="stop")
    expect(page.locator("[data-part=why]")).to_contain_text("疑似仿冒")
    expect(page.locator("#answer dl[data-part] dd")).to_have_count(0)
    expect(page.locator("[data-part=bearer]")).to_be_hidden()


def test_what_an_unproven_code_says_is_shown_as_its_claim(
    page: Page, site: Site, permit: Certificate
) -> None:
    host = urlsplit(ELSEWHERE).netloc
    copied = sign_qr(read_qr(permit.qr).payload, LocalSigner.generate(Algorithm.ES256), host=host)
    open_scan_page(page, site)
    paste(page, copied)
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=claims] h2")).to_have_text("二维码自称（未经核验）")
    expect(page.locator("[data-part=claims]")).to_contain_text("示范市滨河社区活动中心")
    expect(page.locator("[data-part=facts] dd")).to_have_count(0)
    expect(page.locator("[data-part=bearer]")).to_be_hidden()


@pytest.mark.parametrize("place", [1, 20, 400, -1])
def test_a_flipped_digit_is_not_genuine(page: Page, permit: Certificate, place: int) -> None:
    address, digits = permit.qr.split("#1")
    changed = list(digits)
    changed[place] = str((int(changed[place]) + 1) % 10)
    page.goto(f"{address}#1{''.join(changed)}")
    expect_answer(page, "不真实", tone="stop")
    expect(page.locator("[data-part=facts] dd")).to_have_count(0)


def test_a_code_that_is_no_certificates_gets_its_own_sentence(page: Page, site: Site) -> None:
    open_scan_page(page, site)
    paste(page, "https://pay.example/collect?id=1")
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=why]")).to_contain_text("这不是电子证照的二维码")


def test_the_next_certificate_is_one_touch_away(page: Page, permit: Certificate) -> None:
    page.goto(permit.qr)
    expect_answer(page, "有效", tone="good")
    page.get_by_role("button", name="核验下一张").click()
    expect_answer(page, "有效", tone="good")


def test_the_officers_page_answers_in_english(page: Page, permit: Certificate) -> None:
    page.goto(permit.qr.replace("/c#", "/c?lang=en#"))
    expect_answer(page, "In force", tone="good")
    expect(page.locator("[data-part=why]")).to_contain_text("Looked up online")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", ["genuine", "altered"])
def test_the_answer_is_readable_in_rain_and_sun(
    page: Page, permit: Certificate, scheme: str, code: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(permit.qr if code == "genuine" else permit.qr[:-9])
    expect(page.locator("#answer")).to_have_attribute("data-tone", "good" if code == "genuine" else "stop")
    assert page.evaluate(SMALLEST_CONTRAST) >= 7
