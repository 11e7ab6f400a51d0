"""Documents: PDFs frozen by their digest before anybody signs.

A frozen document is D0 of an agreement. Its bytes lie in the object store under their own digest, so
they cannot be exchanged later; its row keeps the name people gave it and how many pages they saw.

    document = freeze(session, store, content, name="施工许可申请表.pdf", clock=clock)
    content = store.get(document.digest)

An organization may bring a document before it says who signs it, to see its pages and place the marks:

    bring(session, document, by=uscc, clock=clock)
    document = brought(session, document.digest, by=uscc)
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.names import FILE_NAME, check_name
from signing.objects import ObjectStore
from signing.pdf_document import open_document
from signing.tables import BroughtDocumentRow, DocumentRow


class DocumentUnknown(Refused):
    """No document of this digest was frozen here."""

    code = "document-unknown"
    zh = "没有摘要为 {digest} 的文件，请先上传文件。"
    en = "No document {digest} was frozen here; upload it first."


@dataclass(frozen=True, kw_only=True)
class Document:
    """A frozen PDF; ``size`` is in bytes."""

    digest: Digest
    name: str
    pages: int
    size: int
    frozen_at: datetime


def freeze(session: Session, store: ObjectStore, content: bytes, *, name: str, clock: Clock) -> Document:
    """Keep ``content`` for ever under its digest; who freezes the same bytes learns no name but its own.

    The store is written before the session is first used, so no transaction waits for it.

    Raises:
        DocumentBroken, DocumentEncrypted, …: not a PDF that can be signed, see ``open_document``.
        TextEmpty, TextTooLong, HiddenCharacter: the name cannot be shown.
    """
    shown = check_name(name, FILE_NAME)
    pages = len(open_document(content).pages)
    digest = store.put(content)
    session.execute(
        insert(DocumentRow)
        .values(digest=digest.value, name=shown, pages=pages, size=len(content), frozen_at=clock.now())
        .on_conflict_do_nothing()
    )
    return replace(document(session, digest), name=shown)


def document(session: Session, digest: Digest) -> Document:
    """Return the frozen document of ``digest``.

    Raises:
        DocumentUnknown: it was never frozen here.
    """
    row = session.get(DocumentRow, digest.value)
    if row is None:
        raise DocumentUnknown(digest=digest)
    return Document(
        digest=Digest(HashAlgorithm.SHA256, row.digest),
        name=row.name,
        pages=row.pages,
        size=row.size,
        frozen_at=row.frozen_at,
    )


def bring(session: Session, document: Document, *, by: Uscc, clock: Clock) -> None:
    """Remember that ``by`` brought the document, under the name it gave first; again changes nothing."""
    row = insert(BroughtDocumentRow).values(
        document=document.digest.value, organization=by.text, name=document.name, brought_at=clock.now()
    )
    session.execute(row.on_conflict_do_nothing())


def brought(session: Session, digest: Digest, *, by: Uscc) -> Document:
    """Return the document of ``digest`` that ``by`` brought.

    Raises:
        DocumentUnknown: it brought none, whoever else did.
    """
    row = session.get(BroughtDocumentRow, (digest.value, by.text))
    if row is None:
        raise DocumentUnknown(digest=digest)
    return replace(document(session, digest), name=row.name)
