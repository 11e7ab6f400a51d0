"""Deployments: which chain is ours, which one forgot, and which one differs."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from evidence.clock import FixedClock
from evidence.statuslist import CertificateState
from ledger import contracts, deployment, receipts, status
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain import Address, ChainIdentity, ChainRefused, LedgerDiffers
from ledger.chain_memory import MemoryChain
from ledger.database import Database
from ledger.deployment import Contract, Deployment
from ledger.receipts import AnchoringState
from ledger.registry import Founding, Grant, Role, key_of
from tests.ledger.faulty_chain import FaultyChain

Worker = Callable[..., Anchoring]
Record = Callable[[int], int]

REGISTRY = Contract(Address(b"o" * 20), b"b" * 32)
LOG = Contract(Address(b"l" * 20), b"c" * 32)
REGISTER = Contract(Address(b"r" * 20), b"d" * 32)
STANDS = Deployment(
    id=1, chain_id=31337, genesis=b"g" * 32, follows=False, registry=REGISTRY, log=LOG, register=REGISTER
)
SAME = ChainIdentity(31337, b"g" * 32, (REGISTRY.code, LOG.code, REGISTER.code))
RESTARTED = ChainIdentity(31337, b"h" * 32, (None, None, None))


def test_the_same_chain_has_not_forgotten() -> None:
    assert not deployment.forgot(STANDS, SAME, may_forget=True)


def test_a_chain_with_another_genesis_has_forgotten() -> None:
    assert deployment.forgot(STANDS, RESTARTED, may_forget=True)


def test_a_chain_that_lost_one_contract_has_forgotten() -> None:
    assert deployment.forgot(STANDS, replace(SAME, codes=(REGISTRY.code, LOG.code, None)), may_forget=True)


@pytest.mark.parametrize(
    "seen",
    [
        RESTARTED,
        replace(SAME, genesis=b"h" * 32),
        replace(SAME, codes=(REGISTRY.code, None, REGISTER.code)),
    ],
    ids=["restarted", "other genesis", "contract lost"],
)
def test_a_chain_that_may_not_forget_differs(seen: ChainIdentity) -> None:
    with pytest.raises(LedgerDiffers):
        deployment.forgot(STANDS, seen, may_forget=False)


@pytest.mark.parametrize(
    "seen",
    [
        replace(SAME, chain_id=1),
        replace(SAME, codes=(REGISTRY.code, LOG.code, b"x" * 32)),
        replace(RESTARTED, codes=(b"x" * 32, None, None)),
    ],
    ids=["other chain id", "other code", "other code on another chain"],
)
def test_a_chain_with_another_id_or_code_differs_even_if_it_may_forget(seen: ChainIdentity) -> None:
    with pytest.raises(LedgerDiffers):
        deployment.forgot(STANDS, seen, may_forget=True)


def test_a_worker_reports_a_chain_that_may_not_forget_and_did(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker(policy=AnchoringPolicy(may_forget=False))
    record(1)
    anchoring.step()
    chain.restart()
    progress = anchoring.step()
    assert (type(progress.problem), progress.forgot) == (LedgerDiffers, False)


def test_a_step_says_that_the_chain_forgot_and_the_next_does_not(
    worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    record(1)
    anchoring.step()
    chain.restart()
    assert [anchoring.step().forgot, anchoring.step().forgot] == [True, False]


def test_a_forgotten_history_is_anchored_again_in_one_extend(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    for count in (2, 3):
        record(count)
        anchoring.step()
    chain.restart()
    assert anchoring.step().complete
    with database.transaction() as session:
        query = text("SELECT purpose FROM submissions WHERE state = 'final' AND size IS NOT NULL")
        assert session.execute(query).scalars().all() == ["extend"]


def test_an_entry_on_a_chain_that_is_gone_is_not_anchored_until_it_is_again(
    database: Database, worker: Worker, record: Record, clock: FixedClock
) -> None:
    index = record(1)
    worker().step()
    with database.transaction() as session:
        deployment.begin(session, ChainIdentity(1, b"n" * 32, ()), clock=clock)
        assert receipts.anchoring_state(session, index) is AnchoringState.CHECKPOINTED


def test_the_exceptions_in_force_are_sent_again_to_a_chain_that_forgot(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    anchoring, issuer = worker(), b"i" * 32
    steps = (
        (b"a", CertificateState.SUSPENDED),
        (b"b", CertificateState.SUSPENDED),
        (b"a", CertificateState.NONE),
        (b"c", CertificateState.REVOKED),
    )
    for key, state in steps:
        with database.transaction() as session:
            status.change(session, issuer=issuer, key=key * 32, state=state, reason=1)
    anchoring.step()
    chain.restart()
    anchoring.step()
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.register is not None
    held = {
        key: contracts.exception(
            chain.read(stands.register.address, contracts.ask_exception(issuer=issuer, key=key * 32)).value
        )
        for key in (b"a", b"b", b"c")
    }
    assert [(each.state, each.version) for each in held.values()] == [(0, 0), (1, 1), (2, 1)]


def test_many_exceptions_are_sent_again_without_a_question_for_each(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    count = 120
    with database.transaction() as session:
        for number in range(count):
            key = number.to_bytes(32, "big")
            status.change(session, issuer=b"i" * 32, key=key, state=CertificateState.SUSPENDED, reason=1)
    worker().step()
    chain.restart()
    watched = FaultyChain(chain)
    progress = worker(on=watched, account=chain.account).step()
    assert (progress.forgot, progress.complete) == (True, True)
    assert watched.calls < count


def test_a_founding_that_the_registry_refuses_is_told_and_costs_nothing(
    worker: Worker, chain: MemoryChain
) -> None:
    ours = chain.account.address
    twice = Founding(operator=b"i" * 32, grants=(Grant(b"w" * 32, key_of(ours), Role.WITNESS),))
    anchoring = worker(founding=twice)
    for _ in range(2):
        assert isinstance(anchoring.step().problem, ChainRefused)
    assert chain.next_nonce(ours) == 0
