"""The pages of the log: how far it has come, its latest entries, and one entry with its receipt explained."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import log_picture, log_view
from api.language import language_of
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.ledger import LAST_INDEX, PAGE, Index
from evidence.errors import Language
from evidence.statement import StatementType
from ledger import entries
from ledger.receipts import AnchoringState
from verify.issuer_keys import role_of
from verify.sentences import SENTENCES

TONES = {
    AnchoringState.RECORDED: ("○", "wait"),
    AnchoringState.CHECKPOINTED: ("◐", "wait"),
    AnchoringState.ANCHORED: ("●", "good"),
}

router = APIRouter(include_in_schema=False)


def type_name(type_: StatementType, language: Language) -> str:
    """Give what a statement of this type is called."""
    return SENTENCES[f"type-{role_of(type_)}"].said(language)


@router.get("/ledger")
def log(
    request: Request,
    house: InHouse,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    before: Annotated[int | None, Query(ge=0, le=LAST_INDEX)] = None,
) -> Response:
    """Show the log's head and a page of its entries."""
    with house.database.transaction() as session:
        head = log_view.head(session)
        found = log_view.latest(session, before=before, limit=PAGE)
        note = log_view.note(session) if head.checkpointed_size else None
    return page(
        request,
        "ledger.html",
        head=head,
        picture=log_picture.subtrees(head.size, anchored=head.anchored_size),
        width=log_picture.WIDTH,
        height=log_picture.HEIGHT,
        note=note,
        entries=found,
        before=before,
        reachable=log_view.reachable(house.chain),
        tones=TONES,
        type_name=lambda type_: type_name(type_, language_of(request)),
    )


@router.get("/ledger/entries/{index}")
def entry(
    index: Index, request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Show one entry, its way to the checkpoint step by step, and where the chain holds it."""
    with house.database.transaction() as session:
        found = log_view.entry(session, index)
        proof = log_view.proof(session, index)
        refs = entries.places(session, found.entry.refs)
    return page(
        request,
        "entry.html",
        found=found,
        proof=proof,
        refs=refs,
        issuer_name=house.agency.speaker.name if found.entry.issuer == house.issuer else None,
        tones=TONES,
        type_name=lambda type_: type_name(type_, language_of(request)),
    )
