"""Enrollment keeps one protected template, no image, and forgets on withdrawal."""

from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import enrollment
from identity.consent import Consent, ConsentMissing, ConsentWithdrawn
from identity.consent_text import Purpose
from identity.enrollment import Enrollment, NotEnrolled
from identity.face import Template
from identity.face_scripted import MODEL, ScriptedFace, ScriptedMatcher, plain_picture
from identity.people import Person
from identity.scan_refusals import NoFace, TemplateOfAnotherModel
from identity.vault import TemplateVault
from ledger import facts

RED, GREY = (200, 0, 0), (90, 90, 90)
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
            vault=self.vault,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def enroll(self, person: Person, portrait: bytes) -> Enrollment:
        return enrollment.enroll(
            self.session,
            person=person.id,
            portrait=portrait,
            matcher=ScriptedMatcher({RED: (ScriptedFace("p01"),)}),
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


def test_a_portrait_enrolls_and_is_not_kept(desk: Desk, engineer: Person, face_consent: Consent) -> None:
    portrait = plain_picture(RED)
    assert desk.enroll(engineer, portrait).enrolled_at == face_consent.given_at
    kept = desk.session.execute(text("SELECT ciphertext FROM enrollments")).scalar_one()
    assert len(kept) < len(portrait)
    assert desk.reference(engineer).value.endswith(b"p01")


@pytest.mark.usefixtures("face_consent")
def test_a_portrait_without_a_face_enrolls_nobody(desk: Desk, engineer: Person) -> None:
    with pytest.raises(NoFace):
        desk.enroll(engineer, plain_picture(GREY))
    assert enrollment.enrollment(desk.session, engineer.id) is None


def test_without_consent_the_portrait_is_not_even_decoded(desk: Desk, engineer: Person) -> None:
    with pytest.raises(ConsentMissing):
        desk.enroll(engineer, b"not an image")


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
