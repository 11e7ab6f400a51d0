"""What an officer does on the page, and what they see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Page, expect

from api.site import Site

ELSEWHERE = "https://permits.elsewhere.example"
SMALLEST_CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")
ABLE_CAMERA = """
window.constrained = [];
const tell = (given) => window.constrained.push(...given.advanced);
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 5, step: 0.5 } });
MediaStreamTrack.prototype.applyConstraints = async (given) => tell(given);
const draw = OffscreenCanvasRenderingContext2D.prototype.drawImage;
OffscreenCanvasRenderingContext2D.prototype.drawImage = function (...given) {
  if (!(given[0] instanceof HTMLVideoElement)) draw.apply(this, given);
};
"""
"""A camera with lamp and zoom, which sees nothing."""

Found = TypeVar("Found")


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


def choose_pdf(page: Page, content: bytes) -> None:
    page.set_input_files("#picture", {"name": "p.pdf", "mimeType": "application/pdf", "buffer": content})
