"""The first scan on a phone: Chromium at a phone's size, its main thread slowed, a camera held over a code.

The page is new to the phone, so that everything is fetched, from a site on the same machine. What is slowed
is what Chromium can slow: the page's main thread, not a worker and not the camera.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import qrcode
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.bench.harness import Figures, Row, percentile
from tests.bench.verify_offline import CHROMIUM
from tests.bench.verify_online import BenchSite

SLOWER = 4
"""A phone of the middle of the market takes four times as long as a desk computer (as Lighthouse has it)."""

CAMERA = (1280, 960)
CODE = 620  # pixels of the camera's picture
DESK = "#6b6257"
ANSWERED_MS = 1000.0
"""The aim, from the press to the answer."""


def run(figures: Figures, site: BenchSite) -> None:
    """Let phones that never saw the page open it and scan."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "code.mjpeg"
        _draw(site.codes[0], film)
        camera = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *camera])
        times = [_scan(browser, site) for _ in range(1 if figures.quick else 7)]
        browser.close()
    of_phone = f"on a phone {SLOWER} times slower"
    for place, name in enumerate(("the page opened for the first time", "first scan, press to answer")):
        each = [one[place] for one in times]
        most = ANSWERED_MS if place else None
        figures.add(Row(f"{name}, {of_phone}, p50", percentile(each, 0.5) * 1000, "ms", most=most))


def _scan(browser: Browser, site: BenchSite) -> tuple[float, float]:
    """Seconds until the page can be pressed, and from the press to an answer."""
    phone = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = phone.new_page()
    phone.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    began = time.monotonic()
    page.goto(f"{site.url}/c")
    page.locator("#start").click(trial=True)
    opened = time.monotonic()
    page.locator("#start").click()
    page.locator("#answer[data-tone]").wait_for()
    answered = time.monotonic()
    phone.close()
    return opened - began, answered - opened


def _draw(text: str, film: Path) -> None:
    """Write what the camera sees: the code, on a desk."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    drawn = code.make_image().get_image().convert("RGB").resize((CODE, CODE))
    frame = Image.new("RGB", CAMERA, DESK)
    frame.paste(drawn.rotate(4, expand=True, fillcolor=DESK), (200, 120))
    frame.save(film, format="JPEG", quality=90)
    film.write_bytes(film.read_bytes() * 2)
