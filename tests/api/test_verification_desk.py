"""Those who ask at once are answered together; nobody is harmed by another, nor told anything stale."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from api.verification_desk import VerificationDesk
from evidence.canonical import Value
from evidence.errors import QrUnknown
from ledger.database import DatabaseAway
from signing.certificate_steps import Reason, Step
from tests.permit import change_permit, issue_permit
from tests.quiet_city import QuietCity, open_quiet_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("desk")) as opened:
        opened.anchor()
        yield opened


def asked(desk: VerificationDesk, *codes: str) -> list[Any]:
    """Ask for all at once; give each report or the error of its own."""

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(desk.verified(code) for code in codes), return_exceptions=True)

    answers = asyncio.run(all_at_once())
    return [each if isinstance(each, Exception) else json.loads(each) for each in answers]


class Rounds(VerificationDesk):
    """A desk that keeps what was asked together; ``broken`` is a code that a fault of ours trips over."""

    def __init__(self, city: QuietCity, *, broken: str = "") -> None:
        super().__init__(city.house)
        self.rounds: list[list[str]] = []
        self.broken = broken

    def verified_all(self, codes: Any) -> list[dict[str, Value] | None]:
        self.rounds.append(list(codes))
        if self.broken in codes:
            raise ZeroDivisionError
        return super().verified_all(codes)


def test_all_who_wait_are_answered_by_one_round(city: QuietCity) -> None:
    permits = [issue_permit(city.house) for _ in range(2)]
    desk = Rounds(city, broken="never")
    codes = [permits[0].qr, "hello", permits[1].qr, permits[0].qr]
    first, unknown, second, again = asked(desk, *codes)
    assert [first["answer"], second["answer"]] == ["IN_FORCE", "IN_FORCE"]
    assert [first["subject"], second["subject"]] == [each.licence_id for each in permits]
    assert again == first
    assert isinstance(unknown, QrUnknown)
    assert desk.rounds == [codes]


def test_one_transaction_and_one_journey_serve_a_round(city: QuietCity) -> None:
    permits = [issue_permit(city.house) for _ in range(3)]
    statements: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        statements.append(statement)

    desk = VerificationDesk(city.house)
    asked(desk, permits[0].qr)
    event.listen(city.house.database.engine, "before_cursor_execute", note)
    asked(desk, *(each.qr for each in permits))
    event.remove(city.house.database.engine, "before_cursor_execute", note)
    assert len(statements) == 4


def test_a_step_counts_for_whoever_asks_after_it(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    desk = VerificationDesk(city.house)
    assert asked(desk, permit.qr)[0]["state"] == "in-force"
    change_permit(city.house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    assert asked(desk, permit.qr)[0]["state"] == "suspended"


def test_a_code_that_trips_us_harms_no_other(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    good, bad = asked(Rounds(city, broken="trips"), permit.qr, "trips")
    assert good["answer"] == "IN_FORCE"
    assert isinstance(bad, ZeroDivisionError)


def test_whoever_goes_leaves_the_others_their_answers(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    desk = VerificationDesk(city.house)

    async def one_goes() -> bytes:
        gone = asyncio.create_task(desk.verified(permit.qr))
        stays = asyncio.create_task(desk.verified(permit.qr))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert json.loads(asyncio.run(one_goes()))["answer"] == "IN_FORCE"


def test_without_the_database_each_is_told_once(city: QuietCity, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseAway

    monkeypatch.setattr(city.house.database, "transaction", away)
    desk = Rounds(city, broken="never")
    assert [type(each) for each in asked(desk, "a", "b")] == [DatabaseAway, DatabaseAway]
    assert len(desk.rounds) == 1


def test_the_trust_is_read_again_when_a_chain_is_founded_anew(city: QuietCity) -> None:
    desk = VerificationDesk(city.house)
    with city.house.database.transaction() as session:
        before = desk.trust.read(session)
        assert desk.trust.read(session)[1] is before[1]
    city.chain.restart()
    while not city.anchor().complete:
        pass
    with city.house.database.transaction() as session:
        after = desk.trust.read(session)
    assert after[1].chain.genesis != before[1].chain.genesis
    assert after[1].chain.genesis == city.chain.identity().genesis
