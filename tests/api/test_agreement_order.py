"""Step by step, some of a group, by office; declined and withdrawn: at the doors and on the pages."""

import json
from typing import Any

import httpx
import pytest

from api.demonstration.people import (
    CONTRACTOR,
    DESIGNER,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
)
from api.pages import CITY_TIME
from api.policy import Role
from evidence.errors import Refused
from evidence.identifiers import CitizenNumber
from identity.members import Position, appoint
from identity.people import register_person
from tests.api.joint import AGENCY_DESK, SLOTS, enter, enter_as, post, sign, started
from tests.quiet_city import QuietCity
from tests.signing.joint.conftest import FIELDS
from tests.signing.joint.small_pdf import small_pdf

OWNER_SLOT, SEAL_SLOT, DESIGN_SLOT = SLOTS
LEGAL_SLOT: dict[str, Any] = {
    "kind": "representative",
    "organization": CONTRACTOR.uscc.text,
    "capacity_zh": "施工单位法定代表人",
    "capacity_en": "contractor's legal representative",
}
ORDERED = [
    {**OWNER_SLOT, "group": "A"},
    {**DESIGN_SLOT, "group": "A"},
    {**LEGAL_SLOT, "step": 2},
]
"""The owner or the engineer first, then the contractor's legal representative."""


def ordered(clerk: httpx.Client) -> str:
    return started(clerk, slots=ORDERED, needs=json.dumps({"A": 1}))


def states(http: httpx.Client, id_: str) -> list[str]:
    return [slot["state"] for slot in http.get(f"/api/agreements/{id_}").json()["slots"]]


def test_an_agreement_goes_step_by_step(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = ordered(clerk)
    assert states(clerk, id_) == ["open", "open", "waiting"]
    with pytest.raises(Refused) as refused:
        sign(city.house, id_, "3", LEGAL_REPRESENTATIVE)
    assert refused.value.code == "not-yet-this-turn"
    sign(city.house, id_, "2", ENGINEER)
    assert states(clerk, id_) == ["unneeded", "signed", "open"]
    sign(city.house, id_, "3", LEGAL_REPRESENTATIVE)
    shown = clerk.get(f"/api/agreements/{id_}").json()
    assert (shown["state"], shown["needed"]) == ("complete", 2)
    assert shown["slots"][2]["person"] == LEGAL_REPRESENTATIVE.name


def test_the_page_tells_steps_and_how_many_suffice(clerk: httpx.Client) -> None:
    page = clerk.get(f"/agreements/{ordered(clerk)}").text
    assert page.index("第 1 步") < page.index("2 位中签 1 位即可") < page.index("第 2 步")
    assert "等前一步签完" in page


def test_who_is_asked_by_office_finds_it_when_the_turn_has_come(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = ordered(clerk)
    representative = enter(city, LEGAL_REPRESENTATIVE.name)
    assert f"/agreements/{id_}/slots/3" not in representative.get("/engineer").text
    sign(city.house, id_, "1", OWNERS_REPRESENTATIVE)
    assert f"/agreements/{id_}/slots/3" in representative.get("/engineer").text
    assert representative.get(f"/agreements/{id_}").status_code == 200


@pytest.mark.parametrize(
    ("slots", "needs", "expected"),
    [
        ([*ORDERED[:2], {**LEGAL_SLOT, "step": 3}], '{"A": 1}', (409, "groups-wrong")),
        ([*ORDERED[:2], {**LEGAL_SLOT, "step": 2, "group": "A"}], '{"A": 1}', (409, "groups-wrong")),
        (ORDERED, '{"A": 3}', (409, "groups-wrong")),
        (ORDERED, '{"A": 0}', (409, "groups-wrong")),
        (ORDERED, '{"A": 1, "Z": 1}', (409, "groups-wrong")),
        (ORDERED, '{"A": 1, "2": 1}', (409, "groups-wrong")),
        (ORDERED, "[]", (422, "needs-malformed")),
        ([*ORDERED[:2], {**LEGAL_SLOT, "step": 0}], "{}", (422, "slots-malformed")),
        ([*ORDERED[:2], {**LEGAL_SLOT, "group": "AB"}], "{}", (422, "slots-malformed")),
        (
            [DESIGN_SLOT, {**LEGAL_SLOT, "person": LEGAL_REPRESENTATIVE.name}],
            "{}",
            (409, "slot-person-wrong"),
        ),
    ],
)
def test_an_order_that_cannot_be_signed_through_is_refused(
    clerk: httpx.Client, slots: list[dict[str, Any]], needs: str, expected: tuple[int, str]
) -> None:
    answer = post(clerk, content=small_pdf(), slots=slots, needs=needs)
    assert (answer.status_code, answer.json()["title"]) == expected


def test_a_party_declines_and_every_party_reads_why(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    engineer = enter(city, ENGINEER.title_zh)
    assert "不签，说明理由" in engineer.get(f"/agreements/{id_}/slots/3").text
    answer = engineer.post(f"/api/agreements/{id_}/slots/3/decline", json={"reason": "图纸版本不对"})
    assert (answer.status_code, answer.json()["next"]) == (200, f"/agreements/{id_}")
    page = clerk.get(f"/agreements/{id_}").text
    assert page.count("图纸版本不对") == 2
    assert "拒签终止" in page
    assert states(clerk, id_)[2] == "declined"
    late = enter(city, OWNERS_REPRESENTATIVE.name).get(f"/agreements/{id_}/slots/1")
    assert late.status_code == 409
    assert "拒签终止" in late.text


@pytest.mark.parametrize("reason", ["", "  ", "理" * 101])
def test_a_reason_that_cannot_be_shown_declines_nothing(
    city: QuietCity, clerk: httpx.Client, reason: str
) -> None:
    id_ = started(clerk)
    engineer = enter(city, ENGINEER.title_zh)
    assert engineer.post(f"/api/agreements/{id_}/slots/3/decline", json={"reason": reason}).status_code == 409
    assert states(clerk, id_) == ["open"] * 3


def test_nobody_declines_what_is_anothers(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    owner = enter(city, OWNERS_REPRESENTATIVE.name)
    answer = owner.post(f"/api/agreements/{id_}/slots/3/decline", json={"reason": "不同意"})
    assert (answer.status_code, answer.json()["title"]) == (409, "not-this-party")


def test_who_started_it_takes_it_back_until_somebody_signed(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    assert "撤回本次签署" in clerk.get(f"/agreements/{id_}").text
    answer = clerk.post(f"/api/agreements/{id_}/withdrawal", json={"reason": "附件放错"})
    assert answer.json()["next"] == f"/agreements/{id_}"
    assert "附件放错" in clerk.get(f"/agreements/{id_}").text
    signed = started(clerk)
    sign(city.house, signed, "3", ENGINEER)
    assert "撤回本次签署" not in clerk.get(f"/agreements/{signed}").text
    late = clerk.post(f"/api/agreements/{signed}/withdrawal", json={"reason": "附件放错"})
    assert (late.status_code, late.json()["title"]) == (409, "agreement-signed")


def test_another_party_takes_nothing_back(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    other = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    answer = other.post(f"/api/agreements/{id_}/withdrawal", json={"reason": "附件放错"})
    assert (answer.status_code, answer.json()["title"]) == (404, "agreement-unknown")


def test_who_did_not_sign_gets_no_certificate_by_it(city: QuietCity, clerk: httpx.Client) -> None:
    """The owner stood in a group that the engineer satisfied: it is no holder and fills no line."""
    id_ = ordered(clerk)
    sign(city.house, id_, "2", ENGINEER)
    sign(city.house, id_, "3", LEGAL_REPRESENTATIVE)
    desk = enter(city, AGENCY_DESK)
    form = desk.get("/certificates/new", params={"agreement": id_}).text
    assert OWNER.name not in form
    assert CONTRACTOR.name in form
    today = city.house.clock.now().astimezone(CITY_TIME).date().isoformat()
    application: dict[str, Any] = {
        "type": "construction-permit",
        "holder": OWNER.uscc.text,
        "agreement": id_,
        "authorizations": [],
        "fields": {**FIELDS, "owner": OWNER.name},
        "valid_from": today,
        "valid_until": None,
    }
    answer = desk.post("/api/certificates", json=application)
    assert (answer.status_code, answer.json()["title"]) == (409, "holder-not-party")
    issued = desk.post("/api/certificates", json={**application, "holder": CONTRACTOR.uscc.text})
    path = f"/api/certificates/{issued.json()['id']}"
    seen = [
        enter_as(city, Role.FIRM, organization=firm.uscc).get(path).status_code
        for firm in (CONTRACTOR, DESIGNER, OWNER)
    ]
    assert seen == [200, 200, 404]


def colleague(city: QuietCity, name: str) -> None:
    """Somebody else who acts for the design institute."""
    house = city.house
    with house.database.transaction() as session:
        number = CitizenNumber.parse("110105194912310038")
        other = register_person(session, name=name, citizen_number=number, clock=house.clock)
        appoint(session, uscc=DESIGNER.uscc, person=other.id, position=Position.ENGINEER, clock=house.clock)


def test_a_party_hands_its_slot_on_and_every_party_sees_it(city: QuietCity, clerk: httpx.Client) -> None:
    colleague(city, "钱以明")
    id_ = started(clerk)
    engineer = enter(city, ENGINEER.title_zh)
    path = f"/api/agreements/{id_}/slots/3/delegation"
    assert path in engineer.get(f"/agreements/{id_}/slots/3").text
    assert engineer.post(path, json={"to": "无此人"}).json()["title"] == "signer-not-in-office"
    assert engineer.post(path, json={"to": "钱以明"}).json()["next"] == f"/agreements/{id_}"
    page = clerk.get(f"/agreements/{id_}").text
    assert "钱以明" in page
    assert f"由 {ENGINEER.name} 转交" in page
    assert engineer.get(f"/agreements/{id_}").status_code == 404
    assert clerk.post(path, json={"to": ENGINEER.name}).status_code == 200
    assert f"由 {ENGINEER.name} → 钱以明 转交" in clerk.get(f"/agreements/{id_}").text


def test_who_may_not_hand_a_slot_on_learns_no_name(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    other = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    owner = enter(city, OWNERS_REPRESENTATIVE.name)
    path = f"/api/agreements/{id_}/slots/3/delegation"
    assert path not in other.get(f"/agreements/{id_}").text
    assert path in clerk.get(f"/agreements/{id_}").text
    for asks in (other, owner):
        answers = [asks.post(path, json={"to": name}).json()["title"] for name in (ENGINEER.name, "无此人")]
        assert answers == ["not-this-party"] * 2
    clerk.post(f"/api/agreements/{id_}/withdrawal", json={"reason": "附件放错"}).raise_for_status()
    for name in (ENGINEER.name, "无此人"):
        assert clerk.post(path, json={"to": name}).json()["title"] == "agreement-ended"


def test_one_person_does_not_stand_for_two(clerk: httpx.Client) -> None:
    twice = [{**DESIGN_SLOT, "group": "A"}, {**DESIGN_SLOT, "group": "A", "capacity_zh": "设计单位代表"}]
    answer = post(clerk, content=small_pdf(), slots=twice, needs=json.dumps({"A": 1}))
    assert (answer.status_code, answer.json()["title"]) == (409, "person-stands-twice")
    approver = [DESIGN_SLOT, {**DESIGN_SLOT, "kind": "approver", "capacity_zh": "设计单位审核人"}]
    answer = post(clerk, content=small_pdf(), slots=approver)
    assert (answer.status_code, answer.json()["title"]) == (409, "person-stands-twice")
