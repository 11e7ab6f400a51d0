"""A printed code as a photocopier leaves it: black and white, askew, speckled, copied again, and stained."""

import random

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

PAPER, INK = 255, 0
THRESHOLD = 150  # of 255: what is darker becomes black
OPTICS = 0.6  # pixels, the radius of what a point becomes
SPECKLES = 8  # of a thousand pixels


def around_code(content: bytes, *, dpi: int) -> Image.Image:
    """The part of a PDF's page around its one code, a quarter of it on each side, as a scanner sees it."""
    page = pypdfium2.PdfDocument(content)[0].render(scale=dpi / 72).to_pil()
    assert isinstance(page, Image.Image)
    left, top, right, bottom = code_on(page)
    margin = (right - left) // 4
    return page.convert("RGB").crop((left - margin, top - margin, right + margin, bottom + margin))


def code_on(page: Image.Image) -> tuple[int, int, int, int]:
    """Find where the one code of a page lies: left, top, right, bottom."""
    (code,) = zxingcpp.read_barcodes(page)
    first, last = code.position.top_left, code.position.bottom_right
    return first.x, first.y, last.x, last.y


def photocopy(page: Image.Image, *, turned: float, seed: int) -> Image.Image:
    """Copy a page that lies ``turned`` degrees askew on the glass."""
    grey = page.convert("L").rotate(turned, resample=Image.Resampling.BICUBIC, fillcolor=PAPER, expand=True)
    tones = [INK] * THRESHOLD + [PAPER] * (256 - THRESHOLD)
    black = grey.filter(ImageFilter.GaussianBlur(OPTICS)).point(tones)
    toner = random.Random(seed)  # noqa: S311  no secret
    dots = Image.new("L", black.size, INK)
    for _ in range(black.width * black.height * SPECKLES // 1000):
        dots.putpixel((toner.randrange(black.width), toner.randrange(black.height)), PAPER)
    return ImageChops.difference(black, dots)


def stained(page: Image.Image, part: float) -> Image.Image:
    """Lay a round blot over the code, as wide as ``part`` of it, where it has only data."""
    left, top, right, bottom = code_on(page)
    x, y = left + (right - left) * 0.55, top + (bottom - top) * 0.55
    radius = (right - left) * part / 2
    blotted = page.copy()
    ImageDraw.Draw(blotted).ellipse((x - radius, y - radius, x + radius, y + radius), fill="black")
    return blotted
