"""Anchoring: what was recorded comes onto the chain, once, whatever happens on the way."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from evidence.clock import FixedClock
from evidence.statuslist import CertificateState
from ledger import checkpoints, contracts, deployment, receipts, registry, status, tree
from ledger.anchoring import Anchoring, AnchoringPolicy, AnchoringProgress
from ledger.chain import ChainGarbled, ChainUnavailable, LedgerDiffers
from ledger.chain_memory import MemoryChain
from ledger.contracts import LogHead
from ledger.database import Database
from ledger.fees import FeeCapReached
from ledger.receipts import AnchoringState
from ledger.registry import Founding, Grant, Role, key_of
from ledger.transactions import ChainAccount, Fees
from tests.ledger.faulty_chain import FaultyChain, Killed
from tests.ledger.founded import OPERATOR
from tests.ledger.garbling_chain import DIRTY, GarblingChain

Worker = Callable[..., Anchoring]
Record = Callable[[int], int]


def head(database: Database, chain: MemoryChain) -> LogHead:
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.log is not None
    return contracts.head(chain.read(stands.log.address, contracts.HEAD).value)


def state(database: Database, index: int) -> AnchoringState:
    with database.transaction() as session:
        return receipts.anchoring_state(session, index)


def purposes(database: Database) -> list[str]:
    with database.transaction() as session:
        rows = session.execute(text("SELECT purpose FROM submissions WHERE state = 'final' ORDER BY id"))
        return [str(row.purpose) for row in rows]


def problem(progress: AnchoringProgress) -> type[object]:
    return type(progress.problem)


def test_the_chain_holds_the_log_after_a_step(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    record(5)
    worker().step()
    with database.transaction() as session:
        assert head(database, chain) == LogHead(5, tree.root(session, 5), 1)


def test_an_empty_log_is_complete_once_its_contracts_stand(worker: Worker) -> None:
    assert worker().step().complete


def test_few_entries_are_appended_and_many_extend(database: Database, worker: Worker, record: Record) -> None:
    anchoring = worker(policy=AnchoringPolicy(append_limit=4))
    for count in (4, 3, 5):
        record(count)
        anchoring.step()
    assert purposes(database)[3:] == ["append", "append", "extend"]


def test_a_step_with_nothing_to_do_sends_nothing(worker: Worker, record: Record, chain: MemoryChain) -> None:
    record(3)
    worker().step()
    watched = FaultyChain(chain)
    worker(on=watched, account=chain.account).step()
    assert watched.sent == []


def test_entries_recorded_while_the_chain_is_down_are_not_yet_anchored(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    chain.unreachable = True
    index = record(1)
    progress = worker().step()
    assert problem(progress) is ChainUnavailable
    assert state(database, index) is AnchoringState.CHECKPOINTED


def test_nothing_is_lost_when_the_chain_comes_back(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    chain.unreachable = True
    record(3)
    anchoring = worker()
    anchoring.step()
    chain.unreachable = False
    assert anchoring.step().complete


def test_an_entry_is_recorded_then_anchored(database: Database, worker: Worker, record: Record) -> None:
    index = record(1)
    before = state(database, index)
    worker().step()
    assert (before, state(database, index)) == (AnchoringState.RECORDED, AnchoringState.ANCHORED)


def test_after_a_kill_between_commit_and_send_the_same_bytes_are_sent(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    def die(_number: int, name: str) -> None:
        if name == "send":
            raise Killed

    record(3)
    dying = FaultyChain(chain, before=die)
    with pytest.raises(Killed):
        worker(on=dying, account=chain.account).step()
    watched = FaultyChain(chain)
    worker(on=watched, account=chain.account).step()
    assert watched.sent[0] == dying.sent[0]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.slow
def test_a_kill_at_any_call_loses_and_doubles_nothing(
    database: Database, worker: Worker, record: Record, chain: MemoryChain, moment: str
) -> None:
    """One history grows through deaths at the 1st, 2nd, 3rd … call, each found by a new worker."""
    deaths = 0
    progress: AnchoringProgress | None = None
    while progress is None:

        def die(number: int, _name: str, last: int = deaths + 1) -> None:
            if number == last:
                raise Killed

        record(1)
        with database.transaction() as session:
            state = CertificateState.NONE if deaths % 2 else CertificateState.SUSPENDED
            status.change(session, issuer=b"i" * 32, key=b"k" * 32, state=state, reason=0)
        dying = FaultyChain(chain, **{moment: die})
        try:
            progress = worker(on=dying, account=chain.account).step()
        except Killed:
            deaths += 1
    with database.transaction() as session:
        known = session.execute(text("SELECT nonce FROM submissions ORDER BY id")).scalars().all()
    held = head(database, chain)
    assert progress.complete
    assert deaths > 10
    assert held.size == deaths + 1
    assert held.growths == purposes(database).count("append")
    assert known == list(range(chain.next_nonce(chain.account.address)))


def test_no_transaction_is_open_while_the_chain_is_asked(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    idle = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    found: list[int] = []

    def look(_number: int, _name: str) -> None:
        with database.engine.connect() as connection:
            found.append(connection.execute(idle).scalar_one())

    record(3)
    with database.transaction() as session:
        status.change(session, issuer=b"i" * 32, key=b"k" * 32, state=CertificateState.SUSPENDED, reason=0)
    worker(on=FaultyChain(chain, before=look), account=chain.account).step()
    assert set(found) == {0}


def test_a_second_worker_of_the_same_account_stands_back(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    seen: list[AnchoringProgress] = []

    def step_beside(number: int, _name: str) -> None:
        if number == 1:
            seen.append(worker().step())

    record(1)
    worker(on=FaultyChain(chain, before=step_beside), account=chain.account).step()
    assert seen[0].busy


def test_an_entry_is_not_anchored_before_its_block_is_deep_enough(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker(policy=AnchoringPolicy(depth=3))
    record(1)
    reached = []
    for _ in range(10):
        reached.append(anchoring.step().anchored)
        chain.mine()
    assert reached == [0] * 8 + [1] * 2


def test_a_block_that_a_reorganization_removed_is_sent_again(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    anchoring.step()
    chain.remember()
    record(2)
    anchoring.step()
    chain.reorganize()
    assert head(database, chain).size == 0
    assert anchoring.step().complete
    assert head(database, chain).size == 2


def test_a_receipt_names_the_block_that_stands_after_a_reorganization(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    anchoring.step()
    chain.remember()
    index = record(2)
    blocks = []
    for _ in range(2):
        anchoring.step()
        with database.transaction() as session:
            found = receipts.anchor(session, index)
        assert found is not None
        blocks.append(found.block_hash)
        chain.reorganize()
    assert blocks[0] != blocks[1]


def test_what_another_account_sent_is_taken_back_though_its_nonces_are_lower(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    second = ChainAccount((2).to_bytes(32, "big"))
    grant = Grant(OPERATOR, key_of(second.address), Role.SUBMITTER)
    founding = Founding(operator=OPERATOR, grants=(grant,))
    worker(founding=founding).step()
    chain.remember()
    index = record(1)
    successor = worker(account=second, founding=founding)
    successor.step()
    chain.reorganize()
    assert successor.step().reopened == 1
    with database.transaction() as session:
        found = receipts.anchor(session, index)
    assert found is not None
    (block,) = chain.blocks([found.block_number])
    assert block is not None
    assert block.hash == found.block_hash


def test_a_nonce_spent_elsewhere_lets_the_work_be_planned_anew(
    database: Database, worker: Worker, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    anchoring = worker()
    anchoring.step()
    identity = chain.identity()

    def spend(_number: int, name: str) -> None:
        if name == "send" and not spent:
            spent.append(True)
            call = registry.deploy(Founding(operator=OPERATOR), chain.account.address)
            nonce = chain.next_nonce(chain.account.address)
            chain.send(chain.account.sign(call, chain_id=identity.chain_id, nonce=nonce, fees=Fees()).raw)

    spent: list[bool] = []
    record(2)
    beaten = worker(on=FaultyChain(chain, before=spend), account=chain.account)
    assert beaten.step().open_submissions == 1  # perhaps the node only has not shown it yet
    clock.advance(AnchoringPolicy().replace_after)
    assert beaten.step().complete
    assert head(database, chain).size == 2


def test_a_chain_with_entries_that_the_log_lacks_is_reported(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    anchoring.step()
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.log is not None
    call = contracts.append(stands.log.address, frontier=(), leaves=(b"x" * 32,))
    nonce = chain.next_nonce(chain.account.address)
    chain.send(chain.account.sign(call, chain_id=stands.chain_id, nonce=nonce, fees=Fees()).raw)
    record(1)
    assert problem(anchoring.step()) is LedgerDiffers


def test_a_head_that_cannot_be_read_is_reported(worker: Worker, record: Record, chain: MemoryChain) -> None:
    worker().step()
    record(1)
    anchoring = worker(on=GarblingChain(chain, {contracts.HEAD: DIRTY * 3}))
    assert problem(anchoring.step()) is ChainGarbled


def test_nothing_is_signed_while_gas_costs_more_than_the_cap(worker: Worker, record: Record) -> None:
    record(1)
    progress = worker(policy=AnchoringPolicy(fees=Fees(limit=1, tip=0))).step()
    assert (problem(progress), progress.open_submissions) == (FeeCapReached, 0)


def test_every_anchored_size_has_a_checkpoint(database: Database, worker: Worker, record: Record) -> None:
    anchoring = worker()
    for count in (2, 3):
        record(count)
        anchoring.step()
    with database.transaction() as session:
        taken = [checkpoints.at(session, size) for size in (2, 5)]
        roots = [tree.root(session, size) for size in (2, 5)]
    assert [each.root if each else None for each in taken] == roots
