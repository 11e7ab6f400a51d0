"""The clerk brings several PDFs, puts them in order, and places a mark on the second."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from api.house import House
from api.site import Site
from evidence.digest import sha256
from signing.agreements import agreement
from signing.manifest import Manifest
from tests.journeys.test_firm import CLERK
from tests.signing.joint.small_pdf import small_pdf

pytestmark = pytest.mark.browser

DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
CONTRACT, ANNEX, PLAN = (small_pdf(pages=pages, mark=f"document of {pages}") for pages in (3, 2, 1))
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def form(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The form that starts an agreement, two PDFs chosen and a third one added."""
    faults: list[str] = []
    page = browser.new_page(viewport=request.param, locale="zh-CN")
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
    page.get_by_role("link", name="发起签署").click()
    page.get_by_label("上传 PDF").first.check()
    page.set_input_files("#document", [payload("附件.pdf", ANNEX), payload("合同.pdf", CONTRACT)])
    page.set_input_files("#another", [payload("图纸.pdf", PLAN)])
    yield page
    page.close()
    assert not faults


def signed_over(page: Page, house: House) -> Manifest:
    page.get_by_role("button", name="发起签署").click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=90_000)
    with house.database.transaction() as session:
        return agreement(session, UUID(page.url.rpartition("/")[2])).manifest


def test_documents_are_put_in_order_and_a_mark_lies_on_one_of_them(form: Page, house: House) -> None:
    listed = form.locator("#chosen li")
    expect(listed).to_have_count(3)
    form.get_by_text("摆放签章位置").click()
    expect(form.locator("#page option")).to_have_count(6, timeout=90_000)
    form.locator("#page").select_option(label="第 2 页，共 3 页（合同.pdf）")
    form.locator("#tray").get_by_role("button", name=re.compile("第 1 方.*签名")).click()
    expect(form.locator("#placing-note")).to_contain_text("在“合同.pdf”第 2 页")
    form.get_by_role("button", name="将“合同.pdf”上移").click()
    form.get_by_role("button", name="移除“图纸.pdf”").click()
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("合同.pdf")
    expect(form.locator("#page option")).to_have_count(5)
    assert form.evaluate(OVERFLOW) <= 0
    manifest = signed_over(form, house)
    assert form.evaluate(OVERFLOW) <= 0
    assert manifest.documents == (sha256(CONTRACT), sha256(ANNEX))
    assert [(place.document, place.page) for place in manifest.slots[0].places] == [(0, 1)]


def test_a_stamp_lies_on_each_document_where_it_is_placed(form: Page, house: House) -> None:
    form.get_by_text("摆放签章位置").click()
    expect(form.locator("#page option")).to_have_count(6, timeout=90_000)
    stamp = form.locator("#tray").get_by_role("button", name=re.compile("第 1 方.*签名"))
    told = form.locator("#placing-note")
    form.locator("#page").select_option(label="第 2 页，共 3 页（合同.pdf）")
    expect(stamp).to_contain_text("自动排列")
    stamp.click()
    form.locator("#page").select_option(label="第 1 页，共 2 页（附件.pdf）")
    expect(stamp).to_contain_text("此份不显示")
    stamp.click()
    expect(told).to_contain_text("在“附件.pdf”第 1 页")
    form.keyboard.press("PageDown")
    expect(told).to_contain_text("在“附件.pdf”第 2 页")
    form.keyboard.press("PageDown")  # the next document has this stamp already
    expect(told).to_contain_text("在“附件.pdf”第 2 页")
    places = signed_over(form, house).slots[0].places
    assert sorted((place.document, place.page) for place in places) == [(0, 1), (1, 1)]
