"""The signing page in a frame of a firm's own software: all that its one session reaches lies below it.

Every answer names the origin of the page around it as the only ancestor that may show it, refusals too, so
that whoever sits there reads why. What became of it is told by the page itself, in ``framed.js``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import problems
from api.agreement_view import SlotShown, shown
from api.asking import ChallengeAsked
from api.doorkeeper import policy_framed_by
from api.embedding.embeddings import (
    FRAME_LIFE,
    LATE,
    Embedding,
    EmbeddingNotFramed,
    EmbeddingUnknown,
    FrameUnknown,
    check_in_time,
    embedding,
    frame,
    open_frame,
)
from api.house import House
from api.language import COOKIE as LANGUAGE_COOKIE
from api.language import language_of
from api.mark_view import marks_on
from api.origins import FromOrigin
from api.pages import page
from api.pages.agreement import ACTS
from api.pages.scan import scan_view
from api.parties import check_own_slot, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse, documents, scans
from api.routes.agreements import ask_to_sign
from api.routes.people import myself
from api.slot_writing import OnPaper, texts_asked
from evidence.errors import YinxinError
from identity.challenge_limits import Embedded
from signing.agreements import Agreement
from signing.signature_images import DRAWN_IN
from signing.text_fields import LONGEST_TEXT

router = APIRouter(prefix="/embedded/{embedding_id}", include_in_schema=False)

AsAnyone = Annotated[Visitor, allow(Role.ANYONE)]

FRAME_COOKIE = "yinxin_frame"


@dataclass(frozen=True)
class Framed:
    """What the page in a frame tells the one around it, and for how many seconds more it may be used.

    ``names``: whether it tells the agreement and the slot.
    """

    embedding: Embedding
    event: str
    code: str = ""
    seconds: int = 0
    names: bool = True


class FrameState(BaseModel):
    """What the frame would show now: ready, signed or declined."""

    event: str


@router.get("")
def sheet(embedding_id: UUID, request: Request, house: InHouse, _: AsAnyone) -> Response:
    """Show the document page by page, and below it the act; then what became of it."""

    def show() -> Response:
        with house.database.transaction() as session:
            mine = _frame(session, embedding_id, request, house, late=True)
            found = visible_agreement(session, mine.agreement, _party(mine), house)
            event = _event(session, house, mine, found)
        left = int((mine.expires_at - house.clock.now()).total_seconds())
        framed = Framed(mine, event, seconds=left)
        if event != "ready":
            return _bare(request, "agreement_framed.html", framed, title=found.title)
        return _sheet(request, house, framed, found)

    return _shown(request, house, embedding_id, show)


@router.get("/state")
def state(embedding_id: UUID, request: Request, house: InHouse, _: AsAnyone) -> FrameState:
    """Say what the frame would show: the slot may have been signed or declined elsewhere meanwhile.

    What the page would refuse is refused here too.
    """
    with house.database.transaction() as session:
        mine = _frame(session, embedding_id, request, house, late=True)
        found = visible_agreement(session, mine.agreement, _party(mine), house)
        return FrameState(event=_event(session, house, mine, found))


@router.get("/pages/{number}.png")
def page_picture(
    embedding_id: UUID, number: int, request: Request, house: InHouse, _: AsAnyone, document: int = 1
) -> Response:
    """Give a page of the frozen document as a picture."""
    mine = _framed(embedding_id, request, house)
    return documents.page_picture(mine.agreement, number, _party(mine), house, document)


@router.get("/document.pdf")
def frozen_pdf(
    embedding_id: UUID, request: Request, house: InHouse, _: AsAnyone, document: int = 1
) -> Response:
    """Give the document exactly as it was frozen, to keep."""
    mine = _framed(embedding_id, request, house)
    response = documents.frozen_pdf(mine.agreement, _party(mine), house, document)
    named = response.headers["content-disposition"]
    response.headers["content-disposition"] = named.replace("inline", "attachment", 1)
    return response


@router.post("/challenges", status_code=201)
def ask(
    embedding_id: UUID, request: Request, house: InHouse, _: AsAnyone, sent: OnPaper | None = None
) -> ChallengeAsked:
    """Ask whom the slot expects to show their face for exactly this slot, in this frame."""
    mine = _framed(embedding_id, request, house)
    return ask_to_sign(mine.agreement, mine.slot, _party(mine), _within(mine, house), sent)


@router.post("/challenges/{challenge_id}/frames")
def answer(
    *,
    embedding_id: UUID,
    challenge_id: UUID,
    sent: scans.AsSent,
    request: Request,
    house: InHouse,
    origin: FromOrigin,
    _: AsAnyone,
) -> scans.ScanGoesOn:
    """Take the next frames of a scan that was asked for in this frame, in time, and of no other."""
    mine = _framed(embedding_id, request, house, late=True)
    goes_on = scans.answer(
        challenge_id=challenge_id,
        sent=sent,
        house=_within(mine, house),
        visitor=_party(mine),
        origin=origin,
    )
    if goes_on.passed is None:
        return goes_on
    return goes_on.model_copy(update={"passed": goes_on.passed.model_copy(update={"next": mine.path})})


@router.get("/{token}")
def enter(embedding_id: UUID, token: str, request: Request, house: InHouse, _: AsAnyone) -> Response:
    """Open the address, once, in a frame: its session begins, and the sheet follows.

    The cookie is the frame's alone: sent below its own path, from within the page around it (Partitioned), to
    no script. It must be ``SameSite=None`` to be sent from there at all; a request of another page that
    carries it is refused by its origin.
    """

    def show() -> Response:
        if request.headers.get("sec-fetch-dest") != "iframe":
            raise EmbeddingNotFramed
        with house.database.transaction() as session:
            fresh = open_frame(session, embedding_id, token, clock=house.clock)
            path = embedding(session, embedding_id).path
        response = RedirectResponse(path, status_code=303)
        seconds = int((FRAME_LIFE + LATE).total_seconds())
        kept = f"Path={path}; Max-Age={seconds}; HttpOnly; Secure; SameSite=None; Partitioned"
        response.headers.append("set-cookie", f"{FRAME_COOKIE}={fresh}; {kept}")
        response.headers.append("set-cookie", f"{LANGUAGE_COOKIE}={language_of(request)}; {kept}")
        return response

    return _shown(request, house, embedding_id, show)


def _shown(request: Request, house: House, embedding_id: UUID, show: Callable[[], Response]) -> Response:
    """Give what ``show`` gives, or its refusal as a page that the origin of the embedding may hold.

    Who has no token of the embedding is not told which agreement and slot it is for.
    """
    with house.database.transaction() as session:
        known = embedding(session, embedding_id)
    try:
        response = show()
    except (EmbeddingNotFramed, EmbeddingUnknown):
        raise
    except YinxinError as refusal:
        known_to_it = not isinstance(refusal, FrameUnknown)
        request.state.framed = Framed(known, "expired", code=refusal.code, names=known_to_it)
        response = problems.answer_refusal(request, refusal)
    response.headers.update(policy_framed_by(known.origin))
    return response


def _sheet(request: Request, house: House, framed: Framed, found: Agreement) -> Response:
    mine = framed.embedding
    marks = {
        place + 1: marks_on(house.store.get(digest), found.manifest, document=place)
        for place, digest in enumerate(found.documents)
    }
    with house.database.transaction() as session:
        slot = check_own_slot(session, found, mine.slot, signer=mine.person, at=house.clock.now())
        view = shown(session, found, at=house.clock.now())
        scan = scan_view(
            session,
            house,
            mine.person,
            to=f"/api/agreements/{found.id}/slots/{mine.slot}/challenges",
            act=ACTS.get(slot.kind, "agreement.sign_act"),
        )
        here = f"{mine.path}/challenges"
        return _bare(
            request,
            "agreement_slot.html",
            framed,
            shown=view,
            marks=marks,
            slot=_own(view.slots, mine.slot),
            texts=texts_asked(found.manifest, mine.slot),
            longest_text=LONGEST_TEXT,
            draws=slot.kind in DRAWN_IN,
            me=myself(session, mine.person, house),
            scan=replace(scan, to=here, answers_at=here, offers=False),
        )


def _own(slots: list[SlotShown], slot_id: str) -> SlotShown:
    return next(each for each in slots if each.id == slot_id)


def _bare(request: Request, template: str, framed: Framed, **values: Any) -> Response:
    """Render a page with nothing around it; who is signed in here otherwise plays no part."""
    request.state.framed = framed
    return page(request, template, **values)


def _event(session: Session, house: House, mine: Embedding, found: Agreement) -> str:
    slot = found.slot(mine.slot)
    if slot.signed_at is not None:
        return "signed"
    if slot.declined_at is not None:
        return "declined"
    check_in_time(mine, clock=house.clock)
    check_own_slot(session, found, mine.slot, signer=mine.person, at=house.clock.now())
    return "ready"


def _framed(embedding_id: UUID, request: Request, house: House, *, late: bool = False) -> Embedding:
    with house.database.transaction() as session:
        return _frame(session, embedding_id, request, house, late=late)


def _frame(
    session: Session, embedding_id: UUID, request: Request, house: House, *, late: bool = False
) -> Embedding:
    token = request.cookies.get(FRAME_COOKIE)
    return frame(session, embedding_id, token, clock=house.clock, late=late)


def _party(mine: Embedding) -> Visitor:
    """Give whom the slot expects as the party that the frame's session reads and is scanned as."""
    return Visitor(roles=frozenset({Role.PERSON}), person=mine.person)


def _within(mine: Embedding, house: House) -> House:
    """Give the house as a request out of the frame meets it."""
    return replace(house, framed_by=mine.origin, embedded=Embedded(mine.id, mine.starter))
