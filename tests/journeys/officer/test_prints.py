"""Pictures and PDFs of certificates, read and compared on the officer's phone."""

from functools import partial
from io import BytesIO

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from api.house import House
from api.site import Site
from signing.certificates import Certificate
from tests.journeys.officer.forged_print import annotated, reprinted
from tests.journeys.officer.on_site import (
    SMALLEST_CONTRAST,
    beside,
    choose_pdf,
    expect_answer,
    open_scan_page,
)
from tests.journeys.officer.photocopies import around_code, photocopy, stained

pytestmark = pytest.mark.browser

IOS = 4096 * 4096  # pixels of a canvas that Safari on iOS draws at most
SMALL_CANVAS = f"""
window.most = {IOS};
window.drawn = [];
const drawn = OffscreenCanvasRenderingContext2D.prototype.getImageData;
OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...asked) {{
  const {{ width, height }} = this.canvas;
  window.drawn.push(width * height);
  if (width * height > window.most) throw new DOMException("no room", "InvalidStateError");
  return drawn.apply(this, asked);
}};"""


def test_a_pdf_prints_what_its_code_signs_and_is_compared_on_the_device(
    phone: BrowserContext, page: Page, site: Site, house: House, permit: Certificate
) -> None:
    assert permit.pdf is not None
    open_scan_page(page, site)
    phone.set_offline(True)
    choose_pdf(page, house.store.get(permit.pdf))
    expect_answer(page, "有效", tone="dated")
    expect(page.locator("[data-part=compared]")).to_contain_text("证面上的 10 项都与二维码签的一致")


def test_a_pdf_whose_print_was_altered_shows_what_differs(
    phone: BrowserContext, page: Page, site: Site, house: House, permit: Certificate
) -> None:
    open_scan_page(page, site)
    choose_pdf(page, beside(partial(reprinted, house, permit, {"contract_price": "9,280万元"})))
    expect_answer(page, "证面不符", tone="stop")
    expect(page.locator("[data-part=why]")).to_contain_text("证面印的合同价格与它签的不一致")
    expect(page.locator("[data-part=since]")).to_contain_text("二维码对应的证照：有效")
    differing = page.locator("[data-part=pairs] li")
    expect(differing).to_have_count(1)
    expect(differing.locator(".told")).to_have_text("不一致")
    expect(differing.locator("dd")).to_have_text(["9,280万元", "5,280万元"])
    assert page.evaluate(SMALLEST_CONTRAST) >= 7

    # Asked again without the file, with a network and without one, it is what it was, and so is the note.
    row = page.locator("#visit-rows li")
    expect(row).to_contain_text("联网")
    page.get_by_text("备注与照片").click()
    page.get_by_label("备注").fill("价格被改")
    for offline in (False, True):
        phone.set_offline(offline)
        row.get_by_role("button").click()
        expect(page.locator("[data-part=freshness]")).to_contain_text("未联网" if offline else "链上登记一致")
        expect_answer(page, "证面不符", tone="stop")
        expect(page.locator("[data-part=why]")).to_contain_text("证面印的合同价格与它签的不一致")
        expect(page.get_by_label("备注")).to_have_value("价格被改")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("证面不符")
        expect(row).to_contain_text("联网")


def test_a_note_laid_over_a_pdf_does_not_pass(
    page: Page, site: Site, house: House, permit: Certificate
) -> None:
    assert permit.pdf is not None
    open_scan_page(page, site)
    choose_pdf(page, annotated(house.store.get(permit.pdf)))
    expect_answer(page, "证面不符", tone="stop")
    expect(page.locator("[data-part=why]")).to_contain_text("签发之后又被添加了内容")


def test_a_picture_of_the_certificate_is_read_on_the_device(
    page: Page, site: Site, print_of: Image.Image
) -> None:
    open_scan_page(page, site)
    content = BytesIO()
    print_of.save(content, "PNG")
    page.set_input_files(
        "#picture", {"name": "permit.png", "mimeType": "image/png", "buffer": content.getvalue()}
    )
    expect_answer(page, "有效", tone="good")


def choose_picture(page: Page, picture: Image.Image) -> None:
    """Have a picture read; what was said of the one before it is gone."""
    content = BytesIO()
    picture.save(content, "PNG", compress_level=1)
    page.locator("#hint").evaluate("hint => { hint.textContent = ''; }")
    shot = FilePayload(name="copy.png", mimeType="image/png", buffer=content.getvalue())
    page.set_input_files("#picture", shot)


def test_a_photocopy_is_answered_truthfully_or_not_at_all(
    page: Page, site: Site, house: House, permit: Certificate
) -> None:
    assert permit.pdf is not None
    coarse, fine = (around_code(house.store.get(permit.pdf), dpi=dpi) for dpi in (200, 300))
    open_scan_page(page, site)
    for unread in (
        photocopy(stained(fine, 0.7), turned=1.5, seed=4),
        fine.crop((0, 0, fine.width // 2, fine.height)),
        fine.filter(ImageFilter.GaussianBlur(12)),
    ):
        choose_picture(page, unread)
        expect(page.locator("#hint")).to_contain_text("没有找到完整、清晰的二维码")
    choose_picture(page, Image.new("1", (30_000, 30_000)))
    expect(page.locator("#hint")).to_contain_text("这个文件打不开：不是照片，或者太大")
    for read in (
        photocopy(photocopy(coarse, turned=2, seed=1), turned=-2.5, seed=51),
        photocopy(stained(fine, 0.25), turned=1.5, seed=4),
    ):
        choose_picture(page, read)
        expect_answer(page, "有效", tone="good")
        expect(page.locator("[data-part=facts]")).to_contain_text(permit.licence_id)
        expect(page.locator("[data-part=bearer]")).to_contain_text("复印件的二维码也是这个结果")
        page.goto(f"{site.url}/c")


def test_a_picture_larger_than_a_phone_can_draw_is_read_smaller(
    page: Page, site: Site, print_of: Image.Image
) -> None:
    page.add_init_script(SMALL_CANVAS)
    open_scan_page(page, site)
    choose_picture(page, Image.new("1", (5656, 4242), 1))
    expect(page.locator("#hint")).to_contain_text("没有找到完整、清晰的二维码")
    drawn = page.evaluate("window.drawn")
    assert 15e6 < max(drawn) <= IOS

    # Where there is room for less still, the sizes that do not fit are passed over.
    page.evaluate("window.most = 2_500_000")
    choose_picture(page, print_of.resize((2400, 1697)))
    expect_answer(page, "有效", tone="good")
    assert max(page.evaluate("window.drawn")[len(drawn) :]) > 2_500_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture at all", "这个文件打不开"),
        (b"", "这个文件打不开"),
        (b"%PDF-1.7 of nothing", "这个 PDF 打不开"),
        (None, "没有找到完整、清晰的二维码"),
    ],
)
def test_a_picture_without_a_code_gets_its_own_sentence(
    page: Page, site: Site, content: bytes | None, sentence: str
) -> None:
    open_scan_page(page, site)
    blank = BytesIO()
    Image.new("RGB", (400, 300), "white").save(blank, "PNG")
    buffer = blank.getvalue() if content is None else content
    page.set_input_files("#picture", {"name": "p.png", "mimeType": "image/png", "buffer": buffer})
    expect(page.locator("#hint")).to_contain_text(sentence)
