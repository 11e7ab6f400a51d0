"""Countersigning: with a quorum of two the log grows once two of three organizations signed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from evidence.clock import FixedClock
from evidence.statuslist import CertificateState
from ledger import contracts, deployment, registry, status
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain import Address
from ledger.chain_memory import MemoryChain
from ledger.contracts import Countersignature
from ledger.countersigning import (
    CountersignatureMalformed,
    NothingToCountersign,
    Proposal,
    WitnessNotPermitted,
    countersign,
    proposal,
)
from ledger.database import Database
from ledger.ethereum import Account
from ledger.registry import Founding, Grant, LedgerPaused, NotSubmitter, Role, key_of
from ledger.transactions import ChainAccount
from tests.ledger.founded import OPERATOR, mined

Worker = Callable[..., Anchoring]
Record = Callable[[int], int]

WITNESSES = {bytes([number]) * 32: ChainAccount(bytes([number]) * 32) for number in (21, 22, 23)}
AGENCY, COURT, NOTARY = WITNESSES
QUORUM_OF_TWO = Founding(
    operator=OPERATOR,
    quorum=2,
    grants=tuple(Grant(who, key_of(account.address), Role.WITNESS) for who, account in WITNESSES.items()),
)
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def anchoring(worker: Worker) -> Anchoring:
    return worker(founding=QUORUM_OF_TWO)


def asked(database: Database) -> Proposal:
    with database.transaction() as session:
        found = proposal(session)
    assert found is not None
    return found


def contract(database: Database, name: str) -> Address:
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    found = {"registry": stands.registry, "log": stands.log}[name]
    assert found is not None
    return found.address


def signed(who: bytes, what: Proposal) -> Countersignature:
    return Countersignature(who, what.sign(WITNESSES[who]))


def govern(database: Database, chain: MemoryChain, *calls: bytes) -> None:
    """Carry out ``calls`` as the only administrator."""
    organizations = contract(database, "registry")
    assert mined(chain, chain.account, registry.propose(organizations, calls)).succeeded
    newest = registry.proposals(chain.read(organizations, registry.PROPOSALS).value)[-1]
    assert mined(chain, chain.account, registry.execute(organizations, newest, calls=len(calls))).succeeded


def in_an_hour(chain: MemoryChain, clock: FixedClock) -> datetime:
    """Give a moment an hour from now by the clock of the chain and by ours."""
    chain.mine()
    return max(chain.newest().time, clock.now()) + timedelta(hours=1)


def held(database: Database, chain: MemoryChain) -> int:
    return contracts.head(chain.read(contract(database, "log"), contracts.HEAD).value).size


def test_a_log_grows_by_two_countersignatures_and_not_by_one(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(3)
    waits = []
    for who in (None, COURT, AGENCY):
        if who is not None:
            countersign(database, chain, signed(who, asked(database)), clock=clock)
        progress = anchoring.step()
        waits.append((progress.missing_countersignatures, progress.anchored, progress.problem))
    assert waits == [(2, 0, None), (1, 0, None), (0, 3, None)]
    assert held(database, chain) == 3


def test_an_extension_is_countersigned_as_well(
    database: Database, worker: Worker, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    anchoring = worker(founding=QUORUM_OF_TWO, policy=AnchoringPolicy(append_limit=1))
    record(2)
    anchoring.step()
    for who in (AGENCY, NOTARY):
        countersign(database, chain, signed(who, asked(database)), clock=clock)
    assert anchoring.step().complete
    with database.transaction() as session:
        query = text("SELECT purpose FROM submissions WHERE size IS NOT NULL")
        assert session.execute(query).scalars().all() == ["extend"]


def test_nothing_is_proposed_once_it_is_anchored(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(1)
    anchoring.step()
    what = asked(database)
    for who in (AGENCY, COURT):
        countersign(database, chain, signed(who, what), clock=clock)
    anchoring.step()
    with pytest.raises(NothingToCountersign):
        countersign(database, chain, signed(NOTARY, what), clock=clock)


def test_a_proposal_stays_the_same_while_entries_arrive(
    database: Database, anchoring: Anchoring, record: Record
) -> None:
    seen = []
    for _ in range(3):
        record(2)
        anchoring.step()
        seen.append(asked(database))
    assert [each.size for each in seen] == [2, 2, 2]
    assert len(set(seen)) == 1


def test_status_changes_do_not_wait_for_a_quorum(
    database: Database, anchoring: Anchoring, record: Record
) -> None:
    record(1)
    with database.transaction() as session:
        status.change(session, issuer=OPERATOR, key=b"k" * 32, state=CertificateState.REVOKED, reason=0)
    progress = anchoring.step()
    assert (progress.missing_countersignatures, progress.waiting_changes) == (2, 0)


def test_a_repeated_countersignature_counts_once(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(1)
    anchoring.step()
    for _ in range(3):
        countersign(database, chain, signed(COURT, asked(database)), clock=clock)
    assert anchoring.step().missing_countersignatures == 1


@pytest.mark.parametrize(
    "other",
    [
        lambda what: replace(what, root=b"f" * 32),
        lambda what: replace(what, size=what.size + 1),
        lambda what: replace(what, seq=what.seq - 1),
        lambda what: replace(what, chain_id=what.chain_id + 1),
        lambda what: replace(what, contract=Address(b"c" * 20)),
    ],
    ids=["forged root", "another size", "stale seq", "foreign chain", "another log"],
)
def test_a_countersignature_over_anything_else_is_refused(
    database: Database,
    anchoring: Anchoring,
    record: Record,
    chain: MemoryChain,
    clock: FixedClock,
    *,
    other: Callable[[Proposal], Proposal],
) -> None:
    record(2)
    anchoring.step()
    with pytest.raises(WitnessNotPermitted):
        countersign(database, chain, signed(COURT, other(asked(database))), clock=clock)
    assert anchoring.step().missing_countersignatures == 2


def test_who_is_no_witness_of_that_organization_is_refused(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(1)
    anchoring.step()
    what = asked(database)
    for account in (ChainAccount(b"\x63" * 32), WITNESSES[AGENCY], chain.account):
        with pytest.raises(WitnessNotPermitted):
            countersign(database, chain, Countersignature(COURT, what.sign(account)), clock=clock)


def test_what_is_signed_is_the_typed_data_that_a_wallet_shows() -> None:
    what = Proposal(chain_id=31337, contract=Address(b"\x11" * 20), seq=7, size=9, root=b"r" * 32)
    fields = {"seq": "uint64", "size": "uint64", "root": "bytes32"}
    wallet = Account.from_key(WITNESSES[COURT].secret).sign_typed_data(
        {
            "name": "Yinxin EvidenceLog",
            "version": "1",
            "chainId": what.chain_id,
            "verifyingContract": "0x" + what.contract.hex(),
        },
        {"Checkpoint": [{"name": name, "type": type_} for name, type_ in fields.items()]},
        {"seq": what.seq, "size": what.size, "root": what.root},
    )
    assert what.sign(WITNESSES[COURT]) == bytes(wallet.signature)
    assert what.signer(bytes(wallet.signature)) == WITNESSES[COURT].address


def test_a_malformed_countersignature_is_refused(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(1)
    anchoring.step()
    good = asked(database).sign(WITNESSES[COURT])
    high = (_ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    twin = good[:32] + high + bytes([55 - good[64]])
    for bad in (b"", good[:-1], good + b"\0", good[:64] + b"\x1d", bytes(65), bytes(64) + b"\x1b", twin):
        with pytest.raises(CountersignatureMalformed):
            countersign(database, chain, Countersignature(COURT, bad), clock=clock)


def test_a_witness_who_was_revoked_meanwhile_no_longer_counts(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(1)
    anchoring.step()
    what = asked(database)
    for who in (AGENCY, COURT):
        countersign(database, chain, signed(who, what), clock=clock)
    key = key_of(WITNESSES[COURT].address)
    govern(database, chain, registry.revoke(organization=COURT, key=key))
    progress = anchoring.step()
    assert (progress.missing_countersignatures, progress.problem, progress.anchored) == (1, None, 0)
    countersign(database, chain, signed(NOTARY, what), clock=clock)
    assert anchoring.step().complete


def test_a_quorum_that_is_lifted_lets_the_log_grow(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain
) -> None:
    record(1)
    anchoring.step()
    govern(database, chain, registry.set_quorum(0))
    progress = anchoring.step()
    assert (progress.complete, progress.missing_countersignatures) == (True, 0)


def test_a_growth_that_was_reorganized_away_needs_no_new_signatures(
    database: Database, anchoring: Anchoring, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    record(2)
    anchoring.step()
    chain.remember()
    for who in (AGENCY, COURT):
        countersign(database, chain, signed(who, asked(database)), clock=clock)
    anchoring.step()
    chain.reorganize()
    assert held(database, chain) == 0
    anchoring.step()
    assert held(database, chain) == 2


def test_a_pause_is_named_and_its_end_lets_the_log_grow(
    database: Database, worker: Worker, record: Record, chain: MemoryChain
) -> None:
    anchoring = worker()
    anchoring.step()
    organizations = contract(database, "registry")
    assert mined(chain, chain.account, registry.pause(organizations)).succeeded
    record(1)
    assert isinstance(anchoring.step().problem, LedgerPaused)
    govern(database, chain, registry.unpause())
    assert worker().step().complete


def test_a_witness_whose_window_opened_meanwhile_counts_though_no_block_was_mined(
    database: Database, worker: Worker, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    opens = in_an_hour(chain, clock)
    later = tuple(replace(each, valid_from=opens) for each in QUORUM_OF_TWO.grants)
    anchoring = worker(founding=replace(QUORUM_OF_TWO, grants=later))
    record(1)
    anchoring.step()
    with pytest.raises(WitnessNotPermitted):
        countersign(database, chain, signed(COURT, asked(database)), clock=clock)
    chain.pass_time(opens - chain.newest().time)
    clock.advance(opens - clock.now())
    for who in (AGENCY, COURT):
        countersign(database, chain, signed(who, asked(database)), clock=clock)
    assert anchoring.step().complete


def test_a_submitter_whose_window_opened_meanwhile_goes_on_though_no_block_was_mined(
    worker: Worker, record: Record, chain: MemoryChain, clock: FixedClock
) -> None:
    opens = in_an_hour(chain, clock)
    successor = ChainAccount((2).to_bytes(32, "big"))  # another account that eth-tester endows
    grant = Grant(OPERATOR, key_of(successor.address), Role.SUBMITTER, valid_from=opens)
    worker(founding=Founding(operator=OPERATOR, grants=(grant,))).step()
    record(1)
    assert isinstance(worker(account=successor).step().problem, NotSubmitter)
    chain.pass_time(opens - chain.newest().time)
    clock.advance(opens - clock.now())
    assert worker(account=successor).step().complete
