"""Receipts over HTTP: at once, or once the entry is anchored, with what they state in a header."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import httpx
import pytest

from api.log_watch import LogWatch
from api.receipt_desk import ReceiptDesk
from evidence.clock import FixedClock
from evidence.entry import SCHEMA, Entry
from evidence.receipt import Receipt, check_receipt
from evidence.statement import StatementType
from ledger import checkpoints, entries
from tests.quiet_city import QuietCity, open_quiet_city

LONG = 30  # seconds: as long as can be asked; a test that waits so long has failed


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        yield opened


@pytest.fixture
def city(quiet_city: QuietCity) -> Iterator[QuietCity]:
    quiet_city.chain.unreachable = False
    yield quiet_city
    assert watch_of(quiet_city).waiters.taken == 0


def recorded(city: QuietCity) -> int:
    """Record an entry, which has no checkpoint yet."""
    moment = datetime(2026, 5, 2, tzinfo=UTC)
    with city.house.database.transaction() as session:
        return entries.append(
            session, Entry(StatementType.CONSENT, "city", moment, SCHEMA, token_bytes(32), ())
        )


@pytest.fixture
def fresh(city: QuietCity) -> int:
    return recorded(city)


def watch_of(city: QuietCity) -> LogWatch:
    watch: LogWatch = city.app.state.watch
    return watch


def asked(city: QuietCity, index: int, **params: object) -> httpx.Response:
    return httpx.get(
        f"{city.visitor.base_url}/ledger/entries/{index}/receipt",
        params={name.rstrip("_"): str(value) for name, value in params.items()},
        timeout=LONG + 10,
        trust_env=False,
    )


def read(city: QuietCity, answer: httpx.Response) -> Receipt:
    house = city.house
    return check_receipt(answer.content, origin=house.settings.origin, key=house.log_signer.key)


def take_checkpoint(city: QuietCity) -> None:
    house = city.house
    with house.database.transaction() as session:
        checkpoints.take(session, origin=house.settings.origin, signer=house.log_signer, clock=house.clock)


def when_somebody_waits(city: QuietCity) -> None:
    """Return once a receipt is waited for; the limit of the answer ends what never comes."""
    while not watch_of(city).waiters.taken:
        city.visitor.get("/api/ledger")


def test_a_receipt_at_once_promises_the_place_of_a_fresh_entry(city: QuietCity, fresh: int) -> None:
    answer = asked(city, fresh)
    assert answer.headers["receipt-state"] == "recorded"
    assert (read(city, answer).index, read(city, answer).checkpoint) == (fresh, None)


def test_a_receipt_that_is_waited_for_comes_anchored(city: QuietCity, fresh: int) -> None:
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(asked, city, fresh, wait=LONG)
        when_somebody_waits(city)
        city.anchor()
        answer = waiting.result()
    assert answer.headers["receipt-state"] == "anchored"
    anchor = read(city, answer).anchor
    assert anchor is not None
    assert anchor.depth == 1


def test_a_checkpoint_can_be_waited_for_without_a_chain(city: QuietCity, fresh: int) -> None:
    city.chain.unreachable = True
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(asked, city, fresh, wait=LONG, for_="checkpointed")
        when_somebody_waits(city)
        take_checkpoint(city)
        answer = waiting.result()
    assert answer.headers["receipt-state"] == "checkpointed"
    assert read(city, answer).anchor is None


def test_the_best_receipt_there_is_comes_when_the_time_is_over(city: QuietCity, fresh: int) -> None:
    city.chain.unreachable = True
    take_checkpoint(city)
    assert asked(city, fresh, wait=1).headers["receipt-state"] == "checkpointed"


def test_an_anchored_receipt_is_not_waited_for(city: QuietCity, fresh: int) -> None:
    city.anchor()
    watch_of(city).waiters.most, most = 0, watch_of(city).waiters.most
    answer = asked(city, fresh, wait=LONG)
    watch_of(city).waiters.most = most
    assert answer.headers["receipt-state"] == "anchored"


def test_too_many_who_wait_are_told_so_and_may_still_ask(city: QuietCity, fresh: int) -> None:
    watch_of(city).waiters.most, most = 0, watch_of(city).waiters.most
    waited, at_once = asked(city, fresh, wait=1), asked(city, fresh)
    watch_of(city).waiters.most = most
    assert (waited.status_code, waited.json()["title"]) == (503, "places-taken")
    assert at_once.status_code == 200


@pytest.mark.parametrize("params", [{"wait": 31}, {"wait": -1}, {"wait": 1, "for_": "final"}])
def test_a_wait_that_cannot_be_is_refused(city: QuietCity, params: dict[str, object]) -> None:
    answer = asked(city, 0, **params)
    assert (answer.status_code, answer.json()["title"]) == (422, "form-incomplete")


def test_an_entry_that_is_not_is_not_waited_for(city: QuietCity) -> None:
    assert asked(city, 10**6, wait=LONG).json()["title"] == "entry-unknown"


def test_the_receipt_of_a_state_is_signed_once(city: QuietCity, fresh: int) -> None:
    first = asked(city, fresh).content
    assert asked(city, fresh).content == first
    city.anchor()
    assert asked(city, fresh).content != first


def test_a_desk_that_is_full_forgets_what_was_asked_longest_ago(
    city: QuietCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.receipt_desk.MOST_KEPT", 1)
    clock = FixedClock(datetime(2026, 5, 2, tzinfo=UTC))
    desk = ReceiptDesk(origin=city.house.settings.origin, signer=city.house.log_signer, clock=clock)
    with city.house.database.transaction() as session:
        first = desk.issue(session, 0)
        desk.issue(session, 1)
        clock.advance(timedelta(days=1))
        assert desk.issue(session, 0).signed != first.signed


def test_a_receipt_leaves_the_desk_with_an_anchor_that_a_reorganization_removed(city: QuietCity) -> None:
    city.anchor()
    city.chain.remember()
    index = recorded(city)
    city.anchor()
    before = read(city, asked(city, index)).anchor
    city.chain.reorganize()
    city.anchor()
    after = read(city, asked(city, index)).anchor
    assert before is not None
    assert after is not None
    assert after.block_hash != before.block_hash


def test_everybody_who_is_promised_an_entry_waits_for_the_disk(city: QuietCity, fresh: int) -> None:
    """Also who is given what was signed for another, whose own wait may not be over."""
    desk = desk_of(city)
    for _ in range(2):
        with city.house.database.transaction() as session:
            desk.issue(session, fresh)
            assert session.info == {"waits-for-disk": True}


def test_a_number_that_a_crash_gave_to_another_entry_has_that_entrys_receipt(city: QuietCity) -> None:
    """A transaction that does not stand is what an entry that never reached the disk looks like."""
    desk = desk_of(city)
    shown = set()
    for _ in range(2):
        with city.house.database.transaction() as session:
            moment = datetime(2026, 5, 2, tzinfo=UTC)
            entry = Entry(StatementType.CONSENT, "city", moment, SCHEMA, token_bytes(32), ())
            index = entries.append(session, entry)
            shown.add((index, desk.issue(session, index).signed))
            session.rollback()
    assert len({index for index, _ in shown}) == 1
    assert len({signed for _, signed in shown}) == len(shown) == 2


def desk_of(city: QuietCity) -> ReceiptDesk:
    house = city.house
    clock = FixedClock(datetime(2026, 5, 2, tzinfo=UTC))
    return ReceiptDesk(origin=house.settings.origin, signer=house.log_signer, clock=clock)
