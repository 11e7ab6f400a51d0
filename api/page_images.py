"""Pages of a PDF as pictures, so that a phone without a PDF reader shows exactly what is signed.

png = page_image(content, 1)
"""

import threading
from io import BytesIO

import pypdfium2

from evidence.errors import Refused

WIDTH = 1240  # pixels: A4 at 150 dpi, sharp on a phone that shows it at 390 points
MOST_HEIGHT = 3720  # pixels: a page three times as high as wide keeps its width

_pdfium = threading.Lock()  # PDFium is not made for threads


class PageUnknown(Refused):
    """The document has no such page. Facts: ``page`` from 1, ``pages``."""

    code = "document-page-unknown"
    zh = "文件共 {pages} 页，没有第 {page} 页。"
    en = "The document has {pages} pages; there is no page {page}."


class PageUndrawable(Refused):
    """A page cannot be drawn as a picture."""

    code = "page-undrawable"
    zh = "第 {page} 页无法显示为图片；请下载文件原件阅读后再签署。"
    en = "Page {page} cannot be shown as a picture; download the document and read it there before signing."


def page_image(content: bytes, number: int) -> bytes:
    """Return page ``number``, counted from 1, as PNG at most 1,240 pixels wide.

    Raises:
        PageUnknown: there is no such page.
        PageUndrawable: it cannot be drawn.
    """
    with _pdfium:
        try:
            return _draw(content, number)
        except pypdfium2.PdfiumError as error:
            raise PageUndrawable(page=number) from error


def _draw(content: bytes, number: int) -> bytes:
    document = pypdfium2.PdfDocument(content)
    try:
        if not 1 <= number <= len(document):
            raise PageUnknown(page=number, pages=len(document))
        page = document[number - 1]
        width, height = page.get_size()
        picture = page.render(scale=min(WIDTH / width, MOST_HEIGHT / height)).to_pil()
        output = BytesIO()
        picture.save(output, "PNG", optimize=False)
        return output.getvalue()
    finally:
        document.close()
