"""A witness signs what it has itself mirrored and compared, each growth as one history, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.keys import LocalSigner
from evidence.merkle import root
from ledger import contracts
from ledger.chain import Address, ChainGarbled, LedgerDiffers
from ledger.chain_memory import MemoryChain
from ledger.countersigning import Proposal
from ledger.history import PinnedLog
from ledger.log_memory import MemoryLog
from ledger.mirror import LogRewritten, LogSplit, Mirror
from ledger.transactions import ChainAccount
from ledger.witnessing import (
    LogDistrusted,
    ProposalChanged,
    ProposalNotMirrored,
    ProposalOfAnotherLog,
    ProposalOutOfTurn,
    ProposalShrinks,
    SignedUnreadable,
    Witness,
)
from tests.ledger.garbling_chain import DIRTY, GarblingChain
from tests.ledger.grown_log import LEAVES, grown_log, pin

ORIGIN = "test.example/log"
ENTRIES = [bytes([number]) for number in range(40)]
ACCOUNT = ChainAccount(bytes(31) + b"\x07")

Opened = Callable[[], Witness]


@pytest.fixture
def pinned(chain: MemoryChain) -> PinnedLog:
    """A log of 13 entries, grown three times."""
    return pin(chain, grown_log(chain, chain.account))


@pytest.fixture
def log(log_signer: LocalSigner) -> MemoryLog:
    return MemoryLog(ORIGIN, log_signer, ENTRIES)


@pytest.fixture
def mirror(tmp_path: Path, log: MemoryLog, log_signer: LocalSigner) -> Mirror:
    held = Mirror(tmp_path / "log", origin=ORIGIN, key=log_signer.key)
    held.grow(log)
    return held


@pytest.fixture
def opened(tmp_path: Path, mirror: Mirror, pinned: PinnedLog) -> Opened:
    """Begin anew from the folder."""
    return lambda: Witness(tmp_path, mirror=mirror, pinned=pinned, account=ACCOUNT)


@pytest.fixture
def proposal(pinned: PinnedLog) -> Proposal:
    """What an honest log asks for next."""
    return Proposal(pinned.chain_id, pinned.contract, 4, 20, root(LEAVES[:20]))


def test_what_the_mirror_holds_is_signed(opened: Opened, chain: MemoryChain, proposal: Proposal) -> None:
    assert proposal.signer(opened().sign(proposal, chain)) == ACCOUNT.address


def test_nothing_is_signed_beside_a_head_that_cannot_be_read(
    opened: Opened, chain: MemoryChain, proposal: Proposal
) -> None:
    garbling = GarblingChain(chain, {contracts.HEAD: DIRTY * 3})
    with pytest.raises(ChainGarbled):
        opened().sign(proposal, garbling)


def test_the_same_again_is_signed_again(opened: Opened, chain: MemoryChain, proposal: Proposal) -> None:
    first = opened().sign(proposal, chain)
    assert opened().sign(proposal, chain) == first


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"chain_id": 7}, ProposalOfAnotherLog),
        ({"contract": Address(bytes(20))}, ProposalOfAnotherLog),
        ({"seq": 3}, ProposalOutOfTurn),
        ({"seq": 5}, ProposalOutOfTurn),
        ({"root": bytes(32)}, ProposalNotMirrored),
        ({"size": 21}, ProposalNotMirrored),
        ({"size": 41}, ProposalNotMirrored),
        ({"size": 13, "root": root(LEAVES[:13])}, ProposalNotMirrored),
        ({"size": 12, "root": root(LEAVES[:12])}, ProposalNotMirrored),
    ],
)
def test_what_does_not_fit_is_refused_and_not_remembered(
    *,
    opened: Opened,
    chain: MemoryChain,
    proposal: Proposal,
    tmp_path: Path,
    change: dict[str, object],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        opened().sign(replace(proposal, **change), chain)  # type: ignore[arg-type]  # the fields named above
    assert list(tmp_path.glob("signed-*")) == []


def test_a_larger_checkpoint_for_the_same_growth_is_signed_too(
    opened: Opened, chain: MemoryChain, proposal: Proposal
) -> None:
    opened().sign(proposal, chain)
    larger = replace(proposal, size=21, root=root(LEAVES[:21]))
    assert larger.signer(opened().sign(larger, chain)) == ACCOUNT.address
    with pytest.raises(ProposalShrinks):
        opened().sign(proposal, chain)


@pytest.mark.parametrize("size", [20, 21])
def test_a_checkpoint_that_does_not_begin_with_what_was_signed_for_its_growth_is_refused(
    opened: Opened, chain: MemoryChain, proposal: Proposal, tmp_path: Path, size: int
) -> None:
    opened().sign(proposal, chain)
    (kept,) = tmp_path.glob("signed-*")
    kept.write_text(kept.read_text().replace(proposal.root.hex(), "ab" * 32))
    with pytest.raises(ProposalChanged):
        opened().sign(replace(proposal, size=size, root=root(LEAVES[:size])), chain)


def test_a_smaller_checkpoint_than_was_signed_is_refused(
    opened: Opened, chain: MemoryChain, proposal: Proposal
) -> None:
    opened().sign(proposal, chain)
    with pytest.raises(ProposalShrinks):
        opened().sign(replace(proposal, size=19, root=root(LEAVES[:19])), chain)


def test_what_is_signed_was_remembered_before(
    opened: Opened, chain: MemoryChain, proposal: Proposal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_proposal: Proposal, _account: ChainAccount) -> bytes:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(Proposal, "sign", die)
        with pytest.raises(SystemExit):
            opened().sign(proposal, chain)
    (kept,) = tmp_path.glob("signed-*")
    assert json.loads(kept.read_text())["largest"] == 20
    with pytest.raises(ProposalShrinks):
        opened().sign(replace(proposal, size=19, root=root(LEAVES[:19])), chain)


def test_what_was_signed_and_cannot_be_read_stops_everything(
    opened: Opened, chain: MemoryChain, proposal: Proposal, tmp_path: Path
) -> None:
    opened().sign(proposal, chain)
    (kept,) = tmp_path.glob("signed-*")
    kept.write_text("{")
    with pytest.raises(SignedUnreadable):
        opened().sign(proposal, chain)


def test_on_another_chain_than_the_pinned_nothing_is_signed(
    opened: Opened, chain: MemoryChain, proposal: Proposal
) -> None:
    witness = opened()
    chain.restart()
    with pytest.raises(LedgerDiffers):
        witness.sign(proposal, chain)


def test_a_log_that_lies_to_one_witness_gets_no_signature_and_leaves_evidence(
    *, tmp_path: Path, log_signer: LocalSigner, chain: MemoryChain, pinned: PinnedLog
) -> None:
    lie = [ENTRIES[0], b"another", *ENTRIES[2:]]
    lied_to = Mirror(tmp_path / "lied/log", origin=ORIGIN, key=log_signer.key)
    lied_to.grow(MemoryLog(ORIGIN, log_signer, lie))
    witness = Witness(tmp_path / "lied", mirror=lied_to, pinned=pinned, account=ACCOUNT)
    asked = Proposal(pinned.chain_id, pinned.contract, 4, 40, lied_to.root)
    with pytest.raises(LogSplit):
        witness.sign(asked, chain)
    with pytest.raises(LogDistrusted):
        witness.sign(asked, chain)
    (kept,) = (tmp_path / "lied/log/evidence").iterdir()
    assert {each.name for each in kept.iterdir()} == {"held.note", "shown.note"}


def test_a_log_that_rewrote_its_history_gets_no_signature_any_more(
    opened: Opened, mirror: Mirror, log_signer: LocalSigner, chain: MemoryChain, proposal: Proposal
) -> None:
    with pytest.raises(LogRewritten):
        mirror.grow(MemoryLog(ORIGIN, log_signer, [b"another", *ENTRIES[1:], b"more"]))
    with pytest.raises(LogDistrusted):
        opened().sign(proposal, chain)
