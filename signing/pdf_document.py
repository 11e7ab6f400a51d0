"""A PDF that somebody brought: opened, measured and refused by name before anything else touches it.

What passes here can be signed: it is whole, unencrypted, not larger or longer than the limits, and shows
everybody the same (a document that can change or hide what it shows is not a text that people can agree to).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from evidence.errors import Refused
from signing.pdf_contents import followed, refuse_changeable
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
        locked = _forbids_changes(reader.embedded_regular_signatures)
    if locked:
        raise DocumentLocked
    if not pages:
        raise DocumentEmpty
    return OpenedDocument(content=content, pages=pages)


@dataclass(frozen=True)
class ReopenedDocument:
    """A PDF that is signed further: its pages, the names of the fields that hold signatures, its reader."""

    pages: tuple[PageSize, ...]
    signed: frozenset[str]
    reader: PdfFileReader


def reopen_document(content: bytes) -> ReopenedDocument:
    """Open what ``open_document`` opened once, and what was only appended to by us since, up to 64 MiB.

    What its pages may show, and whether an earlier signature than the last forbids changes, is not looked
    through again: with twenty signatures that took most of the time of signing.

    Raises:
        DocumentTooLarge, DocumentBroken, DocumentEncrypted, DocumentEmpty, DocumentLocked: as
            ``open_document``.
    """
    with _structure_errors():
        reader = read_structure(content)
        pages = tuple(page_sizes(reader))
        signed = {str(field["/T"]): field for field in _fields(reader) if "/V" in field}
        newest_first = (EmbeddedPdfSignature(reader, field, name) for name, field in [*signed.items()][::-1])
        no_timestamps = (each for each in newest_first if each.sig_object_type == "/Sig")
        locked = _forbids_changes(islice(no_timestamps, 1))
    if locked:
        raise DocumentLocked
    if not pages:
        raise DocumentEmpty
    return ReopenedDocument(pages, frozenset(signed), reader)


def _fields(reader: PdfFileReader) -> Iterator[DictionaryObject]:
    """Give the form's signature fields, as they were added."""
    form = followed(reader.root, "/AcroForm")
    for field in () if form is None else followed(form, "/Fields") or ():
        found = field.get_object()
        if followed(found, "/FT") == "/Sig" and "/T" in found:
            yield found


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


def _forbids_changes(signatures: Iterable[EmbeddedPdfSignature]) -> bool:
    """Whether a certification or a closing seal forbids changes (ISO 32000-2, 12.8.2.2 and 12.8.2.4)."""
    return any(each.docmdp_level == MDPPerm.NO_CHANGES for each in signatures)
