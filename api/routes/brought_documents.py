"""A PDF that a firm brings before it starts an agreement: its pages, so that marks can be placed on them.

Nobody else sees it, and nobody is asked anything: the agreement begins when the form is sent with its digest.
"""

from typing import Annotated

from fastapi import APIRouter, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from api.acting import firm_of
from api.bringing import uploaded
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.digest import Digest
from signing.documents import bring, brought, freeze
from signing.pdf_document import open_document

router = APIRouter(prefix="/api/documents")


class PageShown(BaseModel):
    """A page as it is shown: its size in points and its picture."""

    width: float
    height: float
    picture: str


class Brought(BaseModel):
    """A document that was frozen; ``digest`` as ``sha256:hex``."""

    digest: str
    pages: list[PageShown]


@router.post("", status_code=201)
def bring_one(
    visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse, document: UploadFile | None = None
) -> Brought:
    """Freeze a PDF and tell its pages."""
    own = firm_of(visitor)
    content, name = uploaded(document)
    house.pages.check(content)
    with house.database.transaction() as session:
        frozen = freeze(session, house.store, content, name=name, clock=house.clock)
        bring(session, frozen, by=own, clock=house.clock)
    return Brought(digest=str(frozen.digest), pages=pages_shown(frozen.digest, content))


def pages_shown(digest: Digest, content: bytes) -> list[PageShown]:
    """Give the pages of a document that the visitor's firm brought."""
    return [
        PageShown(
            width=page.width,
            height=page.height,
            picture=f"/api/documents/{digest}/pages/{number}.png",
        )
        for number, page in enumerate(open_document(content).pages, start=1)
    ]


@router.get("/{digest}/pages/{number}.png")
def page_picture(
    digest: str, number: int, visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse
) -> Response:
    """Give page ``number``, from 1, of a document that the visitor's firm brought, as a picture."""
    with house.database.transaction() as session:
        found = brought(session, Digest.parse(digest), by=firm_of(visitor))
    picture = house.pages.page_image(house.store.get(found.digest), number)
    return Response(picture, media_type="image/png")
