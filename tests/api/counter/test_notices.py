"""Who is told what: the person of a request by a link, the firm of an answer."""

from uuid import UUID

from api.demonstration.people import CONTRACTOR
from api.house import House
from api.message_couriers import printed_outbox
from api.notices import MOST_A_DAY
from api.site import Site
from identity.couriers import printed
from identity.messages import MessageRow
from tests.api.counter_side import OpenCase, code_for, send_messages
from tests.api.newcomers import (
    PHONE,
    Newcomer,
    arrive,
    clerk,
    request_body,
    requested,
)


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


def test_a_person_erases_how_they_are_reached(person: Newcomer, site: Site, house: House) -> None:
    assert "***0009" in person.http.get("/engineer").text
    person.http.delete("/api/people/me/contact").raise_for_status()
    assert "***0009" not in person.http.get("/engineer").text
    send_messages(house)
    before = len(printed(printed_outbox(house.settings)))
    requested(site, house, person)
    send_messages(house)
    assert len(printed(printed_outbox(house.settings))) == before


def test_an_erased_address_is_told_and_what_waited_for_it_is_not_sent(
    person: Newcomer, site: Site, house: House
) -> None:
    send_messages(house)
    before = len(printed(printed_outbox(house.settings)))
    asked = requested(site, house, person)
    person.http.delete("/api/people/me/contact").raise_for_status()
    with house.database.transaction() as session:
        waiting = session.query(MessageRow).filter_by(about=UUID(asked)).one()
        assert (waiting.address, waiting.text) == (None, None)
    send_messages(house)
    letters = printed(printed_outbox(house.settings))
    assert len(letters) == before + 1
    assert letters[0]["to"] == PHONE
    assert asked not in letters[0]["text"]


def test_erasing_what_was_never_registered_tells_nobody(site: Site, house: House) -> None:
    send_messages(house)
    before = len(printed(printed_outbox(house.settings)))
    arrive(site, house).http.delete("/api/people/me/contact").raise_for_status()
    send_messages(house)
    assert len(printed(printed_outbox(house.settings))) == before


def test_one_firm_reminds_one_person_a_few_times_a_day(person: Newcomer, site: Site, house: House) -> None:
    firm = clerk(site, house)
    body = request_body(person)
    asked = [firm.post("/api/authorizations", json=body).json()["id"] for _ in range(MOST_A_DAY + 1)]
    with house.database.transaction() as session:
        told = session.query(MessageRow).filter_by(person=person.id, kind="request").count()
    assert told == MOST_A_DAY
    assert len(person.http.get("/api/people/me/authorizations").json()) == MOST_A_DAY + 1
    for id_, sentence in ((asked[0], "提醒正在发送"), (asked[-1], "没有发提醒")):
        assert sentence in firm.get(f"/authorizations/{id_}", params={"lang": "zh"}).text


def test_a_question_and_its_answer_are_told(person: Newcomer, site: Site, house: House) -> None:
    firm = clerk(site, house)
    asked = firm.post("/api/authorizations", json=request_body(person)).json()["id"]
    path = f"/api/authorizations/{asked}/questions"
    person.http.post(path, json={"question": "在哪里？"}).raise_for_status()
    firm.post(f"{path}/1/answer", json={"answer": "在工地"}).raise_for_status()
    with house.database.transaction() as session:
        rows = session.query(MessageRow).filter_by(about=UUID(asked)).all()
        kinds = {row.kind: row.channel for row in rows}
        texts = [row.text or "" for row in rows]
    assert kinds == {"request": "sms", "question": "mail", "reply": "sms"}
    assert not any(said in each for each in texts for said in ("在哪里", "在工地"))


def test_a_use_is_told_to_its_person(open_case: OpenCase, person: Newcomer, site: Site, house: House) -> None:
    case = open_case(person)
    case.confirm().raise_for_status()
    case.answer(code_for(house, case.number)).raise_for_status()
    used = clerk(site, house).post(
        f"/api/authorizations/{case.authorization}/uses", json={"used_for": "投标文件"}
    )
    used.raise_for_status()
    send_messages(house)
    letter = printed(printed_outbox(house.settings))[0]
    assert (letter["to"], "投标文件" in letter["text"]) == (PHONE, False)
    assert f"/authorizations/{case.authorization}" in letter["text"]
