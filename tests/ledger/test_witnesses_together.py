"""Three organizations witness one log, two of them are needed, one may be down, evil or lied to."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from ledger import countersigning, deployment, entries
from ledger.anchoring import Anchoring
from ledger.chain_memory import MemoryChain
from ledger.contracts import Countersignature
from ledger.countersigning import CountersignatureRow, Proposal, ProposalRow, WitnessNotPermitted
from ledger.database import Database
from ledger.history import PinnedLog, read_growths
from ledger.log_memory import MemoryLog
from ledger.mirror import Mirror
from ledger.registry import Founding, Grant, Role, key_of
from ledger.transactions import ChainAccount
from ledger.witnessing import LogDistrusted, ProposalNotMirrored, Witness
from tests.ledger.conftest import ORIGIN

ORGANIZATIONS = [sha256(name).digest() for name in (b"agency", b"court", b"notary")]
ACCOUNTS = [ChainAccount(bytes(31) + bytes([number])) for number in (11, 12, 13)]
FOUNDING = Founding(
    operator=b"i" * 32,
    quorum=2,
    grants=tuple(
        Grant(organization, key_of(account.address), Role.WITNESS)
        for organization, account in zip(ORGANIZATIONS, ACCOUNTS, strict=True)
    ),
)


@pytest.fixture
def anchoring(worker: Callable[..., Anchoring], record: Callable[[int], int]) -> Anchoring:
    """A worker whose contracts stand, with five entries that wait for two witnesses."""
    made = worker(founding=FOUNDING)
    made.step()
    record(5)
    assert made.step().anchored == 0
    return made


@pytest.fixture
def proposal(anchoring: Anchoring, database: Database) -> Proposal:
    with database.transaction() as session:
        asked = countersigning.proposal(session)
    assert anchoring
    assert asked is not None
    return asked


@pytest.fixture
def shown(database: Database, anchoring: Anchoring, log_signer: LocalSigner) -> MemoryLog:
    """The log as everybody is shown it."""
    with database.transaction() as session:
        encoded = [entries.encoded(session, index) for index in range(entries.size(session))]
    assert anchoring
    return MemoryLog(ORIGIN, log_signer, encoded)


@pytest.fixture
def pinned(database: Database, anchoring: Anchoring) -> PinnedLog:
    with database.transaction() as session:
        stands = deployment.current(session)
    assert anchoring
    assert stands is not None
    assert stands.log is not None
    codes = tuple((each.address, each.code) for each in stands.contracts)
    return PinnedLog(stands.chain_id, stands.genesis, stands.log.address, codes)


@pytest.fixture
def signed(
    *, tmp_path: Path, log_signer: LocalSigner, pinned: PinnedLog, chain: MemoryChain, proposal: Proposal
) -> Callable[..., Countersignature]:
    """Let organization number so many mirror a log, check the proposal and sign it."""

    def sign(number: int, log: MemoryLog, asked: Proposal = proposal) -> Countersignature:
        folder = tmp_path / str(number)
        mirror = Mirror(folder / "log", origin=ORIGIN, key=log_signer.key)
        mirror.grow(log)
        witness = Witness(folder, mirror=mirror, pinned=pinned, account=ACCOUNTS[number])
        return Countersignature(ORGANIZATIONS[number], witness.sign(asked, chain))

    return sign


Signed = Callable[..., Countersignature]


def test_two_of_three_are_enough_while_one_is_down(
    *,
    anchoring: Anchoring,
    database: Database,
    chain: MemoryChain,
    clock: FixedClock,
    signed: Signed,
    shown: MemoryLog,
    pinned: PinnedLog,
) -> None:
    countersigning.countersign(database, chain, signed(0, shown), clock=clock)
    assert anchoring.step().anchored == 0
    countersigning.countersign(database, chain, signed(2, shown), clock=clock)
    assert anchoring.step().anchored == 5
    (growth,) = read_growths(chain, pinned)
    assert growth.leaves is not None
    assert len(growth.leaves) == 5


def test_a_log_that_lost_what_it_proposed_goes_on_with_those_who_signed_it(
    *,
    anchoring: Anchoring,
    database: Database,
    chain: MemoryChain,
    clock: FixedClock,
    signed: Signed,
    shown: MemoryLog,
    record: Callable[[int], int],
    log_signer: LocalSigner,
) -> None:
    for number in (0, 1):
        signed(number, shown)
    with database.transaction() as session:  # neither a rebuild nor a restore brings these back
        session.execute(delete(CountersignatureRow))
        session.execute(delete(ProposalRow))
    record(2)
    anchoring.step()
    with database.transaction() as session:
        asked = countersigning.proposal(session)
        encoded = [entries.encoded(session, index) for index in range(7)]
    assert asked is not None
    for number in (0, 1):
        again = signed(number, MemoryLog(ORIGIN, log_signer, encoded), asked)
        countersigning.countersign(database, chain, again, clock=clock)
    assert anchoring.step().anchored == 7


def test_a_witness_that_was_shown_another_history_signs_nothing(
    signed: Signed, shown: MemoryLog, log_signer: LocalSigner
) -> None:
    lie = MemoryLog(ORIGIN, log_signer, [*shown.entries[:4], b"another"])
    with pytest.raises(ProposalNotMirrored):
        signed(1, lie)


def test_once_the_truth_is_anchored_the_lie_leaves_evidence(
    *,
    anchoring: Anchoring,
    database: Database,
    chain: MemoryChain,
    clock: FixedClock,
    signed: Signed,
    shown: MemoryLog,
    log_signer: LocalSigner,
    pinned: PinnedLog,
    tmp_path: Path,
) -> None:
    for number in (0, 2):
        countersigning.countersign(database, chain, signed(number, shown), clock=clock)
    anchoring.step()
    mirror = Mirror(tmp_path / "lied/log", origin=ORIGIN, key=log_signer.key)
    mirror.grow(MemoryLog(ORIGIN, log_signer, [*shown.entries[:4], b"another", b"more"]))
    witness = Witness(tmp_path / "lied", mirror=mirror, pinned=pinned, account=ACCOUNTS[1])
    asked = Proposal(pinned.chain_id, pinned.contract, 2, 6, mirror.root)
    with pytest.raises(Exception, match="signed two roots"):
        witness.sign(asked, chain)
    with pytest.raises(LogDistrusted):
        witness.sign(asked, chain)


def test_an_evil_witness_adds_nothing(
    *,
    anchoring: Anchoring,
    database: Database,
    chain: MemoryChain,
    clock: FixedClock,
    signed: Signed,
    shown: MemoryLog,
    proposal: Proposal,
) -> None:
    honest = signed(0, shown)
    countersigning.countersign(database, chain, honest, clock=clock)
    other = Proposal(proposal.chain_id, proposal.contract, proposal.seq, proposal.size, bytes(32))
    for evil in (
        Countersignature(ORGANIZATIONS[1], other.sign(ACCOUNTS[1])),
        Countersignature(ORGANIZATIONS[1], honest.signature),
        Countersignature(ORGANIZATIONS[0], proposal.sign(ACCOUNTS[1])),
    ):
        with pytest.raises(WitnessNotPermitted):
            countersigning.countersign(database, chain, evil, clock=clock)
    assert anchoring.step().anchored == 0
