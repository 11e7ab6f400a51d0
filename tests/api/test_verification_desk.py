"""Those who ask at once are answered together; nobody is harmed by another, nor told anything stale."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import event

from api import verification_desk
from api.house import House
from api.verification_desk import VerificationBusy, VerificationDesk
from api.witness import ChainWord, Consulted
from evidence import canonical
from evidence.errors import QrUnknown
from ledger.chain import Address, Reading
from ledger.chain_memory import MemoryChain
from ledger.database import DatabaseAway
from signing.certificate_steps import Reason, Step
from tests.permit import change_permit, issue_permit
from tests.quiet_city import QuietCity, open_quiet_city
from verify.qr import verify_qr
from verify.report import Report


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
    """A desk that keeps what was asked together."""

    def __init__(self, city: QuietCity) -> None:
        super().__init__(city.house)
        self.rounds: list[list[str]] = []

    def _answers(self, codes: Sequence[str]) -> list[bytes | Exception]:
        self.rounds.append(list(codes))
        return super()._answers(codes)


def test_all_who_wait_are_answered_by_one_round(city: QuietCity) -> None:
    permits = [issue_permit(city.house) for _ in range(2)]
    desk = Rounds(city)
    codes = [permits[0].qr, "hello", permits[1].qr, permits[0].qr]
    first, unknown, second, again = asked(desk, *codes)
    assert [first["answer"], second["answer"]] == ["IN_FORCE", "IN_FORCE"]
    assert [first["subject"], second["subject"]] == [each.licence_id for each in permits]
    assert again == first
    assert isinstance(unknown, QrUnknown)
    assert desk.rounds == [codes]


def test_one_transaction_and_one_journey_serve_a_round(
    city: QuietCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    permits = [issue_permit(city.house) for _ in range(3)]
    statements: list[str] = []
    journeys: list[int] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        statements.append(statement)

    def read_all(contract: Address, questions: Sequence[bytes], *, depth: int = 1) -> tuple[Reading, ...]:
        journeys.append(len(questions))
        return MemoryChain.read_all(city.chain, contract, questions, depth=depth)

    desk = VerificationDesk(city.house)
    asked(desk, permits[0].qr)
    monkeypatch.setattr(city.chain, "read_all", read_all)
    event.listen(city.house.database.engine, "before_cursor_execute", note)
    asked(desk, *(each.qr for each in permits))
    event.remove(city.house.database.engine, "before_cursor_execute", note)
    assert (len(statements), journeys) == (4, [3])


def test_a_step_counts_for_whoever_asks_after_it(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    desk = VerificationDesk(city.house)
    assert asked(desk, permit.qr)[0]["state"] == "in-force"
    change_permit(city.house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    assert asked(desk, permit.qr)[0]["state"] == "suspended"


def test_a_code_that_trips_us_harms_no_other(city: QuietCity, monkeypatch: pytest.MonkeyPatch) -> None:
    permits = [issue_permit(city.house) for _ in range(2)]

    def tripping(text: str, *given: Any, **named: Any) -> Report:
        if text == permits[1].qr:
            raise ZeroDivisionError
        return verify_qr(text, *given, **named)

    monkeypatch.setattr(verification_desk, "verify_qr", tripping)
    desk = Rounds(city)
    good, bad = asked(desk, permits[0].qr, permits[1].qr)
    assert good["answer"] == "IN_FORCE"
    assert isinstance(bad, ZeroDivisionError)
    assert len(desk.rounds) == 1


def test_what_cannot_be_written_is_told_and_nobody_waits_for_ever(
    city: QuietCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritable(_: object) -> bytes:
        raise ZeroDivisionError

    desk = VerificationDesk(city.house)
    codes = "https://elsewhere.example/c#1234567", "https://elsewhere.example/c#1234568"
    assert [each["answer"] for each in asked(desk, *codes)] == ["UNKNOWN", "UNKNOWN"]
    monkeypatch.setattr(canonical, "to_json", unwritable)
    assert [type(each) for each in asked(desk, *codes)] == [ZeroDivisionError, ZeroDivisionError]


def test_a_chain_that_keeps_silent_is_not_tried_on_everybody(
    city: QuietCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = issue_permit(city.house)
    tries: list[Consulted] = []

    def silent(_house: House, _register: Address, known: Consulted) -> ChainWord:
        tries.append(known)
        return ChainWord.UNREACHABLE

    monkeypatch.setattr(verification_desk, "read_register", silent)
    monkeypatch.setattr(verification_desk, "SLOW_SECONDS", -1.0)  # however soon it said nothing
    monkeypatch.setattr(verification_desk, "SILENT_SECONDS", float("inf"))
    desk = VerificationDesk(city.house)
    for _ in range(3):
        (report,) = asked(desk, permit.qr)
        assert (report["answer"], report["witness"]["word"]) == ("IN_FORCE", "unreachable")
    assert len(tries) == 1
    monkeypatch.setattr(verification_desk, "SILENT_SECONDS", 0.0)
    again = VerificationDesk(city.house)
    for _ in range(2):
        asked(again, permit.qr)
    assert len(tries) == 3


def test_too_many_are_told_at_once_to_come_again(city: QuietCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_desk, "MOST_WAITING", 2)
    found = asked(VerificationDesk(city.house), "one", "two", "three")
    assert [type(each) for each in found] == [QrUnknown, QrUnknown, VerificationBusy]


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
    desk = Rounds(city)
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
