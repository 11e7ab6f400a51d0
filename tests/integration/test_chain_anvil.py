"""An anvil node behaves as every chain does, and does to a chain what the tests of faults ask of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api import hardhat
from ledger import registry
from ledger.chain import Chain
from ledger.chain_web3 import Web3Chain
from ledger.transactions import ChainAccount
from tests.chains import anvil
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter
from tests.ledger.chain_behaviour import FOUNDING
from tests.ledger.founded import outcome_of, sign

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[anvil.Anvil]:
    with anvil.started(tmp_path_factory.mktemp("anvil") / "node.log") as running:
        yield running


@pytest.fixture
def adapter(node: anvil.Anvil) -> Web3Chain:
    return Web3Chain.at(node.url)


@pytest.fixture
def account() -> ChainAccount:
    return ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))


def sent(adapter: Chain, account: ChainAccount) -> bytes:
    signed = sign(adapter, account, registry.deploy(FOUNDING, account.address))
    adapter.send(signed.raw)
    return signed.hash


def test_what_a_reorganization_took_back_has_no_outcome(
    node: anvil.Anvil, adapter: Chain, account: ChainAccount
) -> None:
    transaction = sent(adapter, account)
    outcome_of(adapter, transaction)
    height = node.height()
    node.reorganize(depth=1)
    assert (adapter.outcome(transaction), node.height()) == (None, height)


def test_a_node_that_mines_nothing_lets_a_transaction_wait(
    node: anvil.Anvil, adapter: Chain, account: ChainAccount
) -> None:
    node.mine_nothing()
    transaction = sent(adapter, account)
    waiting = adapter.outcome(transaction)
    node.mine()
    node.mine_each_transaction()
    assert waiting is None
    outcome_of(adapter, transaction)


def test_a_dropped_transaction_is_never_mined(
    node: anvil.Anvil, adapter: Chain, account: ChainAccount
) -> None:
    node.mine_nothing()
    transaction = sent(adapter, account)
    node.drop(transaction)
    node.mine()
    node.mine_each_transaction()
    assert adapter.outcome(transaction) is None


def test_a_paused_node_answers_nothing_until_it_goes_on(node: anvil.Anvil) -> None:
    node.pause()
    with pytest.raises(httpx.TimeoutException):
        httpx.post(node.url, json={}, timeout=0.2, trust_env=False)
    node.resume()
    assert node.height() >= 0


def test_a_node_that_was_killed_starts_on_its_port_and_has_forgotten(
    tmp_path: Path, account: ChainAccount
) -> None:
    with anvil.started(tmp_path / "node.log") as node:
        transaction = sent(Web3Chain.at(node.url), account)
        outcome_of(Web3Chain.at(node.url), transaction)
        node.kill()
        node.start()
        assert Web3Chain.at(node.url).outcome(transaction) is None


def test_a_node_with_a_state_file_remembers_what_it_had_when_stopped(
    tmp_path: Path, account: ChainAccount
) -> None:
    with anvil.started(tmp_path / "node.log", state=tmp_path / "state.json") as node:
        transaction = sent(Web3Chain.at(node.url), account)
        outcome_of(Web3Chain.at(node.url), transaction)
        node.restart()
        assert Web3Chain.at(node.url).outcome(transaction) is not None
