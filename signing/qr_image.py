"""A QR code as a vector picture (ISO/IEC 18004), at error correction level M."""

import re

import numpy as np
import zxingcpp

from evidence.errors import Refused

LARGEST_VERSION = 20  # phones read larger codes unreliably off paper
_DARK = re.compile(b"\x00+")  # of a picture with one byte a module


class QrTooLong(Refused):
    """The text does not fit a code of version 20 at level M. Facts: ``length`` in characters."""

    code = "qr-too-long"
    zh = "二维码内容有 {length} 个字符，超出可打印的容量；请减少印入二维码的内容。"
    en = "The QR text has {length} characters, more than can be printed; put less into the code."


def qr_svg(text: str) -> str:
    """Return the code of ``text`` as an SVG of one path, one unit a module, without its quiet zone.

    Raises:
        QrTooLong: it needs more than version 20, which is 666 bytes or 1,600 digits.
    """
    modules, size = _modules(text)
    rows = enumerate(bytes(modules[at : at + size]) for at in range(0, size * size, size))
    path = "".join(_row_path(number, row) for number, row in rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def qr_version(text: str) -> int:
    """Return the version of the code of ``text``, from 1 to 20.

    Raises:
        QrTooLong: it needs a larger one.
    """
    return _version(_modules(text)[1])


def _modules(text: str) -> tuple[bytes, int]:
    """Give the code row by row, a byte a module, 0 where it is dark, and how many modules a row has."""
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise QrTooLong(length=len(text)) from error
    picture = np.asarray(code.to_image(scale=1, add_quiet_zones=False))
    size = len(picture)
    if _version(size) > LARGEST_VERSION:
        raise QrTooLong(length=len(text))
    return picture.tobytes(), size


def _version(size: int) -> int:
    return (size - 17) // 4


def _row_path(number: int, row: bytes) -> str:
    """Return the dark runs of a row as rectangles."""
    runs = ((run.start(), run.end() - run.start()) for run in _DARK.finditer(row))
    return "".join(f"M{start} {number}h{length}v1h-{length}z" for start, length in runs)
