"""A person asks before answering; the firm answers; the text stays as it is."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from identity import authorization_questions, authorizations
from identity.authorization_questions import (
    MOST_QUESTIONS,
    Question,
    QuestionAnswered,
    QuestionUnknown,
    TooManyQuestions,
    questions_of,
)
from identity.authorization_requests import ANSWER_TIME
from identity.authorization_states import AuthorizationAlreadyGranted, AuthorizationLapsed, State
from identity.authorizations import Authorization, AuthorizationNotOver, AuthorizationUnknown
from identity.names import HiddenCharacter
from identity.organizations import Organization
from identity.people import Person


@pytest.fixture
def asked(session: Session, requested: Authorization, engineer: Person, clock: FixedClock) -> Question:
    """The engineer's first question."""
    return authorization_questions.ask(
        session, requested.id, person=engineer.id, question="图纸会审由谁参加？", clock=clock
    )


def test_question_and_answer_stand_beside_the_text(
    *,
    session: Session,
    requested: Authorization,
    firm: Organization,
    asked: Question,
    clock: FixedClock,
) -> None:
    authorization_questions.answer(
        session, requested.id, asked.number, firm=firm.uscc, answer="由您本人参加。", clock=clock
    )
    (seen,) = questions_of(session, requested.id)
    assert (seen.question, seen.answer) == ("图纸会审由谁参加？", "由您本人参加。")
    assert authorizations.authorization(session, requested.id).digest == requested.digest


def test_an_answer_is_given_once(
    session: Session, requested: Authorization, firm: Organization, asked: Question, clock: FixedClock
) -> None:
    def answer(number: int) -> None:
        authorization_questions.answer(
            session, requested.id, number, firm=firm.uscc, answer="是。", clock=clock
        )

    answer(asked.number)
    with pytest.raises(QuestionAnswered):
        answer(asked.number)
    with pytest.raises(QuestionUnknown):
        answer(2)


def test_another_asks_and_answers_nothing(
    *,
    session: Session,
    requested: Authorization,
    stranger: Person,
    institute: Organization,
    asked: Question,
    clock: FixedClock,
) -> None:
    with pytest.raises(AuthorizationUnknown):
        authorization_questions.ask(session, requested.id, person=stranger.id, question="？", clock=clock)
    with pytest.raises(AuthorizationUnknown):
        authorization_questions.answer(
            session, requested.id, asked.number, firm=institute.uscc, answer="是。", clock=clock
        )


def test_a_question_is_one_line_and_their_number_is_bounded(
    session: Session, requested: Authorization, engineer: Person, asked: Question, clock: FixedClock
) -> None:
    def ask(question: str) -> Question:
        return authorization_questions.ask(
            session, requested.id, person=engineer.id, question=question, clock=clock
        )

    with pytest.raises(HiddenCharacter):
        ask("一行\n又一行")
    for number in range(asked.number + 1, MOST_QUESTIONS + 1):
        assert ask("还有呢？").number == number
    with pytest.raises(TooManyQuestions):
        ask("还有呢？")


def test_after_the_answer_nothing_is_asked(
    session: Session, granted: Authorization, engineer: Person, clock: FixedClock
) -> None:
    with pytest.raises(AuthorizationAlreadyGranted):
        authorization_questions.ask(session, granted.id, person=engineer.id, question="？", clock=clock)


def test_a_request_that_nobody_answers_lapses_in_two_weeks(
    session: Session, clock: FixedClock, verifier: LocalSigner, request_of: object
) -> None:
    assert callable(request_of)
    asked = request_of(ends=timedelta(days=90))
    assert asked.answer_by == asked.requested_at + ANSWER_TIME
    clock.advance(ANSWER_TIME - timedelta(seconds=1))
    with pytest.raises(AuthorizationNotOver):
        authorizations.lapse(session, asked.id, issuer="city", signer=verifier, clock=clock)
    clock.advance(timedelta(seconds=1))
    assert authorizations.lapse_due(session, issuer="city", signer=verifier, clock=clock) == 1
    assert authorizations.authorization(session, asked.id).state is State.LAPSED


def test_a_short_validity_shortens_the_time_to_answer(requested: Authorization) -> None:
    assert requested.answer_by == requested.valid_until
    assert "答复期限：北京时间 2026-05-12 16:00 前" in requested.text.zh
    assert "Answer by: 2026-05-12 16:00, Beijing time" in requested.text.en


def test_a_late_answer_grants_nothing_even_before_the_worker_comes(
    *,
    session: Session,
    clock: FixedClock,
    verifier: LocalSigner,
    engineer: Person,
    request_of: object,
    approval_of: object,
) -> None:
    assert callable(request_of)
    assert callable(approval_of)
    asked = request_of(ends=timedelta(days=90))
    clock.advance(ANSWER_TIME)
    with pytest.raises(AuthorizationLapsed):
        authorizations.grant(
            session,
            asked.id,
            approval=approval_of(engineer, asked.digest),
            issuer="city",
            signer=verifier,
            clock=clock,
        )
