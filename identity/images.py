"""The image door: bytes from outside become a picture, or are refused by name.

Nothing is decoded before its kind and its size in pixels were read from the header, so that a few kilobytes can
not unfold into gigabytes. A picture is upright (its EXIF orientation applied), RGB, and carries nothing else of
the file: no EXIF, no profile, no place where it was taken.

    picture = decode(content)   # raises ImageTooLarge, ImageBroken, ImageKindRefused
"""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from evidence.errors import Refused

MAX_BYTES = 8_000_000
"""A 12-megapixel phone photograph as JPEG is 3-6 MB."""

MAX_SIDE = 8_192
"""Pixels; wider than any phone's photograph, so that one line can not be a bomb either."""

MAX_PIXELS = 25_000_000
"""Pixels; 75 MB as RGB, the most that one decoding may take."""

KINDS = ("JPEG", "PNG")


class ImageTooLarge(Refused):
    """The file has too many bytes or pixels. Fact ``what``: its size, read without decoding."""

    code = "image-too-large"
    zh = "图像太大（{what}）。请缩小到 8 MB、2500 万像素、边长 8192 像素以内后重新提交。"
    en = "The image is too large ({what}); reduce it to at most 8 MB, 25 megapixels and 8192 pixels a side."


class ImageBroken(Refused):
    """The file says that it is an image but can not be decoded."""

    code = "image-broken"
    zh = "图像文件已损坏，无法打开。请重新拍摄或重新导出后再提交。"
    en = "The image file is broken and can not be opened; take or export it again."


class ImageKindRefused(Refused):
    """The file is neither JPEG nor PNG."""

    code = "image-kind-refused"
    zh = "文件不是 JPEG 或 PNG 图像。请换成 JPEG 或 PNG 后重新提交。"
    en = "The file is neither a JPEG nor a PNG image; send a JPEG or PNG."


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright RGB picture; ``pixels`` is uint8 of shape (height, width, 3)."""

    pixels: npt.NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])


def decode(content: bytes) -> Picture:
    """Decode a JPEG or PNG file of at most :data:`MAX_BYTES`.

    Raises:
        ImageTooLarge: too many bytes or pixels, told from the header alone.
        ImageKindRefused: neither JPEG nor PNG, whatever its name says.
        ImageBroken: truncated or damaged.
    """
    if len(content) > MAX_BYTES:
        raise ImageTooLarge(what=f"{len(content)} B")
    with _open(content) as image:
        width, height = image.size
        if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
            raise ImageTooLarge(what=f"{width} × {height} px")
        return Picture(_upright_pixels(image))


def _open(content: bytes) -> Image.Image:
    """Read the header; no pixel is decoded yet."""
    try:
        return Image.open(io.BytesIO(content), formats=KINDS)
    except UnidentifiedImageError as error:
        raise (ImageBroken() if _begins_like_an_image(content) else ImageKindRefused()) from error
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(what=f"> {2 * (Image.MAX_IMAGE_PIXELS or 0)} px") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageBroken from error


def _begins_like_an_image(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _upright_pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Decode, apply the EXIF orientation, and drop transparency and palette."""
    # face_recognition sets this switch for the whole process when it is imported; half an image is broken here.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image.load()
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as error:
        raise ImageBroken from error
    return np.asarray(upright, dtype=np.uint8)
