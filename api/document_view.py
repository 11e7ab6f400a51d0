"""The documents of an agreement as its parties see them, in JSON, on pages and as files.

documents_shown(session, found)
content = house.store.get(found.documents[numbered(found, 2)])     # the second
"""

from pydantic import BaseModel
from sqlalchemy.orm import Session

from evidence.errors import Refused
from signing.agreements import Agreement
from signing.documents import document


class DocumentNumberUnknown(Refused):
    """The agreement has no such document. Facts: ``number`` from 1, ``count``."""

    code = "document-number-unknown"
    zh = "本次签署共有 {count} 份文件，没有第 {number} 份。"
    en = "The agreement has {count} documents; there is no document {number}."


class DocumentShown(BaseModel):
    """A document by its ``number`` from 1; ``digest`` as ``sha256:hex``."""

    number: int
    name: str
    digest: str
    pages: int

    @property
    def query(self) -> str:
        """What follows the address of a file of the agreement, for it to be this document's."""
        return "" if self.number == 1 else f"?document={self.number}"


def documents_shown(session: Session, found: Agreement) -> list[DocumentShown]:
    """Return the documents in their order; one of an older agreement goes by the agreement's title."""
    names = found.manifest.names or (found.title,)
    return [
        DocumentShown(number=number, name=name, digest=str(digest), pages=document(session, digest).pages)
        for number, (name, digest) in enumerate(zip(names, found.documents, strict=True), start=1)
    ]


def numbered(found: Agreement, number: int) -> int:
    """Give the place, from 0, of the document with this number, from 1.

    Raises:
        DocumentNumberUnknown: there is none.
    """
    if not 1 <= number <= len(found.documents):
        raise DocumentNumberUnknown(number=number, count=len(found.documents))
    return number - 1


def file_title(found: Agreement, number: int) -> str:
    """Give what the file of a document is called: the title, and its number where there are several."""
    return found.title if len(found.documents) == 1 else f"{found.title}-{number}"
