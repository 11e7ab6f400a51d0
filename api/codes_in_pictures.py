"""The QR code in a picture or on the pages of a PDF, where the packages that read pictures are installed.

The verifier alone does not bring them; they come with ``yinxin[server]``.

    code_in(Path("scan.jpg").read_bytes())  # the text of the one certificate's code in it
"""

from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from typing import Any

from evidence.errors import Invalid, QrAltered, QrUnknown, Unavailable
from evidence.qr import read_qr
from verify.attachment import is_pdf

MOST_PIXELS = 60_000_000
MOST_PAGES = 20
DOTS_PER_INCH, POINTS_PER_INCH = 150, 72
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"GIF8")


class PictureReaderMissing(Unavailable):
    """The packages that read codes off pictures are not installed. Facts: ``package``."""

    code = "picture-reader-missing"
    zh = "读取图片或页面上的二维码需要 {package}：请运行 pip install 'yinxin[server]'，或直接给出内容。"
    en = (
        "Reading a code off a picture or a page needs {package}: run pip install 'yinxin[server]', or give "
        "the code's text."
    )


class NoCodeInPicture(Invalid):
    """A picture or a PDF shows not exactly one certificate's code. Facts: ``count``."""

    code = "no-code-in-picture"
    zh = "图片或页面上有 {count} 个证照二维码，恰好一个才能核验。请重新拍摄，或直接给出二维码内容。"
    en = (
        "The picture or the pages show {count} certificates' codes, and one is needed. Take it again, or "
        "give the code's text."
    )


class NothingInPdf(Invalid):
    """A PDF carries no bundle, and its pages show not exactly one certificate's code. Facts: ``count``."""

    code = "nothing-in-pdf"
    zh = "这份 PDF 没有附证据包，页面上有 {count} 个证照二维码；请改用证据包文件，或直接给出二维码内容。"
    en = (
        "This PDF carries no evidence bundle, and its pages show {count} certificates' codes; use the file "
        "ending in .bundle, or give the code's text."
    )


def is_picture(data: bytes) -> bool:
    """Whether ``data`` begins as a picture does."""
    return data.startswith(_PICTURES)


def code_in(data: bytes) -> str:
    """Read the one certificate's code in a picture, or on the pages of a PDF.

    Raises:
        PictureReaderMissing: the packages for it are not installed.
        NoCodeInPicture, NothingInPdf: there is none, or more than one.
    """
    try:
        reader: Any = import_module("zxingcpp")
        pictures = list(_pages(data) if is_pdf(data) else _picture(data))
    except ModuleNotFoundError as missing:
        raise PictureReaderMissing(package=missing.name) from missing
    qr = reader.BarcodeFormats(reader.BarcodeFormat.QRCode)
    texts = {
        found.text
        for picture in pictures
        for found in reader.read_barcodes(picture, formats=qr)
        if _is_code(found.text)
    }
    if len(texts) != 1:
        raise (NothingInPdf if is_pdf(data) else NoCodeInPicture)(count=len(texts))
    return str(texts.pop())


def _is_code(text: str) -> bool:
    try:
        read_qr(text)
    except QrUnknown:
        return False
    except QrAltered:
        return True
    return True


def _picture(data: bytes) -> Iterator[Any]:
    pillow: Any = import_module("PIL.Image")
    pillow.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        yield pillow.open(BytesIO(data)).convert("L")
    except (OSError, ValueError, pillow.DecompressionBombError) as error:
        raise NoCodeInPicture(count=0) from error


def _pages(data: bytes) -> Iterator[Any]:
    pdfium: Any = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise NothingInPdf(count=0) from error
    for number in range(min(len(document), MOST_PAGES)):
        yield document[number].render(scale=DOTS_PER_INCH / POINTS_PER_INCH).to_pil()
