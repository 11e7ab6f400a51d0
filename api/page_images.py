"""Pages of a PDF as pictures, so that a phone without a PDF reader shows exactly what is signed.

A small file can ask for hours of reading or drawing, and neither can be interrupted: both are done in
processes of bounded memory that are killed and replaced. Uploads are opened and drawn in a process of their
own, before the server itself opens them, so that no reader waits for them.

    drawer = PageDrawer()
    drawer.check(content)
    png = drawer.page_image(content, 1)
"""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
from PIL import Image

from evidence.errors import Refused, Unavailable
from identity.scan_worker import Silent
from identity.worker_pool import AllBusy, Answer, WorkerPool
from signing.pdf_document import check_size, open_document

WIDTH = 1240  # pixels: A4 at 150 dpi, sharp on a phone that shows it at 390 points
MOST_HEIGHT = 3720  # pixels: a page three times as high as wide keeps its width

OPEN_S = 6.0
"""Seconds of CPU to open an upload and walk all that it holds: half a million inner parts."""

MEMORY = 2**30
"""Bytes that a drawing process may hold: a scanned page at 600 dpi takes 300 MB."""

PAGE_S = 3.0
"""Seconds of CPU for one page: a scanned A4 page takes 0.1, its PNG 0.3."""

PICTURE_S = 10.0
"""Seconds for one picture on a busy machine, and to wait for the process that draws it."""

CHECK_S = 30.0
"""Seconds for all pages of an upload: 300 scanned pages take about 20."""


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


class DocumentUndrawable(Refused):
    """Not all pages of an upload can be drawn within the limits."""

    code = "document-undrawable"
    zh = "该 PDF 的页面无法完整显示为图片，签署人将看不到所签内容；请重新导出后再提交。"
    en = "Not all pages of this PDF can be shown, so signers would not see what they sign; export it again."


class DocumentExhausting(Refused):
    """Opening the document takes more time or memory than that of any ordinary one."""

    code = "document-exhausting"
    zh = "检查该 PDF 所需的时间或内存超过上限；请重新导出（如“打印为 PDF”）后再提交。"
    en = "Checking this PDF takes more time or memory than allowed; print it to PDF and submit that."


class PagesBusy(Unavailable):
    """Other pages are being drawn."""

    code = "pages-busy"
    zh = "正在显示或检查其他文件的页面，请稍候再试。"
    en = "Pages of other documents are being drawn; try again in a moment."


class PageDrawer:
    """Two processes that draw: one for readers, one for uploads."""

    def __init__(self) -> None:
        """Start the processes."""
        self._reading = WorkerPool(Pdfium, workers=1, limit_s=PICTURE_S)
        self._checking = WorkerPool(Pdfium, workers=1, limit_s=CHECK_S)

    def page_image(self, content: bytes, number: int, *, sealed: bool = False) -> bytes:
        """Return page ``number``, counted from 1, as PNG at most 1,240 pixels wide.

        Seals and signatures are fields of a form; they are drawn where it is ``sealed`` by ourselves.

        Raises:
            PageUnknown: there is no such page.
            PageUndrawable: it cannot be drawn, or not in time.
            PagesBusy: other pages took too long.
        """
        try:
            return _ask(self._reading, Pdfium.picture, content, number, sealed)
        except Silent as error:
            raise PageUndrawable(page=number) from error

    def check(self, content: bytes) -> None:
        """See that what somebody brought opens, and that every page of it can be drawn.

        Raises:
            DocumentBroken, DocumentTooLarge, …: see ``open_document``.
            DocumentExhausting: it does not open within the limits.
            DocumentUndrawable: a page cannot be drawn, or not in time.
            PagesBusy: other uploads took too long.
        """
        check_size(content)
        try:
            pages = _ask(self._checking, Pdfium.count, content)
        except Silent as error:
            raise DocumentExhausting from error
        try:
            drawn = _ask(self._checking, Pdfium.draw_all, content)
        except (Silent, PageUndrawable) as error:
            raise DocumentUndrawable from error
        if drawn != pages:
            raise DocumentUndrawable

    def close(self) -> None:
        """End the processes."""
        self._reading.close()
        self._checking.close()


def _ask(pool: WorkerPool, call: Callable[..., Answer], *arguments: object) -> Answer:
    try:
        return pool.ask(call, *arguments)
    except AllBusy as error:
        raise PagesBusy from error


class Pdfium:
    """What opens and draws within a process of its own; what takes too long or too much ends that process."""

    def __init__(self) -> None:
        """Bound the memory of this process (RLIMIT_DATA, getrlimit(2))."""
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))

    def count(self, content: bytes) -> int:
        """Open a document as ``open_document`` does, and return how many pages it has."""
        with _cpu(OPEN_S):
            return len(open_document(content).pages)

    def picture(self, content: bytes, number: int, sealed: bool) -> bytes:  # noqa: FBT001  by place, to a process
        """Return page ``number`` as PNG, with the fields of its form where it is ``sealed``."""
        with _opened(content, number) as document:
            if sealed:
                document.init_forms()
            if not 1 <= number <= len(document):
                raise PageUnknown(page=number, pages=len(document))
            output = BytesIO()
            _drawn(document, number).save(output, "PNG", optimize=False)
            return output.getvalue()

    def draw_all(self, content: bytes) -> int:
        """Draw every page as a reader will see it, and return how many there are."""
        with _opened(content, 1) as document:
            pages = len(document)
            for number in range(1, pages + 1):
                _drawn(document, number)
            return pages


@contextmanager
def _opened(content: bytes, number: int) -> Iterator[pypdfium2.PdfDocument]:
    with _cpu(PAGE_S):
        try:
            with pypdfium2.PdfDocument(content) as document:
                yield document
        except pypdfium2.PdfiumError as error:
            raise PageUndrawable(page=number) from error


@contextmanager
def _cpu(seconds: float) -> Iterator[None]:
    _allow_cpu(seconds)
    try:
        yield
    finally:
        _allow_cpu(0)


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    _allow_cpu(PAGE_S)
    page = document[number - 1]
    try:
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise PageUndrawable(page=number)
        picture: Image.Image = page.render(scale=min(WIDTH / width, MOST_HEIGHT / height)).to_pil()
        return picture
    finally:
        page.close()


def _allow_cpu(seconds: float) -> None:
    """End this process by SIGPROF after ``seconds`` of CPU time; 0 calls that off (setitimer(2))."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
