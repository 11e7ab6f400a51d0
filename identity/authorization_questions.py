"""Questions about a request, and the firm's answers: one line each, shown to both, and no part of the text.

Neither is signed or logged: what is authorized is the text alone. Who wants another text asks for a new
request.

    ask(session, authorization_id, person=person_id, question="…", clock=clock)
    answer(session, authorization_id, 1, firm=uscc, answer="…", clock=clock)
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity import names
from identity.authorization_changes import turning
from identity.authorization_records import AuthorizationId
from identity.authorization_states import State
from identity.people import PersonId
from ledger.database import Base

MOST_QUESTIONS = 5
"""Questions about one request; who has more to ask refuses and has the text changed."""


class TooManyQuestions(Refused):
    """The request was asked about as often as it can be."""

    code = "too-many-questions"
    zh = "一份申请最多可以提 {most} 个问题；如仍不清楚，请拒绝，并说明原因。"
    en = "A request takes {most} questions at most; if it is still not clear, refuse it and say why."


class QuestionUnknown(Refused):
    """The request has no question with this number."""

    code = "question-unknown"
    zh = "这份申请没有第 {number} 个问题；请刷新页面后再答复。"
    en = "The request has no question {number}; load the page again before you answer."


class QuestionAnswered(Refused):
    """The question has its answer, which is not changed."""

    code = "question-answered"
    zh = "第 {number} 个问题已经答复，答复不能更改；如说错了，请联系本人，或重新提出申请。"
    en = "Question {number} is answered and the answer stays; if it was wrong, tell the person or ask anew."


@dataclass(frozen=True)
class Question:
    """One question, ``number`` from 1, and its answer if there is one."""

    number: int
    question: str = field(repr=False)
    asked_at: datetime
    answer: str | None = field(repr=False)
    answered_at: datetime | None


class QuestionRow(Base):
    """One question about a request."""

    __tablename__ = "authorization_questions"

    authorization: Mapped[UUID] = mapped_column(ForeignKey("authorizations.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def ask(
    session: Session, authorization_id: AuthorizationId, *, person: PersonId, question: str, clock: Clock
) -> Question:
    """Ask the firm a question in the name of ``person``, while the request waits for an answer.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of this person's, or answered already.
        TooManyQuestions: ``MOST_QUESTIONS`` were asked.
        TextEmpty, TextTooLong, HiddenCharacter: the question cannot be shown on one line.
    """
    turning(session, authorization_id, State.GRANTED, person=person)
    asked = len(questions_of(session, authorization_id))
    if asked >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    row = QuestionRow(
        authorization=authorization_id,
        ordinal=asked + 1,
        question=names.check_text(question, names.QUESTION),
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return _question(row)


def answer(
    session: Session, authorization_id: AuthorizationId, number: int, *, firm: Uscc, answer: str, clock: Clock
) -> Question:
    """Answer question ``number`` in the name of ``firm``, once.

    Raises:
        AuthorizationUnknown, TransitionRefused: none of this firm's, or the person answered the request.
        QuestionUnknown, QuestionAnswered: there is no such question, or it has its answer.
        TextEmpty, TextTooLong, HiddenCharacter: the answer cannot be shown on one line.
    """
    turning(session, authorization_id, State.GRANTED, firm=firm)
    row = session.get(QuestionRow, (authorization_id, number))
    if row is None:
        raise QuestionUnknown(number=number)
    if row.answer is not None:
        raise QuestionAnswered(number=number)
    row.answer, row.answered_at = names.check_text(answer, names.ANSWER), clock.now()
    session.flush()
    return _question(row)


def questions_of(session: Session, authorization_id: AuthorizationId) -> tuple[Question, ...]:
    """Give the questions about a request, the first first."""
    rows = session.scalars(
        select(QuestionRow).where(QuestionRow.authorization == authorization_id).order_by(QuestionRow.ordinal)
    )
    return tuple(_question(row) for row in rows)


def _question(row: QuestionRow) -> Question:
    return Question(
        number=row.ordinal,
        question=row.question,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
