"""The PDFs that come with a form: uploaded with it, or brought before by the same firm.

all_uploaded(house, document or ())              # [(b"%PDF-…", "合同.pdf"), …], in their order
brought_before(house, ["sha256:…"], by=own)
"""

from collections.abc import Sequence

from fastapi import UploadFile

from api.house import House
from evidence.digest import Digest
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.names import FILE_NAME, check_name
from signing.agreement_documents import check_count, naming
from signing.documents import brought

UNNAMED = "document.pdf"
"""What an upload without a name is called."""


class DocumentMissing(Refused):
    """No PDF was chosen."""

    code = "document-missing"
    zh = "还没有选择要签署的 PDF 文件；请选择文件后再发起。"
    en = "No PDF was chosen; choose the document to sign, then start again."


def brought_before(house: House, digests: Sequence[str], *, by: Uscc) -> list[tuple[bytes, str]]:
    """Give the bytes and the names of documents that the firm brought before.

    Raises:
        DocumentCountWrong: one agreement has not so many.
        DocumentUnknown: the firm brought no such document.
    """
    check_count(len(digests))
    with house.database.transaction() as session:
        found = [brought(session, Digest.parse(digest), by=by) for digest in digests]
    return [(house.store.get(each.digest), each.name) for each in found]


def all_uploaded(house: House, sent: Sequence[UploadFile]) -> list[tuple[bytes, str]]:
    """Give the bytes and the names of what was sent, every page of which can be drawn.

    Raises:
        DocumentMissing: nothing was.
        DocumentCountWrong, DocumentBroken, DocumentUndrawable, …: it cannot be signed.
        DocumentAtFault: the same, of one among several.
    """
    if not sent:
        raise DocumentMissing
    check_count(len(sent))
    read: list[tuple[bytes, str]] = []
    for place, each in enumerate(sent):
        name = check_name(each.filename or UNNAMED, FILE_NAME)
        with naming(name, place=place, among=len(sent)):
            content, _ = uploaded(each)
            house.pages.check(content)
        read.append((content, name))
    return read


def uploaded(document: UploadFile | None) -> tuple[bytes, str]:
    """Return the bytes and the name of what was sent.

    Raises:
        DocumentMissing: nothing was.
    """
    if document is None or not document.size:
        raise DocumentMissing
    return document.file.read(), document.filename or UNNAMED
