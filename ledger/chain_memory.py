"""A chain inside this process: py-evm runs the same bytecode, and all is gone with the object.

It takes what a real chain takes and refuses what a real chain refuses. Beyond that it can be told
to be unreachable, to forget everything as a restarted Hardhat node does, to leave what it is sent
waiting, and to reorganize. It is for tests; eth-tester is installed with the tests only.

    chain = MemoryChain()
    anchoring = Anchoring(chain=chain, account=chain.account, ...)
"""

from collections.abc import Sequence

from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from eth_utils.exceptions import ValidationError

from ledger.chain import Address, Block, ChainIdentity, ChainRefused, ChainUnavailable, Outcome, Reading
from ledger.chain_history import MinedEvent, SentCall
from ledger.chain_web3 import Web3Chain
from ledger.ethereum import EthereumTesterProvider, Web3
from ledger.transactions import ChainAccount

_FUNDED_KEY = (1).to_bytes(32, "big")  # the first account that eth-tester endows


class MemoryChain:
    """A chain of one process, with the account that has all its money."""

    def __init__(self) -> None:
        self.account = ChainAccount(_FUNDED_KEY)
        self.unreachable = False
        self.restart()

    def restart(self) -> None:
        """Forget every block, transaction and contract, and begin with another genesis."""
        _MemoryChains.started += 1
        genesis = PyEVMBackend.generate_genesis_params({"timestamp": _MemoryChains.started})
        self._tester = EthereumTester(PyEVMBackend(genesis_parameters=genesis))
        self._chain = Web3Chain(Web3(EthereumTesterProvider(self._tester), middleware=[]), endpoint="memory")
        self._remembered = self._tester.take_snapshot()

    def mine(self, blocks: int = 1) -> None:
        """Add blocks, the first with whatever waits."""
        self._tester.mine_blocks(blocks)

    def remember(self) -> None:
        """Mark the present block as the one that ``reorganize`` goes back to."""
        self._remembered = self._tester.take_snapshot()

    def reorganize(self) -> None:
        """Drop every block since ``remember`` and grow another branch of one empty block."""
        self._tester.revert_to_snapshot(self._remembered)
        self._tester.mine_block(coinbase="0x" + "42" * 20)

    def identity(self, *contracts: Address) -> ChainIdentity:
        """Say who the chain is and what code stands at ``contracts``."""
        self._answer()
        return self._chain.identity(*contracts)

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        """Call ``contract`` at the newest block without changing anything."""
        self._answer()
        try:
            return self._chain.read(contract, data, sender=sender)
        except TransactionFailed as error:
            raise ChainRefused(reason=str(error)) from error

    def next_nonce(self, account: Address) -> int:
        """Give the number of transactions of ``account`` that are mined."""
        self._answer()
        return self._chain.next_nonce(account)

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless."""
        self._answer()
        try:
            self._chain.send(raw)
        except (ValidationError, TransactionFailed) as error:
            raise ChainRefused(reason=str(error)) from error

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        self._answer()
        return self._chain.outcome(transaction)

    def block(self, number: int | None = None) -> Block | None:
        """Give the block of this height, the newest when None; None where the chain is not that high."""
        self._answer()
        return self._chain.block(number)

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        """Give the events of the blocks ``first`` to ``last``, both included, in the chain's order."""
        self._answer()
        newest = self._chain.block()
        if newest is None or last > newest.number:
            raise ChainRefused(reason=f"no block {last}")
        return self._chain.events(first=first, last=last, topics=topics, emitter=emitter)

    def sent(self, transaction: bytes) -> SentCall | None:
        """Give what the mined transaction of this hash asked; None when the chain has none."""
        self._answer()
        return self._chain.sent(transaction)

    def _answer(self) -> None:
        if self.unreachable:
            raise ChainUnavailable(endpoint="memory")


class _MemoryChains:
    """How many chains this process began, so that no two have the same genesis."""

    started = 0
