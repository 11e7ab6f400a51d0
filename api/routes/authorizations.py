"""Authorizations: a firm asks; the person reads the exact text and refuses or revokes; both see the state.

Granting is the effect of a passed face scan (``api.routes.scans``). A firm sees only its own and a person
theirs; anybody else's answers as unknown.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import notices
from api.acting import firm_of, person_of
from api.authorization_view import (
    LookalikeSeen,
    Place,
    QuestionSeen,
    UseSeen,
    deceiving,
    place,
    questions,
    uses,
)
from api.cursors import Page
from api.finding import found_holder
from api.idempotency import Once, OnceRoute
from api.inquiry import about_request, confirmed
from api.moments import Moment
from api.origins import FromOrigin
from api.pages import CITY_TIME
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.webhooks import events
from evidence.identifiers import CitizenNumber
from identity import authorizations
from identity.approvals import Method, approval
from identity.authorization_records import authorization_page
from identity.authorizations import Authorization, AuthorizationId, AuthorizationUnknown
from identity.organizations import organization
from ledger import receipts
from registers import receipts as register_receipts

router = APIRouter(route_class=OnceRoute)

AsPerson = Annotated[Visitor, allow(Role.PERSON)]
AsFirm = Annotated[Visitor, allow(Role.FIRM)]
AsEither = Annotated[Visitor, allow(Role.PERSON, Role.FIRM)]


class Asking(BaseModel):
    """What a firm asks a person for; a day as ``valid_until`` is the last day of the validity.

    ``uses`` is how often, or "any" for any number within the validity.
    """

    registration_number: str
    name: str
    citizen_number: str
    purpose: str
    project: str
    position: str
    scope: str
    valid_from: Moment
    valid_until: Moment
    uses: int | Literal["any"] = 1


class Asked(BaseModel):
    """The request that now waits for its person."""

    id: UUID
    next: str


class Answering(BaseModel):
    """Why a person refuses or revokes; told to the firm."""

    reason: str | None = None


class AuthorizationLine(BaseModel):
    """An authorization in a list.

    ``uses`` is how often it may be used, None for any number, ``taken`` how often it was; ``position`` and
    ``scope`` are None in requests from before they were asked for. A request lapses at ``answer_by``.
    """

    id: UUID
    state: authorizations.State
    firm: str
    purpose: str
    project: str
    position: str | None
    scope: str | None
    valid_from: datetime
    valid_until: datetime
    uses: int | None
    taken: int
    answer_by: datetime
    requested_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    reason: str | None


class AuthorizationSeen(AuthorizationLine):
    """An authorization with its exact text; ``digest`` is SHA-256 over both languages.

    ``method`` is how the person was recognised who granted it; ``entry`` and ``anchoring`` are of the grant
    or refusal, ``end`` of the use, revocation or lapse. ``lookalikes`` are characters that may be taken for
    others.
    """

    text_zh: str
    text_en: str
    digest: str
    method: Method | None
    entry: int | None
    anchoring: receipts.AnchoringState | None
    end: Place | None
    used: list[UseSeen]
    questions: list[QuestionSeen]
    lookalikes: list[LookalikeSeen]


@router.post("/api/authorizations", status_code=201)
def ask(asking: Asking, house: InHouse, visitor: AsFirm, origin: FromOrigin, once: Once) -> Asked:
    """Ask the holder of a qualification to let the visitor's firm use it."""
    citizen_number, until = CitizenNumber.parse(asking.citizen_number), _end(asking.valid_until)
    held = found_holder(
        house,
        origin,
        name=asking.name,
        citizen_number=citizen_number,
        registration_number=asking.registration_number,
    )

    def written(session: Session) -> Authorization:
        return authorizations.request(
            session,
            firm=firm_of(visitor),
            person=held.person,
            qualification=held.id,
            purpose=asking.purpose,
            project=asking.project,
            position=asking.position,
            scope=asking.scope,
            valid_from=_begin(asking.valid_from),
            valid_until=until,
            uses=asking.uses if isinstance(asking.uses, int) else None,
            clock=house.clock,
        )

    with house.database.transaction() as session:
        trial = session.begin_nested()  # what is refused without a register asks none
        written(session)
        trial.rollback()
        questions = about_request(
            session, firm=firm_of(visitor), held=held, project=asking.project, valid_until=until
        )
    answers = confirmed(house, questions, origin=origin)
    with house.database.transaction() as session:
        asked = written(session)
        register_receipts.keep(session, answers, authorization=asked.id)
        notices.tell_request(session, house, asked)
        return once.keep(session, Asked(id=asked.id, next=f"/authorizations/{asked.id}"))


@router.get("/api/people/me/authorizations")
def mine(house: InHouse, visitor: AsPerson) -> list[AuthorizationLine]:
    """List what the person was asked for, the newest first."""
    with house.database.transaction() as session:
        found = authorizations.authorizations_of_person(session, person_of(visitor))
        return [line(session, one) for one in found]


@router.get("/api/firm/authorizations")
def of_firm(house: InHouse, visitor: AsFirm) -> list[AuthorizationLine]:
    """List what the firm asked for, the newest first."""
    with house.database.transaction() as session:
        found = authorizations.authorizations_of_firm(session, firm_of(visitor))
        return [line(session, one) for one in found]


@router.get("/api/authorizations")
def own(house: InHouse, visitor: AsEither, page: Page) -> list[AuthorizationLine]:
    """List what the visitor's firm or person is concerned with, by pages (``Link`` with ``rel="next"``)."""
    with house.database.transaction() as session:
        found, then = authorization_page(
            session,
            firm=firm_of(visitor) if Role.FIRM in visitor.roles else None,
            person=person_of(visitor) if Role.PERSON in visitor.roles else None,
            after=page.after,
            limit=page.limit,
        )
        page.go_on(then)
        return [line(session, one) for one in found]


@router.get("/api/authorizations/{authorization_id}")
def show(authorization_id: UUID, house: InHouse, visitor: AsEither) -> AuthorizationSeen:
    """Show one authorization to its person or its firm."""
    with house.database.transaction() as session:
        return seen(session, visible(session, authorization_id, visitor))


@router.post("/api/authorizations/{authorization_id}/refusal")
def refuse(
    authorization_id: UUID, answering: Answering, house: InHouse, visitor: AsPerson
) -> AuthorizationSeen:
    """Refuse the request."""
    with house.database.transaction() as session:
        refused = authorizations.decline(
            session,
            AuthorizationId(authorization_id),
            person=person_of(visitor),
            reason=answering.reason or None,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        notices.tell_answer(session, house, refused)
        events.tell_authorization(session, house, refused)
        return seen(session, refused)


@router.post("/api/authorizations/{authorization_id}/revocation")
def revoke(
    authorization_id: UUID, answering: Answering, house: InHouse, visitor: AsPerson
) -> AuthorizationSeen:
    """Revoke what was granted and may still be used."""
    with house.database.transaction() as session:
        revoked = authorizations.revoke(
            session,
            AuthorizationId(authorization_id),
            person=person_of(visitor),
            reason=answering.reason or None,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        notices.tell_answer(session, house, revoked)
        events.tell_authorization(session, house, revoked)
        return seen(session, revoked)


def visible(session: Session, authorization_id: UUID, visitor: Visitor) -> Authorization:
    """Give the authorization when it is the visitor's own, as its person or its firm.

    Raises:
        AuthorizationUnknown: there is none, or it is somebody else's.
    """
    found = authorizations.authorization(session, AuthorizationId(authorization_id))
    as_person = Role.PERSON in visitor.roles and visitor.person == found.person
    as_firm = Role.FIRM in visitor.roles and visitor.organization == found.firm.text
    if not (as_person or as_firm):
        raise AuthorizationUnknown(authorization=authorization_id)
    return found


def line(session: Session, found: Authorization) -> AuthorizationLine:
    """Show ``found`` as one of a list."""
    return AuthorizationLine(
        id=found.id,
        state=found.state,
        firm=organization(session, found.firm).name,
        purpose=found.purpose,
        project=found.project,
        position=found.position,
        scope=found.scope,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        uses=found.uses,
        taken=found.taken,
        answer_by=found.answer_by,
        requested_at=found.requested_at,
        answered_at=found.answered_at,
        ended_at=found.ended_at,
        reason=found.reason,
    )


def seen(session: Session, found: Authorization) -> AuthorizationSeen:
    """Show ``found`` whole, with its places in the log."""
    answer = None if found.fact is None else place(session, found.fact)
    return AuthorizationSeen(
        **line(session, found).model_dump(),
        text_zh=found.text.zh,
        text_en=found.text.en,
        digest=str(found.digest),
        method=None if found.approval is None else approval(session, found.approval).method,
        entry=None if answer is None else answer.entry,
        anchoring=None if answer is None else answer.anchoring,
        end=None if found.end_fact is None else place(session, found.end_fact),
        used=uses(session, found.id),
        questions=questions(session, found.id),
        lookalikes=deceiving(session, found),
    )


def _begin(moment: datetime | date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), CITY_TIME)


def _end(moment: datetime | date) -> datetime:
    return moment if isinstance(moment, datetime) else _begin(moment + timedelta(days=1))
