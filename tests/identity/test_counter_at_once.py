"""Many at once: one officer confirms, one answer approves, and no more codes are compared than one by one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from evidence.clock import FixedClock
from evidence.identifiers import CitizenNumber
from evidence.keys import LocalSigner
from identity import counter_answers
from identity.approvals import ApprovalRow
from identity.counter_cases import MOST_TRIES
from identity.counter_refusals import (
    CaseEnded,
    CaseNotWaiting,
    CodeTriedTooOften,
)
from identity.people import register_person
from ledger.database import Database
from tests.identity.counter_desk import CODES, Counter
from tests.identity.passkey_desk import PARTY


def test_fifty_answers_at_once_approve_once(
    database: Database, clock: FixedClock, verifier: LocalSigner
) -> None:
    numbers = [CitizenNumber.parse(each) for each in ("34052419800101001X", "440524188001010014")]
    with database.transaction() as session:
        person, officer = (
            register_person(session, name="某人", citizen_number=each, clock=clock) for each in numbers
        )
        case, code = Counter(session, clock, verifier, officer.id).confirmed(person)
    begin = Barrier(50)

    def redeem(_: int) -> bool:
        begin.wait()
        try:
            with database.transaction() as session:
                counter_answers.take_try(session, case.id, person=person.id, clock=clock)
            with database.transaction() as session:
                counter_answers.answer(
                    session,
                    case.id,
                    person=person.id,
                    code=code,
                    device=None,
                    party=PARTY,
                    codes=CODES,
                    issuer="city",
                    signer=verifier,
                    clock=clock,
                )
        except (CaseEnded, CodeTriedTooOften):
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(redeem, range(50))) == 1
    with database.transaction() as session:
        assert session.query(ApprovalRow).count() == 1


def test_fifty_officers_at_once_confirm_once(
    database: Database, clock: FixedClock, verifier: LocalSigner
) -> None:
    numbers = [CitizenNumber.parse(each) for each in ("34052419800101001X", "440524188001010014")]
    with database.transaction() as session:
        person, officer = (
            register_person(session, name="某人", citizen_number=each, clock=clock) for each in numbers
        )
        case = Counter(session, clock, verifier, officer.id).open(person)
    begin = Barrier(50)

    def confirm(_: int) -> bool:
        begin.wait()
        try:
            with database.transaction() as session:
                Counter(session, clock, verifier, officer.id).confirm(case)
        except CaseNotWaiting:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(confirm, range(50))) == 1


def test_no_more_wrong_codes_are_compared_at_once_than_one_after_another(
    database: Database, clock: FixedClock, verifier: LocalSigner
) -> None:
    numbers = [CitizenNumber.parse(each) for each in ("34052419800101001X", "440524188001010014")]
    with database.transaction() as session:
        person, officer = (
            register_person(session, name="某人", citizen_number=each, clock=clock) for each in numbers
        )
        case, _ = Counter(session, clock, verifier, officer.id).confirmed(person)
    begin = Barrier(20)

    def guess(_: int) -> bool:
        begin.wait()
        try:
            with database.transaction() as session:
                counter_answers.take_try(session, case.id, person=person.id, clock=clock)
        except CodeTriedTooOften:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(guess, range(20))) == MOST_TRIES
