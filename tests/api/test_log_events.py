"""The log as a stream of events: what is told, what is told again, and who is let in."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any

import httpx
import pytest

from api import log_view
from api.log_events import Told, news
from api.log_view import LogEntry, LogHead
from api.log_watch import LogWatch, Seen
from evidence.entry import SCHEMA, Entry
from evidence.statement import StatementType
from ledger import entries
from ledger.database import DatabaseAway
from ledger.receipts import AnchoringState
from tests.quiet_city import QuietCity, open_quiet_city

AT = datetime(2026, 5, 2, tzinfo=UTC)
LONG = 30  # seconds until a stream without news ends a test; it says that it lives every 15


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        yield opened


@pytest.fixture
def city(quiet_city: QuietCity) -> QuietCity:
    quiet_city.anchor()
    return quiet_city


def watch_of(city: QuietCity) -> LogWatch:
    watch: LogWatch = city.app.state.watch
    return watch


def record(city: QuietCity, count: int = 1) -> None:
    with city.house.database.transaction() as session:
        entries.append_all(
            session,
            [Entry(StatementType.CONSENT, "city", AT, SCHEMA, token_bytes(32), ()) for _ in range(count)],
        )


@contextmanager
def listening(city: QuietCity, **headers: str) -> Iterator[Iterator[tuple[str, str, dict[str, Any]]]]:
    """Listen; give the events as name, id and data."""
    url = f"{city.visitor.base_url}/ledger/events"
    with httpx.stream("GET", url, headers=headers, timeout=LONG, trust_env=False) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read(answer.iter_lines())


def read(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields["id"], json.loads(fields["data"])
            fields = {}


def sizes(city: QuietCity) -> str:
    head = city.visitor.get("/api/ledger").json()
    return f"{head['size']}.{head['checkpointed_size']}.{head['anchored_size']}"


def test_who_knows_nothing_is_told_how_things_stand(city: QuietCity) -> None:
    with listening(city) as heard:
        told = [next(heard) for _ in range(4)]
    assert [name for name, _, _ in told] == ["entries", "checkpoint", "anchored", "tree"]
    assert told[-1][1] == sizes(city)
    head = city.visitor.get("/api/ledger").json()
    assert told[0][2]["entries"][0]["index"] == head["size"] - 1


def test_a_new_entry_is_told_at_once_and_its_anchoring_later(city: QuietCity) -> None:
    with listening(city, **{"last-event-id": sizes(city)}) as heard:
        record(city)
        name, _, told = next(heard)
        assert (name, told["left_out"], len(told["entries"])) == ("entries", 0, 1)
        assert told["entries"][0]["state"] == "recorded"
        city.anchor()
        names = {name}
        while not {"checkpoint", "anchored"} <= names:
            names.add(next(heard)[0])
    assert "tree" in names


def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(city: QuietCity) -> None:
    known = sizes(city)
    first = int(known.partition(".")[0])
    record(city, 3)
    with listening(city, **{"last-event-id": known}) as heard:
        _, _, told = next(heard)
    assert [entry["index"] for entry in told["entries"]] == [first + 2, first + 1, first]


def test_of_many_entries_the_newest_are_told_and_the_others_counted(city: QuietCity) -> None:
    known = sizes(city)
    record(city, 25)
    with listening(city, **{"last-event-id": known}) as heard:
        _, _, told = next(heard)
    assert (len(told["entries"]), told["left_out"]) == (20, 5)


def test_too_many_listeners_are_told_so(city: QuietCity) -> None:
    watch_of(city).viewers.most, most = 0, watch_of(city).viewers.most
    answer = city.visitor.get("/ledger/events")
    watch_of(city).viewers.most = most
    assert (answer.status_code, answer.json()["title"]) == (503, "places-taken")


def test_a_listener_who_leaves_gives_the_place_back(city: QuietCity) -> None:
    with listening(city) as heard:
        next(heard)
        assert watch_of(city).viewers.taken == 1
    while watch_of(city).viewers.taken:  # the limit of the whole test ends what never comes
        record(city)
        city.visitor.get("/api/ledger")


def test_the_stream_ends_with_the_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    ended = threading.Event()

    def listen(city: QuietCity) -> None:
        with listening(city) as heard:
            for _ in heard:
                pass
        ended.set()

    with open_quiet_city(tmp_path_factory.mktemp("closing")) as closing:
        threading.Thread(target=listen, args=(closing,), daemon=True).start()
        while not watch_of(closing).viewers.taken:
            closing.visitor.get("/api/ledger")
    assert ended.wait(LONG)


def seen(size: int, checkpointed: int, anchored: int) -> Seen:
    head = LogHead(size, checkpointed, anchored, 7, bytes(20), 31337)
    entry = Entry(StatementType.CONSENT, "city", AT, SCHEMA, bytes(32), ())
    newest = tuple(LogEntry(index, entry, AnchoringState.RECORDED) for index in reversed(range(size)))
    return Seen(head, bytes(32) if checkpointed else None, newest)


def test_a_database_that_was_away_does_not_end_the_reading() -> None:
    reads: list[Seen | None] = [None, seen(3, 0, 0)]

    def read_once() -> Seen:
        now = reads.pop(0) if len(reads) > 1 else reads[0]
        if now is None:
            raise DatabaseAway
        return now

    async def heard() -> Seen | None:
        watch = LogWatch(read_once)
        async with watch.listening(watch.viewers):
            return await watch.after(None, seconds=LONG)

    assert asyncio.run(heard()) == seen(3, 0, 0)


def names(told: Told, now: Seen) -> list[str]:
    return [name for _, name, _ in news(told, now)]


def test_an_entry_that_came_after_the_head_was_read_is_not_told_with_it(city: QuietCity) -> None:
    with city.house.database.transaction() as session:
        head = log_view.head(session)
        record(city)
        assert log_view.latest(session, head, limit=1)[0].index == head.size - 1


def test_a_reorganization_that_takes_anchoring_back_is_told() -> None:
    ((_, name, data), _) = news(Told(3, 3, 3), seen(3, 3, 2))
    assert (name, data["size"]) == ("anchored", 2)


def test_who_knows_everything_is_told_nothing() -> None:
    assert names(Told(3, 3, 2), seen(3, 3, 2)) == []


def test_who_knows_another_log_is_told_from_the_beginning() -> None:
    assert names(Told(9, 9, 9), seen(3, 3, 2)) == ["entries", "checkpoint", "anchored", "tree"]


@pytest.mark.parametrize("text", [None, "", "3.3", "3.3.x", "-1.0.0", "3.3.3.3", "9" * 30 + ".1.1"])
def test_what_is_no_id_knows_nothing(text: str | None) -> None:
    assert Told.read(text) == Told()


def test_an_id_reads_back() -> None:
    assert Told.read(str(Told(3, 2, 1))) == Told(3, 2, 1)
