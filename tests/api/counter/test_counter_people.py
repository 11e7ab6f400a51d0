"""What an officer does for a person with their document, through the doors."""

import json

import httpx
import pytest

from api import accounts
from api.demonstration.people import CONTRACTOR
from api.house import House
from api.message_couriers import printed_outbox
from api.policy import Role
from api.site import Site
from identity import people
from identity.attempts import MOST, Attempt
from identity.couriers import printed
from registers.questions import Register
from tests.api.counter_side import CONFIRM, OpenCase, code_for, refusal, send_messages, wrong
from tests.api.devices import add_first, begin, bring
from tests.api.newcomers import (
    PHONE,
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    counter_officer,
    double,
    forget_faces,
    way_in,
)
from tests.identity.authenticator import Authenticator


def found(officer: Newcomer, house: House, person: Newcomer) -> str:
    with house.database.transaction() as session:
        someone = people.person(session, person.id)
    body = {"name": someone.name, "citizen_number": someone.citizen_number.text}
    path: str = officer.http.post("/api/counter/people", json=body).json()["next"]
    return path


def nobody(house: House, person: Newcomer) -> dict[str, str]:
    with house.database.transaction() as session:
        return {"name": "别人", "citizen_number": people.person(session, person.id).citizen_number.text}


def test_a_lost_device_is_revoked_on_its_persons_word(
    officer: Newcomer, person: Newcomer, house: House
) -> None:
    key = add_first(house, person, Authenticator(house.relying_party))
    page = found(officer, house, person)
    assert officer.http.get(page).is_success
    path = f"/api{page}/passkeys/{key.id}/revocation"
    assert officer.http.post(path, json={"document": "passport"}).json()["revoked_at"]
    assert person.http.get("/api/people/me/passkeys").json()[0]["revoked_at"]


def test_a_person_of_another_name_is_not_found(officer: Newcomer, person: Newcomer, house: House) -> None:
    with house.database.transaction() as session:
        number = people.person(session, person.id).citizen_number.text
    answer = officer.http.post("/api/counter/people", json={"name": "别人", "citizen_number": number})
    assert (answer.status_code, refusal(answer)) == (httpx.codes.NOT_FOUND, "nobody-found")
    assert number not in answer.text


def test_an_officer_who_looks_for_whoever_there_is_is_stopped(
    open_case: OpenCase, person: Newcomer, site: Site, house: House
) -> None:
    guessing = counter_officer(site, house)
    guessing.http.headers["x-forwarded-for"] = "203.0.113.90"
    number = open_case(person).number
    guesses = [("/cases", {"number": "000000000"}), ("/people", nobody(house, person))]
    tried = [
        refusal(guessing.http.post(f"/api/counter{path}", json=body))
        for _ in range(MOST[Attempt.COUNTER].device // len(guesses))
        for path, body in guesses
    ]
    assert set(tried) == {"case-unknown", "nobody-found"}
    assert refusal(guessing.http.post("/api/counter/cases", json={"number": number})) == "too-many-from-here"
    assert guessing.http.get(f"/counter/{number}", follow_redirects=True).status_code == (
        httpx.codes.CONFLICT
    )


def test_an_address_is_registered_at_the_counter_and_the_code_arrives(
    open_case: OpenCase, officer: Newcomer, site: Site, house: House
) -> None:
    case = open_case(arrive(site, house))
    page = found(officer, house, case.person)
    body = {"phone": "139 0000 0001", "mail": "", "document": "citizen-card"}
    assert officer.http.post(f"/api{page}/contact", json=body).json() == {"phone": True, "mail": False}
    case.confirm().raise_for_status()
    case.answer(code_for(house, case.number)).raise_for_status()


def test_a_device_key_is_added_at_the_counter_without_a_face(
    officer: Newcomer, person: Newcomer, house: House
) -> None:
    begun = begin(person)
    bring(person, begun, Authenticator(house.relying_party)).raise_for_status()
    path = f"/people/me/passkeys/{begun['id']}"
    assert person.http.get(f"{path}/other-route").is_success
    case = person.http.post(f"/api{path}/cases").json()
    officer.http.post(f"/api/counter/cases/{case['id']}/confirmation", json=CONFIRM).raise_for_status()
    code = code_for(house, case["number"])
    added = person.http.post(f"/api/cases/{case['id']}/answer", json={"code": code})
    assert added.json() == {"action": "add-passkey", "state": "added", "next": "/engineer#devices"}


@pytest.mark.slow
def test_a_face_is_replaced_by_the_officers_leave_alone(officer: Newcomer, site: Site, house: House) -> None:
    forget_faces(house)
    person = arrive_enrolled(site, house)
    portrait = {"captures": ("p.jpg", PORTRAIT, "image/jpeg")}
    where = "/api/people/me/enrollment"
    assert refusal(person.http.post(where, files=portrait)) == "enrolled-already"
    guess = {"code": "123456"}
    assert refusal(person.http.post(where, files=portrait, data=guess)) == "ticket-missing"
    page = found(officer, house, person)
    code = officer.http.post(f"/api{page}/face", json={"document": "citizen-card"}).json()["code"]
    assert refusal(person.http.post(where, files=portrait, data={"code": wrong(code)})) == "code-wrong"
    assert 'name="code"' in person.http.get("/engineer/enrollment").text
    again = person.http.post(where, files=portrait, data={"code": code})
    assert (again.status_code, again.json()["version"]) == (httpx.codes.CREATED, 2)
    assert refusal(person.http.post(where, files=portrait, data={"code": code})) == "ticket-missing"


@pytest.mark.slow
def test_pictures_that_are_refused_use_up_no_try_of_the_right_code(
    officer: Newcomer, site: Site, house: House
) -> None:
    forget_faces(house)
    person = arrive_enrolled(site, house)
    where = "/api/people/me/enrollment"
    page = found(officer, house, person)
    code = officer.http.post(f"/api{page}/face", json={"document": "citizen-card"}).json()["code"]
    double(house).silent.add(Register.POPULATION)
    files = {"captures": ("p.jpg", PORTRAIT, "image/jpeg")}
    refusals = [refusal(person.http.post(where, files=files, data={"code": code})) for _ in range(6)]
    double(house).silent.clear()
    assert refusals == ["register-silent"] * 6
    assert person.http.post(where, files=files, data={"code": code}).is_success


def test_an_officer_does_nothing_for_themselves(officer: Newcomer) -> None:
    path = f"/api/counter/people/{officer.id}/face"
    answer = officer.http.post(path, json={"document": "citizen-card"})
    assert (answer.status_code, refusal(answer)) == (httpx.codes.FORBIDDEN, "own-case")


def test_an_account_without_a_person_confirms_nothing(
    open_case: OpenCase, person: Newcomer, site: Site, house: House
) -> None:
    case = open_case(person)
    with house.database.transaction() as session:
        account = accounts.open_account(
            session,
            roles=(Role.COUNTER,),
            title_zh="窗口",
            title_en="counter",
            organization=CONTRACTOR.uscc.text,
            clock=house.clock,
        )
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as nobody:
        nobody.post(way_in(house, account)).raise_for_status()
        answer = nobody.post(f"/api/counter/cases/{case.id}/confirmation", json=CONFIRM)
    assert (answer.status_code, refusal(answer)) == (httpx.codes.FORBIDDEN, "officer-incomplete")


def test_the_old_address_is_told_that_another_one_counts(
    officer: Newcomer, person: Newcomer, house: House
) -> None:
    page = found(officer, house, person)
    body = {"phone": "", "mail": "new@example.com", "document": "citizen-card"}
    officer.http.post(f"/api{page}/contact", json=body).raise_for_status()
    send_messages(house)
    letter = printed(printed_outbox(house.settings))[0]
    assert letter["to"] == PHONE
    assert "new@example.com" not in letter["text"]


def test_each_change_of_an_address_is_told_to_the_one_before(
    officer: Newcomer, person: Newcomer, house: House
) -> None:
    page = found(officer, house, person)
    send_messages(house)
    before = len(printed(printed_outbox(house.settings)))
    for mail in ("first@example.com", "second@example.com"):
        body = {"phone": "", "mail": mail, "document": "citizen-card"}
        officer.http.post(f"/api{page}/contact", json=body).raise_for_status()
    send_messages(house)
    letters = printed(printed_outbox(house.settings))
    told = letters[: len(letters) - before]
    assert {letter["to"] for letter in told} == {PHONE, "first@example.com"}


def test_who_keeps_the_same_address_is_told_nothing(
    officer: Newcomer, person: Newcomer, house: House
) -> None:
    page = found(officer, house, person)
    send_messages(house)
    before = len(printed(printed_outbox(house.settings)))
    body = {"phone": PHONE, "mail": "", "document": "citizen-card"}
    officer.http.post(f"/api{page}/contact", json=body).raise_for_status()
    send_messages(house)
    assert len(printed(printed_outbox(house.settings))) == before


@pytest.mark.parametrize(
    ("name", "number"), [("\ud800", "11010519491231002X"), ("", "11010519491231002X"), ("某人", "\ud800")]
)
def test_what_nobody_can_be_called_is_refused_without_being_repeated(
    officer: Newcomer, name: str, number: str
) -> None:
    body = json.dumps({"name": name, "citizen_number": number})
    headers = {"content-type": "application/json"}
    answer = officer.http.post("/api/counter/people", content=body, headers=headers)
    assert answer.status_code in {httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY}
