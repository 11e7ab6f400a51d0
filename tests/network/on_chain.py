"""What the tests of the consortium ask the chain and the database, and how they wait."""

import time
from collections.abc import Callable

from sqlalchemy import text

from ledger import contracts, deployment, entries, tree
from ledger.anchoring import Anchoring
from ledger.chain_web3 import Web3Chain
from ledger.contracts import LogHead
from ledger.database import Database
from network.consortium import Consortium
from network.validator import Validator

PATIENCE_SECONDS = 90  # far more than anything here takes: a limit, not a measure
PROBE_SECONDS = 0.2
STALLED_SECONDS = 4  # a block is due every second
ORIGIN = "test.example/log"


def until(met: Callable[[], bool]) -> None:
    """Wait until ``met``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < deadline, "nothing came within the limit"
        time.sleep(PROBE_SECONDS)


def until_complete(anchoring: Anchoring) -> None:
    """Step until the chain holds all that was recorded, so deep that it stays."""
    until(lambda: anchoring.step().complete)


def height(validator: Validator) -> int:
    return int(validator.ask("eth_blockNumber"), 16)


def until_stalled(validator: Validator) -> None:
    """Wait until ``validator`` gets no more blocks."""
    seen, since = -1, time.monotonic()

    def quiet() -> bool:
        nonlocal seen, since
        now = height(validator)
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > STALLED_SECONDS

    until(quiet)


def head(database: Database, chain: Web3Chain) -> LogHead:
    """Give the head of the log contract that the database names."""
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.log is not None
    return contracts.head(chain.read(stands.log.address, contracts.HEAD).value)


def check_nothing_is_lost_or_doubled(database: Database, network: Consortium) -> None:
    """Check that every running validator holds the log of the database, grown as often as was stored.

    Every nonce from the first of this database to the newest on the chain belongs to one final transaction.
    """
    with database.transaction() as session:
        size = entries.size(session)
        root = tree.root(session, size)
        rows = session.execute(text("SELECT nonce, purpose, state FROM submissions ORDER BY nonce")).all()
    growths = sum(row.purpose in {"append", "extend"} for row in rows)
    assert {row.state for row in rows} == {"final"}
    validators = [each for each in network.validators if each.runs]
    newest = max(height(each) for each in validators)
    until(lambda: all(height(each) >= newest for each in validators))
    running = [Web3Chain.at(each.url) for each in validators]
    until(lambda: all(head(database, chain).size == size for chain in running))
    assert {head(database, chain) for chain in running} == {LogHead(size, root, growths)}
    spent = running[0].next_nonce(network.account.address)
    assert [row.nonce for row in rows] == list(range(rows[0].nonce, spent))
