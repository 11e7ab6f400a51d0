"""The bell: a ring is heard when its transaction has committed, and never when it was rolled back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import text

from evidence.statuslist import CertificateState
from ledger import bell, status
from ledger.database import Database

LONG = 30.0  # seconds; a bound on a test that fails, not a wait of one that passes


class Ear:
    """Counts rings, and lets a test wait for one."""

    def __init__(self) -> None:
        self._heard = threading.Semaphore(0)

    def __call__(self) -> None:
        self._heard.release()

    def heard(self, *, within: float = LONG) -> bool:
        return self._heard.acquire(timeout=within)


@contextmanager
def listening(database: Database) -> Iterator[Ear]:
    ear = Ear()
    with bell.listening(database, heard=ear):
        assert ear.heard()  # the ring that stands for all that nobody listened to
        yield ear


def suspend(database: Database) -> None:
    with database.transaction() as session:
        status.change(session, issuer=b"i" * 32, key=b"k" * 32, state=CertificateState.SUSPENDED, reason=1)


def test_a_status_change_rings_the_bell(database: Database) -> None:
    with listening(database) as ear:
        suspend(database)
        assert ear.heard()


def test_a_ring_that_was_rolled_back_is_not_heard(database: Database) -> None:
    with listening(database) as ear:
        with suppress(ZeroDivisionError), database.transaction() as session:
            bell.ring(session)
            raise ZeroDivisionError
        with database.transaction() as session:
            bell.ring(session)
        assert ear.heard()
        assert not ear.heard(within=0)


def test_a_listener_whose_connection_was_cut_listens_again(database: Database) -> None:
    with listening(database) as ear:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        with database.transaction() as session:
            session.execute(text(f"{cut} AND datname = current_database()"))
        assert ear.heard()
        suspend(database)
        assert ear.heard()


def test_a_connection_that_listened_is_not_pooled(database: Database) -> None:
    with listening(database):
        pass
    with database.transaction() as session:
        channels = session.execute(text("SELECT pg_listening_channels()")).all()
    assert channels == []
