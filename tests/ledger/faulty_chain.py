"""A chain that fails at a chosen call: what a kill, a cut line or a stopped node looks like from inside."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ledger.chain import Address, Block, Chain, ChainIdentity, GasPrice, Outcome, Reading

T = TypeVar("T")


class Killed(BaseException):
    """Stands for the death of the process: nothing in the house catches it."""


class FaultyChain:
    """Passes every call on, after ``before`` and before ``after`` were told its number and name."""

    def __init__(
        self,
        chain: Chain,
        *,
        before: Callable[[int, str], None] = lambda _number, _name: None,
        after: Callable[[int, str], None] = lambda _number, _name: None,
    ) -> None:
        self.calls = 0
        self.sent: list[bytes] = []
        self._chain = chain
        self._before = before
        self._after = after

    def identity(self, *contracts: Address) -> ChainIdentity:
        return self._passed("identity", lambda: self._chain.identity(*contracts))

    def code(self, contract: Address) -> bytes:
        return self._passed("code", lambda: self._chain.code(contract))

    def newest(self) -> Block:
        return self._passed("newest", self._chain.newest)

    def blocks(self, numbers: Sequence[int]) -> tuple[Block | None, ...]:
        return self._passed("blocks", lambda: self._chain.blocks(numbers))

    def read(
        self, contract: Address, data: bytes, *, sender: Address | None = None, depth: int = 1
    ) -> Reading:
        return self._passed("read", lambda: self._chain.read(contract, data, sender=sender, depth=depth))

    def read_all(
        self, contract: Address, questions: Sequence[bytes], *, depth: int = 1
    ) -> tuple[Reading, ...]:
        return self._passed("read_all", lambda: self._chain.read_all(contract, questions, depth=depth))

    def rehearse(self, to: Address | None, data: bytes, *, sender: Address, gas: int) -> None:
        self._passed("rehearse", lambda: self._chain.rehearse(to, data, sender=sender, gas=gas))

    def next_nonce(self, account: Address, *, depth: int = 1) -> int:
        return self._passed("next_nonce", lambda: self._chain.next_nonce(account, depth=depth))

    def price(self) -> GasPrice:
        return self._passed("price", self._chain.price)

    def send(self, raw: bytes) -> None:
        self.sent.append(raw)
        self._passed("send", lambda: self._chain.send(raw))

    def known(self, transactions: Sequence[bytes]) -> tuple[bool, ...]:
        return self._passed("known", lambda: self._chain.known(transactions))

    def outcome(self, transaction: bytes) -> Outcome | None:
        return self._passed("outcome", lambda: self._chain.outcome(transaction))

    def outcomes(self, transactions: Sequence[bytes]) -> tuple[Outcome | None, ...]:
        return self._passed("outcomes", lambda: self._chain.outcomes(transactions))

    def _passed(self, name: str, call: Callable[[], T]) -> T:
        self.calls += 1
        number = self.calls
        self._before(number, name)
        answer = call()
        self._after(number, name)
        return answer
