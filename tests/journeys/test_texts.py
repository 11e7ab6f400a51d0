"""Text fields from the starter's page to the signed PDF: placed by mouse and by keyboard, written, sealed."""

import re
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from api.demonstration.client import Visitor
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE, OWNERS_REPRESENTATIVE
from api.house import House
from api.site import Site
from signing.agreements import agreement
from tests.journeys.patience import SCAN_MS, expect_passed
from tests.journeys.test_placing import DESK, PHONE, Board, board, middle

__all__ = ["board"]  # a fixture

pytestmark = pytest.mark.browser

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def clerk(board: Board) -> Page:
    """The form that starts an agreement over three pages, which are open."""
    return board(DESK)


def add(page: Page, party: int, label: str, width: int) -> Locator:
    """Add a text field by the keyboard; give the mark, which has the focus."""
    page.locator("#text-party").select_option(str(party - 1))
    page.locator("#text-width").fill(str(width))
    page.locator("#text-label").fill(label)
    page.locator("#text-label").press("Enter")
    mark = page.locator(".laid", has_text=label)
    expect(mark).to_be_focused()
    return mark


def started(page: Page) -> str:
    page.get_by_role("button", name="发起签署").click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=60_000)
    return page.url.rpartition("/")[2]


def test_text_fields_are_dragged_and_moved_by_keyboard_and_removed(clerk: Page, house: House) -> None:
    told = clerk.locator("#placing-note")
    mark = add(clerk, 1, "联系电话", 60)
    expect(told).to_contain_text("文字栏“联系电话”，在第 3 页")
    here, before = middle(mark), told.inner_text()
    clerk.mouse.move(*here)
    clerk.mouse.down()
    clerk.mouse.move(here[0] + 30, here[1] - 60, steps=5)
    clerk.mouse.up()
    expect(told).not_to_have_text(before)
    there = middle(mark)
    assert there[0] - here[0] == pytest.approx(30, abs=3)
    assert there[1] - here[1] == pytest.approx(-60, abs=3)
    add(clerk, 2, "开工地点", 80)
    for key in ("ArrowUp", "ArrowRight", "PageUp"):
        clerk.keyboard.press(key)
    expect(told).to_contain_text("文字栏“开工地点”，在第 2 页")
    add(clerk, 2, "多余", 20)
    clerk.keyboard.press("Delete")
    expect(told).to_contain_text("文字栏“多余”，已移除")
    clerk.locator("#add-text").click()
    expect(told).to_contain_text("请写明文字栏的名称")
    assert clerk.evaluate(OVERFLOW) <= 0
    clerk.set_viewport_size(PHONE)
    assert clerk.evaluate(OVERFLOW) <= 0
    with house.database.transaction() as session:
        first, second, third = agreement(session, UUID(started(clerk))).manifest.slots
    assert [(each.label, each.width, each.place.page) for each in first.texts] == [("联系电话", 170, 2)]
    assert [(each.label, each.place.page) for each in second.texts] == [("开工地点", 1)]
    assert third.texts == ()


@pytest.mark.usefixtures("faces_enrolled")
@pytest.mark.timeout(600)
def test_who_signs_writes_first_and_the_pdf_shows_it_whole(
    clerk: Page, browser: Browser, site: Site, tmp_path: Path
) -> None:
    add(clerk, 1, "联系电话", 60)
    id_ = started(clerk)
    expect(clerk.get_by_text("（待填写）")).to_have_count(1)
    for person, slot in ((LEGAL_REPRESENTATIVE, "2"), (ENGINEER, "3")):
        Visitor(site.url, person.title_zh).scan(f"/api/agreements/{id_}/slots/{slot}/challenges", person)
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{OWNERS_REPRESENTATIVE.name}")).click()
    page.wait_for_url(lambda url: url.rstrip("/") != site.url)
    page.goto(f"{site.url}/agreements/{id_}/slots/1")
    page.locator("#scan .demo summary").click()
    page.locator("#scan input[value=own]").check()
    page.locator("#scan .start").click()  # nothing is written yet
    expect(page.get_by_label("联系电话")).to_be_focused()
    assert page.locator("#scan").get_attribute("data-phase") == "idle"
    page.get_by_label("联系电话").fill("13800000000")
    assert page.evaluate(OVERFLOW) <= 0
    page.locator("#scan .start").click()
    expect_passed(page, page.locator("[data-slot='1'][data-signed=yes]"))
    context.close()
    expect(clerk.locator("a[href$='/signed.pdf']")).to_be_visible(timeout=SCAN_MS)
    expect(clerk.get_by_text("13800000000")).to_have_count(1)
    file = tmp_path / "signed.pdf"
    file.write_bytes(clerk.request.get(f"{site.url}/agreements/{id_}/signed.pdf").body())
    said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "13800000000" in said
    checked = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert checked.stdout.count("Signature Validation: Signature is Valid.") == 4


@pytest.mark.usefixtures("faces_enrolled")
def test_what_was_written_goes_along_to_the_way_without_a_face_and_back_and_is_not_left(
    clerk: Page, browser: Browser, site: Site
) -> None:
    add(clerk, 1, "联系电话", 60)
    id_ = started(clerk)
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{OWNERS_REPRESENTATIVE.name}")).click()
    page.wait_for_url(lambda url: url.rstrip("/") != site.url)
    page.goto(f"{site.url}/agreements/{id_}/slots/1")
    page.get_by_label("联系电话").fill("13800000000")
    page.locator(".other-route a").click()
    page.wait_for_url("**/other-route")
    expect(page.get_by_label("联系电话")).to_have_value("13800000000")
    assert "13800000000" in (page.locator("[data-takes-texts]").get_attribute("data-body") or "")
    page.get_by_label("联系电话").fill("13900000000")
    page.locator(".crumb a").click()
    page.wait_for_url("**/slots/1")
    expect(page.get_by_label("联系电话")).to_have_value("13900000000")
    assert page.evaluate("() => Object.keys(sessionStorage).filter((key) => key.startsWith('texts:'))") == []
    page.goto(page.url)
    expect(page.get_by_label("联系电话")).to_have_value("")
    context.close()
