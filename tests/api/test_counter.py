"""The route without a face, through the doors: a person without a camera reaches the same authorization."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest

from api import accounts
from api.demonstration.people import CONTRACTOR, ENGINEER
from api.house import House
from api.message_couriers import printed_outbox
from api.policy import Role
from api.site import Site
from api.tasks import send_messages
from identity import people
from identity.approvals import Method
from identity.couriers import printed
from identity.messages import MessageRow
from identity.one_time_codes import DIGITS
from tests.api.devices import add_first, begin, bring, octets
from tests.api.joint import CLERK, enter, started
from tests.api.newcomers import (
    PHONE,
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    clerk,
    counter_officer,
    forget_faces,
    reachable,
    request_body,
    requested,
    way_in,
)
from tests.identity.authenticator import Authenticator, as_json
from tests.quiet_city import QuietCity, open_quiet_city

CONFIRM = {"presence": "counter", "document": "citizen-card"}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("counter")) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(quiet: QuietCity) -> House:
    return quiet.house


@pytest.fixture(scope="module")
def site(quiet: QuietCity) -> Site:
    return quiet.site


@pytest.fixture(scope="module")
def officer(site: Site, house: House) -> Newcomer:
    return counter_officer(site, house)


@pytest.fixture
def person(site: Site, house: House) -> Newcomer:
    return reachable(house, arrive(site, house))


@dataclass(frozen=True)
class Opened:
    """A case, its request, and both sides of the counter."""

    house: House
    person: Newcomer
    officer: Newcomer
    authorization: str
    id: str
    number: str

    def confirm(self, **changes: str) -> httpx.Response:
        return self.officer.http.post(f"/api/counter/cases/{self.id}/confirmation", json=CONFIRM | changes)

    def answer(self, code: str, device: str | None = None) -> httpx.Response:
        body = {"code": code, "device": device}
        return self.person.http.post(f"/api/cases/{self.id}/answer", json=body)

    def seen(self) -> dict[str, object]:
        found: dict[str, object] = self.person.http.get(f"/api/cases/{self.id}").json()
        return found

    def granted(self) -> dict[str, object]:
        found: dict[str, object] = self.person.http.get(f"/api/authorizations/{self.authorization}").json()
        return found


OpenCase = Callable[[Newcomer], Opened]


@pytest.fixture
def open_case(site: Site, house: House, officer: Newcomer) -> OpenCase:
    def opened(person: Newcomer) -> Opened:
        asked = requested(site, house, person)
        answer = person.http.post(f"/api/authorizations/{asked}/cases")
        assert answer.status_code == httpx.codes.CREATED
        body = answer.json()
        return Opened(house, person, officer, asked, body["id"], body["number"])

    return opened


def code_for(house: House, number: str) -> str:
    """Send what waits, and read the code out of the printed outbox."""
    send_messages(house)
    letters = printed(printed_outbox(house.settings))
    found = next(each["text"] for each in letters if number in each["text"])
    code = re.search(rf"\b[0-9]{{{DIGITS}}}\b", found)
    assert code is not None
    return code[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}d}"


def refusal(answer: httpx.Response) -> str:
    title: str = answer.json()["title"]
    return title


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


def test_a_code_wrong_five_times_closes_the_case(open_case: OpenCase, person: Newcomer, house: House) -> None:
    case = open_case(person)
    case.confirm()
    code = code_for(house, case.number)
    assert [refusal(case.answer(wrong(code))) for _ in range(5)] == ["code-wrong"] * 5
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


def test_the_request_reaches_the_person_by_a_link(person: Newcomer, site: Site, house: House) -> None:
    answer = clerk(site, house).post("/api/authorizations", json=request_body(person))
    send_messages(house)
    letter = printed(printed_outbox(house.settings))[0]
    assert letter["to"] == PHONE
    assert f"{house.settings.public_url}/authorizations/{answer.json()['id']}" in letter["text"]


def test_the_firm_shows_the_same_link_as_a_code(person: Newcomer, site: Site, house: House) -> None:
    firm = clerk(site, house)
    asked = firm.post("/api/authorizations", json=request_body(person)).json()["id"]
    shown = firm.get(f"/authorizations/{asked}").text
    assert f"{house.settings.public_url}/authorizations/{asked}" in shown
    assert "<svg" in shown
    own = person.http.get(f"/authorizations/{asked}").text
    assert f'data-copy="{house.settings.public_url}' not in own


def test_the_firm_is_told_that_there_is_an_answer_and_not_which(
    person: Newcomer, site: Site, house: House
) -> None:
    asked = requested(site, house, person)
    person.http.post(f"/api/authorizations/{asked}/refusal", json={"reason": "不便"}).raise_for_status()
    send_messages(house)
    letter = printed(printed_outbox(house.settings))[0]
    assert (letter["to"], letter["channel"]) == (CONTRACTOR.mail, "mail")
    assert f"/authorizations/{asked}" in letter["text"]
    assert "不便" not in letter["text"]


def test_the_demonstration_shows_its_outbox(person: Newcomer, site: Site, house: House) -> None:
    requested(site, house, person)
    send_messages(house)
    assert PHONE in person.http.get("/demonstration/outbox").text


def found(officer: Newcomer, house: House, person: Newcomer) -> str:
    with house.database.transaction() as session:
        someone = people.person(session, person.id)
    body = {"name": someone.name, "citizen_number": someone.citizen_number.text}
    path: str = officer.http.post("/api/counter/people", json=body).json()["next"]
    return path


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
    with httpx.Client(base_url=site.url, trust_env=False) as nobody:
        nobody.post(way_in(house, account)).raise_for_status()
        answer = nobody.post(f"/api/counter/cases/{case.id}/confirmation", json=CONFIRM)
    assert (answer.status_code, refusal(answer)) == (httpx.codes.FORBIDDEN, "officer-incomplete")


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
