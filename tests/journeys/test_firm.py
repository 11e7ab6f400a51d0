"""The firm's clerk and the agency at their desks: a PDF that three parties sign, and the permit for it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from api.demonstration.client import Visitor
from api.demonstration.people import (
    CONTRACTOR,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
    PEOPLE,
    DemonstrationPerson,
)
from api.site import Site
from tests.journeys.patience import SCAN_MS, expect_passed
from tests.signing.joint.small_pdf import small_pdf

pytestmark = pytest.mark.browser

DESK = ViewportSize(width=1440, height=900)
CLERK = "设计院经办人"
AGENCY_DESK = "发证机关"
ORIGINAL = small_pdf(pages=2, mark="a clerk's own file")

PageOf = Callable[[str], Page]


@pytest.fixture
def page_of(browser: Browser, site: Site) -> Iterator[PageOf]:
    """Seat somebody at a desk, entered by the one-click account whose title begins so."""
    contexts, faults = [], []

    def seat(title: str) -> Page:
        contexts.append(browser.new_context(viewport=DESK, locale="zh-CN", accept_downloads=True))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{title}")).click()
        page.wait_for_url(lambda url: url.rstrip("/") != site.url)
        return page

    yield seat
    for context in contexts:
        context.close()
    assert not faults


def start(page: Page, *, upload: bytes | None = None) -> str:
    """Start an agreement from the firm's home; give its path."""
    page.get_by_role("link", name="发起签署").click()
    if upload is not None:
        page.get_by_label("上传 PDF").first.check()
        page.set_input_files(
            "#document", {"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": upload}
        )
    expect(page.locator("[data-part=name]")).to_have_text([OWNER.name, CONTRACTOR.name, ENGINEER.firm.name])
    page.get_by_role("button", name="发起签署").click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=SCAN_MS)  # a PDF is rehearsed
    return page.url.partition("/agreements/")[2]


def scan(site: Site, person: DemonstrationPerson, agreement: str, slot: str) -> None:
    """Let ``person`` answer a challenge for a slot from their own phone."""
    visitor = Visitor(site.url, person.title_zh)
    visitor.scan(f"/api/agreements/{agreement}/slots/{slot}/challenges", person)


def seal_by_face(page: Page, site: Site, agreement: str) -> None:
    """Let the keeper read the document and seal, with the demonstration's camera."""
    page.goto(f"{site.url}/agreements/{agreement}")
    page.get_by_role("link", name="盖章", exact=True).click()
    expect(page.get_by_role("img", name="第 2 页，共 2 页")).to_be_visible()
    page.get_by_text("演示相机").click()
    page.get_by_label("本人", exact=True).check()
    page.get_by_role("button", name="盖章", exact=True).click()
    expect_passed(page, page.locator("[data-signed]").first)


def signed_by_all(site: Site, agreement: str) -> None:
    with ThreadPoolExecutor(len(PEOPLE)) as phones:
        together = [
            phones.submit(scan, site, person, agreement, slot)
            for person, slot in (
                (OWNERS_REPRESENTATIVE, "1"),
                (LEGAL_REPRESENTATIVE, "2"),
                (ENGINEER, "3"),
            )
        ]
        for each in together:
            each.result()


@pytest.mark.usefixtures("faces_enrolled")
def test_a_clerk_sees_three_parties_sign_and_takes_the_signed_pdf(page_of: PageOf, site: Site) -> None:
    clerk = page_of(CLERK)
    agreement = start(clerk, upload=ORIGINAL)
    expect(clerk.locator("[data-signed=yes]")).to_have_count(0)
    clerk.get_by_text("更换签署人：设计单位项目负责人").click()
    clerk.locator("#to-3").fill("还没写完")
    clerk.locator("h1").click()
    scan(site, OWNERS_REPRESENTATIVE, agreement, "1")
    expect(clerk.locator("[data-signed=yes]")).to_have_count(1, timeout=SCAN_MS)
    expect(clerk.locator("#to-3")).to_have_value("还没写完")
    expect(clerk.locator("#to-3")).to_be_visible()
    seal_by_face(page_of(LEGAL_REPRESENTATIVE.name), site, agreement)
    expect(clerk.get_by_text("已盖章")).to_be_visible(timeout=SCAN_MS)
    scan(site, ENGINEER, agreement, "3")
    download = clerk.get_by_role("link", name="下载已签署的 PDF")
    expect(download).to_be_visible(timeout=SCAN_MS)
    content = clerk.request.get(site.url + str(download.get_attribute("href"))).body()
    assert content.startswith(ORIGINAL)
    assert content.count(b"/ByteRange") == 4  # three parties and the platform's closing seal


@pytest.mark.usefixtures("faces_enrolled")
def test_the_agency_issues_suspends_and_annuls(page_of: PageOf, site: Site) -> None:
    clerk = page_of(CLERK)
    agreement = start(clerk)
    signed_by_all(site, agreement)
    desk = page_of(AGENCY_DESK)
    desk.goto(f"{site.url}/agency")
    desk.locator(f'a[href="/certificates/new?agreement={agreement}"]').click()
    expect(desk.get_by_label("设计单位项目负责人")).to_have_value(ENGINEER.name)
    desk.get_by_role("button", name="签发").click()
    desk.wait_for_url(re.compile(r"/certificates/[0-9a-f-]{36}$"), timeout=SCAN_MS)
    standing = desk.locator(".standing.great")
    expect(standing).to_have_text("有效")
    assert _code_on(desk).startswith(f"{site.url}/c#1")
    desk.locator("summary", has_text="暂扣证照").click()
    desk.get_by_role("button", name="暂扣证照").click()
    expect(standing).to_have_text("暂扣")
    desk.locator("summary", has_text="吊销证照").click()
    annul = desk.get_by_role("button", name="吊销证照")
    annul.click()
    expect(desk.get_by_role("checkbox")).to_be_focused()  # the browser asks for the confirmation first
    desk.get_by_role("checkbox").check()
    annul.click()
    expect(standing).to_have_text("吊销")
    expect(desk.locator(".timeline b")).to_have_text(["签发", "暂扣", "吊销"])
    expect(desk.locator(".timeline")).not_to_contain_text("尚未上链", timeout=SCAN_MS)


def name_nobody(page: Page) -> None:
    page.locator("[data-field=person]").first.fill("")


def name_a_stranger(page: Page) -> None:
    page.locator("[data-field=person]").first.fill("无此人")


def mistype_the_code(page: Page) -> None:
    page.locator("[data-field=organization]").first.fill("91990100MA0DM00179")
    expect(page.get_by_role("status").first).to_contain_text("第18位")


def remove_everybody(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="移除").first.click()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (name_nobody, "第 1 方还没有填完"),
        (name_a_stranger, "的在任人员中；请填写全名"),
        (mistype_the_code, "第18位"),
        (remove_everybody, "请至少添加一方"),
    ],
)
def test_a_wrong_party_gets_its_own_sentence(
    page_of: PageOf, spoil: Callable[[Page], object], sentence: str
) -> None:
    page = page_of(CLERK)
    page.get_by_role("link", name="发起签署").click()
    page.locator("form.start").evaluate("(form) => { form.noValidate = true; }")
    spoil(page)
    page.get_by_role("button", name="发起签署").click()
    expect(page.locator("#alert")).to_contain_text(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 cut off", "不是完整的 PDF"),
        (b"0" * (21 * 2**20), "超过 20 MB 的上限"),
        (None, "还没有选择 PDF 文件"),
    ],
)
def test_a_wrong_file_gets_its_own_sentence(page_of: PageOf, content: bytes | None, sentence: str) -> None:
    page = page_of(CLERK)
    page.get_by_role("link", name="发起签署").click()
    page.get_by_label("上传 PDF").first.check()
    if content is not None:
        page.set_input_files("#document", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content})
    page.get_by_role("button", name="发起签署").click()
    expect(page.locator("#alert")).to_contain_text(sentence)


def test_a_wrong_check_digit_is_named_beside_the_field(page_of: PageOf) -> None:
    page = page_of(CLERK)
    page.get_by_role("link", name="发起签署").click()
    field = page.locator("[data-field=organization]").first
    field.fill("91990100MA0DM00179")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-part=name]").first).to_contain_text("第18位")


def test_a_party_is_added_and_removed(page_of: PageOf) -> None:
    page = page_of(CLERK)
    page.get_by_role("link", name="发起签署").click()
    page.get_by_role("button", name="添加一方").click()
    expect(page.locator(".party .nth")).to_have_text(["第 1 方", "第 2 方", "第 3 方", "第 4 方"])
    page.get_by_role("button", name="移除").first.click()
    expect(page.locator(".party .nth")).to_have_text(["第 1 方", "第 2 方", "第 3 方"])


def _code_on(page: Page) -> str:
    """Read the QR code off the page as a camera would."""
    picture = Image.open(BytesIO(page.get_by_alt_text("证照二维码").screenshot(scale="device")))
    codes = zxingcpp.read_barcodes(picture)
    assert codes
    text: str = codes[0].text
    return text
