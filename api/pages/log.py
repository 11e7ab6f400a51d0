"""The pages of the log: how far it has come, its latest entries, and one entry with its receipt explained."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api import log_picture, log_search, log_view, proof_picture, rpc_address
from api.doorkeeper import policy_with_node
from api.house import House
from api.language import language_of
from api.log_search import EntryFound, NothingFound, SearchMalformed
from api.pages import page
from api.policy import Role, Visitor, allow
from api.problems import status_of
from api.routes import InHouse
from api.routes.ledger import LAST_INDEX, PAGE, Index
from api.rpc_address import NodeAddressUnusable
from evidence.errors import Language, YinxinError
from evidence.statement import StatementType
from ledger import entries, growths
from ledger.growths import Growth
from ledger.receipts import AnchoringState
from ledger.submissions import Purpose
from verify.issuer_keys import role_of
from verify.sentences import SENTENCES

TONES = {
    AnchoringState.RECORDED: ("○", "wait"),
    AnchoringState.CHECKPOINTED: ("◐", "wait"),
    AnchoringState.ANCHORED: ("●", "good"),
}

GROWTHS = 8  # growths of the log on the chain that the page lists

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
    q: str = "",
) -> Response:
    """Show the log's head and a page of its entries; or what was searched for, if that is no entry."""
    found, refusal = None, None
    if q.strip():
        try:
            with house.database.transaction() as session:
                found = log_search.search(session, q)
        except (SearchMalformed, NothingFound) as error:
            refusal = error
    if isinstance(found, EntryFound):
        return RedirectResponse(f"/ledger/entries/{found.index}", status_code=HTTPStatus.SEE_OTHER)
    return _log_page(request, house, before=before, q=q, transaction=found, refusal=refusal)


def _log_page(
    request: Request,
    house: House,
    *,
    before: int | None,
    q: str,
    transaction: Growth | None,
    refusal: YinxinError | None,
) -> Response:
    with house.database.transaction() as session:
        head = log_view.head(session)
        shown = log_view.latest(session, head, before=before, limit=PAGE)
        note = log_view.note(session) if head.checkpointed_size else None
        grown = growths.latest(session, limit=GROWTHS)
    language = language_of(request)
    return page(
        request,
        "ledger.html",
        status_code=HTTPStatus.OK if refusal is None else status_of(refusal),
        head=head,
        picture=log_picture.subtrees(head.size, anchored=head.anchored_size),
        width=log_picture.WIDTH,
        height=log_picture.HEIGHT,
        note=note,
        entries=shown,
        before=before,
        growths=grown,
        q=q[: log_search.LONGEST],
        transaction=transaction,
        refusal=None if refusal is None else refusal.sentence(language),
        reachable=log_view.reachable(house.chain),
        tones=TONES,
        types={role_of(each): type_name(each, language) for each in StatementType},
        type_name=lambda type_: type_name(type_, language),
        purpose_key=_purpose_key,
    )


@router.get("/ledger/entries/{index}")
def entry(
    index: Index,
    request: Request,
    house: InHouse,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    rpc: Annotated[str, Query(max_length=rpc_address.LONGEST)] = "",
) -> Response:
    """Show one entry, its way to the checkpoint, and where the chain holds it; ``rpc`` is a node to ask."""
    node, refusal = None, None
    try:
        node = rpc_address.rpc_origin(rpc) if rpc.strip() else None
    except NodeAddressUnusable as error:
        refusal = error
    with house.database.transaction() as session:
        found = log_view.entry(session, index)
        proof = log_view.proof(session, index)
        refs = entries.places(session, found.entry.refs)
        growth = growths.of(session, proof.anchor.transaction) if proof and proof.anchor else None
    language = language_of(request)
    answer = page(
        request,
        "entry.html",
        status_code=HTTPStatus.OK if refusal is None else status_of(refusal),
        found=found,
        proof=proof,
        growth=growth,
        picture=None if proof is None else proof_picture.picture(index=index, size=proof.size),
        width=proof_picture.WIDTH,
        refs=refs,
        node=node,
        rpc=rpc,
        refusal=None if refusal is None else refusal.sentence(language),
        issuer_name=house.agency.speaker.name if found.entry.issuer == house.issuer else None,
        tones=TONES,
        type_name=lambda type_: type_name(type_, language),
        purpose_key=_purpose_key,
    )
    if node is not None:
        answer.headers.update(policy_with_node(node))
    return answer


def _purpose_key(purpose: Purpose) -> str:
    return f"ledger.purpose.{purpose}"
