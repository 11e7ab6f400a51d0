"""Slots for the stamp of a qualification at the doors: drafted, shown, put, and in the use register."""

import subprocess
from uuid import UUID

import httpx
import pytest

from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, LEGAL_REPRESENTATIVE
from api.inquiry import about_act, confirmed
from api.policy import Role
from identity.challenges import Action
from identity.qualifications import QualificationKind
from registers.questions import Register
from registers.refusals import QualificationSuspended
from signing.agreements import agreement
from tests.api.joint import SLOTS, assembled, enter_as, granted_authorization, post, sign, started
from tests.api.newcomers import double
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

KIND = QualificationKind.STRUCTURAL_ENGINEER_1.value
OWN = {**SLOTS[2], "kind": "qualification", "qualification": KIND}


@pytest.fixture(scope="module")
def contractor(city: QuietCity) -> httpx.Client:
    return enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)


def firm_slot(authorization: str) -> dict[str, object]:
    return {
        "kind": "qualification",
        "organization": CONTRACTOR.uscc.text,
        "person": LEGAL_REPRESENTATIVE.name,
        "capacity_zh": "施工单位项目负责人（执业印章）",
        "capacity_en": "site manager (qualification stamp)",
        "authorization": authorization,
    }


def test_the_holder_reads_whose_stamp_it_is_and_puts_it_on_the_paper(
    city: QuietCity, clerk: httpx.Client, engineer: httpx.Client
) -> None:
    id_ = started(clerk, slots=[OWN])
    page = engineer.get(f"/agreements/{id_}/slots/1").text
    assert "一级注册结构工程师　林知远　注册号 S990100001" in page
    assert "持证人本人加盖" in page
    assert f"/api/agreements/{id_}/slots/1/delegation" not in page
    sign(city.house, id_, "1", ENGINEER)
    assembled(city.house, id_)
    with city.house.database.transaction() as session:
        (result,) = agreement(session, UUID(id_)).results
    command = ["pdftotext", "-layout", "-", "-"]
    pdf = city.house.store.get(result)
    printed = subprocess.run(command, input=pdf, check=True, capture_output=True).stdout.decode()
    assert "S990100001" in printed
    assert "本人加盖" in printed
    assert "执业印章用印登记" in engineer.get("/engineer").text


def test_a_firm_puts_the_stamp_and_the_use_stands_in_the_holders_register(
    city: QuietCity, contractor: httpx.Client, engineer: httpx.Client
) -> None:
    granted = granted_authorization(city, contractor, uses=2)
    id_ = started(contractor, slots=[firm_slot(granted)])
    shown = contractor.get(f"/api/agreements/{id_}").json()["slots"][0]["stamp"]
    assert (shown["holder"], shown["authorization"], shown["left"]) == (ENGINEER.name, granted, 2)
    sign(city.house, id_, "1", LEGAL_REPRESENTATIVE)
    assert contractor.get(f"/api/agreements/{id_}").json()["slots"][0]["stamp"]["left"] == 1
    assert f"凭您的授权，由{LEGAL_REPRESENTATIVE.name}加盖" in engineer.get("/engineer").text


def test_the_stamp_of_an_authorization_of_others_or_of_no_qualification_is_not_drafted(
    city: QuietCity, clerk: httpx.Client, contractor: httpx.Client
) -> None:
    granted = granted_authorization(city, contractor)
    cases = {
        "authorization-unknown": {**OWN, "authorization": granted},
        "qualification-unknown": {**OWN, "qualification": QualificationKind.ARCHITECT_1.value},
        "stamp-misplaced": {**SLOTS[2], "qualification": KIND},
    }
    for code, slot in cases.items():
        answer = post(clerk, content=small_pdf(), slots=[slot])
        assert answer.json()["title"] == code, answer.text


def test_the_register_is_asked_just_before_the_stamp_is_put(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk, slots=[OWN, SLOTS[0]])
    house = city.house
    with house.database.transaction() as session:
        found = agreement(session, UUID(id_))
        stamped, plain = (
            about_act(session, Action.SIGN, slot.subject, at=house.clock.now()) for slot in found.slots
        )
    assert ([each.register for each in stamped], plain) == ([Register.QUALIFICATION], ())
    assert "project" not in stamped[0].claims
    record = double(house).qualifications[KIND, "S990100001"]
    record.suspended = True
    try:
        with pytest.raises(QualificationSuspended):
            confirmed(house, stamped)
    finally:
        record.suspended = False
    assert DESIGNER.uscc.text == stamped[0].claims["employer"]
