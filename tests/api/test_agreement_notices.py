"""Who is told of an agreement: whose turn it is, who is late, who started it."""

import json
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from api import agreement_notices
from api.demonstration.city import person_id
from api.demonstration.people import (
    DESIGNER,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNERS_REPRESENTATIVE,
    DemonstrationPerson,
)
from api.routes.scan_effects import take_effect
from identity.challenges import Action
from identity.contacts import set_contact_of_firm
from identity.messages import Kind, MessageRow
from signing.agreements import agreement
from signing.tables import AgreementRow
from tests.api.joint import approval, enter, started
from tests.api.test_agreement_order import ORDERED
from tests.quiet_city import QuietCity


def told(city: QuietCity, kind: Kind, person: DemonstrationPerson | None, id_: str) -> list[str]:
    """The messages of ``kind`` that wait for ``person``, or for a firm, and lead to the agreement."""
    with city.house.database.transaction() as session:
        whom = None if person is None else person_id(session, person)
        rows = session.query(MessageRow).filter_by(kind=kind.value, person=whom).all()
        return [row.text for row in rows if row.text and id_ in row.text]


def signed(city: QuietCity, id_: str, slot_id: str, person: DemonstrationPerson) -> None:
    """Sign as a passed scan does."""
    house = city.house
    with house.database.transaction() as session:
        subject = agreement(session, UUID(id_)).slot(slot_id).subject
    shown = approval(house, person, Action.SIGN, subject)
    with house.database.transaction() as session:
        take_effect(session, house, shown)


@pytest.fixture
def reached(city: QuietCity) -> None:
    """The firm that starts the agreements has a mailbox."""
    with city.house.database.transaction() as session:
        set_contact_of_firm(session, DESIGNER.uscc, mail="office@designer.example")


@pytest.fixture
def ordered(clerk: httpx.Client) -> str:
    return started(clerk, slots=ORDERED, needs=json.dumps({"A": 1}))


def test_each_is_told_when_the_turn_has_come(city: QuietCity, ordered: str) -> None:
    for person in (OWNERS_REPRESENTATIVE, ENGINEER):
        (text,) = told(city, Kind.TURN, person, ordered)
        assert "施工许可" not in text
    assert told(city, Kind.TURN, LEGAL_REPRESENTATIVE, ordered) == []
    signed(city, ordered, "2", ENGINEER)
    (text,) = told(city, Kind.TURN, LEGAL_REPRESENTATIVE, ordered)
    assert f"/agreements/{ordered}/slots/3" in text
    assert told(city, Kind.TURN, OWNERS_REPRESENTATIVE, ordered) == []  # one of the group sufficed


@pytest.mark.usefixtures("reached")
def test_who_started_it_is_told_that_all_have_signed(city: QuietCity, ordered: str) -> None:
    signed(city, ordered, "1", OWNERS_REPRESENTATIVE)
    assert told(city, Kind.OVER, None, ordered) == []
    signed(city, ordered, "3", LEGAL_REPRESENTATIVE)
    assert len(told(city, Kind.OVER, None, ordered)) == 1


@pytest.mark.usefixtures("reached")
def test_who_started_it_is_told_that_a_party_declined_not_why(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    engineer = enter(city, ENGINEER.title_zh)
    engineer.post(
        f"/api/agreements/{id_}/slots/3/decline", json={"reason": "图纸版本不对"}
    ).raise_for_status()
    (text,) = told(city, Kind.OVER, None, id_)
    assert "拒签" in text
    assert "图纸" not in text


def test_who_is_late_is_reminded_once_within_the_last_day(city: QuietCity, ordered: str) -> None:
    def reminded() -> list[int]:
        with city.house.database.transaction() as session:
            agreement_notices.remind(session, city.house)
        people = (OWNERS_REPRESENTATIVE, ENGINEER, LEGAL_REPRESENTATIVE)
        return [len(told(city, Kind.REMINDER, person, ordered)) for person in people]

    assert reminded() == [0, 0, 0]
    with city.house.database.transaction() as session:
        ends = city.house.clock.now() + timedelta(hours=23)
        session.execute(update(AgreementRow).where(AgreementRow.id == UUID(ordered)).values(expires_at=ends))
    assert reminded() == reminded() == [1, 1, 0]


def test_what_waits_to_call_somebody_is_taken_back_when_they_may_sign_no_more(
    city: QuietCity, clerk: httpx.Client
) -> None:
    signed_by_one = started(clerk, slots=ORDERED, needs=json.dumps({"A": 1}))
    signed(city, signed_by_one, "2", ENGINEER)
    assert told(city, Kind.TURN, ENGINEER, signed_by_one) == []
    withdrawn = started(clerk)
    clerk.post(f"/api/agreements/{withdrawn}/withdrawal", json={"reason": "文件有误"}).raise_for_status()
    assert told(city, Kind.TURN, ENGINEER, withdrawn) == []
    declined = started(clerk)
    enter(city, ENGINEER.title_zh).post(
        f"/api/agreements/{declined}/slots/3/decline", json={"reason": "图纸版本不对"}
    ).raise_for_status()
    assert told(city, Kind.TURN, OWNERS_REPRESENTATIVE, declined) == []


def test_one_person_is_not_flooded(
    city: QuietCity, clerk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_notices, "MOST_A_DAY", 0)
    assert told(city, Kind.TURN, ENGINEER, started(clerk)) == []
