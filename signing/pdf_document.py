"""A PDF that somebody brought: opened, measured and refused by name before anything else touches it.

What passes here can be signed: it is whole, unencrypted, not larger or longer than the limits, and shows
everybody the same (a document that can change or hide what it shows is not a text that people can agree to).
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from evidence.errors import Refused
from signing.pdf_contents import refuse_changeable
from signing.pdf_pages import PageSize, page_sizes

LARGEST_DOCUMENT = 20 * 1024 * 1024  # bytes; a scanned contract of 100 pages at 150 dpi is about 15 MB

LARGEST_SIGNED = 64 * 1024 * 1024
"""Bytes that a document may grow to by what its parties add."""

# What pyHanko was seen to raise, or documents, on structures that do not fit together.
STRUCTURE_ERRORS = (
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


class DocumentEmpty(Refused):
    """The document has no page."""

    code = "document-empty"
    zh = "该 PDF 没有任何页面；请检查文件。"
    en = "This PDF has no pages; check the file."


class DocumentLocked(Refused):
    """An earlier signature of the document forbids every addition."""

    code = "document-locked"
    zh = "该 PDF 已被先前的签名锁定，不允许再签署；请提交未锁定的版本。"
    en = "An earlier signature locked this PDF against any addition; submit a version that is not locked."


@dataclass(frozen=True)
class OpenedDocument:
    """A PDF that can be signed."""

    content: bytes
    pages: tuple[PageSize, ...]


def open_document(content: bytes, *, most: int = LARGEST_DOCUMENT) -> OpenedDocument:
    """Open ``content`` and measure its pages.

    Raises:
        DocumentTooLarge: more than ``most`` bytes.
        DocumentBroken: no PDF, or its structure does not hold together.
        DocumentEncrypted: it is encrypted.
        DocumentEmpty: it has no page.
        DocumentTooLong: more than 300 pages.
        PagesMiscounted, PageHidden: readers may show other pages, or parts of pages.
        DocumentActive, DocumentLayered, DocumentTangled: it may show another text, or that is not to be seen.
        DocumentLocked: an earlier signature forbids changes.
    """
    check_size(content, most=most)
    with _structure_errors():
        reader = read_structure(content)
        pages = tuple(page_sizes(reader))
        refuse_changeable(reader)
        locked = _is_locked(reader)
    if locked:
        raise DocumentLocked
    if not pages:
        raise DocumentEmpty
    return OpenedDocument(content=content, pages=pages)


def check_size(content: bytes, *, most: int = LARGEST_DOCUMENT) -> None:
    """See that ``content`` is no larger than a document may be.

    Raises:
        DocumentTooLarge: more than ``most`` bytes.
    """
    if len(content) > most:
        raise DocumentTooLarge(size=len(content), most=most)


def read_structure(content: bytes) -> PdfFileReader:
    """Return pyHanko's reader of a PDF of at most 64 MiB, locked or not.

    Raises:
        DocumentTooLarge, DocumentBroken, DocumentEncrypted: as ``open_document``.
    """
    check_size(content, most=LARGEST_SIGNED)
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
    except STRUCTURE_ERRORS as error:
        raise DocumentBroken from error


def _is_locked(reader: PdfFileReader) -> bool:
    """Whether a certification or a closing seal forbids changes (ISO 32000-2, 12.8.2.2 and 12.8.2.4)."""
    return any(each.docmdp_level == MDPPerm.NO_CHANGES for each in reader.embedded_regular_signatures)
