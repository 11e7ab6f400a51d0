"""Enrollment keeps one protected template, no image by default, and forgets on withdrawal."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import duplicates, enrollment, kept_portraits
from identity.consent import Consent, ConsentMissing, ConsentWithdrawn
from identity.consent_text import Purpose
from identity.enrollment import Enrollment, Method, NotEnrolled, Origin
from identity.face import Template
from identity.face_scripted import MODEL
from identity.people import Person
from identity.scan_refusals import TemplateOfAnotherModel
from identity.vault import TemplateVault
from ledger import facts

TEMPLATE = Template(b"scripted-1\x00one")


@dataclass
class Desk:
    """Enrolling with vault, issuer, key and clock filled in."""

    session: Session
    clock: FixedClock
    signer: LocalSigner
    vault: TemplateVault

    def keep(self, person: Person, template: Template = TEMPLATE) -> Enrollment:
        return enrollment.keep(
            self.session,
            person=person.id,
            template=template,
            origin=Origin(Method.DOCUMENT, registers=(), captures=2, policy="test"),
            vault=self.vault,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def reference(self, person: Person) -> Template:
        return enrollment.reference(
            self.session, person=person.id, model=MODEL, vault=self.vault, clock=self.clock
        )

    def withdraw(self, person: Person) -> Consent:
        return enrollment.withdraw(
            self.session, person=person.id, issuer="city", signer=self.signer, clock=self.clock
        )

    def stored(self) -> str:
        return str(self.session.execute(text("SELECT * FROM enrollments ORDER BY version")).all())


@pytest.fixture
def desk(session: Session, clock: FixedClock, verifier: LocalSigner) -> Desk:
    return Desk(session, clock, verifier, TemplateVault(b"k" * 32))


def test_an_enrolled_template_is_given_back(desk: Desk, engineer: Person, face_consent: Consent) -> None:
    assert face_consent.person == desk.keep(engineer).person
    assert desk.reference(engineer) == TEMPLATE


def test_an_enrollment_is_a_fact_that_refers_to_the_consent(
    desk: Desk, engineer: Person, face_consent: Consent, verifier: LocalSigner
) -> None:
    statement = check(facts.fact(desk.session, desk.keep(engineer).fact).signed, verifier.key)
    assert statement.type is StatementType.ENROLLMENT
    assert statement.body["consent"] == face_consent.given_fact


def test_an_enrollment_says_where_its_portrait_came_from(
    desk: Desk, engineer: Person, face_consent: Consent, verifier: LocalSigner
) -> None:
    body = check(facts.fact(desk.session, desk.keep(engineer).fact).signed, verifier.key).body
    told = (body["method"], body["captures"], body["policy"], body["registers"])
    assert (told, body["consent"]) == (("document-portrait", 2, "test", []), face_consent.given_fact)


def test_without_consent_nothing_is_kept(desk: Desk, engineer: Person) -> None:
    with pytest.raises(ConsentMissing):
        desk.keep(engineer)


@pytest.mark.usefixtures("face_consent")
def test_who_is_not_enrolled_has_no_reference(desk: Desk, engineer: Person) -> None:
    with pytest.raises(NotEnrolled):
        desk.reference(engineer)


@pytest.mark.usefixtures("face_consent")
def test_a_template_of_another_model_is_no_reference(desk: Desk, engineer: Person) -> None:
    desk.keep(engineer, Template(b"dlib-resnet-1\x00" + bytes(512)))
    with pytest.raises(TemplateOfAnotherModel):
        desk.reference(engineer)


@pytest.mark.usefixtures("face_consent")
def test_a_new_enrollment_erases_the_former_template(desk: Desk, engineer: Person) -> None:
    desk.keep(engineer)
    again = desk.keep(engineer, Template(b"scripted-1\x00two"))
    assert again.version == 2
    assert desk.reference(engineer).value == b"scripted-1\x00two"
    erased = desk.session.execute(
        text("SELECT num_nulls(key_id, wrapped_key, ciphertext) FROM enrollments WHERE version = 1")
    )
    assert erased.scalar_one() == 3


@pytest.mark.usefixtures("face_consent")
def test_a_withdrawal_erases_the_template(desk: Desk, engineer: Person) -> None:
    desk.keep(engineer)
    desk.withdraw(engineer)
    assert enrollment.enrollment(desk.session, engineer.id) is None
    with pytest.raises(ConsentWithdrawn):
        desk.reference(engineer)


@pytest.mark.usefixtures("face_consent")
def test_a_stored_template_is_not_readable(desk: Desk, engineer: Person) -> None:
    desk.keep(engineer)
    assert repr(TEMPLATE.value)[2:-1] not in desk.stored()


@pytest.mark.usefixtures("face_consent")
def test_a_template_is_erased_once_its_consent_is_over(desk: Desk, engineer: Person) -> None:
    desk.keep(engineer)
    assert enrollment.erase_due(desk.session, clock=desk.clock) == 0
    desk.clock.advance(Purpose.FACE_PROCESSING.retention)
    assert enrollment.erase_due(desk.session, clock=desk.clock) == 1
    assert enrollment.enrollment(desk.session, engineer.id) is None


@pytest.mark.usefixtures("face_consent")
def test_a_portrait_is_kept_for_its_days_alone(desk: Desk, engineer: Person) -> None:
    keep_portrait(desk, engineer, days=30)
    assert kept_portrait(desk, engineer) == b"a portrait"
    desk.clock.advance(timedelta(days=30))
    assert kept_portraits.erase_due(desk.session, clock=desk.clock) == 1
    assert kept_portrait(desk, engineer) is None


@pytest.mark.usefixtures("face_consent")
def test_a_portrait_is_erased_on_withdrawal(desk: Desk, engineer: Person) -> None:
    keep_portrait(desk, engineer, days=30)
    desk.withdraw(engineer)
    assert kept_portrait(desk, engineer) is None
    kept = desk.session.execute(text("SELECT num_nulls(key_id, wrapped_key, ciphertext) FROM kept_portraits"))
    assert kept.scalar_one() == 3


@pytest.mark.usefixtures("face_consent")
def test_by_default_no_portrait_is_kept(desk: Desk, engineer: Person) -> None:
    keep_portrait(desk, engineer, days=0)
    assert desk.session.execute(text("SELECT count(*) FROM kept_portraits")).scalar_one() == 0


def keep_portrait(desk: Desk, person: Person, *, days: int) -> None:
    kept_portraits.keep(
        desk.session,
        b"a portrait",
        person=person.id,
        version=desk.keep(person).version,
        days=days,
        vault=desk.vault,
        clock=desk.clock,
    )


def kept_portrait(desk: Desk, person: Person) -> bytes | None:
    return kept_portraits.find_portrait(desk.session, person=person.id, version=1, vault=desk.vault)


@pytest.mark.usefixtures("face_consent")
def test_templates_are_compared_in_the_order_in_which_they_were_kept(
    desk: Desk, engineer: Person, stranger: Person
) -> None:
    first = desk.keep(engineer)
    rows = duplicates.enrolled_after(desk.session, 0, except_for=stranger.id)
    assert [row.person for row in rows] == [first.person]
    assert duplicates.opened(rows, model=MODEL, vault=desk.vault) == (TEMPLATE,)
    assert duplicates.nobody_since(desk.session, rows[-1].number, except_for=stranger.id)
    assert not duplicates.nobody_since(desk.session, rows[-1].number - 1, except_for=stranger.id)


@pytest.mark.usefixtures("face_consent")
def test_ones_own_former_face_and_erased_ones_are_not_compared(
    desk: Desk, engineer: Person, stranger: Person
) -> None:
    desk.keep(engineer)
    assert duplicates.enrolled_after(desk.session, 0, except_for=engineer.id) == ()
    desk.withdraw(engineer)
    assert duplicates.enrolled_after(desk.session, 0, except_for=stranger.id) == ()


@pytest.mark.usefixtures("face_consent")
def test_what_no_scan_could_use_is_not_compared(desk: Desk, engineer: Person, stranger: Person) -> None:
    desk.keep(engineer, Template(b"dlib-resnet-1\x00" + bytes(512)))
    rows = duplicates.enrolled_after(desk.session, 0, except_for=stranger.id)
    assert duplicates.opened(rows, model=MODEL, vault=desk.vault) == ()
    assert duplicates.opened(rows, model="dlib-resnet-1", vault=TemplateVault(b"x" * 32)) == ()
