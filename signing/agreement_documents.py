"""The documents of one agreement: one or several PDFs in an order, each there once, not too large together.

check_documents(documents)
with naming(document.name, place=1, among=3):      # a refusal within says which document it is about
    rehearse(content, slots, document=1, …)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from evidence.digest import Digest
from evidence.errors import Refused, Term
from signing.documents import Document
from signing.pdf_document import LARGEST_DOCUMENT

MOST_DOCUMENTS = 10
"""Documents of one agreement: what a party reads in one sitting."""


class DocumentCountWrong(Refused):
    """An agreement has one to ten documents. Facts: ``limit``, ``count``."""

    code = "document-count-wrong"
    zh = "一次签署可有 1 至 {limit} 份文件，现有 {count} 份；请减少文件，或分开发起。"
    en = "An agreement has 1 to {limit} documents; this one has {count}. Bring fewer, or start several."


class DocumentRepeated(Refused):
    """Two of the documents are the same bytes. Facts: ``name``, ``other``."""

    code = "document-repeated"
    zh = "文件“{name}”与“{other}”内容完全相同；请删除其中一份。"
    en = "The documents “{name}” and “{other}” are the same, byte for byte; remove one of them."


class DocumentsTooLarge(Refused):
    """Together they are larger than one document may be. Facts: ``size``, ``most`` in bytes."""

    code = "documents-too-large"
    zh = "各份文件合计 {size} 字节，超过上限 {most} 字节；请压缩，或分开发起。"
    en = "The documents have {size} bytes together, more than the {most} allowed; compress or start several."


class DocumentAtFault(Refused):
    """One of several documents is refused. Facts: ``number`` from 1, ``name``, ``reason``."""

    code = "document-at-fault"
    zh = "第 {number} 份文件“{name}”：{reason}"
    en = "Document {number} “{name}”: {reason}"


def check_documents(documents: Sequence[Document]) -> None:
    """See that these may be the documents of one agreement.

    Raises:
        DocumentCountWrong, DocumentRepeated, DocumentsTooLarge: they may not.
    """
    check_count(len(documents))
    seen: dict[Digest, str] = {}
    for document in documents:
        if document.digest in seen:
            raise DocumentRepeated(name=seen[document.digest], other=document.name)
        seen[document.digest] = document.name
    size = sum(document.size for document in documents)
    if size > LARGEST_DOCUMENT:
        raise DocumentsTooLarge(size=size, most=LARGEST_DOCUMENT)


def check_count(count: int) -> None:
    """See that an agreement may have so many documents, before any of them is read.

    Raises:
        DocumentCountWrong: it may not.
    """
    if not 1 <= count <= MOST_DOCUMENTS:
        raise DocumentCountWrong(limit=MOST_DOCUMENTS, count=count)


@contextmanager
def naming(name: str, *, place: int, among: int) -> Iterator[None]:
    """Let a refusal within tell the document at ``place``, from 0; the only one needs no name.

    Raises:
        DocumentAtFault: in the place of what was refused, where there are several.
    """
    try:
        yield
    except Refused as error:
        if among == 1:
            raise
        reason = Term(error.sentence("zh"), error.sentence("en"))
        raise DocumentAtFault(number=place + 1, name=name, reason=reason) from error
