import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from identity.images import FRAME, ImageBroken, ImageKindRefused, ImageTooLarge, decode


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header claims a size and whose body is empty: nothing but the header can be read."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


GREY = Image.new("RGB", (40, 30), (120, 120, 120))


def test_a_jpeg_becomes_rgb_pixels() -> None:
    assert decode(encoded(GREY)).pixels.shape == (30, 40, 3)


def test_a_transparent_png_becomes_rgb_pixels() -> None:
    assert decode(encoded(GREY.convert("RGBA"), "PNG")).pixels.shape == (30, 40, 3)


def test_the_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(encoded(GREY, exif=exif))
    assert (picture.width, picture.height) == (30, 40)


@pytest.mark.parametrize(("width", "height"), [(65_000, 10), (10, 65_000), (65_000, 65_000), (6_000, 6_000)])
def test_a_huge_image_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(ImageTooLarge):
        decode(png_that_claims(width, height))


def test_a_65000_pixel_jpeg_is_refused() -> None:
    with pytest.raises(ImageTooLarge):
        decode(encoded(Image.new("L", (65_000, 8))))


def test_a_refusal_names_the_size_in_both_languages() -> None:
    with pytest.raises(ImageTooLarge) as refusal:
        decode(png_that_claims(65_000, 10))
    assert all("65,000 × 10 px" in refusal.value.sentence(language) for language in ("zh", "en"))


def test_a_file_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(ImageTooLarge):
        decode(b"\xff\xd8\xff" + bytes(8_000_000))


def test_a_frame_has_narrower_limits_than_a_photograph() -> None:
    content = encoded(Image.new("RGB", (2_000, 100)))
    assert decode(content).width == 2_000
    with pytest.raises(ImageTooLarge):
        decode(content, FRAME)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_image_is_refused(kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ImageBroken):
        decode(content[: len(content) // 2])


def test_a_header_without_an_image_is_refused_as_broken() -> None:
    with pytest.raises(ImageBroken):
        decode(b"\xff\xd8\xff\xe0" + bytes(20))


def test_a_damaged_png_is_refused() -> None:
    content = bytearray(encoded(GREY, "PNG"))
    content[45:60] = bytes(15)
    with pytest.raises(ImageBroken):
        decode(bytes(content))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"GIF89a" + bytes(40), encoded(GREY, "BMP")])
def test_another_kind_of_file_is_refused(content: bytes) -> None:
    with pytest.raises(ImageKindRefused):
        decode(content)
