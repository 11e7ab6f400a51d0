"""``yinxin organization``: an organization acts on the registry, and reads what it is about to approve."""

import argparse

import pytest

from api.commands import organization
from api.commands.organization import ArgumentUnfit
from api.demonstration.city import OPERATOR as DEMONSTRATED
from api.watching import UNUSABLE, ending
from ledger import governing, registry
from ledger.chain import Address
from ledger.chain_memory import MemoryChain
from ledger.registry import Founding
from ledger.transactions import ChainAccount
from tests.ledger.founded import OPERATOR, founded_registry
from tests.ledger.garbling_chain import DIRTY, GarblingChain

CODE = DEMONSTRATED.uscc.text
ACCOUNT = "0x" + "11" * 20
OTHER = "0x" + "22" * 20
SECOND = ChainAccount((2).to_bytes(32, "big"))  # another account that eth-tester endows
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
