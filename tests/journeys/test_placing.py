"""The clerk puts marks on the pages: by mouse, by finger, by keyboard; what was put is what is signed."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from api.demonstration.people import LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from signing.agreements import agreement
from signing.manifest import ManifestSlot
from tests.journeys.test_firm import CLERK
from tests.signing.joint.small_pdf import small_pdf

pytestmark = pytest.mark.browser

DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ORIGINAL = small_pdf(pages=3, mark="marks are placed on it")
A4 = (595, 842)

Board = Callable[[ViewportSize], Page]


@pytest.fixture
def board(browser: Browser, site: Site) -> Iterator[Board]:
    """The form that starts an agreement, its pages open, on a screen of the given size."""
    contexts, faults = [], []

    def seat(size: ViewportSize) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", has_touch=size == PHONE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
        page.get_by_role("link", name="发起签署").click()
        page.get_by_label("上传 PDF").first.check()
        page.set_input_files(
            "#document", {"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": ORIGINAL}
        )
        page.get_by_text("摆放签章位置").click()
        expect(page.get_by_text("申请表.pdf（1 KB）")).to_be_visible()
        expect(page.locator("#picture")).to_have_attribute("alt", "第 3 页，共 3 页", timeout=60_000)
        return page

    yield seat
    for context in contexts:
        context.close()
    assert not faults


def started(page: Page, house: House) -> tuple[ManifestSlot, ...]:
    """Start the agreement; give what its manifest says of the slots."""
    page.get_by_role("button", name="发起签署").click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=60_000)
    with house.database.transaction() as session:
        found = agreement(session, UUID(page.url.rpartition("/")[2]))
    return found.manifest.slots


def tray(page: Page, name: str) -> Locator:
    return page.locator("#tray").get_by_role("button", name=re.compile(name))


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_marks_are_dragged_onto_a_page_and_across_it(board: Board, house: House) -> None:
    page = board(DESK)
    sheet = page.locator("#sheet")
    sheet.scroll_into_view_if_needed()
    across, down = middle(sheet)
    tray(page, "第 1 方.*签名").hover()
    page.mouse.down()
    page.mouse.move(across - 100, down, steps=5)
    page.mouse.move(across, down, steps=5)
    page.mouse.up()
    mark = sheet.locator(".laid")
    expect(mark).to_be_focused()
    told = page.locator("#placing-note").inner_text()
    here = middle(mark)
    assert abs(here[0] - across) < 3
    assert abs(here[1] - down) < 3
    page.mouse.move(*here)
    page.mouse.down()
    page.mouse.move(here[0] + 60, here[1] + 80, steps=5)
    page.mouse.up()
    expect(page.locator("#placing-note")).not_to_have_text(told)
    there = middle(mark)
    assert abs(there[0] - here[0] - 60) < 3
    assert abs(there[1] - here[1] - 80) < 3
    frame = sheet.bounding_box()
    drawn = mark.bounding_box()
    assert frame is not None
    assert drawn is not None
    points = A4[0] / frame["width"]
    slot = started(page, house)[0]
    (place,) = slot.places
    assert place.page == 2
    assert place.left == pytest.approx((drawn["x"] - frame["x"]) * points, abs=4)
    low = frame["y"] + frame["height"] - drawn["y"] - drawn["height"]
    assert place.bottom == pytest.approx(low * points, abs=4)


def test_marks_are_placed_and_moved_by_keyboard_and_told(board: Board, house: House) -> None:
    page = board(DESK)
    told = page.locator("#placing-note")
    tray(page, "第 2 方.*日期").focus()
    page.keyboard.press("Enter")
    expect(told).to_have_text(re.compile("第 2 方.*日期，在第 3 页，距左 13 毫米，距下 13 毫米"))
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.press("PageUp")
    expect(told).to_contain_text("在第 2 页，距左 19 毫米，距下 16 毫米")
    expect(page.locator("#picture")).to_have_attribute("alt", "第 2 页，共 3 页")
    tray(page, "第 1 方.*签名").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(told).to_contain_text("已取消摆放")
    first, second, _ = started(page, house)
    assert (first.places, first.dates, second.places) == ((), (), ())
    (date,) = second.dates
    assert (date.page, date.left, date.bottom) == (1, 36 + 19, 36 + 10)


def test_a_finger_moves_a_mark_on_a_phone(board: Board) -> None:
    page = board(PHONE)
    tray(page, "第 3 方.*签名").tap()
    mark = page.locator(".laid")
    expect(mark).to_be_focused()
    here = middle(mark)
    fingers = page.context.new_cdp_session(page)
    for kind, by in (("touchStart", 0), ("touchMove", -20), ("touchMove", -60), ("touchEnd", None)):
        points = [] if by is None else [{"x": here[0] + 30, "y": here[1] + by}]
        if kind == "touchStart":
            points = [{"x": here[0], "y": here[1]}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("#placing-note")).not_to_contain_text("距下 13 毫米")
    there = middle(mark)
    assert there[0] - here[0] == pytest.approx(30, abs=3)
    assert there[1] - here[1] == pytest.approx(-60, abs=3)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_marks_that_overlap_are_told_and_refused(board: Board) -> None:
    page = board(DESK)
    for name in ("第 1 方.*签名", "第 2 方.*印章"):
        tray(page, name).click()
    mark = page.locator(".laid").nth(1)
    mark.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#placing-note")).to_contain_text("重叠，请移开")
    page.get_by_role("button", name="发起签署").click()
    expect(page.locator("#alert")).to_contain_text("的位置重叠；请移开其中一个")


def test_another_file_forgets_the_places(board: Board) -> None:
    page = board(DESK)
    tray(page, "第 1 方.*签名").click()
    other = small_pdf(pages=1, mark="another file")
    page.set_input_files("#document", {"name": "b.pdf", "mimeType": "application/pdf", "buffer": other})
    expect(page.locator("#picture")).to_have_attribute("alt", "第 1 页，共 1 页", timeout=60_000)
    expect(page.locator(".laid")).to_have_count(0)


def test_the_edges_of_all_pages_are_sealed_if_the_clerk_wants_it(
    board: Board, house: House, browser: Browser, site: Site
) -> None:
    page = board(DESK)
    expect(page.get_by_label("加盖骑缝章").filter(visible=True)).to_have_count(1)
    page.get_by_label("加盖骑缝章").filter(visible=True).check()
    assert [slot.perforated for slot in started(page, house)] == [False, True, False]
    expect(page.get_by_text("该印章还骑缝盖在各页右侧边缘")).to_be_visible()
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    keeper = context.new_page()
    keeper.goto(site.url)
    keeper.get_by_role("button", name=re.compile(f"^{LEGAL_REPRESENTATIVE.name}")).click()
    keeper.wait_for_url(lambda url: url.rstrip("/") != site.url)
    keeper.goto(f"{page.url}/slots/2")
    expect(keeper.get_by_text("签署后本页将有：施工单位（盖章）的骑缝章。")).to_have_count(2)
    expect(keeper.locator(".marks rect.own")).to_have_count(4)  # its stamp, and a strip on each page
    context.close()
