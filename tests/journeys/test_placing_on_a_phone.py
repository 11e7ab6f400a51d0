"""Marks on a phone: a finger or a mouse holds them, small as they are, and carries them to the end."""

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_placing import PHONE, Board, board, middle, tray

__all__ = ["board"]  # a fixture

pytestmark = pytest.mark.browser

TOUCHED = 44
"""Pixels: the least height of what a finger is asked to touch."""

BY = (60, -150)
"""Pixels from where a mark lies first to where it is carried."""

Point = tuple[float, float]
Hand = Callable[[Page, Point], None]


def steps(start: Point) -> Iterable[Point]:
    """Give points on the way from ``start``, the end last; each is further on than a mark is high."""
    return [(start[0] + BY[0] * part, start[1] + BY[1] * part) for part in (1 / 3, 2 / 3, 1)]


def by_mouse(page: Page, start: Point) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for point in steps(start):
        page.mouse.move(*point)
    page.mouse.up()


def by_finger(page: Page, start: Point) -> None:
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", start)
    for point in steps(start):
        touch("touchMove", point)
    touch("touchEnd")


def text(page: Page, label: str, width: int) -> Locator:
    page.locator("#text-width").fill(str(width))
    page.locator("#text-label").fill(label)
    page.locator("#text-label").press("Enter")
    mark = page.locator(".laid", has_text=label)
    expect(mark).to_be_focused()
    return mark


def laid(page: Page, what: str) -> Locator:
    """Put a mark on the page that is seen."""
    if what == "文字栏":
        return text(page, "联系电话", 60)
    tray(page, f"第 1 方.*{what}").tap()
    mark = page.locator(".laid")
    expect(mark).to_be_focused()
    return mark


@pytest.mark.parametrize("hand", [by_mouse, by_finger])
@pytest.mark.parametrize("what", ["文字栏", "签名", "日期"])
def test_a_mark_is_held_beside_its_line_and_carried_to_the_end(board: Board, what: str, hand: Hand) -> None:
    page = board(PHONE)
    mark = laid(page, what)
    told, here = page.locator("#placing-note").inner_text(), middle(mark)
    hand(page, (here[0], here[1] - TOUCHED / 2 + 2))
    expect(page.locator("#placing-note")).not_to_have_text(told)
    there = middle(mark)
    assert (there[0] - here[0], there[1] - here[1]) == pytest.approx(BY, abs=3)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_of_marks_close_together_the_nearest_one_is_pressed(board: Board) -> None:
    page = board(PHONE)
    lower, upper = (text(page, label, 100) for label in ("联系电话", "开工地点"))
    (across, low), (_, high) = middle(lower), middle(upper)
    assert 0 < low - high < TOUCHED / 2
    for down, pressed in ((low, lower), (high, upper), (low + 15, lower), (high - 15, upper)):
        page.touchscreen.tap(across, down)
        expect(pressed).to_be_focused()
        page.mouse.click(across, low + high - down)
        expect(upper if pressed is lower else lower).to_be_focused()
