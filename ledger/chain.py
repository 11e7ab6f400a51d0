"""The port to an Ethereum chain, and the few values that cross it.

The house asks a chain who it is, which blocks it has, what a contract answers, which nonce comes
next, what gas costs, to take signed bytes, and what became of them. Everything else (what is encoded,
signed, resent, when a transaction is final) is decided on this side, so that every chain is driven by
the same code.

A node may lie or be broken. What one answer alone shows to be wrong is refused by the adapter as
``ChainGarbled``, what two answers cannot both be as ``ChainContradicts``; both are kinds of
``ChainUnavailable``, because such a node is as good as none.

Addresses are 20 bytes, hashes 32 bytes, throughout. ``depth`` counts blocks from the newest, which
has depth 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from evidence.errors import Invalid, Unavailable

Address = NewType("Address", bytes)


class ChainUnavailable(Unavailable):
    """The chain did not answer in time, or not at all."""

    code = "chain-unavailable"
    zh = "区块链节点 {endpoint} 暂时无法连接；不会因此丢失任何记录，恢复后自动继续，请检查该节点。"
    en = "The chain at {endpoint} does not answer; nothing is lost by it. See that the node runs."


class ChainGarbled(ChainUnavailable):
    """The chain's answer is none that a node gives. Facts: ``endpoint``, ``what``."""

    code = "chain-garbled"
    zh = "区块链节点 {endpoint} 的应答无法使用（{what}）；记录已安全保存，请检查该节点或其前面的代理。"
    en = (
        "The chain at {endpoint} gave an unusable answer ({what}); every fact is kept. Check the node and "
        "what stands before it."
    )


class ChainContradicts(ChainUnavailable):
    """Two answers of the chain cannot both be true. Facts: ``what``, ``expected``, ``found``."""

    code = "chain-contradicts"
    zh = "区块链节点自相矛盾：{what}应为 {expected}，实为 {found}；未采信任何内容，请检查该节点。"
    en = (
        "The chain contradicts itself: the {what} is {found}, not {expected}; nothing was believed. Check "
        "the node."
    )


class ChainRefused(Unavailable):
    """The chain answered, and would not do what it was asked."""

    code = "chain-refused"
    zh = "区块链节点拒绝了请求（{reason}）；记录已安全保存，请检查节点与账户后等待重试。"
    en = "The chain refused the request ({reason}); every fact is kept. Check the node and the account."


class LedgerDiffers(Invalid):
    """The chain is not the one that this ledger is anchored on, or holds another history."""

    code = "ledger-differs"
    zh = "链上账本与本地不一致：{what}应为 {expected}，实为 {found}；请连接正确的链。"
    en = "The ledger on the chain differs: the {what} is {found}, not {expected}; connect the right chain."


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """Who a chain is: its id, the hash of its first block, and the code hash of the contracts asked for.

    ``codes`` holds, in the order asked, the Keccak-256 of the code at each address, or None where
    no code stands.
    """

    chain_id: int
    genesis: bytes
    codes: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block by ``number``, ``hash`` and its own ``time``; ``parent`` is the hash of the one before."""

    number: int
    hash: bytes
    parent: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class GasPrice:
    """What gas costs now, in wei: the ``base`` that every transaction pays and a ``tip`` on top of it.

    Both are zero on a chain without fees.
    """

    base: int
    tip: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a contract answered, ABI-encoded, and the block it was asked at."""

    value: bytes
    block: Block


@dataclass(frozen=True, slots=True)
class Event:
    """A log record of a transaction: the contract that emitted it, its topics and its data."""

    emitter: Address
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mined transaction.

    ``confirmations`` counts its own block, so 1 means that it is in the newest block. ``contract``
    is the address it created, if it created one.
    """

    block_number: int
    block_hash: bytes
    confirmations: int
    succeeded: bool
    contract: Address | None
    events: tuple[Event, ...]


class Chain(Protocol):
    """A chain that speaks Ethereum; every method raises ChainUnavailable when it does not answer."""

    def identity(self, *contracts: Address) -> ChainIdentity:
        """Say who the chain is and what code stands at ``contracts``."""
        ...

    def code(self, contract: Address) -> bytes:
        """Give the code that stands at ``contract``, nothing where none does."""
        ...

    def newest(self) -> Block:
        """Give the newest block."""
        ...

    def blocks(self, numbers: Sequence[int]) -> tuple[Block | None, ...]:
        """Give the blocks of these numbers in the present chain, None where it has none."""
        ...

    def read(
        self, contract: Address, data: bytes, *, sender: Address | None = None, depth: int = 1
    ) -> Reading:
        """Call ``contract`` at the block of this ``depth`` without changing anything.

        Raises:
            ChainRefused: the call reverts.
        """
        ...

    def read_all(
        self, contract: Address, questions: Sequence[bytes], *, depth: int = 1
    ) -> tuple[Reading, ...]:
        """Call ``contract`` with each of ``questions`` at one block of this ``depth``, many at a time.

        Raises:
            ChainRefused: a call reverts.
        """
        ...

    def rehearse(self, to: Address | None, data: bytes, *, sender: Address, gas: int) -> None:
        """Call ``to``, or create a contract where it is None, with at most ``gas`` and without sending it.

        It is tried in the newest block and, where that refuses, in the one to come: where blocks are mined
        on demand, the newest one's time stands still.

        Raises:
            ChainRefused: it reverts in both; the reason is that of the newest.
        """
        ...

    def next_nonce(self, account: Address, *, depth: int = 1) -> int:
        """Give the number of transactions of ``account`` that are mined up to the block of ``depth``."""
        ...

    def price(self) -> GasPrice:
        """Say what gas costs now."""
        ...

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless.

        Raises:
            ChainRefused: the chain will not take it; it may have mined it before all the same.
        """
        ...

    def known(self, transactions: Sequence[bytes]) -> tuple[bool, ...]:
        """Say for each of these hashes whether the node holds the transaction, mined or waiting."""
        ...

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        ...

    def outcomes(self, transactions: Sequence[bytes]) -> tuple[Outcome | None, ...]:
        """Say for each of these hashes what ``outcome`` says, many at a time."""
        ...
