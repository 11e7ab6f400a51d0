"""Viewers and copies: who reads an agreement, from when on, and that a reader does no act."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from api import reader_notices, void_notices
from api.demonstration.city import person_id
from api.demonstration.people import (
    CONTRACTOR,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
    DemonstrationPerson,
)
from api.policy import Role
from identity.contacts import set_contact_of_firm
from identity.members import Position, appoint, dismiss
from identity.messages import Kind, MessageRow
from signing.agreement_readers import MOST_READERS
from signing.agreements import agreement
from tests.api.joint import SLOTS, assembled, enter_as, post, sign, started
from tests.api.newcomers import NAME
from tests.quiet_city import QuietCity
from tests.signing.joint.conftest import AGENCY
from tests.signing.joint.small_pdf import small_pdf

TWO = (SLOTS[0], SLOTS[2])
"""Slots of the owner and the designer: the contractor and its people have no part."""

PERSON = {"organization": CONTRACTOR.uscc.text, "person": LEGAL_REPRESENTATIVE.name}
VIEWER = {"reader": "viewer", **PERSON}
COPY = {"reader": "copy", **PERSON}
WHOLE = {"reader": "copy", "organization": CONTRACTOR.uscc.text}


@pytest.fixture(scope="module")
def reader(city: QuietCity) -> httpx.Client:
    """The contractor's representative as a person, who has no part in the agreements of these tests."""
    with city.house.database.transaction() as session:
        id_ = person_id(session, LEGAL_REPRESENTATIVE)
    return enter_as(city, Role.PERSON, person=id_)


@pytest.fixture(scope="module")
def firm(city: QuietCity) -> httpx.Client:
    """An account of the contractor."""
    return enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)


@pytest.fixture(scope="module")
def read_by_both(clerk: httpx.Client) -> str:
    """An agreement that the person and the firm view; tests alter nothing of it."""
    return begun(clerk, VIEWER, {**WHOLE, "reader": "viewer"})


@pytest.fixture(autouse=True)
def many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of this city tell one person more often than a day allows."""
    monkeypatch.setattr(reader_notices, "MOST_A_DAY", 1000)


def begun(clerk: httpx.Client, *readers: dict[str, Any]) -> str:
    return started(clerk, slots=TWO, readers=json.dumps(readers))


def finished(city: QuietCity, id_: str) -> None:
    """Let both parties sign, and the worker assemble."""
    sign(city.house, id_, "1", OWNERS_REPRESENTATIVE)
    sign(city.house, id_, "2", ENGINEER)
    assembled(city.house, id_)


def answered(http: httpx.Client, path: str) -> tuple[int, str]:
    answer = http.get(path)
    return answer.status_code, "" if answer.is_success else answer.json()["title"]


def listed(http: httpx.Client) -> list[str]:
    return [each["id"] for each in http.get("/api/readings").json()]


def told(city: QuietCity, id_: str, person: DemonstrationPerson | None = LEGAL_REPRESENTATIVE) -> list[str]:
    """What the worker's round has written to a reader of the agreement; None is a firm."""
    with city.house.database.transaction() as session:
        reader_notices.tell_readers(session, city.house)
        whom = None if person is None else person_id(session, person)
        rows = session.query(MessageRow).filter_by(kind=Kind.READER.value, person=whom).all()
        return [row.text for row in rows if row.text and id_ in row.text]


UNKNOWN = (404, "agreement-unknown")
READING = ("/api/agreements/{}", "/agreements/{}/document.pdf", "/agreements/{}/pages/1.png")


@pytest.mark.parametrize("path", READING)
def test_a_viewer_reads_at_once_and_a_stranger_nothing(
    city: QuietCity, clerk: httpx.Client, reader: httpx.Client, firm: httpx.Client, path: str
) -> None:
    id_ = begun(clerk, VIEWER)
    assert answered(reader, path.format(id_)) == (200, "")
    assert answered(firm, path.format(id_)) == UNKNOWN  # the person was named, not the organization
    assert answered(enter_as(city, Role.FIRM, organization=AGENCY), path.format(id_)) == UNKNOWN


@pytest.mark.parametrize("named", [COPY, WHOLE], ids=["person", "organization"])
def test_a_copy_reads_once_it_is_assembled(
    city: QuietCity, clerk: httpx.Client, reader: httpx.Client, firm: httpx.Client, named: dict[str, Any]
) -> None:
    id_ = begun(clerk, named)
    http = reader if named is COPY else firm
    for path in READING:
        assert answered(http, path.format(id_)) == UNKNOWN
    assert id_ not in listed(http)
    finished(city, id_)
    for path in (*READING, "/agreements/{}/signed.pdf"):
        assert answered(http, path.format(id_)) == (200, "")
    assert id_ in listed(http)
    other = firm if named is COPY else reader
    assert answered(other, f"/api/agreements/{id_}") == UNKNOWN
    assert id_ not in listed(other)


def test_the_signed_pdf_is_a_readers_and_the_evidence_is_not(
    city: QuietCity, clerk: httpx.Client, reader: httpx.Client
) -> None:
    id_ = begun(clerk, VIEWER)
    finished(city, id_)
    assert reader.get(f"/agreements/{id_}/signed.pdf").content.startswith(b"%PDF")
    assert answered(reader, f"/agreements/{id_}/evidence.bundle") == (403, "reader-only")
    pack = reader.post(f"/agreements/{id_}/evidence-pack")
    assert (pack.status_code, pack.json()["title"]) == (403, "reader-only")


ACTS = {
    "sign": ("slots/2/challenges", {}),
    "decline": ("slots/2/decline", {"reason": "不便"}),
    "delegate": ("slots/2/delegation", {"to": "钱以明"}),
    "propose to void": ("slots/2/void", {"reason": "有误"}),
    "consent to void": ("slots/2/void/challenges", {}),
    "refuse to void": ("slots/2/void/refusal", {"reason": "不便"}),
    "sign without a face": ("slots/2/cases", {}),
    "comment": ("comments", {"comment": "请核对"}),
    "assemble": ("assembly", {}),
}
ACTS_OF_FIRMS = {
    "withdraw": ("withdrawal", {"reason": "有误"}),
    "delegate": ACTS["delegate"],
    "comment": ACTS["comment"],
    "name readers": ("readers", WHOLE),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_person_who_reads_does_no_act(read_by_both: str, reader: httpx.Client, act: str) -> None:
    path, given = ACTS[act]
    answer = reader.post(f"/api/agreements/{read_by_both}/{path}", json=given)
    assert (answer.status_code, answer.json()["title"]) == (403, "reader-only")


@pytest.mark.parametrize("act", ACTS_OF_FIRMS)
def test_a_firm_that_reads_does_no_act(read_by_both: str, firm: httpx.Client, act: str) -> None:
    path, given = ACTS_OF_FIRMS[act]
    answer = firm.post(f"/api/agreements/{read_by_both}/{path}", json=given)
    assert (answer.status_code, answer.json()["title"]) == (403, "reader-only")


def test_every_party_sees_who_reads_and_no_reader_what_the_parties_write(
    clerk: httpx.Client, engineer: httpx.Client, reader: httpx.Client
) -> None:
    id_ = begun(clerk, VIEWER)
    clerk.post(f"/api/agreements/{id_}/comments", json={"comment": "单价请核对"}).raise_for_status()
    for http in (clerk, engineer, reader):
        (shown,) = http.get(f"/api/agreements/{id_}").json()["readers"]
        assert (shown["kind"], shown["party"], shown["person"]) == (
            "viewer",
            CONTRACTOR.name,
            PERSON["person"],
        )
        assert PERSON["person"] in http.get(f"/agreements/{id_}").text
    assert "单价请核对" in engineer.get(f"/agreements/{id_}").text
    assert "单价请核对" not in reader.get(f"/agreements/{id_}").text
    assert reader.get(f"/api/agreements/{id_}").json()["comments"] == []
    engineer.post(f"/api/agreements/{id_}/slots/2/decline", json={"reason": "价格过高"}).raise_for_status()
    assert "价格过高" in engineer.get(f"/agreements/{id_}").text
    assert "价格过高" not in reader.get(f"/agreements/{id_}").text
    assert "价格过高" not in reader.get(f"/api/agreements/{id_}").text


def test_a_reader_finds_it_on_the_home_page_and_not_among_what_they_sign(
    read_by_both: str, reader: httpx.Client, firm: httpx.Client
) -> None:
    id_ = read_by_both
    assert f"/agreements/{id_}" in reader.get("/engineer").text
    assert f"/agreements/{id_}" in firm.get("/firm").text
    assert id_ not in [each["id"] for each in reader.get("/api/agreements").json()]
    assert id_ not in [each["id"] for each in firm.get("/api/agreements").json()]


def test_the_starter_names_one_later_and_takes_them_away_for_all_to_see(
    clerk: httpx.Client, engineer: httpx.Client, reader: httpx.Client
) -> None:
    id_ = begun(clerk)
    version = clerk.get(f"/api/agreements/{id_}").json()["version"]
    assert clerk.post(f"/api/agreements/{id_}/readers", json=VIEWER).status_code == 201
    (shown,) = clerk.get(f"/api/agreements/{id_}").json()["readers"]
    assert clerk.get(f"/api/agreements/{id_}").json()["version"] != version
    assert answered(reader, f"/api/agreements/{id_}") == (200, "")
    clerk.delete(f"/api/agreements/{id_}/readers/{shown['id']}").raise_for_status()
    assert answered(reader, f"/api/agreements/{id_}") == UNKNOWN
    (after,) = engineer.get(f"/api/agreements/{id_}").json()["readers"]
    assert after["ended_at"]
    again = clerk.delete(f"/api/agreements/{id_}/readers/{shown['id']}")
    assert (again.status_code, again.json()["title"]) == (404, "reader-unknown")


def test_another_party_names_and_takes_away_nobody(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = begun(clerk, VIEWER)
    owner = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    number = clerk.get(f"/api/agreements/{id_}").json()["readers"][0]["id"]
    asked = owner.post(f"/api/agreements/{id_}/readers", json={**VIEWER, "person": "查无此人"})
    assert (asked.status_code, asked.json()["title"]) == (403, "not-the-starter")
    removed = owner.delete(f"/api/agreements/{id_}/readers/{number}")
    assert (removed.status_code, removed.json()["title"]) == (403, "not-the-starter")


def test_a_reader_of_another_agreement_is_not_taken_away(clerk: httpx.Client, reader: httpx.Client) -> None:
    id_ = begun(clerk, VIEWER)
    number = clerk.get(f"/api/agreements/{id_}").json()["readers"][0]["id"]
    assert clerk.delete(f"/api/agreements/{begun(clerk)}/readers/{number}").status_code == 404
    assert answered(reader, f"/api/agreements/{id_}") == (200, "")


def test_who_left_the_organization_reads_no_more(
    city: QuietCity, clerk: httpx.Client, reader: httpx.Client
) -> None:
    with city.house.database.transaction() as session:
        mine = person_id(session, LEGAL_REPRESENTATIVE)
        appoint(
            session,
            uscc=OWNER.uscc,
            person=mine,
            position=Position.CLERK,
            clock=city.house.clock,
        )
    id_ = begun(clerk, {**VIEWER, "organization": OWNER.uscc.text})
    assert answered(reader, f"/api/agreements/{id_}") == (200, "")
    with city.house.database.transaction() as session:
        dismiss(
            session,
            uscc=OWNER.uscc,
            person=mine,
            position=Position.CLERK,
            clock=city.house.clock,
        )
    assert answered(reader, f"/api/agreements/{id_}") == UNKNOWN
    assert id_ not in listed(reader)


@pytest.mark.parametrize(
    ("readers", "code"),
    [
        ("no list", "readers-malformed"),
        (json.dumps([{"reader": "viewer"}]), "readers-malformed"),
        (json.dumps([{**VIEWER, "reader": "signer"}]), "readers-malformed"),
        (json.dumps([{**WHOLE, "persn": "周明哲"}]), "readers-malformed"),
        (json.dumps([{**VIEWER, "organization": "9199"}]), "identifier-malformed"),
        (json.dumps([{**VIEWER, "organization": "91990100MA0DM2NC9T"}]), "check-digit-wrong"),
        (json.dumps([{**VIEWER, "person": NAME + "甲"}]), "reader-not-in-office"),
        (json.dumps([VIEWER, COPY]), "reader-twice"),
        (json.dumps([WHOLE] * (MOST_READERS + 1)), "too-many-readers"),
    ],
)
def test_a_reader_who_cannot_be_named_is_refused_by_a_sentence(
    clerk: httpx.Client, readers: str, code: str
) -> None:
    before = len(clerk.get("/api/agreements").json())
    answer = post(clerk, content=small_pdf(), slots=TWO, readers=readers)
    assert answer.json()["title"] == code
    assert NAME not in answer.text
    assert len(clerk.get("/api/agreements").json()) == before


def test_which_reader_is_wrong_is_told(clerk: httpx.Client) -> None:
    answer = post(
        clerk, content=small_pdf(), slots=TWO, readers=json.dumps([WHOLE, {**VIEWER, "person": "查无此人"}])
    )
    assert "第 2 位" in answer.json()["zh"]
    assert CONTRACTOR.name in answer.json()["zh"]


def test_a_viewer_is_told_at_the_start_and_a_copy_when_it_is_assembled_each_once(
    city: QuietCity, clerk: httpx.Client
) -> None:
    with city.house.database.transaction() as session:
        set_contact_of_firm(session, CONTRACTOR.uscc, mail="office@contractor.example")
    id_ = begun(clerk, VIEWER, WHOLE)
    (text,) = told(city, id_)
    assert "施工许可" not in text
    assert told(city, id_, None) == []
    finished(city, id_)
    assert len(told(city, id_, None)) == 1
    assert len(told(city, id_)) == len(told(city, id_, None)) == 1


def test_who_is_taken_away_and_named_again_is_told_once(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = begun(clerk, VIEWER)
    assert len(told(city, id_)) == 1
    number = clerk.get(f"/api/agreements/{id_}").json()["readers"][0]["id"]
    clerk.delete(f"/api/agreements/{id_}/readers/{number}").raise_for_status()
    clerk.post(f"/api/agreements/{id_}/readers", json=VIEWER).raise_for_status()
    assert len(told(city, id_)) == 1
    before, again = clerk.get(f"/api/agreements/{id_}").json()["readers"]
    assert (before["id"], before["ended_at"] is None, again["ended_at"]) == (number, False, None)


def test_one_person_is_not_flooded(
    city: QuietCity, clerk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_notices, "MOST_A_DAY", 0)
    assert told(city, begun(clerk, VIEWER)) == []
    with city.house.database.transaction() as session:
        set_contact_of_firm(session, CONTRACTOR.uscc, mail="office@contractor.example")
    assert told(city, begun(clerk, {**WHOLE, "reader": "viewer"}), None) == []


def test_a_reader_is_told_that_it_was_voided(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = begun(clerk, VIEWER)
    told(city, id_)
    with city.house.database.transaction() as session:
        void_notices.tell_voided(session, city.house, agreement(session, UUID(id_)))
    (text,) = told(city, id_)
    assert "作废" in text
