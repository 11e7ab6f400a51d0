"""The local Hardhat node behaves as every chain does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api import hardhat
from ledger import governing, registry
from ledger.chain import ChainRefused, ChainUnavailable
from ledger.chain_web3 import Web3Chain
from ledger.registry import Founding
from ledger.transactions import ChainAccount
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter
from tests.ledger.founded import OPERATOR, founded_registry


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hardhat.LocalChain]:
    log: Path = tmp_path_factory.mktemp("hardhat") / "node.log"
    running = hardhat.start(log=log)
    yield running
    running.stop()


@pytest.fixture
def adapter(node: hardhat.LocalChain) -> Web3Chain:
    return Web3Chain.at(node.url)


@pytest.fixture
def account() -> ChainAccount:
    return ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))


def test_what_was_approved_is_carried_out_once_its_time_came_though_no_block_was_mined(
    node: hardhat.LocalChain, adapter: Web3Chain, account: ChainAccount
) -> None:
    delayed = Founding(operator=OPERATOR, delay=timedelta(hours=1))
    contract = founded_registry(adapter, account, delayed)
    governing.enact(adapter, account, registry.pause(contract))
    made = governing.propose(adapter, contract, account, [registry.unpause()])
    with pytest.raises(ChainRefused):
        governing.enact(adapter, account, registry.execute(contract, made))
    pass_time(node, timedelta(hours=1))
    governing.enact(adapter, account, registry.execute(contract, made))
    assert not governing.standing(adapter, contract).paused


def pass_time(node: hardhat.LocalChain, duration: timedelta) -> None:
    """Let the clock of the node go on without a block."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "evm_increaseTime", "params": [duration.total_seconds()]}
    assert "error" not in httpx.post(node.url, json=asked, trust_env=False).json()


def test_a_node_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(ChainUnavailable):
        Web3Chain.at("http://127.0.0.1:9").identity()  # the discard port, where nothing listens
