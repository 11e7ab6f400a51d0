"""A status list derived from the chain, by anybody: the exceptions that the register holds, packed again.

The chain knows a certificate by a key, the list by a place. The issuer says which key has which place
(``places``); whoever holds a certificate can check that for it, and nobody can hide an exception that way:
a key on the chain without a place is told, and so is a place in the list without a key.

    states = exceptions_on(chain, register, issuer=issuer)
    difference = compare(listed, places, states)
    difference.none
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_utils.crypto import keccak

from evidence.errors import Invalid
from evidence.statuslist import CertificateState, ChainPoint, StatusList
from ledger import abi
from ledger.chain import Address, ChainRefused
from ledger.chain_history import ChainHistory
from ledger.history import RANGE_BLOCKS

STATUS_CHANGED = keccak(b"StatusChanged(bytes32,bytes32,uint8,uint32,uint16)")
_TOPICS = 3  # the event's own, the issuer and the key


class BlockNotInChain(Invalid):
    """The list names a block that this chain does not have. Facts: ``block``."""

    code = "list-block-not-in-chain"
    zh = "状态清单所称的区块 {block} 不在这条链上；请核对所连节点，或稍后取新清单再比对。"
    en = "The block {block} that the list names is not in this chain; check the node, or fetch a new list."


@dataclass(frozen=True, slots=True)
class Difference:
    """What list and chain do not both say: keys (32 bytes) and places, each in order.

    ``chain_only`` stands on the chain and not in the list, or as another state; ``list_only`` is said to be
    an exception and the chain does not have it (yet); ``unexplained`` are exceptions in the list that have no
    key or several, or another state than their key is given.
    """

    chain_only: tuple[bytes, ...]
    list_only: tuple[bytes, ...]
    unexplained: tuple[int, ...]

    @property
    def none(self) -> bool:
        """Whether the list is what the chain says."""
        return not (self.chain_only or self.list_only or self.unexplained)


def check_point(chain: ChainHistory, point: ChainPoint) -> None:
    """Check that the chain has the block at which a list was made.

    Raises:
        BlockNotInChain: it has none of this height, or another.
        ChainUnavailable: the chain does not answer.
    """
    block = chain.block(point.block)
    if block is None or block.hash != point.block_hash:
        raise BlockNotInChain(block=point.block)


def exceptions_on(chain: ChainHistory, register: Address, *, issuer: bytes) -> dict[bytes, CertificateState]:
    """Give the exceptions of ``issuer`` (32 bytes) as of now, by key, out of the register's events.

    Raises:
        ChainUnavailable, ChainRefused: the chain does not answer, or answers what no register does.
    """
    newest = chain.block()
    if newest is None:
        raise ChainRefused(reason="no newest block")
    states: dict[bytes, CertificateState] = {}
    for first in range(0, newest.number + 1, RANGE_BLOCKS):
        last = min(first + RANGE_BLOCKS - 1, newest.number)
        for mined in chain.events(first=first, last=last, topics=(STATUS_CHANGED,), emitter=register):
            topics = mined.event.topics
            if len(topics) != _TOPICS or topics[1] != issuer:
                continue
            with abi.strictly():
                state, _, _ = decode(["uint8", "uint32", "uint16"], mined.event.data)
                states[topics[2]] = CertificateState(state)
    return {key: state for key, state in states.items() if state is not CertificateState.NONE}


def compare(
    listed: StatusList,
    places: Mapping[bytes, tuple[int, CertificateState]],
    states: Mapping[bytes, CertificateState],
) -> Difference:
    """Compare a list with the ``states`` on the chain by key, by way of what the issuer says of its keys."""
    said = dict(places.values())
    named = Counter(place for place, _ in places.values())
    stated = {place: state for place in range(listed.size) if (state := listed.state(place))}
    chain_only = [key for key, state in states.items() if key not in places or places[key][1] is not state]
    return Difference(
        chain_only=tuple(sorted(chain_only)),
        list_only=tuple(sorted(places.keys() - states.keys())),
        unexplained=tuple(
            sorted(
                place
                for place in said.keys() | stated.keys()
                if said.get(place) != stated.get(place) or named[place] > 1
            )
        ),
    )
