"""What is shown of the growths of the log: their numbers, and what it costs to look."""

from collections.abc import Callable

from sqlalchemy import event

from ledger import growths
from ledger.anchoring import Anchoring
from ledger.database import Database


def test_growths_are_numbered_and_each_begins_where_the_one_before_ended(
    database: Database, worker: Callable[..., Anchoring], record: Callable[[int], int]
) -> None:
    for count in (1, 2, 3, 4):
        record(count)
        worker().step()
    with database.transaction() as session:
        shown = growths.latest(session, limit=3)
        assert [(each.seq, each.first, each.size) for each in shown] == [(4, 6, 10), (3, 3, 6), (2, 1, 3)]
        assert [growths.of(session, each.transaction) for each in shown] == list(shown)
        everything = growths.latest(session, limit=9)
    assert (everything[-1].seq, everything[-1].first) == (1, 0)


def test_a_log_that_was_deployed_and_has_not_grown_shows_no_growth(
    database: Database, worker: Callable[..., Anchoring]
) -> None:
    worker().step()
    with database.transaction() as session:
        assert growths.latest(session, limit=3) == ()


def test_a_page_of_growths_counts_once_however_many_it_shows(
    database: Database, worker: Callable[..., Anchoring], record: Callable[[int], int]
) -> None:
    """A count reads a row for every growth there ever was, and anybody may ask for the page."""
    asked: list[str] = []
    for _ in range(4):
        record(1)
        worker().step()
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with database.transaction() as session:
        assert len(growths.latest(session, limit=4)) == 4
    assert sum("count(" in each for each in asked) == 1
