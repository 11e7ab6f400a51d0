"""Consent: given for one purpose, on one text, until a day; withdrawable."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import consent, consent_text
from identity.consent import (
    Consent,
    ConsentAlreadyGiven,
    ConsentMissing,
    ConsentOver,
    ConsentWithdrawn,
)
from identity.consent_text import Purpose
from identity.people import Person
from ledger import facts

FACE = Purpose.FACE_PROCESSING


@dataclass
class Desk:
    """Giving and withdrawing with issuer, key and clock filled in."""

    session: Session
    clock: FixedClock
    signer: LocalSigner

    def give(self, person: Person, purpose: Purpose = FACE) -> Consent:
        notice = consent_text.write(purpose, controller="示范市行政审批服务局")
        return consent.give(
            self.session,
            person=person.id,
            notice=notice,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def withdraw(self, person: Person, purpose: Purpose = FACE) -> Consent:
        return consent.withdraw(
            self.session,
            person=person.id,
            purpose=purpose,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def require(self, person: Person, purpose: Purpose = FACE) -> Consent:
        return consent.require(self.session, person=person.id, purpose=purpose, clock=self.clock)


@pytest.fixture
def desk(session: Session, clock: FixedClock, verifier: LocalSigner) -> Desk:
    return Desk(session, clock, verifier)


def test_a_consent_is_a_fact_of_purpose_text_and_retention(
    desk: Desk, engineer: Person, verifier: LocalSigner
) -> None:
    given = desk.give(engineer)
    statement = check(facts.fact(desk.session, given.given_fact).signed, verifier.key)
    assert statement.type is StatementType.CONSENT
    assert statement.body["purpose"] == "face-processing"
    assert statement.body["text"] == str(sha256(given.text.encode()))
    assert given.keep_until == given.given_at + FACE.retention


def test_a_consent_in_force_is_given_back(desk: Desk, engineer: Person) -> None:
    assert desk.give(engineer) == desk.require(engineer)


def test_without_consent_the_purpose_is_refused(desk: Desk, engineer: Person) -> None:
    with pytest.raises(ConsentMissing, match="face processing"):
        desk.require(engineer)


def test_a_consent_to_one_purpose_is_none_to_another(desk: Desk, engineer: Person) -> None:
    desk.give(engineer, Purpose.IDENTITY_RECORD)
    with pytest.raises(ConsentMissing):
        desk.require(engineer, FACE)


def test_a_consent_of_one_person_is_none_of_another(desk: Desk, engineer: Person, stranger: Person) -> None:
    desk.give(engineer)
    with pytest.raises(ConsentMissing):
        desk.require(stranger)


def test_a_withdrawn_consent_is_none(desk: Desk, engineer: Person) -> None:
    desk.give(engineer)
    desk.withdraw(engineer)
    with pytest.raises(ConsentWithdrawn):
        desk.require(engineer)


def test_a_withdrawal_refers_to_the_consent(desk: Desk, engineer: Person, verifier: LocalSigner) -> None:
    given = desk.give(engineer)
    withdrawn = desk.withdraw(engineer)
    assert withdrawn.withdrawn_fact is not None
    body = check(facts.fact(desk.session, withdrawn.withdrawn_fact).signed, verifier.key).body
    assert (body["change"], body["consent"]) == ("withdrawn", given.given_fact)


def test_what_was_not_given_cannot_be_withdrawn(desk: Desk, engineer: Person) -> None:
    with pytest.raises(ConsentMissing):
        desk.withdraw(engineer)


def test_a_consent_is_not_withdrawn_twice(desk: Desk, engineer: Person) -> None:
    desk.give(engineer)
    desk.withdraw(engineer)
    with pytest.raises(ConsentWithdrawn):
        desk.withdraw(engineer)


def test_a_consent_can_be_given_again_after_its_withdrawal(desk: Desk, engineer: Person) -> None:
    desk.give(engineer)
    desk.withdraw(engineer)
    again = desk.give(engineer)
    assert desk.require(engineer) == again
    assert len(consent.consents(desk.session, engineer.id)) == 2


def test_a_consent_in_force_is_not_given_twice(desk: Desk, engineer: Person) -> None:
    desk.give(engineer)
    with pytest.raises(ConsentAlreadyGiven):
        desk.give(engineer)


def test_a_consent_ends_with_its_retention_and_can_be_renewed(desk: Desk, engineer: Person) -> None:
    desk.give(engineer)
    desk.clock.advance(FACE.retention)
    with pytest.raises(ConsentOver):
        desk.require(engineer)
    renewed = desk.give(engineer)
    assert desk.require(engineer) == renewed


@pytest.mark.parametrize("purpose", Purpose)
def test_each_notice_names_the_controller_and_the_retention(purpose: Purpose) -> None:
    notice = consent_text.write(purpose, controller="示范市行政审批服务局")
    for text in (notice.zh, notice.en):
        assert "示范市行政审批服务局" in text
        assert f"{purpose.retention.days}" in text


def test_face_processing_is_asked_for_alone() -> None:
    notice = consent_text.write(FACE, controller="示范市行政审批服务局")
    assert "登记您的姓名" not in notice.zh
    assert "窗口" in notice.zh
