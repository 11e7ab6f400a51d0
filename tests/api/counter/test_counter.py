"""The route without a face, through the doors: a person without a camera reaches the same authorization."""

from uuid import UUID

import httpx
import pytest

from api.demonstration.people import ENGINEER
from api.house import House
from api.site import Site
from identity.approvals import Method
from identity.messages import MessageRow
from tests.api.counter_side import CONFIRM, OpenCase, code_for, refusal, wrong
from tests.api.devices import add_first, octets
from tests.api.joint import CLERK, enter, started
from tests.api.newcomers import (
    Newcomer,
    arrive,
    clerk,
    double,
    request_body,
    requested,
)
from tests.identity.authenticator import Authenticator, as_json
from tests.quiet_city import QuietCity


def test_a_person_without_a_face_reaches_the_same_authorization(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    case = open_case(person)
    found = case.officer.http.post("/api/counter/cases", json={"number": case.number}).json()
    assert found == {"next": f"/counter/cases/{case.id}"}
    assert case.confirm().json() == {"state": "confirmed"}
    answer = case.answer(code_for(house, case.number))
    assert answer.json() == {
        "action": "authorize",
        "state": "granted",
        "next": f"/authorizations/{case.authorization}",
    }
    granted = case.granted()
    assert (granted["state"], granted["method"]) == ("granted", Method.CODE_OFFICER_AT_COUNTER.value)


def test_who_has_a_device_key_confirms_with_it_on_video(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    phone = Authenticator(house.relying_party)
    add_first(house, person, phone)
    case = open_case(person)
    case.confirm(presence="video").raise_for_status()
    code = code_for(house, case.number)
    assert refusal(case.answer(code)) == "device-confirms-too"
    device = case.seen()["device"]
    assert isinstance(device, dict)
    case.answer(code, as_json(phone.sign(octets(device["challenge"])))).raise_for_status()
    assert case.granted()["method"] == Method.PASSKEY_CODE_OFFICER.value


def test_a_device_key_left_out_uses_up_no_try(open_case: OpenCase, person: Newcomer, house: House) -> None:
    phone = Authenticator(house.relying_party)
    add_first(house, person, phone)
    case = open_case(person)
    case.confirm().raise_for_status()
    code = code_for(house, case.number)
    assert [refusal(case.answer(code)) for _ in range(6)] == ["device-confirms-too"] * 6
    device = case.seen()["device"]
    assert isinstance(device, dict)
    assert case.answer(code, as_json(phone.sign(octets(device["challenge"])))).is_success


def test_a_register_is_asked_only_about_a_case_that_takes_a_code(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    case = open_case(person)
    before = len(double(house).asked)
    assert refusal(case.answer("123456")) == "case-not-confirmed"
    case.confirm().raise_for_status()
    code = code_for(house, case.number)
    for _ in range(5):
        case.answer(wrong(code))
    within = len(double(house).asked)
    assert refusal(case.answer(code)) == "code-tried-too-often"
    assert (before, within) == (within - 10, len(double(house).asked))


def test_a_code_wrong_five_times_closes_the_case(open_case: OpenCase, person: Newcomer, house: House) -> None:
    case = open_case(person)
    case.confirm()
    code = code_for(house, case.number)
    refusals = [refusal(case.answer(wrong(code))) for _ in range(5)]
    assert refusals == ["code-wrong"] * 4 + ["code-tried-too-often"]
    assert refusal(case.answer(code)) == "code-tried-too-often"
    assert (case.seen()["state"], case.granted()["state"]) == ("failed", "requested")


def test_a_code_is_used_once_and_for_its_own_request(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    one, two = open_case(person), open_case(person)
    one.confirm()
    two.confirm()
    codes = [code_for(house, each.number) for each in (one, two)]
    if codes[0] != codes[1]:
        assert refusal(one.answer(codes[1])) == "code-wrong"
    one.answer(codes[0]).raise_for_status()
    assert refusal(one.answer(codes[0])) == "case-ended"
    assert two.granted()["state"] == "requested"


def test_a_refused_case_tells_the_reason_and_grants_nothing(open_case: OpenCase, person: Newcomer) -> None:
    case = open_case(person)
    path = f"/api/counter/cases/{case.id}/refusal"
    assert case.officer.http.post(path, json={"reason": "照片不符"}).json() == {"state": "refused"}
    assert (case.seen()["state"], case.seen()["reason"]) == ("refused", "照片不符")
    assert refusal(case.confirm()) == "case-not-waiting"
    assert refusal(case.answer("123456")) == "case-ended"


def test_nobody_else_answers_a_case(open_case: OpenCase, person: Newcomer, site: Site, house: House) -> None:
    case = open_case(person)
    case.confirm()
    code = code_for(house, case.number)
    other = arrive(site, house).http.post(f"/api/cases/{case.id}/answer", json={"code": code})
    assert (other.status_code, refusal(other)) == (httpx.codes.NOT_FOUND, "case-unknown")
    assert case.answer(code).is_success


def test_a_person_who_cannot_be_reached_is_not_confirmed_yet(
    open_case: OpenCase, site: Site, house: House
) -> None:
    case = open_case(arrive(site, house))
    assert refusal(case.confirm()) == "code-not-sendable"
    assert case.seen()["state"] == "waiting"


def test_without_a_device_key_there_is_no_video(open_case: OpenCase, person: Newcomer) -> None:
    assert refusal(open_case(person).confirm(presence="video")) == "counter-only"


def test_a_withdrawn_case_is_over(open_case: OpenCase, person: Newcomer) -> None:
    case = open_case(person)
    assert person.http.delete(f"/api/cases/{case.id}").json()["state"] == "withdrawn"
    assert refusal(case.confirm()) == "case-ended"


def test_an_answered_request_opens_no_case(open_case: OpenCase, person: Newcomer) -> None:
    case = open_case(person)
    person.http.post(f"/api/authorizations/{case.authorization}/refusal", json={}).raise_for_status()
    answer = person.http.post(f"/api/authorizations/{case.authorization}/cases")
    assert refusal(answer) == "authorization-refused"


def test_a_request_refused_meanwhile_is_not_granted_by_the_code(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    case = open_case(person)
    case.confirm()
    code = code_for(house, case.number)
    person.http.post(f"/api/authorizations/{case.authorization}/refusal", json={}).raise_for_status()
    assert refusal(case.answer(code)) == "authorization-refused"


def test_nothing_of_a_message_is_left_when_it_was_sent(
    open_case: OpenCase, person: Newcomer, house: House
) -> None:
    case = open_case(person)
    case.confirm()
    code_for(house, case.number)
    with house.database.transaction() as session:
        rows = session.query(MessageRow).filter_by(about=UUID(case.id)).all()
        assert [(row.kind, row.address, row.text) for row in rows] == [("code", None, None)]
    assert case.seen()["code"] == "sent"


def test_the_officer_states_how_they_saw_the_person(open_case: OpenCase, person: Newcomer) -> None:
    case = open_case(person)
    shown = case.officer.http.get(f"/counter/cases/{case.id}").text
    assert " checked" not in shown
    assert '<option value="">' in shown


def test_both_sides_read_the_text_and_what_deceives_in_it(
    person: Newcomer, officer: Newcomer, site: Site, house: House
) -> None:
    deceptive = request_body(person, purpose="投\u0430标")
    asked = clerk(site, house).post("/api/authorizations", json=deceptive).json()["id"]
    opened = person.http.post(f"/api/authorizations/{asked}/cases").json()
    for page in (
        officer.http.get(f"/counter/cases/{opened['id']}", params={"lang": "zh"}),
        person.http.get(f"/cases/{opened['id']}", params={"lang": "zh"}),
    ):
        assert "U+0430" in page.text
        assert "投\u0430标" in page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_sides_have_a_page(open_case: OpenCase, person: Newcomer, house: House, language: str) -> None:
    case = open_case(person)
    lang = {"lang": language}
    begin = person.http.get(f"/authorizations/{case.authorization}/other-route", params=lang)
    assert f"/api/authorizations/{case.authorization}/cases" in begin.text
    assert case.number[:3] in person.http.get(f"/cases/{case.id}", params=lang).text
    shown = case.officer.http.get(f"/counter/{case.number}", params=lang, follow_redirects=True)
    assert shown.is_success
    assert "citizen-card" in shown.text
    assert case.officer.http.get("/counter", params=lang).is_success
    case.confirm()
    assert 'id="answer"' in person.http.get(f"/cases/{case.id}", params=lang).text
    case.answer(code_for(house, case.number)).raise_for_status()
    assert 'id="answer"' not in person.http.get(f"/cases/{case.id}", params=lang).text
    assert case.officer.http.get(f"/counter/cases/{case.id}", params=lang).is_success


def test_the_choice_stands_beside_the_scan_from_the_beginning(
    person: Newcomer, site: Site, house: House
) -> None:
    asked = requested(site, house, person)
    assert f"/authorizations/{asked}/other-route" in person.http.get(f"/authorizations/{asked}").text


def test_a_slot_is_signed_without_a_face(quiet: QuietCity, officer: Newcomer, house: House) -> None:
    agreement = started(enter(quiet, CLERK))
    engineer = enter(quiet, ENGINEER.name)
    slots = engineer.get(f"/api/agreements/{agreement}").json()["slots"]
    paths = [f"/agreements/{agreement}/slots/{slot['id']}" for slot in slots]
    path, opened = next(
        (path, answer) for path in paths if (answer := engineer.post(f"/api{path}/cases")).is_success
    )
    assert engineer.get(f"{path}/other-route").is_success
    case = opened.json()
    assert officer.http.get(f"/counter/cases/{case['id']}").is_success
    officer.http.post(f"/api/counter/cases/{case['id']}/confirmation", json=CONFIRM).raise_for_status()
    code = code_for(house, case["number"])
    signed = engineer.post(f"/api/cases/{case['id']}/answer", json={"code": code}).json()
    assert signed == {"action": "sign", "state": "signed", "next": f"/agreements/{agreement}"}
