"""The port to an Ethereum chain, and the few values that cross it.

The house asks a chain five things: who it is, what a contract answers, which nonce comes next, to
take signed bytes, and what became of them. Everything else (what is encoded, signed, resent, when
a transaction is final) is decided on this side, so that every chain is driven by the same code.

Addresses are 20 bytes, hashes 32 bytes, throughout.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from evidence.errors import Invalid, Unavailable

Address = NewType("Address", bytes)


class ChainUnavailable(Unavailable):
    """The chain did not answer in time, or not at all."""

    code = "chain-unavailable"
    zh = "区块链节点 {endpoint} 暂时无法连接；记录已安全保存，恢复后自动上链。"
    en = "The chain at {endpoint} does not answer; every fact is kept and will be anchored once it does."


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
    """A block by ``number``, ``hash`` and its own ``time``."""

    number: int
    hash: bytes
    time: datetime


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

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        """Call ``contract`` at the newest block without changing anything.

        Raises:
            ChainRefused: the call reverts.
        """
        ...

    def next_nonce(self, account: Address) -> int:
        """Give the number of transactions of ``account`` that are mined."""
        ...

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless.

        Raises:
            ChainRefused: the chain will not take it; it may have mined it before all the same.
        """
        ...

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        ...
