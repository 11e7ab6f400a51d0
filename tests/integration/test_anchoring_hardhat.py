"""The ledger on the local Hardhat node, which forgets everything when it stops."""

import secrets
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api import hardhat
from evidence.algorithms import Algorithm
from evidence.clock import SystemClock
from evidence.entry import SCHEMA, Entry
from evidence.keys import LocalSigner
from evidence.receipt import check_receipt
from evidence.statement import StatementType
from evidence.statuslist import CertificateState
from ledger import deployment, entries, receipts, status
from ledger.anchoring import Anchoring
from ledger.chain import ChainUnavailable
from ledger.chain_web3 import Web3Chain
from ledger.contracts import Countersignature
from ledger.countersigning import WitnessNotPermitted, countersign, proposal
from ledger.database import Database
from ledger.registry import Founding, Grant, Role, key_of
from ledger.transactions import ChainAccount

ORIGIN = "test.example/log"
KEY = LocalSigner.generate(Algorithm.EDDSA)
WITNESSES = {bytes([number]) * 32: ChainAccount(bytes([number]) * 32) for number in (21, 22, 23)}
ACCOUNT = ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))


class Node:
    """A Hardhat node that can be stopped and started again where it was."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running = hardhat.start(log=log)
        self.url = self._running.url

    def stop(self) -> None:
        self._running.stop()

    def restart(self) -> None:
        self.stop()
        self._running = hardhat.start(log=self._log, port=int(self.url.rpartition(":")[2]))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    running = Node(tmp_path / "node.log")
    yield running
    running.stop()


@pytest.fixture
def anchoring(database: Database, node: Node) -> Anchoring:
    return Anchoring(
        database=database,
        chain=Web3Chain.at(node.url),
        account=ACCOUNT,
        origin=ORIGIN,
        signer=KEY,
        clock=SystemClock(),
        founding=Founding(operator=b"i" * 32),
    )


@pytest.fixture
def countersigned(database: Database, node: Node) -> Anchoring:
    """A worker on a registry that asks for two of three witnesses."""
    grants = tuple(Grant(who, key_of(account.address), Role.WITNESS) for who, account in WITNESSES.items())
    return Anchoring(
        database=database,
        chain=Web3Chain.at(node.url),
        account=ACCOUNT,
        origin=ORIGIN,
        signer=KEY,
        clock=SystemClock(),
        founding=Founding(operator=b"i" * 32, quorum=2, grants=grants),
    )


@pytest.fixture
def record(database: Database) -> Callable[[int], int]:
    def append(count: int) -> int:
        moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
        new = [
            Entry(StatementType.CONSENT, "city", moment, SCHEMA, secrets.token_bytes(32), ())
            for _ in range(count)
        ]
        with database.transaction() as session:
            return entries.append_all(session, new)

    return append


def test_a_node_that_was_restarted_gets_the_whole_ledger_again(
    database: Database, node: Node, anchoring: Anchoring, record: Callable[[int], int]
) -> None:
    index = record(300)
    with database.transaction() as session:
        status.change(session, issuer=b"i" * 32, key=b"k" * 32, state=CertificateState.SUSPENDED, reason=1)
    assert anchoring.step().complete
    node.restart()
    again = anchoring.step()
    assert (again.complete, again.forgot, again.anchored) == (True, True, 300)
    with database.transaction() as session:
        receipt = receipts.receipt(session, index, origin=ORIGIN, signer=KEY, clock=SystemClock())
        stands = deployment.current(session)
    assert check_receipt(receipt, origin=ORIGIN, key=KEY.key).anchor is not None
    assert stands is not None
    assert stands.register is not None
    held = status.read(Web3Chain.at(node.url), stands.register.address, issuer=b"i" * 32, key=b"k" * 32)
    assert held.state is CertificateState.SUSPENDED


def test_what_is_recorded_while_the_node_is_stopped_is_anchored_later(
    node: Node, anchoring: Anchoring, record: Callable[[int], int]
) -> None:
    anchoring.step()
    node.stop()
    record(3)
    stopped = anchoring.step()
    assert (type(stopped.problem), stopped.anchored) == (ChainUnavailable, 0)
    node.restart()
    assert anchoring.step().complete


def test_a_node_that_hangs_is_unavailable_after_the_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chain = Web3Chain.at(f"http://127.0.0.1:{silent.getsockname()[1]}", time_out=0.2)
        with pytest.raises(ChainUnavailable):
            chain.identity()


def test_two_of_three_witnesses_let_the_log_grow_and_a_stranger_does_not(
    database: Database, node: Node, countersigned: Anchoring, record: Callable[[int], int]
) -> None:
    chain = Web3Chain.at(node.url)
    record(5)
    assert countersigned.step().missing_countersignatures == 2
    with database.transaction() as session:
        asked = proposal(session)
    assert asked is not None
    first, second, third = WITNESSES
    forged = Countersignature(first, asked.sign(WITNESSES[second]))
    with pytest.raises(WitnessNotPermitted):
        countersign(database, chain, forged, clock=SystemClock())
    for who in (third, first):
        given = Countersignature(who, asked.sign(WITNESSES[who]))
        countersign(database, chain, given, clock=SystemClock())
    progress = countersigned.step()
    assert (progress.anchored, progress.problem) == (5, None)
