"""The local Hardhat node behaves as every chain does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api import hardhat
from ledger.chain import ChainUnavailable
from ledger.chain_web3 import Web3Chain
from ledger.transactions import ChainAccount
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter


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


def test_a_node_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(ChainUnavailable):
        Web3Chain.at("http://127.0.0.1:9").identity()  # the discard port, where nothing listens
