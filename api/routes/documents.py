"""The files of agreements: each frozen PDF, its pages as pictures, the PDF that all signed.

``document`` is the number of the document, from 1, where there are several.
"""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from api import trust
from api.document_view import file_title, numbered
from api.parties import readable_agreement, visible_agreement
from api.routes import InHouse
from api.routes.agreements import AsParty
from signing import agreement_bundles
from signing.assembly_jobs import AssemblyUnknown
from signing.evidence_pack import PackMaker
from signing.evidence_pack import pack as evidence_pack_of

router = APIRouter(prefix="/agreements/{agreement_id}", include_in_schema=False)


def file(content: bytes, *, media_type: str, name: str, kept: bool = False) -> Response:
    """Answer with a file called ``name`` that the browser shows, or only keeps."""
    how = "attachment" if kept else "inline"
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}"},
    )


@router.get("/document.pdf")
def frozen_pdf(agreement_id: UUID, visitor: AsParty, house: InHouse, document: int = 1) -> Response:
    """Give the document exactly as it was frozen."""
    with house.database.transaction() as session:
        found = readable_agreement(session, agreement_id, visitor, house)
    content = house.store.get(found.documents[numbered(found, document)])
    return file(content, media_type="application/pdf", name=f"{file_title(found, document)}.pdf")


@router.get("/pages/{number}.png")
def page_picture(
    agreement_id: UUID, number: int, visitor: AsParty, house: InHouse, document: int = 1
) -> Response:
    """Give page ``number`` of the frozen document, from 1, as a picture."""
    with house.database.transaction() as session:
        found = readable_agreement(session, agreement_id, visitor, house)
    content = house.store.get(found.documents[numbered(found, document)])
    picture = house.pages.page_image(content, number)
    return Response(picture, media_type="image/png")


@router.get("/signed.pdf")
def signed_pdf(agreement_id: UUID, visitor: AsParty, house: InHouse, document: int = 1) -> Response:
    """Give the PDF with every party's signature."""
    with house.database.transaction() as session:
        found = readable_agreement(session, agreement_id, visitor, house)
    place = numbered(found, document)
    if not found.results:
        raise AssemblyUnknown(agreement=agreement_id)
    content = house.store.get(found.results[place])
    return file(content, media_type="application/pdf", name=f"{file_title(found, document)}（已签署）.pdf")


@router.post("/evidence-pack")
def evidence_pack(agreement_id: UUID, visitor: AsParty, house: InHouse) -> Response:
    """Make the pack for a court: a readable report with all that it rests on, in one ZIP."""
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
    maker = PackMaker(
        archive=house.archive,
        platform=house.keyring.platform,
        typesetter=house.typesetter,
        trust=trust.anchors(house),
    )
    data = evidence_pack_of(house.database, found.id, maker=maker)
    return file(data, media_type="application/zip", name=f"{found.title}（司法证据包）.zip", kept=True)


@router.get("/evidence.bundle")
def evidence_bundle(agreement_id: UUID, visitor: AsParty, house: InHouse) -> Response:
    """Give all that shows who signed what, in one file."""
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
    data = agreement_bundles.bundle(house.database, found.id, archive=house.archive)
    return file(data, media_type="application/octet-stream", name=f"{found.title}.bundle", kept=True)
