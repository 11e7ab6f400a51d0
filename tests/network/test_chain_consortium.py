"""A consortium's validator behaves as every chain does.

Some of these behaviours count blocks, so a lone validator seals one for each transaction here. Four that
seal by the clock are asked in the other tests of this folder.
"""

import pytest

from ledger.chain import ChainRefused
from ledger.chain_web3 import Web3Chain
from ledger.ethereum import Web3
from ledger.transactions import ChainAccount
from network.consortium import Consortium
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter
from tests.network.on_chain import until

pytestmark = pytest.mark.network


class Patient(Web3Chain):
    """A chain that has mined what it was sent when ``send`` returns."""

    def send(self, raw: bytes) -> None:
        super().send(raw)
        until(lambda: self._holds(bytes(Web3.keccak(raw))))

    def _holds(self, transaction: bytes) -> bool:
        try:
            return self.outcome(transaction) is not None
        except ChainRefused:  # before its first block geth says of every hash that it is still indexing
            return False


@pytest.fixture
def adapter(lone_validator: Consortium) -> Patient:
    chain = Patient.at(lone_validator.validators[0].url)
    assert isinstance(chain, Patient)
    return chain


@pytest.fixture
def account(lone_validator: Consortium) -> ChainAccount:
    return lone_validator.account
