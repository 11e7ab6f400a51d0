"""The image door: bytes from outside become a picture, or are refused by name.

Nothing is decoded before its kind and its size in pixels were read from the header, so that a few kilobytes
cannot unfold into gigabytes. A picture is upright (its EXIF orientation applied), RGB, and carries nothing
else of the file: no EXIF, no profile, no place where it was taken.

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


@dataclass(frozen=True)
class Limits:
    """The most that is taken: bytes of the file, pixels of the longer side, pixels in all."""

    max_bytes: int
    max_side: int
    max_pixels: int


PHOTOGRAPH = Limits(max_bytes=8_000_000, max_side=8_192, max_pixels=25_000_000)
"""A portrait: a 12-megapixel phone photograph is 3-6 MB as JPEG; 25 megapixels are 75 MB once decoded."""

FRAME = Limits(max_bytes=1_000_000, max_side=1_920, max_pixels=2_100_000)
"""One frame of a clip, at most full HD: the pages send 480 pixels, 30-60 kB; decoding full HD takes 10 ms."""

KINDS = ("JPEG", "PNG")


class ImageTooLarge(Refused):
    """The file has too many bytes or pixels, as its header says. Facts ``size`` and ``limit``, with units."""

    code = "image-too-large"
    zh = "图像太大（{size}），最大为 {limit}。请缩小后重新提交。"
    en = "The image is too large ({size}, at most {limit}); reduce it and send it again."


class ImageBroken(Refused):
    """The file says that it is an image but can not be decoded."""

    code = "image-broken"
    zh = "图像文件已损坏，无法打开。请重新拍摄或重新导出后再提交。"
    en = "The image file is broken and cannot be opened; take or export it again."


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


def decode(content: bytes, limits: Limits = PHOTOGRAPH) -> Picture:
    """Decode a JPEG or PNG file within ``limits``.

    Raises:
        ImageTooLarge: too many bytes or pixels, told from the header alone.
        ImageKindRefused: neither JPEG nor PNG, whatever its name says.
        ImageBroken: truncated or damaged.
    """
    if len(content) > limits.max_bytes:
        raise ImageTooLarge(size=f"{len(content):,} B", limit=f"{limits.max_bytes:,} B")
    with _open(content, limits) as image:
        width, height = image.size
        if max(width, height) > limits.max_side:
            raise ImageTooLarge(size=f"{width:,} × {height:,} px", limit=f"{limits.max_side:,} px")
        if width * height > limits.max_pixels:
            raise ImageTooLarge(size=f"{width:,} × {height:,} px", limit=f"{limits.max_pixels:,} px")
        return Picture(_upright_pixels(image))


def _open(content: bytes, limits: Limits) -> Image.Image:
    """Read the header; no pixel is decoded yet."""
    try:
        return Image.open(io.BytesIO(content), formats=KINDS)
    except UnidentifiedImageError as error:
        raise (ImageBroken() if _begins_like_an_image(content) else ImageKindRefused()) from error
    except Image.DecompressionBombError as error:
        size = f"> {2 * (Image.MAX_IMAGE_PIXELS or 0):,} px"
        raise ImageTooLarge(size=size, limit=f"{limits.max_pixels:,} px") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageBroken from error


def _begins_like_an_image(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _upright_pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Decode, apply the EXIF orientation, and drop transparency and palette."""
    # Importing face_recognition turns this on for the whole process; here, half an image is broken.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image.load()
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as error:
        raise ImageBroken from error
    return np.asarray(upright, dtype=np.uint8)
