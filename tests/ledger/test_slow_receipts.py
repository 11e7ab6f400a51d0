"""A node that shows a spent nonce before the receipt: no contract and no growth is made a second time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from eth_utils.crypto import keccak
from sqlalchemy import func, select

from evidence.clock import FixedClock
from ledger import attempts, deployment, receipts, registry, submissions
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain import ChainContradicts, Outcome
from ledger.chain_memory import MemoryChain
from ledger.database import Database
from ledger.registry import Founding
from ledger.submissions import Purpose, State, SubmissionRow
from ledger.transactions import Fees
from tests.ledger.faulty_chain import FaultyChain
from tests.ledger.founded import OPERATOR

Worker = Callable[..., Anchoring]
Record = Callable[[int], int]

MOMENT = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)


class SlowChain(FaultyChain):
    """Shows that the nonce of the ``number``-th transaction is spent, and ``times`` over not its receipt."""

    def __init__(self, chain: MemoryChain, *, number: int, times: int) -> None:
        super().__init__(chain)
        self._number = number
        self.times = times

    def outcomes(self, transactions: Sequence[bytes]) -> tuple[Outcome | None, ...]:
        found = super().outcomes(transactions)
        hidden = [keccak(each) for each in self.sent[self._number : self._number + 1]]
        if self.times == 0 or not set(hidden) & set(transactions):
            return found
        self.times -= 1
        return tuple(
            None if asked in hidden else each for asked, each in zip(transactions, found, strict=True)
        )


@pytest.mark.parametrize("number", range(4))  # registry, log, register, growth
def test_a_receipt_that_comes_later_than_its_nonce_doubles_nothing(
    database: Database, worker: Worker, record: Record, chain: MemoryChain, number: int
) -> None:
    index = record(1)
    slow = SlowChain(chain, number=number, times=2)
    anchoring = worker(on=slow, account=chain.account)
    while not anchoring.step().complete:
        pass
    assert len(set(slow.sent)) == 4
    with database.transaction() as session:
        anchored, stands = receipts.anchor(session, index), deployment.current(session)
    assert anchored is not None
    assert stands is not None
    assert stands.log is not None
    outcome = chain.outcome(anchored.transaction)
    assert outcome is not None
    assert {each.emitter for each in outcome.events} == {anchored.contract} == {stands.log.address}


@pytest.mark.parametrize("number", range(3))
def test_a_contract_whose_receipt_never_comes_is_not_made_twice(
    worker: Worker, chain: MemoryChain, clock: FixedClock, number: int
) -> None:
    hidden = SlowChain(chain, number=number, times=1_000)
    anchoring = worker(on=hidden, account=chain.account)
    anchoring.step()
    clock.advance(AnchoringPolicy().replace_after)
    assert type(anchoring.step().problem) is ChainContradicts
    assert len(set(hidden.sent)) == number + 1
    hidden.times = 0
    assert anchoring.step().complete


def test_a_contract_that_was_mined_after_another_took_its_place_is_left_alone(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    record(1)
    anchoring.step()
    with database.transaction() as session:
        before = deployment.current(session)
    call = registry.deploy(Founding(operator=OPERATOR), chain.account.address)
    nonce = chain.next_nonce(chain.account.address)
    late = chain.account.sign(call, chain_id=chain.identity().chain_id, nonce=nonce, fees=Fees())
    with database.transaction() as session:
        assert before is not None
        stored = submissions.store(
            session,
            late,
            deployment=before.id,
            purpose=Purpose.DEPLOY_REGISTRY,
            account=chain.account.address,
            nonce=nonce,
            size=None,
            at=MOMENT,
        )
        attempts.add(session, stored.id, late, fees=Fees(), at=MOMENT)
        submissions.supersede(session, stored)
    chain.send(late.raw)
    record(1)
    while not anchoring.step().complete:
        pass
    with database.transaction() as session:
        assert deployment.current(session) == before
        final = (SubmissionRow.purpose == Purpose.DEPLOY_REGISTRY, SubmissionRow.state == State.FINAL)
        assert session.scalar(select(func.count()).select_from(SubmissionRow).where(*final)) == 2
