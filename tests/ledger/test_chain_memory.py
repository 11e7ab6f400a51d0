"""The in-process EVM behaves as every chain does."""

import pytest

from ledger.chain_memory import MemoryChain
from ledger.transactions import ChainAccount
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter


@pytest.fixture
def adapter() -> MemoryChain:
    return MemoryChain()


@pytest.fixture
def account(adapter: MemoryChain) -> ChainAccount:
    return adapter.account
