"""What else is done with an authorization: a question, its answer, a use; its document and its evidence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from api import notices
from api.acting import firm_of, person_of
from api.authorization_view import QuestionSeen, question
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import AuthorizationSeen, seen, visible
from api.routes.documents import file
from identity import authorization_questions, authorizations
from identity.authorizations import AuthorizationId
from signing import authorization_bundles
from signing.authorization_sheet import read_sheet, render_authorization

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]
AsFirm = Annotated[Visitor, allow(Role.FIRM)]
AsEither = Annotated[Visitor, allow(Role.PERSON, Role.FIRM)]


class Asking(BaseModel):
    """A question about a request, one line."""

    question: str


class Answering(BaseModel):
    """The firm's answer, one line."""

    answer: str


class Using(BaseModel):
    """What the firm uses the authorization for, one line; ``sent_as`` is random, the same when repeated."""

    used_for: str
    sent_as: UUID | None = None


@router.post("/api/authorizations/{authorization_id}/questions", status_code=201)
def ask(authorization_id: UUID, asking: Asking, house: InHouse, visitor: AsPerson) -> QuestionSeen:
    """Ask the firm a question before answering its request."""
    with house.database.transaction() as session:
        asked = authorization_questions.ask(
            session,
            AuthorizationId(authorization_id),
            person=person_of(visitor),
            question=asking.question,
            clock=house.clock,
        )
        about = authorizations.authorization(session, AuthorizationId(authorization_id))
        notices.tell_question(session, house, about)
    return question(asked)


@router.post("/api/authorizations/{authorization_id}/questions/{number}/answer")
def answer(
    authorization_id: UUID, number: int, answering: Answering, house: InHouse, visitor: AsFirm
) -> QuestionSeen:
    """Answer the person's question."""
    with house.database.transaction() as session:
        answered = authorization_questions.answer(
            session,
            AuthorizationId(authorization_id),
            number,
            firm=firm_of(visitor),
            answer=answering.answer,
            clock=house.clock,
        )
        about = authorizations.authorization(session, AuthorizationId(authorization_id))
        notices.tell_reply(session, house, about)
    return question(answered)


@router.post("/api/authorizations/{authorization_id}/uses", status_code=201)
def use(authorization_id: UUID, using: Using, house: InHouse, visitor: AsFirm) -> AuthorizationSeen:
    """Take one use for something that is done outside of this house, and record what for.

    Sent again under the same ``sent_as``, it is answered as before and counted once.
    """
    with house.database.transaction() as session:
        firm, id_ = firm_of(visitor), AuthorizationId(authorization_id)
        before = authorizations.authorization_of_firm(session, id_, firm=firm)
        used = authorizations.use(
            session,
            id_,
            firm=firm,
            said=using.used_for,
            sent_as=using.sent_as,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        if used.taken > before.taken:
            notices.tell_use(session, house, used)
        return seen(session, used)


@router.get("/authorizations/{authorization_id}/authorization.pdf", include_in_schema=False)
def document(authorization_id: UUID, house: InHouse, visitor: AsEither) -> Response:
    """Give the readable authorization as it stands now, with its evidence attached."""
    with house.database.transaction() as session:
        found = visible(session, authorization_id, visitor)
        printed = notices.link_to(house, f"/a/{found.id}")
        sheet = read_sheet(session, found.id, address=printed, archive=house.archive)
    pdf = render_authorization(house.typesetter, sheet)
    return file(pdf, media_type="application/pdf", name=f"{found.id}.pdf")


@router.get("/authorizations/{authorization_id}/evidence.bundle", include_in_schema=False)
def evidence(authorization_id: UUID, house: InHouse, visitor: AsEither) -> Response:
    """Give all that a stranger needs to check the authorization, in one file."""
    with house.database.transaction() as session:
        found = visible(session, authorization_id, visitor)
        data = authorization_bundles.bundle(session, found.id, archive=house.archive)
    return file(data, media_type="application/octet-stream", name=f"{found.id}.bundle", kept=True)
