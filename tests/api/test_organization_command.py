"""``yinxin organization``: an organization acts on the registry, and reads what it is about to approve."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from api.commands import organization
from api.demonstration.city import OPERATOR as DEMONSTRATED
from api.proposing import ArgumentUnfit
from api.watching import UNUSABLE, ending
from ledger import governing, registry
from ledger.chain import Address, ChainRefused
from ledger.chain_memory import MemoryChain
from ledger.chain_web3 import Web3Chain
from ledger.node_address import NodeAddressMalformed
from ledger.registry import Founding
from ledger.transactions import ChainAccount
from tests.ledger.founded import OPERATOR, founded_registry
from tests.ledger.garbling_chain import DIRTY, GarblingChain

CODE = DEMONSTRATED.uscc.text
ACCOUNT = "0x" + "11" * 20
OTHER = "0x" + "22" * 20
SECOND = ChainAccount((2).to_bytes(32, "big"))  # another account that eth-tester endows
GRANT = ["grant", "--organization", CODE, "--key", ACCOUNT, "--role"]
COMPROMISED = ["compromised", "--organization", CODE, "--key", ACCOUNT, "--since"]
WHERE = ["--chain", "http://127.0.0.1:9", "--trust", "trust.json", "--lang", "en"]


@pytest.fixture
def chain() -> MemoryChain:
    return MemoryChain()


@pytest.fixture
def contract(chain: MemoryChain) -> Address:
    return founded_registry(chain, chain.account)


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    organization.configure(parser)
    return parser.parse_args([*words, *WHERE])


def done(chain: MemoryChain, contract: Address, *words: str) -> list[str]:
    return organization.act(asked(*words), chain, contract, chain.account)


def shown(chain: MemoryChain, contract: Address) -> str:
    return "\n".join(organization.lines(governing.standing(chain, contract), "en"))


def test_a_witness_is_proposed_read_and_executed(chain: MemoryChain, contract: Address) -> None:
    made, said = done(chain, contract, "grant", "--organization", CODE, "--key", ACCOUNT, "--role", "witness")
    assert said.startswith("grant (WITNESS, from … to …) organization ")
    assert f"{made} approved 1/1" in shown(chain, contract)
    assert said in shown(chain, contract)
    done(chain, contract, "execute", made)
    assert made not in shown(chain, contract)


def test_a_quorum_is_set_by_a_proposal(chain: MemoryChain, contract: Address) -> None:
    made, _ = done(chain, contract, "quorum", "--number", "2")
    assert "quorum: 0" in shown(chain, contract)
    done(chain, contract, "execute", made)
    assert "quorum: 2" in shown(chain, contract)


def test_a_registry_that_cannot_be_read_ends_in_one_sentence(
    chain: MemoryChain, contract: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    garbling = GarblingChain(chain, {registry.DELAY: DIRTY})
    assert ending(asked("show"), lambda: len(shown(garbling, contract))) == UNUSABLE
    assert capsys.readouterr().err.count("\n") == 1


def test_a_proposal_that_is_taken_back_is_no_longer_shown(chain: MemoryChain, contract: Address) -> None:
    made, _ = done(chain, contract, "quorum", "--number", "2")
    done(chain, contract, "cancel", made)
    assert made not in shown(chain, contract)


def test_the_guardian_pauses_at_once_and_a_proposal_ends_it(chain: MemoryChain, contract: Address) -> None:
    done(chain, contract, "pause")
    assert "paused" in shown(chain, contract)
    made, _ = done(chain, contract, "unpause")
    done(chain, contract, "execute", made)
    assert "paused" not in shown(chain, contract)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["administrators", "--account", ACCOUNT, "--account", OTHER, "--number", "2"],
            f"{ACCOUNT}, {OTHER}",
        ),
        (["delay", "--hours", "48"], "(1 of 1, 2 days, 0:00:00)"),
        (["guardian", "--account", ACCOUNT], f"guardian: {ACCOUNT}"),
        (["successor", "--account", ACCOUNT], f"successor: {ACCOUNT}"),
    ],
)
def test_whoever_governs_changes_by_a_proposal(
    chain: MemoryChain, contract: Address, words: list[str], told: str
) -> None:
    made, _ = done(chain, contract, *words)
    assert told not in shown(chain, contract).partition(made)[0]
    done(chain, contract, "execute", made)
    assert told in shown(chain, contract)
    assert made not in shown(chain, contract)


def test_a_registry_that_waits_for_days_is_proposed_to_as_well(chain: MemoryChain) -> None:
    waits = Founding(operator=OPERATOR, delay=timedelta(days=2))
    contract = founded_registry(chain, chain.account, waits)
    made, _ = done(chain, contract, "quorum", "--number", "2")
    assert f"{made} approved 1/1" in shown(chain, contract)


def test_two_organizations_approve_by_their_own_accounts(chain: MemoryChain) -> None:
    both = (chain.account.address, SECOND.address)
    contract = founded_registry(
        chain, chain.account, Founding(operator=OPERATOR, administrators=both, threshold=2)
    )
    made, _ = done(chain, contract, "quorum", "--number", "2")
    assert f"{made} open 1/2" in shown(chain, contract)
    organization.act(asked("approve", made), chain, contract, SECOND)
    assert f"{made} approved 2/2" in shown(chain, contract)
    organization.act(asked("execute", made), chain, contract, SECOND)
    assert "quorum: 2" in shown(chain, contract)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["quorum"], "--number"),
        (["delay"], "--hours"),
        (["delay", "--hours", "721"], "--hours"),
        (["administrators", "--number", "1"], "--number"),
        (["administrators", "--account", ACCOUNT, "--number", "2"], "--number"),
        (["administrators", "--account", ACCOUNT, "--number", "0"], "--number"),
        (["administrators", "--account", "0x12", "--number", "1"], "--account"),
        (["guardian"], "--account"),
        (["guardian", "--account", ACCOUNT, "--account", OTHER], "--account"),
        (["successor", "--account", "0xzz"], "--account"),
        (["quorum", "--number", "256"], "--number"),
        (["grant"], "--organization"),
        (["grant", "--organization", CODE], "--key"),
        (["grant", "--organization", CODE, "--key", "0x12"], "--key"),
        (["grant", "--organization", CODE, "--key", ACCOUNT], "--role"),
        (
            ["grant", "--organization", CODE, "--key", ACCOUNT, "--role", "issuer", "--until", "2026-05-02"],
            "--until",
        ),
        (["compromised", "--organization", CODE, "--key", ACCOUNT], "--since"),
        (["compromised", "--organization", CODE, "--key", ACCOUNT, "--since", "yesterday"], "--since"),
        ([*GRANT, "witness", "--until", "1960-01-01T00:00:00Z"], "--until"),
        ([*GRANT, "witness", "--until", "1970-01-01T00:00:00Z"], "--until"),
        ([*GRANT, "witness", "--until", "1970-01-01T00:00:00.5Z"], "--until"),
        ([*GRANT, "witness", "--until", "2001-01-01T00:00:00Z"], "--until"),
        ([*GRANT, "witness", "--key", "0x" + "ab" * 32], "--key"),
        ([*GRANT, "speaker", "--role", "issuer", "--key", "0x" + "ab" * 32], "--key"),
        ([*GRANT, "witness", "--key", "0x" + "00" * 20], "--key"),
        ([*GRANT, "speaker", "--key", "0x" + "00" * 32], "--key"),
        ([*COMPROMISED, "1960-01-01T00:00:00Z"], "--since"),
        ([*COMPROMISED, "1970-01-01T00:00:00Z"], "--since"),
        ([*COMPROMISED, "2999-01-01T00:00:00Z"], "--since"),
        (["guardian", "--account", "0x" + "00" * 20], "--account"),
        (["successor", "--account", "0x" + "00" * 20], "--account"),
        (["administrators", "--account", ACCOUNT, "--account", ACCOUNT, "--number", "2"], "--account"),
        (
            ["administrators", "--number", "1", *(f"--account=0x{each:040x}" for each in range(1, 34))],
            "--account",
        ),
        (["approve"], "ID"),
        (["execute", "zz"], "ID"),
    ],
)
def test_an_argument_that_does_not_fit_is_named_and_nothing_is_sent(
    chain: MemoryChain, contract: Address, words: list[str], name: str
) -> None:
    nonce = chain.next_nonce(chain.account.address)
    with pytest.raises(ArgumentUnfit) as refused:
        done(chain, contract, *words)
    assert refused.value.facts["name"] == name
    assert chain.next_nonce(chain.account.address) == nonce


def test_a_grant_that_ends_before_the_delay_is_over_is_not_proposed(chain: MemoryChain) -> None:
    delayed = Founding(operator=OPERATOR, delay=timedelta(hours=2))
    contract = founded_registry(chain, chain.account, delayed)
    ends = [(datetime.now(UTC) + timedelta(hours=hours)).isoformat() for hours in (1, 3)]
    with pytest.raises(ArgumentUnfit):
        done(chain, contract, *GRANT, "witness", "--until", ends[0])
    assert done(chain, contract, *GRANT, "witness", "--until", ends[1])


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["unpause"], "NotPaused()"),
        (["revoke", "--organization", CODE, "--key", ACCOUNT], "KeyUnknown("),
        ([*COMPROMISED, "2026-05-02T09:00:00Z"], "KeyUnknown("),
    ],
)
def test_what_the_registry_would_not_carry_out_is_not_proposed(
    chain: MemoryChain, contract: Address, words: list[str], error: str
) -> None:
    nonce = chain.next_nonce(chain.account.address)
    with pytest.raises(ChainRefused) as refused:
        done(chain, contract, *words)
    assert str(refused.value.facts["reason"]).startswith(error)
    assert chain.next_nonce(chain.account.address) == nonce


def test_a_key_is_granted_only_once(chain: MemoryChain, contract: Address) -> None:
    made, _ = done(chain, contract, *GRANT, "witness")
    done(chain, contract, "execute", made)
    with pytest.raises(ChainRefused, match="KeyGrantedBefore"):
        done(chain, contract, *GRANT, "issuer")


def test_a_compromise_since_now_is_proposed_though_no_block_is_so_new(
    chain: MemoryChain, contract: Address
) -> None:
    made, _ = done(chain, contract, *GRANT, "witness")
    done(chain, contract, "execute", made)
    assert done(chain, contract, *COMPROMISED, datetime.now(UTC).isoformat())


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://127.0.0.1:99999", "127.0.0.1:8545", "http://", "ws://a"]
)
def test_an_address_of_a_node_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(NodeAddressMalformed):
        Web3Chain.at(address)
