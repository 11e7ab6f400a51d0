"""A QR code as a vector picture (ISO/IEC 18004), at error correction level M."""

from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from evidence.errors import Refused

LARGEST_VERSION = 20  # phones read larger codes unreliably off paper
SHORTEST_DIGITS = 20  # digits in a row that are worth a numeric segment, 3.3 bits each instead of 8
MASK = 2  # any mask is read alike; trying all eight costs 70 ms, and the codes' digits are as good as random


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
    code, _ = _fitted(text)
    code.make(fit=True)
    modules = code.get_matrix()
    size = len(modules)
    path = "".join(_row_path(number, row) for number, row in enumerate(modules))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def qr_version(text: str) -> int:
    """Return the version of the code of ``text``, from 1 to 20.

    Raises:
        QrTooLong: it needs a larger one.
    """
    return _fitted(text)[1]


def _fitted(text: str) -> tuple[qrcode.QRCode[Any], int]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text, optimize=SHORTEST_DIGITS)
    try:
        version = code.best_fit()
    except (DataOverflowError, ValueError):
        version = LARGEST_VERSION + 1
    if version > LARGEST_VERSION:
        raise QrTooLong(length=len(text))
    return code, version


def _row_path(number: int, row: list[bool]) -> str:
    """Return the dark runs of a row as rectangles."""
    path, column = [], 0
    while column < len(row):
        start = column
        while column < len(row) and row[column]:
            column += 1
        if column > start:
            path.append(f"M{start} {number}h{column - start}v1h{start - column}z")
        column += 1
    return "".join(path)
