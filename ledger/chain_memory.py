"""A chain inside this process: py-evm runs the same bytecode, and all is gone with the object.

It takes what a real chain takes and refuses what a real chain refuses. Beyond that it can be told
to be unreachable, to forget everything as a restarted Hardhat node does, to leave what it is sent
waiting, and to reorganize. It is for tests; eth-tester is installed with the tests only.

    chain = MemoryChain()
    anchoring = Anchoring(chain=chain, account=chain.account, ...)
"""

from ast import literal_eval
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import BlockNotFound, TransactionFailed
from eth_utils.exceptions import ValidationError

from ledger import reverts
from ledger.chain import (
    Address,
    Block,
    ChainIdentity,
    ChainRefused,
    ChainUnavailable,
    GasPrice,
    Outcome,
    Reading,
)
from ledger.chain_history import MinedEvent, SentCall
from ledger.chain_web3 import Web3Chain
from ledger.ethereum import EthereumTesterProvider, Web3
from ledger.rpc import Question
from ledger.transactions import ChainAccount, created

_CONTRACTS = 64  # of its account that may be rehearsed as senders, the first that it creates
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
        state = dict(PyEVMBackend.generate_genesis_state())
        # Elsewhere a contract calls itself in a rehearsal without money; eth-tester asks what its gas costs.
        contracts = (created(self.account.address, nonce=nonce) for nonce in range(_CONTRACTS))
        state |= dict.fromkeys(contracts, next(iter(state.values())))
        self._tester = EthereumTester(PyEVMBackend(genesis_parameters=genesis, genesis_state=state))
        self._chain = Web3Chain(_TesterRpc(self._tester))
        self._remembered = self._tester.take_snapshot()

    def mine(self, blocks: int = 1) -> None:
        """Add blocks, the first with whatever waits."""
        self._tester.mine_blocks(blocks)

    def pass_time(self, duration: timedelta) -> None:
        """Let the clock of the chain go on without a block."""
        chain = self._tester.backend.chain
        chain.header = chain.header.copy(timestamp=chain.header.timestamp + int(duration.total_seconds()))

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

    def code(self, contract: Address) -> bytes:
        """Give the code that stands at ``contract``, nothing where none does."""
        self._answer()
        return self._chain.code(contract)

    def newest(self) -> Block:
        """Give the newest block."""
        self._answer()
        return self._chain.newest()

    def blocks(self, numbers: Sequence[int]) -> tuple[Block | None, ...]:
        """Give the blocks of these numbers in the present chain, None where it has none."""
        self._answer()
        return self._chain.blocks(numbers)

    def read(
        self, contract: Address, data: bytes, *, sender: Address | None = None, depth: int = 1
    ) -> Reading:
        """Call ``contract`` at the block of this ``depth`` without changing anything."""
        self._answer()
        return self._chain.read(contract, data, sender=sender, depth=depth)

    def read_all(
        self, contract: Address, questions: Sequence[bytes], *, depth: int = 1
    ) -> tuple[Reading, ...]:
        """Call ``contract`` with each of ``questions`` at one block of this ``depth``."""
        self._answer()
        return self._chain.read_all(contract, questions, depth=depth)

    def rehearse(self, to: Address | None, data: bytes, *, sender: Address, gas: int) -> None:
        """Call ``to``, or create a contract where it is None, with at most ``gas`` and without sending it."""
        self._answer()
        self._chain.rehearse(to, data, sender=sender, gas=gas)

    def next_nonce(self, account: Address, *, depth: int = 1) -> int:
        """Give the number of transactions of ``account`` that are mined up to the block of ``depth``."""
        self._answer()
        return self._chain.next_nonce(account, depth=depth)

    def price(self) -> GasPrice:
        """Say what gas costs now."""
        self._answer()
        return self._chain.price()

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless."""
        self._answer()
        self._chain.send(raw)

    def known(self, transactions: Sequence[bytes]) -> tuple[bool, ...]:
        """Say for each of these hashes whether the chain holds the transaction, mined or waiting."""
        self._answer()
        return self._chain.known(transactions)

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        return self.outcomes([transaction])[0]

    def outcomes(self, transactions: Sequence[bytes]) -> tuple[Outcome | None, ...]:
        """Say for each of these hashes what ``outcome`` says."""
        self._answer()
        return self._chain.outcomes(transactions)

    def block(self, number: int | None = None) -> Block | None:
        """Give the block of this height, the newest when None; None where the chain is not that high."""
        self._answer()
        return self._chain.block(number)

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        """Give the events of the blocks ``first`` to ``last``, both included, in the chain's order."""
        self._answer()
        newest = self._chain.newest()
        if last > newest.number:
            raise ChainRefused(reason=f"no block {last}")
        return self._chain.events(first=first, last=last, topics=topics, emitter=emitter)

    def sent(self, transaction: bytes) -> SentCall | None:
        """Give what the mined transaction of this hash asked; None when the chain has none."""
        self._answer()
        return self._chain.sent(transaction)

    def _answer(self) -> None:
        if self.unreachable:
            raise ChainUnavailable(endpoint="memory")


class _TesterRpc:
    """The questions of JSON-RPC, answered by eth-tester in this process."""

    endpoint = "memory"

    def __init__(self, tester: EthereumTester) -> None:
        web3 = Web3(EthereumTesterProvider(tester), middleware=[])
        self._answered = web3.provider.request_func(web3, web3.middleware_onion)

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        """Give the results in the order of ``questions``."""
        try:
            return [self._answered(method, list(parameters))["result"] for method, parameters in questions]
        except (BlockNotFound, ValidationError, TransactionFailed) as error:
            raise ChainRefused(reason=_reason(error)) from error


def _reason(error: Exception) -> str:
    """Say why; eth-tester writes a custom error as Python does its bytes."""
    try:
        data = literal_eval(str(error).removeprefix("execution reverted: "))
    except (ValueError, SyntaxError):
        return str(error)
    return (reverts.named(data) if isinstance(data, bytes) else None) or str(error)


class _MemoryChains:
    """How many chains this process began, so that no two have the same genesis."""

    started = 0
