"""An officer's phone, whose camera is pointed at a printed certificate."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.house import House
from signing.certificates import Certificate
from tests.journeys.chromium import CHROMIUM
from tests.permit import issue_permit

CAMERA = (1280, 960)  # pixels of the fake camera's picture
PAGE_DOTS = 3  # pixels a point
IN_SIGHT = (0.02, 0.6, 0.45, 0.99)  # the part of the printed page that the camera is held over
DESK = "#6b6257"


@pytest.fixture(scope="package")
def permit(house: House) -> Certificate:
    """A permit in force, with the contracts deployed and everything anchored."""
    issued = issue_permit(house)
    while not house.anchoring.step().complete:
        pass
    return issued


@pytest.fixture(scope="package")
def print_of(permit: Certificate, house: House) -> Image.Image:
    """The printed certificate."""
    assert permit.pdf is not None
    picture = pypdfium2.PdfDocument(house.store.get(permit.pdf))[0].render(scale=PAGE_DOTS).to_pil()
    assert isinstance(picture, Image.Image)
    return picture.convert("RGB")


@pytest.fixture(scope="package")
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
