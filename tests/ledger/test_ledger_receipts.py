"""Receipts: the log's word on an entry, which anybody who has its key can check."""

from collections.abc import Callable

import pytest

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.receipt import Receipt, check_receipt
from ledger import checkpoints, deployment, entries, receipts
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain_memory import MemoryChain
from ledger.database import Database
from ledger.receipts import AnchoringState

ORIGIN = "test.example/log"
Worker = Callable[..., Anchoring]
Record = Callable[[int], int]
Receive = Callable[[int], Receipt]


@pytest.fixture
def receive(database: Database, log_signer: LocalSigner, clock: FixedClock) -> Receive:
    def checked(index: int) -> Receipt:
        with database.transaction() as session:
            encoded = receipts.receipt(session, index, origin=ORIGIN, signer=log_signer, clock=clock)
        return check_receipt(encoded, origin=ORIGIN, key=log_signer.key)

    return checked


def test_a_receipt_of_a_recorded_entry_has_no_checkpoint(record: Record, receive: Receive) -> None:
    assert receive(record(1)).checkpoint is None


def test_a_receipt_of_a_checkpointed_entry_has_no_anchor(
    database: Database, record: Record, receive: Receive, log_signer: LocalSigner, clock: FixedClock
) -> None:
    index = record(1)
    with database.transaction() as session:
        checkpoints.take(session, origin=ORIGIN, signer=log_signer, clock=clock)
    receipt = receive(index)
    assert receipt.checkpoint is not None
    assert receipt.anchor is None


def test_a_receipt_of_an_anchored_entry_names_block_and_contract(
    database: Database, record: Record, worker: Worker, receive: Receive, chain: MemoryChain
) -> None:
    index = record(3)
    worker().step()
    anchor = receive(index + 1).anchor
    with database.transaction() as session:
        stands = deployment.current(session)
    assert anchor is not None
    assert stands is not None
    assert stands.log is not None
    outcome = chain.outcome(anchor.transaction)
    assert outcome is not None
    assert (anchor.block_hash, anchor.contract) == (outcome.block_hash, stands.log.address)


def test_every_entry_of_every_batch_has_a_receipt_that_checks(
    record: Record, worker: Worker, receive: Receive
) -> None:
    anchoring = worker()
    for count in (3, 4, 6):
        record(count)
        anchoring.step()
    assert all(receive(index).anchor for index in range(13))


def test_a_receipt_keeps_the_anchor_that_first_covered_the_entry(
    record: Record, worker: Worker, receive: Receive
) -> None:
    anchoring, index = worker(), record(1)
    anchoring.step()
    first = receive(index)
    record(5)
    anchoring.step()
    assert receive(index).anchor == first.anchor


def test_an_entry_after_the_last_checkpoint_is_only_recorded(
    database: Database, record: Record, worker: Worker
) -> None:
    record(2)
    worker().step()
    index = record(1)
    with database.transaction() as session:
        assert receipts.anchoring_state(session, index) is AnchoringState.RECORDED


def test_there_is_no_receipt_for_an_entry_that_is_not(receive: Receive) -> None:
    with pytest.raises(entries.EntryUnknown):
        receive(0)


def test_a_checkpoint_is_not_taken_twice_for_one_size(
    database: Database, record: Record, log_signer: LocalSigner, clock: FixedClock
) -> None:
    record(2)
    with database.transaction() as session:
        first = checkpoints.take(session, origin=ORIGIN, signer=log_signer, clock=clock)
    with database.transaction() as session:
        assert checkpoints.take(session, origin=ORIGIN, signer=log_signer, clock=clock) == first


def test_an_empty_log_has_no_checkpoint(
    database: Database, log_signer: LocalSigner, clock: FixedClock
) -> None:
    with database.transaction() as session:
        assert checkpoints.take(session, origin=ORIGIN, signer=log_signer, clock=clock) is None


def anchored(anchoring: Anchoring, chain: MemoryChain) -> None:
    while not anchoring.step().complete:
        chain.mine()


def test_a_receipt_names_the_depth_at_which_its_block_was_found_final(
    record: Record, worker: Worker, receive: Receive, chain: MemoryChain
) -> None:
    index = record(1)
    anchored(worker(policy=AnchoringPolicy(depth=3)), chain)
    anchor = receive(index).anchor
    assert anchor is not None
    assert anchor.depth == 3


def test_a_receipt_claims_no_anchor_that_a_reorganization_removed(
    record: Record, worker: Worker, receive: Receive, chain: MemoryChain
) -> None:
    record(1)
    anchoring = worker(policy=AnchoringPolicy(depth=3))
    anchored(anchoring, chain)
    chain.remember()
    index = record(1)
    anchored(anchoring, chain)
    first = receive(index).anchor
    chain.reorganize()
    anchoring.step()
    assert receive(index).anchor is None
    anchored(anchoring, chain)
    again = receive(index).anchor
    assert first is not None
    assert again is not None
    assert again.block_hash != first.block_hash
