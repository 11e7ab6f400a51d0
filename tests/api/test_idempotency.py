"""What is sent twice under one key is done once: again, changed, at the same moment, after a death."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import select, text

from api import idempotency
from api.demonstration.people import DESIGNER, OWNER
from api.idempotency import IdempotencyKeyReused, IdempotencyRow, StillRunning, Turn, begin
from api.pages import CITY_TIME
from api.policy import Role
from evidence.clock import Clock, SystemClock
from ledger.database import Database
from signing.tables import AgreementRow
from tests.api.joint import AGENCY_DESK, SLOTS, enter, enter_as, request_of_engineer, signed_by_all, started
from tests.permit import FIELDS
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

ACCOUNT, REQUEST = UUID(int=7), b"r" * 32
PDF = small_pdf(pages=2)


class Done(BaseModel):
    id: int


class LaterClock:
    """The house's clock, later by what a test says."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return SystemClock().now() + self._by


def agree(http: httpx.Client, key: str, *, title: str = "施工许可联合申请") -> httpx.Response:
    return http.post(
        "/api/agreements",
        data={"title": title, "slots": json.dumps(SLOTS)},
        files={"document": ("申请表.pdf", PDF, "application/pdf")},
        headers={"idempotency-key": key},
    )


def agreements(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return len(session.scalars(select(AgreementRow.id)).all())


def test_an_agreement_sent_twice_is_started_once_and_answered_the_same(
    city: QuietCity, clerk: httpx.Client
) -> None:
    before, key = agreements(city), uuid4().hex
    first, second = agree(clerk, key), agree(clerk, key)  # each request draws a boundary of its own
    assert first.request.headers["content-type"] != second.request.headers["content-type"]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (
        False,
        "true",
    )
    assert agreements(city) == before + 1


def test_without_a_key_each_request_is_its_own(city: QuietCity, clerk: httpx.Client) -> None:
    before = agreements(city)
    assert started(clerk) != started(clerk)
    assert agreements(city) == before + 2


def test_the_same_key_with_another_body_is_refused(city: QuietCity, clerk: httpx.Client) -> None:
    before, key = agreements(city), uuid4().hex
    agree(clerk, key)
    other = agree(clerk, key, title="另一份")
    assert (other.status_code, other.json()["title"]) == (422, "idempotency-key-reused")
    assert agreements(city) == before + 1


def test_the_same_key_at_another_door_is_refused(city: QuietCity, clerk: httpx.Client) -> None:
    key = uuid4().hex
    agree(clerk, key)
    asked = clerk.post(
        "/api/authorizations", json=request_of_engineer(city.house), headers={"idempotency-key": key}
    )
    assert asked.json()["title"] == "idempotency-key-reused"


def test_an_authorization_sent_twice_is_asked_for_once(city: QuietCity, clerk: httpx.Client) -> None:
    headers, asking = {"idempotency-key": uuid4().hex}, request_of_engineer(city.house)
    answers = [clerk.post("/api/authorizations", json=asking, headers=headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    listed = [each["id"] for each in clerk.get("/api/firm/authorizations").json()]
    assert listed.count(answers[0]["id"]) == 1


def test_a_certificate_sent_twice_is_issued_once(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    agency = enter(city, AGENCY_DESK)
    issuing = {
        "type": "construction-permit",
        "holder": OWNER.uscc.text,
        "agreement": id_,
        "fields": FIELDS,
        "valid_from": city.house.clock.now().astimezone(CITY_TIME).date().isoformat(),
    }
    headers = {"idempotency-key": uuid4().hex}
    first = agency.post("/api/certificates", json=issuing, headers=headers)
    second = agency.post("/api/certificates", json=issuing, headers=headers)
    assert first.status_code == 201, first.text
    assert (first.json(), second.headers["idempotency-replayed"]) == (second.json(), "true")


def test_a_refusal_is_not_kept_and_the_corrected_request_may_use_its_key(clerk: httpx.Client) -> None:
    key = uuid4().hex
    refused = agree(clerk, key, title="")
    assert refused.is_client_error
    assert agree(clerk, key).status_code == 201


def test_another_account_may_use_the_same_key(city: QuietCity, clerk: httpx.Client) -> None:
    key, other = uuid4().hex, enter_as(city, Role.FIRM, organization=DESIGNER.uscc)
    assert agree(clerk, key).json()["id"] != agree(other, key).json()["id"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
def test_a_malformed_key_is_refused(clerk: httpx.Client, key: str) -> None:
    assert agree(clerk, key).json()["title"] == "idempotency-key-malformed"


def test_of_twins_at_once_one_creates_and_every_other_hears_the_same_or_waits(
    city: QuietCity, clerk: httpx.Client
) -> None:
    before, key = agreements(city), uuid4().hex
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: agree(clerk, key), range(4)))
    told = [each.json()["id"] for each in answers if each.status_code == 201]
    waiting = [each.json()["title"] for each in answers if each.status_code != 201]
    assert len(set(told)) == 1
    assert set(waiting) <= {"still-running"}
    assert agree(clerk, key).json()["id"] == told[0]
    assert agreements(city) == before + 1


@pytest.fixture
def running(database: Database) -> Turn:
    """A turn that was begun and not ended."""
    begun = begin(database, account=ACCOUNT, key="k", request=REQUEST, clock=SystemClock())
    assert isinstance(begun, Turn)
    return begun


def again(database: Database, *, request: bytes = REQUEST, clock: Clock | None = None) -> Turn | str:
    return begin(database, account=ACCOUNT, key="k", request=request, clock=clock or SystemClock())


def keep(database: Database, turn: Turn, id_: int) -> None:
    with database.transaction() as session:
        turn.keep(session, Done(id=id_))


def test_while_the_first_runs_its_twin_waits_and_a_stranger_is_refused(
    database: Database, running: Turn
) -> None:
    assert running.id
    with pytest.raises(StillRunning):
        again(database)
    with pytest.raises(IdempotencyKeyReused):
        again(database, request=b"s" * 32)


def test_a_turn_whose_process_died_is_taken_over_and_the_dead_cannot_come_back(
    database: Database, running: Turn
) -> None:
    taken = again(database, clock=LaterClock(idempotency.LEASE))
    assert isinstance(taken, Turn)
    with pytest.raises(StillRunning):
        keep(database, running, 1)
    keep(database, taken, 2)
    assert again(database) == '{"id":2}'


def test_what_is_rolled_back_keeps_no_answer(database: Database, running: Turn) -> None:
    with suppress(RuntimeError), database.transaction() as session:
        running.keep(session, Done(id=1))
        raise RuntimeError
    idempotency.give_up(database, running)
    assert isinstance(again(database), Turn)


def test_giving_up_leaves_a_kept_answer(database: Database, running: Turn) -> None:
    keep(database, running, 1)
    idempotency.give_up(database, running)
    assert again(database) == '{"id":1}'


def test_answers_expire(database: Database, running: Turn) -> None:
    keep(database, running, 1)
    later = LaterClock(idempotency.LIFE)
    assert isinstance(again(database, request=b"s" * 32, clock=later), Turn)
    with database.transaction() as session:
        idempotency.forget_due(session, clock=LaterClock(idempotency.LIFE * 2))
        assert session.scalars(select(IdempotencyRow)).all() == []


def test_of_fifty_beginnings_at_once_one_has_the_turn(database: Database) -> None:
    start = threading.Barrier(10)
    turns: list[Turn | str] = []

    def beginning() -> None:
        start.wait()
        for _ in range(5):
            try:
                turns.append(again(database))
            except StillRunning:
                continue

    threads = [threading.Thread(target=beginning) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(turns) == 1


def test_no_key_holds_more_than_ids(city: QuietCity, clerk: httpx.Client) -> None:
    agree(clerk, uuid4().hex, title="机密标题")
    with city.house.database.transaction() as session:
        kept = "".join(str(row) for row in session.execute(text("SELECT * FROM idempotency_keys")))
    assert "机密标题" not in kept
