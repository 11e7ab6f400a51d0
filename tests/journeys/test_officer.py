"""The officer on a building site: scans a permit, with a network and without, and knows in a second."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.house import House
from api.site import Site
from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from evidence.qr import read_qr, sign_qr
from signing.certificate_steps import Reason, Step
from signing.certificates import Certificate
from tests.journeys.chromium import CHROMIUM
from tests.permit import change_permit, issue_permit

pytestmark = pytest.mark.browser

CAMERA = (1280, 960)  # pixels of the fake camera's picture
PAGE_DOTS = 3  # pixels a point
IN_SIGHT = (0.02, 0.6, 0.45, 0.99)  # the part of the printed page that the camera is held over
DESK = "#6b6257"
ELSEWHERE = "https://permits.elsewhere.example"
Found = TypeVar("Found")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


SMALLEST_CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def permit(house: House) -> Certificate:
    """A permit in force, with the contracts deployed and everything anchored."""
    issued = issue_permit(house)
    while not house.anchoring.step().complete:
        pass
    return issued


@pytest.fixture(scope="module")
def print_of(permit: Certificate, house: House) -> Image.Image:
    """The printed certificate."""
    assert permit.pdf is not None
    picture = pypdfium2.PdfDocument(house.store.get(permit.pdf))[0].render(scale=PAGE_DOTS).to_pil()
    assert isinstance(picture, Image.Image)
    return picture.convert("RGB")


@pytest.fixture(scope="module")
def film(print_of: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: the corner of the print with the code, held a little askew, on a desk."""
    width, height = print_of.size
    left, top, right, bottom = IN_SIGHT
    corner = print_of.crop(
        (int(left * width), int(top * height), int(right * width), int(bottom * height))
    ).rotate(4, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC)
    frame = Image.new("RGB", CAMERA, DESK)
    frame.paste(corner, ((CAMERA[0] - corner.width) // 2, (CAMERA[1] - corner.height) // 2))
    file = tmp_path_factory.mktemp("camera") / "print.mjpeg"
    frame.save(file, format="JPEG", quality=90)
    file.write_bytes(file.read_bytes() * 2)
    return file


@pytest.fixture(scope="module")
def browser(film: Path) -> Iterator[Browser]:
    """Chromium with a camera that is pointed at the printed certificate."""
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *camera])
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that has never seen the site."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """Its browser; a fault in a script fails the test."""
    opened, faults = phone.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    assert not faults


def beside(work: Callable[[], Found]) -> Found:
    """Do ``work`` in a thread of its own: a room that runs an event loop cannot do so under the browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def open_scan_page(page: Page, site: Site) -> None:
    """Open the page and wait until it would open without a network."""
    page.goto(f"{site.url}/c")
    expect(page.locator("html")).to_have_attribute("data-kept", "")


def paste(page: Page, text: str) -> None:
    page.get_by_text("粘贴二维码内容").click()
    page.fill("#pasted", text)
    page.get_by_role("button", name="核验", exact=True).click()


def expect_answer(page: Page, word: str, *, tone: str) -> None:
    expect(page.locator("#answer")).to_have_attribute("data-tone", tone)
    expect(page.locator("[data-part=word]")).to_have_text(word)


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


def test_a_permit_is_verified_without_a_network_as_of_the_kept_list(
    phone: BrowserContext, page: Page, site: Site
) -> None:
    open_scan_page(page, site)
    phone.set_offline(True)
    page.reload()
    page.get_by_role("button", name="扫码核验").click()
    expect_answer(page, "有效", tone="dated")
    expect(page.locator("[data-part=why]")).to_contain_text("的状态清单")
    expect(page.locator("[data-part=since]")).to_contain_text("之后未核实")
    expect(page.locator("[data-part=freshness]")).to_contain_text("未联网")


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


def test_a_suspension_that_the_kept_list_names_holds_without_a_network(
    phone: BrowserContext, page: Page, site: Site, house: House
) -> None:
    permit = beside(partial(issue_permit, house))
    change_permit(house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    open_scan_page(page, site)
    phone.set_offline(True)
    paste(page, permit.qr)
    expect_answer(page, "已暂扣", tone="stop")


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no picture at all", "不是可以打开的照片"), (b"", "不是可以打开的照片"), (None, "没有找到二维码")],
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


def test_a_code_of_another_city_is_answered_without_a_network_call(page: Page, site: Site) -> None:
    open_scan_page(page, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    paste(page, f"{ELSEWHERE}/c#1{'7' * 200}")
    expect_answer(page, "无法核验", tone="unknown")
    expect(page.locator("[data-part=why]")).to_contain_text("permits.elsewhere.example")
    assert not [url for url in asked if "elsewhere" in url or "verifications" in url]


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
