"""Governing: administrators propose, approve and execute by their own accounts, and see what they approve."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger import abi, governing, registry
from ledger.chain import Address, ChainRefused
from ledger.chain_memory import MemoryChain
from ledger.governing import ActNotMined
from ledger.registry import Founding, Grant, HeldKey, ProposalState, Role, key_of
from ledger.transactions import ChainAccount
from tests.ledger.founded import OPERATOR, founded_registry, mined

COURT = b"c" * 32
SECOND = ChainAccount((2).to_bytes(32, "big"))  # another account that eth-tester endows
MOMENT = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
NO_DATE = (1 << 64) - 1  # seconds; the contract takes them
CALLS: tuple[tuple[bytes, str], ...] = (
    (registry.unpause(), "end the pause"),
    (registry.set_quorum(2), "the quorum becomes 2"),
    (registry.set_delay(timedelta(hours=1)), "the delay becomes 3600 seconds"),
    (registry.set_guardian(Address(b"\x11" * 20)), "the guardian becomes 0x" + "11" * 20),
    (registry.announce_successor(Address(b"\x11" * 20)), "announce the successor 0x" + "11" * 20),
    (
        registry.set_administrators([Address(b"\x11" * 20), Address(b"\x22" * 20)], threshold=2),
        f"administrators become 0x{'11' * 20}, 0x{'22' * 20}, of whom 2 approve",
    ),
    (
        registry.revoke(organization=COURT, key=b"k" * 32),
        f"end for organization {'63' * 32} the key {'6b' * 32}",
    ),
    (
        registry.mark_compromised(organization=COURT, key=b"k" * 32, since=MOMENT),
        f"compromised since 2026-05-02T09:00:00+00:00: organization {'63' * 32}, key {'6b' * 32}",
    ),
    (
        registry.grant(Grant(COURT, b"k" * 32, Role.WITNESS | Role.SPEAKER, valid_until=MOMENT)),
        (
            f"grant (WITNESS, SPEAKER, from … to 2026-05-02T09:00:00+00:00) organization {'63' * 32}"
            f" the key {'6b' * 32}"
        ),
    ),
    (
        abi.call("markCompromised(bytes32,bytes32,uint64)", COURT, b"k" * 32, NO_DATE),
        f"compromised since {NO_DATE}: organization {'63' * 32}, key {'6b' * 32}",
    ),
    (b"\x12\x34\x56\x78", "unknown call 12345678"),
    (registry.set_quorum(2)[:-1], f"unknown call {registry.set_quorum(2)[:-1].hex()}"),
)


@pytest.fixture
def shared(chain: MemoryChain) -> Address:
    """A registry that the chain's account and another govern together, without a delay."""
    accounts = (chain.account.address, SECOND.address)
    founding = Founding(operator=OPERATOR, administrators=accounts, threshold=2)
    return founded_registry(chain, chain.account, founding)


@pytest.mark.parametrize(("call", "said"), CALLS)
def test_an_administrator_reads_what_is_proposed(call: bytes, said: str) -> None:
    assert governing.describe(call).en == said


def test_one_alone_proposes_and_then_executes(chain: MemoryChain) -> None:
    contract = founded_registry(chain, chain.account)
    made = governing.propose(chain, contract, chain.account, [registry.set_quorum(3)])
    before = governing.standing(chain, contract)
    governing.enact(chain, chain.account, registry.execute(contract, made))
    after = governing.standing(chain, contract)
    assert (before.quorum, after.quorum) == (0, 3)
    assert [(id_, each.state) for id_, each in before.proposals] == [(made, ProposalState.READY)]
    assert [each.state for _, each in after.proposals] == [ProposalState.EXECUTED]


def test_a_proposal_without_the_second_approval_is_not_executed(chain: MemoryChain, shared: Address) -> None:
    made = governing.propose(chain, shared, chain.account, [registry.set_quorum(3)])
    nonce = chain.next_nonce(chain.account.address)
    with pytest.raises(ChainRefused):
        governing.enact(chain, chain.account, registry.execute(shared, made))
    found = governing.standing(chain, shared)
    assert (found.quorum, found.threshold, found.administrators[1]) == (0, 2, SECOND.address)
    assert chain.next_nonce(chain.account.address) == nonce
    assert [(each.state, each.approvals) for _, each in found.proposals] == [(ProposalState.OPEN, 1)]


def test_the_same_calls_by_two_administrators_are_two_proposals(chain: MemoryChain, shared: Address) -> None:
    calls = [registry.set_quorum(3)]
    one = governing.propose(chain, shared, chain.account, calls)
    other = governing.propose(chain, shared, SECOND, calls)
    with pytest.raises(ChainRefused):
        governing.propose(chain, shared, SECOND, calls)
    found = governing.standing(chain, shared).proposals
    assert [(id_, each.proposer) for id_, each in found] == [
        (one, chain.account.address),
        (other, SECOND.address),
    ]


def test_what_was_approved_is_carried_out_once_its_time_came_though_no_block_was_mined(
    chain: MemoryChain,
) -> None:
    delayed = Founding(operator=OPERATOR, delay=timedelta(hours=1))
    contract = founded_registry(chain, chain.account, delayed)
    made = governing.propose(chain, contract, chain.account, [registry.set_quorum(3)])
    with pytest.raises(ChainRefused):
        governing.enact(chain, chain.account, registry.execute(contract, made))
    chain.pass_time(timedelta(hours=1))
    governing.enact(chain, chain.account, registry.execute(contract, made))
    assert governing.standing(chain, contract).quorum == 3


def test_a_stranger_is_refused_before_anything_is_sent(chain: MemoryChain) -> None:
    contract = founded_registry(chain, chain.account)
    with pytest.raises(ChainRefused):
        governing.propose(chain, contract, SECOND, [registry.unpause()])


def test_an_act_that_no_block_takes_says_so(chain: MemoryChain, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = founded_registry(chain, chain.account)
    monkeypatch.setattr(MemoryChain, "outcome", lambda _self, _transaction: None)
    waited: list[float] = []
    with pytest.raises(ActNotMined):
        governing.enact(chain, chain.account, registry.pause(contract), wait=waited.append)
    assert sum(waited) == governing.PATIENCE.total_seconds()


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ISSUER, Role.WITNESS, Role.SPEAKER])
@pytest.mark.parametrize("offset", [-1, 0, 59, 60, 61])
def test_python_permits_what_the_contract_permits(chain: MemoryChain, role: Role, offset: int) -> None:
    begun = chain.newest().time + timedelta(seconds=1000)
    granted = Grant(
        COURT,
        key_of(SECOND.address),
        Role.WITNESS | Role.SPEAKER,
        valid_from=begun,
        valid_until=begun + timedelta(seconds=60),
    )
    contract = founded_registry(chain, chain.account, Founding(operator=OPERATOR, grants=(granted,)))
    moment = begun + timedelta(seconds=offset)
    question = abi.call(
        "permits(bytes32,bytes32,uint8,uint64)", COURT, granted.key, int(role), int(moment.timestamp())
    )
    said = registry.number(chain.read(contract, question).value)
    held = registry.held_key(
        chain.read(contract, registry.ask_key(organization=COURT, key=granted.key)).value
    )
    assert held.permits(role, moment) == bool(said)


def test_a_compromised_key_is_permitted_until_then_and_not_at_that_second() -> None:
    since = int(MOMENT.timestamp())
    held = HeldKey(Role.WITNESS, since - 100, 0, since)
    seconds = timedelta(seconds=1)
    assert [held.permits(Role.WITNESS, MOMENT + at * seconds) for at in (-101, -100, -1, 0, 1)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_pause_is_seen(chain: MemoryChain) -> None:
    contract = founded_registry(chain, chain.account)
    assert mined(chain, chain.account, registry.pause(contract)).succeeded
    assert governing.standing(chain, contract).paused
