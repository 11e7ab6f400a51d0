"""A frame as a phone's camera sees it: a printed code held askew, a little out of focus, on a desk."""

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

SIZE = (1280, 960)  # pixels
CODE = 760  # pixels of the code and the paper around it
TILT = 5  # degrees
BLUR = 1.5  # pixels, the radius of what a point becomes
DOTS = 3  # pixels a point of the page
DESK = "#6b6257"


def camera_frame(content: bytes) -> Image.Image:
    """Return the frame of a camera that is held over the one code of a PDF's first page."""
    page = pypdfium2.PdfDocument(content)[0].render(scale=DOTS).to_pil().convert("RGB")
    (code,) = zxingcpp.read_barcodes(page)
    corners = (code.position.top_left, code.position.bottom_right)
    margin = (corners[1].x - corners[0].x) // 4
    sight = (
        corners[0].x - margin,
        corners[0].y - margin,
        corners[1].x + margin,
        corners[1].y + margin,
    )
    paper = page.crop(sight).resize((CODE, CODE), Image.Resampling.BICUBIC)
    askew = paper.rotate(TILT, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC)
    frame = Image.new("RGB", SIZE, DESK)
    frame.paste(askew, ((SIZE[0] - askew.width) // 2, (SIZE[1] - askew.height) // 2))
    return frame.filter(ImageFilter.GaussianBlur(BLUR))
