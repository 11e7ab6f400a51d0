"""The ledger on four validators: one is killed, too many are killed, all are killed, and they come back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from evidence.clock import SystemClock
from evidence.keys import LocalSigner
from evidence.receipt import check_receipt
from evidence.statuslist import CertificateState
from ledger import deployment, receipts, status
from ledger.anchoring import Anchoring
from ledger.chain import ChainUnavailable
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.receipts import AnchoringState
from network.consortium import Consortium
from tests.network.on_chain import (
    ORIGIN,
    check_nothing_is_lost_or_doubled,
    height,
    until,
    until_complete,
    until_stalled,
)

pytestmark = pytest.mark.network
Record = Callable[[int], int]
LOAD_LIMIT = 3_000  # additions of a few entries at most, so that a load ends by itself


def state(database: Database, index: int) -> AnchoringState:
    with database.transaction() as session:
        return receipts.anchoring_state(session, index)


def test_the_log_grows_by_hash_and_by_proof_and_its_receipts_name_the_anchor(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium, log_key: LocalSigner
) -> None:
    record(3)
    until_complete(anchoring)
    index = record(300)
    until_complete(anchoring)
    with database.transaction() as session:
        receipt = receipts.receipt(session, index, origin=ORIGIN, signer=log_key, clock=SystemClock())
    assert check_receipt(receipt, origin=ORIGIN, key=log_key.key).anchor is not None
    check_nothing_is_lost_or_doubled(database, network)


def test_a_certificates_state_is_read_from_every_validator(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium
) -> None:
    record(1)
    with database.transaction() as session:
        status.change(session, issuer=b"i" * 32, key=b"k" * 32, state=CertificateState.SUSPENDED, reason=1)
    until_complete(anchoring)
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.register is not None
    register = stands.register.address
    held = [
        status.read(Web3Chain.at(each.url), register, issuer=b"i" * 32, key=b"k" * 32).state
        for each in network.validators
    ]
    assert held == [CertificateState.SUSPENDED] * 4


def test_an_anchor_counts_only_when_it_lies_so_deep_that_it_stays(
    database: Database, anchoring: Anchoring, record: Record
) -> None:
    until_complete(anchoring)
    index = record(1)
    anchoring.step()
    assert state(database, index) is AnchoringState.CHECKPOINTED
    until_complete(anchoring)
    assert state(database, index) is AnchoringState.ANCHORED


def test_one_validator_killed_under_load_costs_nothing(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium
) -> None:
    """Entries keep coming while it dies; entries recorded after its death are anchored without it."""
    enough = threading.Event()

    def load() -> None:
        for _ in range(LOAD_LIMIT):
            record(5)
            if enough.wait(0.02):
                return

    until_complete(anchoring)
    dying = network.validators[3]
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        try:
            until(lambda: anchoring.step().anchored > 0)
            dying.kill()
            recorded = anchoring.step().recorded
            until(lambda: anchoring.step().anchored > recorded)
        finally:
            enough.set()
        loading.result()
    until_complete(anchoring)
    check_nothing_is_lost_or_doubled(database, network)
    network.revive(dying)
    until(lambda: height(dying) >= height(network.validators[0]))
    check_nothing_is_lost_or_doubled(database, network)


def test_without_most_validators_entries_are_accepted_and_none_is_called_final(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium
) -> None:
    record(2)
    until_complete(anchoring)
    dying = network.validators[2:]
    for each in dying:
        each.kill()
    index = record(5)
    until_stalled(network.validators[0])
    for _ in range(3):
        record(1)
        progress = anchoring.step()
        assert (progress.anchored, progress.complete) == (2, False)
    assert state(database, index) is AnchoringState.CHECKPOINTED
    for each in dying:
        network.revive(each)
    until_complete(anchoring)
    assert state(database, index) is AnchoringState.ANCHORED
    check_nothing_is_lost_or_doubled(database, network)


def test_the_house_waits_for_its_own_validator_and_catches_up(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium
) -> None:
    record(2)
    until_complete(anchoring)
    network.validators[0].kill()
    record(3)
    silent = anchoring.step()
    assert (type(silent.problem), silent.recorded, silent.anchored) == (ChainUnavailable, 5, 2)
    network.revive(network.validators[0])
    until_complete(anchoring)
    check_nothing_is_lost_or_doubled(database, network)


def test_a_power_failure_of_all_takes_back_no_block(
    database: Database, anchoring: Anchoring, record: Record, network: Consortium
) -> None:
    record(2)
    until_complete(anchoring)
    newest = Web3Chain.at(network.validators[0].url).newest()
    for each in network.validators:
        each.kill()
    record(3)
    network.start()
    assert Web3Chain.at(network.validators[0].url).blocks([newest.number]) == (newest,)
    until_complete(anchoring)
    check_nothing_is_lost_or_doubled(database, network)
