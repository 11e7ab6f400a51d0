"""A chain that loses blocks and transactions: all is anchored once, nothing called final that is not."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from ledger import receipts
from ledger.anchoring import AnchoringPolicy
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.height import ChainStalled
from ledger.receipts import AnchoringState
from ledger.transactions import Call, Fees
from tests.chains import anvil
from tests.chains.anvil import Anvil
from tests.fault.anchored import ACCOUNT, Anchored, anchored

pytestmark = pytest.mark.slow

PATIENT = AnchoringPolicy(may_forget=False)
MINUTES = 90.0  # seconds that the clock moves where a policy waits for 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anvil]:
    with anvil.started(tmp_path_factory.mktemp("anvil") / "node.log") as node:
        yield node


@pytest.fixture
def node(running: Anvil) -> Iterator[Anvil]:
    running.mine_each_transaction()
    yield running
    running.mine_each_transaction()
    running.mine()


def state(log: Anchored, index: int) -> AnchoringState:
    with log.database.transaction() as session:
        return receipts.anchoring_state(session, index)


def attempts(log: Anchored) -> int:
    with log.database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM attempts")).scalar_one())


@pytest.mark.parametrize("depth", range(1, 11))
def test_a_reorganization_loses_and_doubles_nothing(database: Database, node: Anvil, depth: int) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=PATIENT)
    for _ in range(8):
        index = log.record(2)
        log.step_until_complete()
    node.reorganize(depth)
    removed = log.anchoring.step()
    assert removed.reopened == min(depth, 10)
    log.step_until_complete()
    assert state(log, index) is AnchoringState.ANCHORED
    log.assert_anchored_exactly_once(chain)


def test_nothing_is_final_before_its_depth_and_a_final_one_is_taken_back(
    database: Database, node: Anvil
) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=AnchoringPolicy(may_forget=False, depth=3))
    while not log.step().complete:
        node.mine()
    index = log.record()
    log.step()
    seen = []
    for _ in range(3):
        seen.append(state(log, index))
        node.mine()
        log.step()
    assert (*seen[:2], state(log, index)) == (
        AnchoringState.CHECKPOINTED,
        AnchoringState.CHECKPOINTED,
        AnchoringState.ANCHORED,
    )
    node.mine_nothing()
    node.reorganize(6)
    log.step()
    assert state(log, index) is AnchoringState.CHECKPOINTED
    for _ in range(8):
        node.mine()
        log.step()
    assert state(log, index) is AnchoringState.ANCHORED
    log.assert_anchored_exactly_once(chain)


def test_what_is_planned_does_not_wait_for_the_depth_of_what_is_mined(
    database: Database, node: Anvil
) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=AnchoringPolicy(may_forget=False, depth=4))
    while not log.step().complete:
        node.mine()
    for _ in range(3):
        log.record()
        open_submissions = log.step().open_submissions
    assert open_submissions == 3
    assert log.head(chain).size == 3
    while not log.step().complete:
        node.mine()
    log.assert_anchored_exactly_once(chain)


def test_a_transaction_that_stays_unmined_is_replaced_by_one_with_higher_fees(
    database: Database, node: Anvil
) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=PATIENT)
    log.step_until_complete()
    before = attempts(log)
    node.mine_nothing()
    log.record()
    log.step()
    log.step(after=MINUTES)
    assert attempts(log) == before + 2
    node.mine()
    log.step_until_complete()
    with database.transaction() as session:
        query = text(
            "SELECT fee_limit, tip, a.hash = s.hash AS mined FROM attempts a JOIN submissions s"
            " ON s.id = a.submission WHERE s.size IS NOT NULL ORDER BY a.id"
        )
        first, second = session.execute(query).all()
    assert second.fee_limit * 8 >= first.fee_limit * 9
    assert second.tip * 8 >= first.tip * 9
    assert (first.mined, second.mined) == (False, True)
    log.assert_anchored_exactly_once(chain)


def test_a_chain_without_a_new_block_is_said_to_stand_still(database: Database, node: Anvil) -> None:
    log = anchored(database, Web3Chain.at(node.url), policy=PATIENT)
    log.step_until_complete()
    node.mine_nothing()
    log.record()
    log.step()
    assert type(log.step(after=MINUTES).problem) is ChainStalled


def test_a_dropped_transaction_with_later_ones_waiting_is_sent_again(database: Database, node: Anvil) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=PATIENT)
    for _ in range(4):
        log.record()
        log.step_until_complete()
    node.mine_nothing()
    node.reorganize(3)
    log.step()
    with database.transaction() as session:
        waiting = session.execute(text("SELECT hash FROM submissions WHERE state = 'stored' ORDER BY nonce"))
        hashes = [bytes(row.hash) for row in waiting]
    assert len(hashes) == 3
    node.drop(hashes[0])
    log.step()
    node.mine()
    log.step_until_complete()
    log.assert_anchored_exactly_once(chain)


def test_a_nonce_that_the_chain_lost_below_ours_is_filled(database: Database, node: Anvil) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=PATIENT)
    log.step_until_complete()
    nonce, chain_id = chain.next_nonce(ACCOUNT.address), chain.identity().chain_id
    foreign = ACCOUNT.sign(Call(ACCOUNT.address, b"", 21_000), chain_id=chain_id, nonce=nonce, fees=Fees())
    chain.send(foreign.raw)
    log.record()
    log.step_until_complete()
    node.mine_nothing()
    node.reorganize(2)
    log.step()
    log.step(after=MINUTES)
    node.mine()
    log.step_until_complete()
    purposes = [each.purpose for each in log.final()]
    assert purposes[-2:] == ["fill", "append"]
    log.assert_anchored_exactly_once(chain)


def test_a_transaction_taken_for_superseded_is_taken_up_when_it_was_mined(
    database: Database, node: Anvil
) -> None:
    chain = Web3Chain.at(node.url)
    log = anchored(database, chain, policy=PATIENT)
    log.record()
    log.step_until_complete()
    with database.transaction() as session:
        session.execute(text("UPDATE submissions SET state = 'superseded' WHERE size IS NOT NULL"))
    log.step_until_complete()
    log.assert_anchored_exactly_once(chain)
