"""A consortium's validator behaves as every chain does."""

import pytest

from ledger.chain import Address, Chain, ChainIdentity, Outcome, Reading
from ledger.chain_web3 import Web3Chain
from ledger.ethereum import Web3
from ledger.transactions import ChainAccount
from network.consortium import Consortium
from tests.ledger.chain_behaviour import *  # noqa: F403  the tests of every adapter
from tests.network.on_chain import until

pytestmark = pytest.mark.network


class Patient:
    """A chain that has mined what it was sent when ``send`` returns."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def identity(self, *contracts: Address) -> ChainIdentity:
        return self._chain.identity(*contracts)

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        return self._chain.read(contract, data, sender=sender)

    def next_nonce(self, account: Address) -> int:
        return self._chain.next_nonce(account)

    def outcome(self, transaction: bytes) -> Outcome | None:
        return self._chain.outcome(transaction)

    def send(self, raw: bytes) -> None:
        self._chain.send(raw)
        until(lambda: self.outcome(Web3.keccak(raw)) is not None)


@pytest.fixture
def adapter(network: Consortium) -> Patient:
    return Patient(Web3Chain.at(network.validators[0].url))


@pytest.fixture
def account(network: Consortium) -> ChainAccount:
    return network.account
