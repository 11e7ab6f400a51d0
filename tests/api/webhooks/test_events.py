"""What an organization's software is told: each thing once, with its fact, to who sees it, nobody by name."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from api.bulk_issuing.issuing import issue_next
from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, OWNER, PEOPLE
from api.house import House
from api.policy import Role
from api.routes.scan_effects import take_effect
from api.webhooks import endpoints, events
from api.webhooks.deliveries import DeliveryRow
from api.webhooks.endpoints import EndpointRow
from api.webhooks.events import EventType
from evidence.clock import FixedClock
from evidence.identifiers import Uscc
from identity import authorizations
from identity.authorizations import AuthorizationId
from identity.challenges import Action
from signing.agreements import agreement
from signing.certificate_registration import Application, register, today
from signing.certificate_types import certificate_type
from tests.api.joint import (
    AGENCY_DESK,
    CLERK,
    PATIENCE_S,
    SIGNERS,
    SLOTS,
    approval,
    enter,
    enter_as,
    request_of_engineer,
    signed_by_all,
    started,
)
from tests.api.sheets import TYPE, act, checked, counts, row, sheet
from tests.permit import FIELDS
from tests.quiet_city import QuietCity

AGREEMENT, AUTHORIZATION, CERTIFICATE = (
    "cn.yinxin.agreement.",
    "cn.yinxin.authorization.",
    "cn.yinxin.certificate.",
)


@pytest.fixture
def own() -> Uscc:
    return DESIGNER.uscc


@pytest.fixture(autouse=True)
def told_from_here(city: QuietCity) -> None:
    """Let three organizations be told, and forget what was told before."""
    house = city.house
    with house.database.transaction() as session:
        session.execute(text("DELETE FROM webhook_deliveries"))
        session.execute(text("DELETE FROM webhook_endpoints"))
        for each in (OWNER.uscc, CONTRACTOR.uscc, DESIGNER.uscc, house.operator):
            endpoints.register(
                session,
                house.software.webhook_secrets,
                organization=each,
                url="https://hooks.example/",
                clock=house.clock,
            )


@pytest.fixture
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


def told(house: House, uscc: Uscc) -> list[dict[str, Any]]:
    """Every event written for the organization, the oldest first."""
    with house.database.transaction() as session:
        bodies = session.scalars(
            select(DeliveryRow.body)
            .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint)
            .where(EndpointRow.organization == uscc.text)
            .order_by(DeliveryRow.written_at)
        ).all()
    return [json.loads(each) for each in bodies]


def types(house: House, uscc: Uscc) -> list[str]:
    return [each["type"].rpartition(".")[2] for each in told(house, uscc)]


def signed(house: House, id_: str, number: int) -> None:
    """Let the scan of the party of slot ``number`` take effect."""
    with house.database.transaction() as session:
        slot = agreement(session, UUID(id_)).slot(str(number))
    shown = approval(house, SIGNERS[number - 1], slot.kind.action, slot.subject)
    with house.database.transaction() as session:
        take_effect(session, house, shown)


def somebody_waits_for_a_lock(house: House) -> None:
    """Return when a transaction of the house's database waits for an advisory lock."""
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with house.database.transaction() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.02)
    pytest.fail("nobody waits")


def test_an_agreement_is_told_from_its_start_to_its_end(city: QuietCity, clerk: httpx.Client) -> None:
    house, id_ = city.house, started(clerk)
    assert [each["data"]["slot"] for each in told(house, DESIGNER.uscc)] == ["1", "2", "3"]
    for number in (1, 2, 3):
        signed(house, id_, number)
    assert types(house, DESIGNER.uscc) == ["turn"] * 3 + ["signed"] * 3 + ["completed"]
    last = told(house, DESIGNER.uscc)[-1]
    assert (last["subject"], last["data"]["state"]) == (id_, "complete")
    shown = clerk.get(f"/api/agreements/{id_}").json()
    assert last["data"]["document"].rpartition(":")[2] in json.dumps(shown)


def test_every_organization_of_an_agreement_is_told_and_no_other(
    city: QuietCity, clerk: httpx.Client
) -> None:
    started(clerk)
    for each in (OWNER.uscc, CONTRACTOR.uscc, DESIGNER.uscc):
        assert types(city.house, each) == ["turn"] * 3
    assert types(city.house, city.house.operator) == []


def test_a_decline_and_a_withdrawal_are_told_once(city: QuietCity, clerk: httpx.Client) -> None:
    engineer = enter(city, ENGINEER.name)
    declined, withdrawn = started(clerk), started(clerk)
    for _ in range(2):
        engineer.post(f"/api/agreements/{declined}/slots/3/decline", json={"reason": "金额有误"})
        clerk.post(f"/api/agreements/{withdrawn}/withdrawal", json={"reason": "附件放错"})
    ends = [each for each in told(city.house, OWNER.uscc) if not each["type"].endswith("turn")]
    assert [(each["type"].removeprefix(AGREEMENT), each["data"]["agreement"]) for each in ends] == [
        ("declined", declined),
        ("withdrawn", withdrawn),
    ]
    assert [each["data"]["state"] for each in ends] == ["declined", "withdrawn"]


def test_steps_tell_whose_turn_has_come(city: QuietCity, clerk: httpx.Client) -> None:
    slots = [each | {"step": step} for step, each in enumerate(SLOTS, start=1)]
    id_ = started(clerk, slots=slots)
    assert [each["data"]["slot"] for each in told(city.house, OWNER.uscc)] == ["1"]
    signed(city.house, id_, 1)
    assert [
        (each["type"].removeprefix(AGREEMENT), each["data"]["slot"]) for each in told(city.house, OWNER.uscc)
    ] == [("turn", "1"), ("signed", "1"), ("turn", "2")]


def test_the_firm_is_told_that_its_request_was_answered_and_revoked(
    city: QuietCity, clerk: httpx.Client
) -> None:
    house, engineer = city.house, enter(city, ENGINEER.name)
    refused, granted = (
        clerk.post("/api/authorizations", json=request_of_engineer(house)).json()["id"] for _ in range(2)
    )
    engineer.post(f"/api/authorizations/{refused}/refusal", json={"reason": "不便"})
    with house.database.transaction() as session:
        asked = authorizations.authorization(session, AuthorizationId(UUID(granted)))
    shown = approval(house, ENGINEER, Action.AUTHORIZE, asked.digest)
    with house.database.transaction() as session:
        take_effect(session, house, shown)
    engineer.post(f"/api/authorizations/{granted}/revocation", json={})
    events = told(house, DESIGNER.uscc)
    assert [(each["type"].removeprefix(AUTHORIZATION), each["subject"]) for each in events] == [
        ("refused", refused),
        ("granted", granted),
        ("revoked", granted),
    ]
    assert events[1]["data"]["text"] == str(asked.digest)
    assert types(house, OWNER.uscc) == []


def test_holder_and_agency_are_told_of_a_certificate(city: QuietCity, clerk: httpx.Client) -> None:
    house, id_ = city.house, started(clerk)
    signed_by_all(house, id_)
    agency = enter(city, AGENCY_DESK)
    issuing = {
        "type": "construction-permit",
        "holder": OWNER.uscc.text,
        "agreement": id_,
        "fields": FIELDS,
        "valid_from": "2031-01-01",
    }
    answers = [agency.post("/api/certificates", json=issuing) for _ in range(2)]
    assert answers[0].status_code == 201, answers[0].text
    certificate = answers[0].json()["id"]
    agency.post(f"/api/certificates/{certificate}/changes", json={"action": "suspend", "reason": 1})
    for each in (OWNER.uscc, house.operator):
        events = [one for one in told(house, each) if one["type"].startswith(CERTIFICATE)]
        assert [
            (one["type"].removeprefix(CERTIFICATE), one["data"]["certificate"], one["data"]["state"])
            for one in events
        ] == [("issued", certificate, "being-made"), ("changed", certificate, "suspended")]


def test_a_row_that_another_worker_registers_at_that_moment_is_the_same_certificate_told_once(
    city: QuietCity,
) -> None:
    house, agency = city.house, enter(city, AGENCY_DESK)
    asked = row("同时", reference="同时-1")
    batch = checked(agency, sheet(asked))
    act(agency, batch).raise_for_status()
    evening = FixedClock(house.clock.now() - timedelta(days=1))  # the other one's first day is yesterday
    other = Application(
        certificate_type=certificate_type(TYPE),
        holder=OWNER.uscc,
        fields=dict(zip((each.name for each in certificate_type(TYPE).fields), asked, strict=False)),
        valid_from=today(evening),
        reference="同时-1",
    )
    with ThreadPoolExecutor(1) as worker:
        with house.database.transaction() as session:
            first = register(session, other, agency=house.agency, clock=evening)
            events.tell_certificate(session, house, first, EventType.CERTIFICATE_ISSUED)
            issuing = worker.submit(issue_next, house)
            somebody_waits_for_a_lock(house)
        assert issuing.result(timeout=PATIENCE_S)
    assert counts(agency, batch) == {"issued": 1}
    assert [each["subject"] for each in told(house, OWNER.uscc)] == [str(first.id)]


def test_an_event_holds_nothing_personal_and_no_words(city: QuietCity, clerk: httpx.Client) -> None:
    house, id_ = city.house, started(clerk, title="机密的标题")
    for number in (1, 2, 3):
        signed(house, id_, number)
    clerk.post("/api/authorizations", json=request_of_engineer(house))
    said = json.dumps(told(house, DESIGNER.uscc), ensure_ascii=False)
    private = [each.name for each in PEOPLE] + [ENGINEER.citizen_number.text, "机密的标题", "申请表"]
    assert said.isascii()
    assert [each for each in private if each in said] == []


def test_what_is_rolled_back_was_told_to_nobody(city: QuietCity, clerk: httpx.Client) -> None:
    house, id_ = city.house, started(clerk)
    before = types(house, DESIGNER.uscc)
    with house.database.transaction() as session:
        slot = agreement(session, UUID(id_)).slot("1")
    shown = approval(house, SIGNERS[0], Action.SIGN, slot.subject)

    class Death(Exception):  # noqa: N818  no error of the house
        pass

    def dying() -> None:
        with house.database.transaction() as session:
            take_effect(session, house, shown)
            raise Death

    with pytest.raises(Death):
        dying()
    assert types(house, DESIGNER.uscc) == before


def test_who_registered_nothing_leaves_no_rows(city: QuietCity, clerk: httpx.Client) -> None:
    with city.house.database.transaction() as session:
        session.execute(text("DELETE FROM webhook_endpoints"))
    started(clerk)
    with city.house.database.transaction() as session:
        assert session.scalars(select(DeliveryRow.id)).all() == []
    assert enter_as(city, Role.FIRM, organization=DESIGNER.uscc).get("/api/webhooks/deliveries").json() == []
