"""What its person and its firm see beside an authorization: uses, questions, characters that may deceive."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.orm import Session

from identity import authorization_questions, names
from identity.authorization_uses import Use, uses_of
from identity.authorizations import Authorization, AuthorizationId
from identity.lookalikes import lookalikes
from identity.organizations import organization
from ledger import facts, receipts
from signing.certificates import CertificateUnknown, certificate_of_statement


class Place(BaseModel):
    """An entry of the log and how far its anchoring has come."""

    entry: int
    anchoring: receipts.AnchoringState


class UseSeen(BaseModel):
    """One use: ``certificate`` is the number of the one that rests on it, ``said`` what the firm said."""

    ordinal: int
    used_at: datetime
    used_for: str | None
    certificate: str | None
    said: str | None
    place: Place


class QuestionSeen(BaseModel):
    """A question of the person and the firm's answer, if there is one."""

    number: int
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class LookalikeSeen(BaseModel):
    """A character that may be taken for another: where it stands, from 1, and what it is."""

    field_zh: str
    field_en: str
    position: int
    character: str
    code_point: str
    kind_zh: str
    kind_en: str


def place(session: Session, digest: bytes) -> Place:
    """Give the place in the log of the fact with ``digest``, 32 bytes."""
    index = facts.fact(session, digest).index
    return Place(entry=index, anchoring=receipts.anchoring_state(session, index))


def uses(session: Session, authorization_id: AuthorizationId) -> list[UseSeen]:
    """Show the uses that were taken, the first first."""
    return [
        UseSeen(
            ordinal=each.ordinal,
            used_at=each.used_at,
            used_for=None if each.used_for is None else str(each.used_for),
            certificate=_certificate(session, each),
            said=each.said,
            place=place(session, each.fact),
        )
        for each in uses_of(session, authorization_id)
    ]


def questions(session: Session, authorization_id: AuthorizationId) -> list[QuestionSeen]:
    """Show the questions that were asked, the first first."""
    return [question(each) for each in authorization_questions.questions_of(session, authorization_id)]


def question(found: authorization_questions.Question) -> QuestionSeen:
    """Show one question."""
    return QuestionSeen(
        number=found.number,
        question=found.question,
        asked_at=found.asked_at,
        answer=found.answer,
        answered_at=found.answered_at,
    )


def deceiving(session: Session, found: Authorization) -> list[LookalikeSeen]:
    """Show the characters of what the firm wrote, and of its name, that may be taken for others."""
    written = (
        (names.NAME, organization(session, found.firm).name),
        (names.PURPOSE, found.purpose),
        (names.PROJECT, found.project),
        (names.POSITION, found.position or ""),
        (names.SCOPE, found.scope or ""),
    )
    return [
        LookalikeSeen(
            field_zh=field.zh,
            field_en=field.en,
            position=each.position,
            character=each.character,
            code_point=each.code_point,
            kind_zh=each.kind.zh,
            kind_en=each.kind.en,
        )
        for field, text in written
        for each in lookalikes(text)
    ]


def _certificate(session: Session, use: Use) -> str | None:
    if use.used_for is None or use.said is not None:
        return None
    try:
        return certificate_of_statement(session, use.used_for.value).number
    except CertificateUnknown:
        return None
