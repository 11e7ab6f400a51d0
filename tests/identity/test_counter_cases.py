"""The route without a face: an officer confirms, a code and the device key answer, once and in time."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.identifiers import CitizenNumber
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import authorizations, counter_cases
from identity.approvals import Method, read_approval
from identity.authorizations import Authorization
from identity.challenges import Action
from identity.counter_answers import CODE_LIFE, CODE_PAUSE, MOST_CODES
from identity.counter_cases import (
    LIFETIME,
    MOST_TRIES,
    CaseRow,
    CaseState,
)
from identity.counter_facts import Presence
from identity.counter_refusals import (
    CaseEnded,
    CaseNotConfirmed,
    CaseNotWaiting,
    CaseOver,
    CaseUnknown,
    CodeOver,
    CodeSentJustNow,
    CodesUsedUp,
    CodeTriedTooOften,
    CodeWrong,
    CounterOnly,
    DeviceConfirmsToo,
    OwnCase,
)
from identity.passkey_refusals import AnswerToAnotherChallenge
from identity.passkeys import Passkey, passkeys_of
from identity.people import Person, register_person
from ledger import facts
from tests.identity.authenticator import Authenticator
from tests.identity.counter_desk import CODES, Counter, another
from tests.identity.passkey_desk import TEXT, Desk


@pytest.fixture
def officer(session: Session, clock: FixedClock) -> Person:
    number = CitizenNumber.parse("440524188001010014")
    return register_person(session, name="何静安", citizen_number=number, clock=clock)


@pytest.fixture
def counter(session: Session, clock: FixedClock, verifier: LocalSigner, officer: Person) -> Counter:
    return Counter(session, clock, verifier, officer.id)


def test_who_has_no_device_is_approved_at_the_counter(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    approval = counter.answer(case, code)
    said = read_approval(approval.signed, counter.signer.key)
    assert said.method is Method.CODE_OFFICER_AT_COUNTER
    assert (said.action, said.subject, said.challenge) == (Action.AUTHORIZE, TEXT, case.digest)
    assert counter_cases.case_for_officer(counter.session, case.id, clock=counter.clock).state is (
        CaseState.APPROVED
    )


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("presence", Presence)
def test_who_has_a_device_key_uses_it_at_the_counter_and_on_video(
    counter: Counter, engineer: Person, phone: Authenticator, presence: Presence
) -> None:
    case, code = counter.confirmed(engineer, presence=presence)
    approval = counter.answer(case, code, phone.sign(case.digest.value))
    assert approval.method is Method.PASSKEY_CODE_OFFICER
    assert passkeys_of(counter.session, engineer.id)[0].used_at == counter.clock.now()


@pytest.mark.usefixtures("key")
def test_who_has_a_device_key_does_nothing_without_it(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    with pytest.raises(DeviceConfirmsToo):
        counter.answer(case, code)


@pytest.mark.usefixtures("key")
def test_a_device_answer_to_another_case_is_refused(
    counter: Counter, engineer: Person, phone: Authenticator
) -> None:
    case, code = counter.confirmed(engineer)
    other = counter.open(engineer, sha256(b"another text"))
    with pytest.raises(AnswerToAnotherChallenge):
        counter.answer(case, code, phone.sign(other.digest.value))


def test_who_has_no_device_key_is_not_confirmed_on_video(counter: Counter, engineer: Person) -> None:
    with pytest.raises(CounterOnly):
        counter.confirm(counter.open(engineer), presence=Presence.VIDEO)


def test_a_device_key_revoked_after_the_video_leaves_the_code_alone_worthless(
    counter: Counter, engineer: Person, desk: Desk, key: Passkey
) -> None:
    case, code = counter.confirmed(engineer, presence=Presence.VIDEO)
    desk.revoke(key)
    with pytest.raises(CounterOnly):
        counter.answer(case, code)


def test_who_lost_the_last_device_key_is_approved_at_the_counter_at_once(
    counter: Counter, engineer: Person, desk: Desk, key: Passkey
) -> None:
    desk.revoke(key)
    case, code = counter.confirmed(engineer)
    assert counter.answer(case, code).method is Method.CODE_OFFICER_AT_COUNTER


def test_an_approval_of_the_counter_grants_the_authorization(
    counter: Counter, engineer: Person, requested: Authorization
) -> None:
    case = counter.confirm(counter.open(engineer, requested.digest))
    approval = counter.answer(case, counter.code(case))
    granted = authorizations.grant(
        counter.session,
        requested.id,
        approval=approval,
        issuer="city",
        signer=counter.signer,
        clock=counter.clock,
    )
    assert granted.state is authorizations.State.GRANTED


def test_a_wrong_code_is_refused_and_the_tries_are_counted(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    for left in range(MOST_TRIES - 1, 0, -1):
        with pytest.raises(CodeWrong) as refused:
            counter.answer(case, another(code))
        assert refused.value.facts == {"left": left}
    with pytest.raises(CodeTriedTooOften):
        counter.answer(case, another(code))
    with pytest.raises(CodeTriedTooOften):
        counter.answer(case, code)
    assert counter_cases.case_for_officer(counter.session, case.id, clock=counter.clock).state is (
        CaseState.FAILED
    )


@pytest.mark.parametrize("code", ["", "12345", "1234567", "\ud800", "１２３４５６", "code", "1" * 10_000])
def test_what_is_no_code_is_a_wrong_one(counter: Counter, engineer: Person, code: str) -> None:
    case, _ = counter.confirmed(engineer)
    with pytest.raises(CodeWrong):
        counter.answer(case, code)


def test_the_last_try_may_be_the_right_one(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(CodeWrong):
            counter.answer(case, another(code))
    assert counter.answer(case, code).method is Method.CODE_OFFICER_AT_COUNTER


def test_a_code_works_once(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    counter.answer(case, code)
    with pytest.raises(CaseEnded):
        counter.answer(case, code)


def test_a_code_of_another_case_is_wrong(counter: Counter, engineer: Person) -> None:
    one, _ = counter.confirmed(engineer)
    two = counter.confirm(counter.open(engineer, sha256(b"another text")))
    codes = {counter.code(two)}
    with pytest.raises(CodeWrong):
        counter.answer(one, codes.pop())
    # Even where the digits are the same, what is kept differs with the case.
    assert CODES.hash("123456", for_=one.digest.value) != CODES.hash("123456", for_=two.digest.value)


def test_a_code_that_is_over_is_refused_and_a_new_one_is_taken(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    counter.clock.advance(CODE_LIFE)
    with pytest.raises(CodeOver):
        counter.answer(case, code)
    assert counter.answer(case, counter.code(case))


def test_a_new_code_replaces_the_old_one(counter: Counter, engineer: Person) -> None:
    case, old = counter.confirmed(engineer)
    counter.clock.advance(CODE_PAUSE)
    new = counter.code(case)
    if old != new:
        with pytest.raises(CodeWrong):
            counter.answer(case, old)
    assert counter.answer(case, new)


def test_codes_are_sent_seldom_and_not_for_ever(counter: Counter, engineer: Person) -> None:
    case, _ = counter.confirmed(engineer)
    with pytest.raises(CodeSentJustNow):
        counter.code(case)
    for _ in range(MOST_CODES - 1):
        counter.clock.advance(CODE_PAUSE)
        counter.code(case)
    counter.clock.advance(CODE_PAUSE)
    with pytest.raises(CodesUsedUp):
        counter.code(case)


def test_nothing_is_sent_or_taken_before_an_officer_confirmed(counter: Counter, engineer: Person) -> None:
    case = counter.open(engineer)
    with pytest.raises(CaseNotConfirmed):
        counter.code(case)
    with pytest.raises(CaseNotConfirmed):
        counter.answer(case, "000000")


def test_a_refused_case_takes_no_code_and_says_why(counter: Counter, engineer: Person) -> None:
    case = counter.refuse(counter.open(engineer))
    assert (case.state, case.reason) == (CaseState.REFUSED, "证件已过有效期")
    with pytest.raises(CaseEnded):
        counter.code(case)
    with pytest.raises(CaseNotWaiting):
        counter.confirm(case)


def test_a_confirmed_case_is_not_refused_afterwards(counter: Counter, engineer: Person) -> None:
    case, _ = counter.confirmed(engineer)
    with pytest.raises(CaseNotWaiting):
        counter.refuse(case)


def test_officers_do_not_decide_for_themselves(counter: Counter, officer: Person, engineer: Person) -> None:
    case = counter.open(officer)
    with pytest.raises(OwnCase):
        counter.confirm(case)
    with pytest.raises(OwnCase):
        counter.refuse(case)
    assert counter.confirm(case, officer=engineer.id)


def test_a_case_that_is_over_is_neither_confirmed_nor_answered(counter: Counter, engineer: Person) -> None:
    waiting = counter.open(engineer)
    confirmed = counter.confirm(counter.open(engineer, sha256(b"another text")))
    code = counter.code(confirmed)
    counter.clock.advance(LIFETIME)
    with pytest.raises(CaseOver):
        counter.confirm(waiting)
    with pytest.raises(CaseOver):
        counter.answer(confirmed, code)


def test_a_withdrawn_case_is_over(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    counter_cases.withdraw(counter.session, case.id, person=engineer.id, clock=counter.clock)
    with pytest.raises(CaseEnded):
        counter.answer(case, code)


def test_anothers_case_is_unknown(counter: Counter, engineer: Person, stranger: Person) -> None:
    case, _ = counter.confirmed(engineer)
    with pytest.raises(CaseUnknown):
        counter.take_try(case, stranger.id)
    with pytest.raises(CaseUnknown):
        counter_cases.case_of_person(counter.session, case.id, person=stranger.id, clock=counter.clock)


def test_the_decision_is_a_fact_that_names_nobody(
    counter: Counter, engineer: Person, officer: Person
) -> None:
    case, code = counter.confirmed(engineer)
    row = counter.session.get_one(CaseRow, case.id)
    assert row.decision is not None
    statement = check(facts.signed_statement(counter.session, row.decision), counter.signer.key)
    assert statement.type is StatementType.COUNTER
    assert (statement.body["act"], statement.body["case"]) == ("confirmed", str(case.digest))
    assert statement.body["document"] == "citizen-card"
    signed = facts.signed_statement(counter.session, row.decision)
    for secret in (engineer.name, officer.name, engineer.citizen_number.text, case.number, code):
        assert secret.encode() not in signed
    assert officer.id.bytes not in signed


def test_the_code_is_kept_as_a_keyed_hash_and_forgotten(counter: Counter, engineer: Person) -> None:
    case, code = counter.confirmed(engineer)
    row = counter.session.get_one(CaseRow, case.id)
    assert row.code is not None
    assert code.encode() not in row.code
    assert row.code != sha256(code.encode()).value
    counter.answer(case, code)
    assert row.code is None


def test_a_case_lasts_longer_than_its_code() -> None:
    assert CODE_LIFE < LIFETIME <= timedelta(hours=1)
