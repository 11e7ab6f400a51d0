"""A PDF that somebody brought: opened, measured and refused by name before anything else touches it.

What passes here can be signed: it is whole, unencrypted, not larger or longer than the limits, and does
nothing by itself when it is opened (a document whose script changes what it shows is not a text that people
can agree to).
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from evidence.errors import Refused

LARGEST_DOCUMENT = 20 * 1024 * 1024  # bytes; a scanned contract of 100 pages at 150 dpi is about 15 MB
MOST_PAGES = 300

# What pyHanko was seen to raise, or documents, on structures that do not fit together.
_STRUCTURE_ERRORS = (
    PdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class DocumentBroken(Refused):
    """The bytes are no PDF, or one whose structure does not hold together."""

    code = "document-broken"
    zh = "该文件不是完整的 PDF；请重新导出后再提交。"
    en = "This is no complete PDF; export it again and submit the new file."


class DocumentEncrypted(Refused):
    """The PDF is encrypted or wants a password."""

    code = "document-encrypted"
    zh = "该 PDF 设有密码或加密；请去除加密后再提交。"
    en = "This PDF is encrypted or has a password; remove the protection and submit it again."


class DocumentTooLarge(Refused):
    """The file is larger than the limit. Facts: ``size``, ``most`` in bytes."""

    code = "document-too-large"
    zh = "文件有 {size} 字节，超过上限 {most} 字节；请压缩或拆分后再提交。"
    en = "The file has {size} bytes, more than the {most} allowed; compress or split it."


class DocumentTooLong(Refused):
    """The document has more pages than the limit. Facts: ``pages``, ``most``."""

    code = "document-too-long"
    zh = "文件有 {pages} 页，超过上限 {most} 页；请拆分后再提交。"
    en = "The document has {pages} pages, more than the {most} allowed; split it."


class DocumentEmpty(Refused):
    """The document has no page."""

    code = "document-empty"
    zh = "该 PDF 没有任何页面；请检查文件。"
    en = "This PDF has no pages; check the file."


class DocumentActive(Refused):
    """The document runs something when it is opened. Facts: ``feature``."""

    code = "document-active"
    zh = "该 PDF 含有自动执行的内容（{feature}），显示的文字可能改变；请去除后再提交。"
    en = "This PDF runs something by itself ({feature}), so its text may change; remove that and resubmit."


class DocumentLocked(Refused):
    """An earlier signature of the document forbids every addition."""

    code = "document-locked"
    zh = "该 PDF 已被先前的签名锁定，不允许再签署；请提交未锁定的版本。"
    en = "An earlier signature locked this PDF against any addition; submit a version that is not locked."


@dataclass(frozen=True)
class PageSize:
    """A page's media box in points (1/72 inch), its lower left corner included."""

    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True)
class OpenedDocument:
    """A PDF that can be signed."""

    content: bytes
    pages: tuple[PageSize, ...]


def open_document(content: bytes) -> OpenedDocument:
    """Open ``content`` and measure its pages.

    Raises:
        DocumentTooLarge: more than 20 MiB.
        DocumentBroken: no PDF, or its structure does not hold together.
        DocumentEncrypted: it is encrypted.
        DocumentEmpty: it has no page.
        DocumentTooLong: more than 300 pages.
        DocumentActive: it carries scripts or actions that run on opening.
        DocumentLocked: an earlier signature forbids changes.
    """
    with _structure_errors():
        reader = read_structure(content)
        pages = tuple(_page_sizes(reader))
        active = _active_feature(reader)
        locked = _is_locked(reader)
    if active is not None:
        raise DocumentActive(feature=active)
    if locked:
        raise DocumentLocked
    if not pages:
        raise DocumentEmpty
    return OpenedDocument(content=content, pages=pages)


def read_structure(content: bytes) -> PdfFileReader:
    """Return pyHanko's reader of a PDF, locked or not.

    Raises:
        DocumentTooLarge, DocumentBroken, DocumentEncrypted: as ``open_document``.
    """
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(size=len(content), most=LARGEST_DOCUMENT)
    with _structure_errors():
        reader = PdfFileReader(BytesIO(content))
        if reader.encrypted:
            raise DocumentEncrypted
        if reader.xrefs.hybrid_xrefs_present:  # two tables of contents that may differ cannot be signed
            raise DocumentBroken
    return reader


@contextmanager
def _structure_errors() -> Iterator[None]:
    try:
        yield
    except _STRUCTURE_ERRORS as error:
        raise DocumentBroken from error


def _page_sizes(reader: PdfFileReader) -> Iterator[PageSize]:
    count = int(reader.root["/Pages"]["/Count"])
    if count > MOST_PAGES:
        raise DocumentTooLong(pages=count, most=MOST_PAGES)
    for index in range(count):
        reference, _ = reader.find_page_for_modification(index)  # type: ignore[no-untyped-call]  # typed in part
        x1, y1, x2, y2 = (float(each) for each in _inherited(reference.get_object(), "/MediaBox"))
        yield PageSize(left=min(x1, x2), bottom=min(y1, y2), width=abs(x2 - x1), height=abs(y2 - y1))


def _inherited(page: generic.DictionaryObject, key: str) -> generic.ArrayObject:
    """Return the page's entry, or its nearest ancestor's (ISO 32000-2, 7.7.3.4)."""
    for _ in range(MOST_PAGES):
        if key in page:
            return generic.ArrayObject(page[key])
        page = page["/Parent"]
    raise ValueError(key)


def _is_locked(reader: PdfFileReader) -> bool:
    """Whether a certification or a closing seal forbids changes (ISO 32000-2, 12.8.2.2 and 12.8.2.4)."""
    return any(each.docmdp_level == MDPPerm.NO_CHANGES for each in reader.embedded_regular_signatures)


def _active_feature(reader: PdfFileReader) -> str | None:
    """Return the name of what runs on opening (ISO 32000-2, 12.6), or None."""
    root = reader.root
    if "/AA" in root:
        return "AA"
    action = root.get("/OpenAction")
    if isinstance(action, generic.DictionaryObject) and action.get("/S") in ("/JavaScript", "/Launch"):
        return "OpenAction"
    names = root.get("/Names")
    if isinstance(names, generic.DictionaryObject) and "/JavaScript" in names:
        return "JavaScript"
    form = root.get("/AcroForm")
    if isinstance(form, generic.DictionaryObject) and "/XFA" in form:
        return "XFA"
    return None
