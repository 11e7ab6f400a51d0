"""The port to a chain's past: what its contracts emitted, and what was sent to them.

Whoever anchors asks a chain for its present (``ledger.chain``). Whoever rebuilds a log, watches it or
countersigns it asks for its past, and believes none of it before it was recomputed (``ledger.history``).

Addresses are 20 bytes, hashes 32 bytes, throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.chain import Address, Block, ChainIdentity, Event, Reading


@dataclass(frozen=True, slots=True)
class MinedEvent:
    """An event with the ``transaction`` that caused it and the block that holds it."""

    event: Event
    transaction: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class SentCall:
    """What a mined transaction asked: ``data`` of ``to`` (None: to create a contract), by ``sender``."""

    sender: Address
    to: Address | None
    data: bytes


class ChainHistory(Protocol):
    """A chain that tells its past; every method raises ChainUnavailable when it does not answer."""

    def identity(self, *contracts: Address) -> ChainIdentity:
        """Say who the chain is and what code stands at ``contracts``."""
        ...

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        """Call ``contract`` at the newest block without changing anything."""
        ...

    def block(self, number: int | None = None) -> Block | None:
        """Give the block of this height, the newest when None; None where the chain is not that high."""
        ...

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        """Give the events of the blocks ``first`` to ``last``, both included, in the chain's order.

        Only those whose first topic is one of ``topics``, and, when ``emitter`` is given, which that
        contract emitted.

        Raises:
            ChainRefused: the range is too long for this node, or not there.
        """
        ...

    def sent(self, transaction: bytes) -> SentCall | None:
        """Give what the mined transaction of this hash asked; None when the chain has none."""
        ...
