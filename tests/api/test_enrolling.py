"""Enrolling at the doors: against the register's portrait, one face under one number, nothing lost."""

from dataclasses import replace

import pytest

from api import enrolling
from api.demonstration.people import ENGINEER, FACES, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from evidence.statement import check
from identity import duplicates, enrollment, kept_portraits
from identity.attempts import MOST, Attempt
from identity.duplicates import FaceUnderAnotherNumber
from identity.people import PersonId
from ledger import facts
from registers.questions import Register
from tests.api.newcomers import (
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    double,
    enroll,
    forget_faces,
)

ANOTHERS = LEGAL_REPRESENTATIVE.portrait.read_bytes()
AGAIN = FACES.joinpath("photos", f"{ENGINEER.face}_c.jpg").read_bytes()


@pytest.fixture
def consenting(site: Site, house: House) -> Newcomer:
    """A person who has consented, in a city where nobody's face is enrolled."""
    forget_faces(house)
    newcomer = arrive(site, house)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"}).raise_for_status()
    return newcomer


def enrolled(newcomer: Newcomer) -> bool:
    found: bool = newcomer.http.get("/api/people/me").json()["enrolled"]
    return found


def recorded(house: House, newcomer: Newcomer) -> dict[str, object]:
    """The body of the fact that the enrollment is."""
    with house.database.transaction() as session:
        kept = enrollment.enrollment(session, newcomer.id)
        assert kept is not None
        return dict(check(facts.fact(session, kept.fact).signed, house.verifier_key).body)


def test_captures_are_compared_with_the_registers_portrait(house: House, consenting: Newcomer) -> None:
    assert enroll(consenting, PORTRAIT, AGAIN).status_code == 201
    body = recorded(house, consenting)
    assert (body["method"], body["captures"]) == ("register-portrait", 2)
    receipts = body["registers"]
    assert isinstance(receipts, list)
    with house.database.transaction() as session:
        signed = facts.fact(session, receipts[0]).signed
    key = house.registers.authorities[Register.POPULATION].key
    assert check(signed, key).body["register"] == "population"


def test_one_number_with_another_face_is_refused(consenting: Newcomer) -> None:
    answer = enroll(consenting, ANOTHERS)
    assert (answer.json()["title"], enrolled(consenting)) == ("face-of-another", False)


def test_a_document_does_not_stand_against_the_registers_portrait(consenting: Newcomer) -> None:
    answer = enroll(consenting, ANOTHERS, document=ANOTHERS)
    assert (answer.json()["title"], enrolled(consenting)) == ("face-of-another", False)


def test_a_document_serves_where_the_register_has_no_portrait(house: House, consenting: Newcomer) -> None:
    double(house).people[consenting.citizen_number.text].portrait = None
    assert enroll(consenting).json()["title"] == "document-needed"
    assert enroll(consenting, document=AGAIN).status_code == 201
    assert recorded(house, consenting)["method"] == "document-portrait"


def test_a_document_that_shows_another_is_refused(house: House, consenting: Newcomer) -> None:
    double(house).people[consenting.citizen_number.text].portrait = None
    assert enroll(consenting, document=ANOTHERS).json()["title"] == "face-of-another"


def test_a_document_that_shows_nobody_is_named(house: House, consenting: Newcomer) -> None:
    double(house).people[consenting.citizen_number.text].portrait = None
    answer = enroll(consenting, document=b"no picture").json()
    assert (answer["title"], "capture" in answer) == ("portrait-unusable", False)


def test_a_name_that_the_register_does_not_confirm_enrolls_nobody(house: House, consenting: Newcomer) -> None:
    double(house).people[consenting.citizen_number.text].name = "别人"
    assert enroll(consenting).json()["title"] == "register-name-differs"
    assert not enrolled(consenting)


def test_a_silent_register_enrolls_nobody_and_may_be_asked_again(house: House, consenting: Newcomer) -> None:
    double(house).silent.add(Register.POPULATION)
    try:
        assert enroll(consenting).status_code == 503
    finally:
        double(house).silent.clear()
    assert enroll(consenting).status_code == 201


def test_one_face_under_two_numbers_is_refused_and_nobody_is_named(
    site: Site, house: House, consenting: Newcomer
) -> None:
    enroll(consenting).raise_for_status()
    second = arrive(site, house)
    second.http.post("/api/people/me/consents", json={"purpose": "face"}).raise_for_status()
    answer = enroll(second, AGAIN)
    assert (answer.json()["title"], enrolled(second)) == ("face-under-another-number", False)
    assert str(consenting.id) not in answer.text
    consenting.http.delete("/api/people/me/consents/face").raise_for_status()
    assert enroll(second, AGAIN).status_code == 201


def test_who_was_enrolled_meanwhile_is_compared_too(
    site: Site, house: House, consenting: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the comparison with all and the keeping, somebody is enrolled with the same face."""
    asked = duplicates.nobody_since
    arrived: list[Newcomer] = []

    def late(session: object, number: int, *, except_for: PersonId) -> bool:
        if not arrived:
            arrived.append(arrive_enrolled(site, house))
        return asked(session, number, except_for=except_for)  # type: ignore[arg-type]  # a session

    monkeypatch.setattr(duplicates, "nobody_since", late)
    with pytest.raises(FaceUnderAnotherNumber):
        enrolling.enroll(house, consenting.id, captures=[PORTRAIT])
    assert not enrolled(consenting)


def test_a_policy_that_keeps_portraits_says_so_and_keeps_one(house: House, consenting: Newcomer) -> None:
    keeping = replace(house, settings=house.settings.model_copy(update={"portrait_days": 30}))
    enrolling.enroll(keeping, consenting.id, captures=[PORTRAIT])
    with house.database.transaction() as session:
        kept = kept_portraits.find_portrait(session, person=consenting.id, version=1, vault=house.vault)
    assert kept == double(house).people[consenting.citizen_number.text].portrait
    consenting.http.delete("/api/people/me/consents/face").raise_for_status()
    with house.database.transaction() as session:
        assert not kept_portraits.find_portrait(session, person=consenting.id, version=1, vault=house.vault)


@pytest.mark.parametrize("count", [0, 4])
def test_other_than_one_to_three_captures_are_refused(consenting: Newcomer, count: int) -> None:
    files = [("captures", (f"{n}.jpg", PORTRAIT, "image/jpeg")) for n in range(count)]
    answer = consenting.http.post("/api/people/me/enrollment", files=files or None)
    assert answer.json()["title"] == ("captures-miscounted" if count else "form-incomplete")


def test_a_session_that_tries_face_after_face_is_stopped(consenting: Newcomer) -> None:
    for _ in range(MOST[Attempt.ENROLLMENT].account):
        assert enroll(consenting, b"no picture").json()["title"] == "image-kind-refused"
    assert enroll(consenting).json()["title"] == "too-many-from-here"
    assert not enrolled(consenting)


def test_what_examines_nobody_is_no_attempt(consenting: Newcomer) -> None:
    enroll(consenting).raise_for_status()
    for _ in range(MOST[Attempt.ENROLLMENT].account + 1):
        assert enroll(consenting).json()["title"] == "enrolled-already"


def test_a_person_is_examined_once_at_a_time(house: House, consenting: Newcomer) -> None:
    with house.enrolling.enrolling(consenting.id):
        assert enroll(consenting).json()["title"] == "enrollment-under-way"
    assert enroll(consenting).status_code == 201
