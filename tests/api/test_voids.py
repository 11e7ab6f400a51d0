"""Voiding at the doors and on the pages: proposed, answered by face, refused, told, and final."""

from uuid import UUID

import httpx
import pytest

from api.demonstration.city import person_id
from api.demonstration.people import (
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
    DemonstrationPerson,
)
from api.routes.scan_effects import take_effect
from identity.challenges import Action
from identity.contacts import set_contact_of_firm
from identity.messages import Kind, MessageRow
from signing.agreements import agreement
from signing.voids import asking
from tests.api.joint import AGENCY_DESK, SIGNERS, approval, assembled, enter, sign, signed_by_all, started
from tests.permit import issue_permit
from tests.quiet_city import QuietCity

WHY = {"reason": "工程取消"}


def void(id_: str, slot: str, then: str = "") -> str:
    return f"/api/agreements/{id_}/slots/{slot}/void{then}"


def consent(city: QuietCity, id_: str, slot: str, person: DemonstrationPerson) -> str:
    """Consent as a passed scan does; give what came of it."""
    house = city.house
    with house.database.transaction() as session:
        by = person_id(session, person)
        subject = asking(session, UUID(id_), slot, by=by, at=house.clock.now()).subject
    shown = approval(house, person, Action.VOID, subject)
    with house.database.transaction() as session:
        return take_effect(session, house, shown).state


def propose(city: QuietCity, id_: str) -> httpx.Client:
    engineer = enter(city, ENGINEER.title_zh)
    answer = engineer.post(void(id_, "3"), json=WHY)
    assert (answer.status_code, answer.json()["next"]) == (201, f"/agreements/{id_}/slots/3/void")
    return engineer


def told(city: QuietCity, words: str) -> list[tuple[UUID | None, str]]:
    """Who is told something with ``words`` by a message about voiding."""
    with city.house.database.transaction() as session:
        rows = session.query(MessageRow).filter_by(kind=Kind.VOID.value).all()
        return [(row.person, row.address or "") for row in rows if row.text and words in row.text]


def test_all_who_signed_void_it_and_every_page_says_so(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    assembled(city.house, id_)
    engineer = propose(city, id_)
    assert "提议作废" in clerk.get(f"/agreements/{id_}").text
    assert f"/agreements/{id_}/slots/3/void" in engineer.get("/engineer").text
    sheet = engineer.get(f"/agreements/{id_}/slots/3/void")
    assert (sheet.status_code, "工程取消" in sheet.text) == (200, True)
    came = [consent(city, id_, str(number), person) for number, person in enumerate(SIGNERS, start=1)]
    assert came == ["consented", "consented", "voided"]
    shown = clerk.get(f"/api/agreements/{id_}").json()
    assert (shown["state"], shown["ended_reason"], shown["void"]["state"]) == ("voided", "工程取消", "agreed")
    page = clerk.get(f"/agreements/{id_}").text
    assert "已作废" in page
    assert f"/agreements/{id_}/signed.pdf" in page
    assert clerk.get(f"/agreements/{id_}/evidence.bundle").status_code == 200
    assert f"/agreements/{id_}/slots/3/void" not in engineer.get("/engineer").text
    assert engineer.get(f"/agreements/{id_}/slots/3/void").status_code == 409
    assert engineer.post(void(id_, "3"), json=WHY).json()["title"] == "agreement-ended"
    assert id_ not in enter(city, AGENCY_DESK).get("/agency").text


def test_a_refusal_fells_the_proposal_and_says_why(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    propose(city, id_)
    consent(city, id_, "1", OWNERS_REPRESENTATIVE)
    keeper = enter(city, LEGAL_REPRESENTATIVE.name)
    answer = keeper.post(void(id_, "2", "/refusal"), json={"reason": "款项未结清"})
    assert (answer.status_code, answer.json()["next"]) == (200, f"/agreements/{id_}")
    page = clerk.get(f"/agreements/{id_}").text
    assert "款项未结清" in page
    assert clerk.get(f"/api/agreements/{id_}").json()["void"]["state"] == "refused"
    assert keeper.post(void(id_, "2", "/refusal"), json=WHY).json()["title"] == "void-not-proposed"


def test_who_signed_is_asked_by_message_and_nobody_twice(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    for _ in range(2):
        propose(city, id_)
    with city.house.database.transaction() as session:
        asked = [person_id(session, one) for one in SIGNERS[:2]]
    assert sorted(str(person) for person, _ in told(city, id_)) == sorted(str(each) for each in asked)
    assert told(city, "工程取消") == []


def test_who_signs_after_the_proposal_is_asked_too(city: QuietCity, clerk: httpx.Client) -> None:
    id_, house = started(clerk), city.house
    sign(house, id_, "3", ENGINEER)
    propose(city, id_)
    assert told(city, id_) == []
    with house.database.transaction() as session:
        subject = agreement(session, UUID(id_)).slot("1").subject
        person = person_id(session, OWNERS_REPRESENTATIVE)
    shown = approval(house, OWNERS_REPRESENTATIVE, Action.SIGN, subject)
    with house.database.transaction() as session:
        assert take_effect(session, house, shown).state == "signed"
    assert [each for each, _ in told(city, f"/agreements/{id_}/slots/1/void")] == [person]


def test_all_parties_and_the_agency_of_a_certificate_are_told(city: QuietCity) -> None:
    permit, house = issue_permit(city.house), city.house
    id_ = str(permit.agreement)
    with house.database.transaction() as session:
        set_contact_of_firm(session, OWNER.uscc, mail="office@owner.example")
        set_contact_of_firm(session, permit.agency, mail="desk@agency.example")
    owner = enter(city, OWNERS_REPRESENTATIVE.name)
    owner.post(void(id_, "1"), json=WHY).raise_for_status()
    assert consent(city, id_, "1", OWNERS_REPRESENTATIVE) == "voided"
    parties = told(city, f"/agreements/{id_}")
    assert len(parties) == 2
    assert (None, "office@owner.example") in parties
    assert told(city, f"/certificates/{permit.id}") == [(None, "desk@agency.example")]
    certificate = enter(city, AGENCY_DESK).get(f"/api/certificates/{permit.id}").json()
    assert certificate["state"] == "in-force"


@pytest.mark.parametrize("then", ["", "/challenges", "/cases", "/refusal"])
def test_nobody_answers_for_another(city: QuietCity, clerk: httpx.Client, then: str) -> None:
    id_ = started(clerk)
    sign(city.house, id_, "3", ENGINEER)
    if then:
        propose(city, id_)
    owner = enter(city, OWNERS_REPRESENTATIVE.name)
    for slot, title in (("3", "void-of-another"), ("1", "slot-not-signed")):
        answer = owner.post(void(id_, slot, then), json=WHY)
        assert (answer.status_code, answer.json()["title"]) == (409, title)


def test_before_anybody_signed_there_is_nothing_to_void(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    engineer = enter(city, ENGINEER.title_zh)
    assert engineer.post(void(id_, "3"), json=WHY).json()["title"] == "nothing-to-void"
    assert "提议作废" not in engineer.get(f"/agreements/{id_}").text
    sign(city.house, id_, "3", ENGINEER)
    assert "提议作废" in engineer.get(f"/agreements/{id_}").text
    assert "提议作废" not in clerk.get(f"/agreements/{id_}").text


def test_an_officer_reads_what_a_case_of_voiding_is_about(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    sign(city.house, id_, "3", ENGINEER)
    engineer = propose(city, id_)
    assert engineer.get(f"/agreements/{id_}/slots/3/void/other-route").status_code == 200
    case = engineer.post(void(id_, "3", "/cases")).json()
    page = engineer.get(case["next"]).text
    assert "同意作废" in page
    assert "工程取消" in page
    assert f"/agreements/{id_}/slots/3/void" in page
