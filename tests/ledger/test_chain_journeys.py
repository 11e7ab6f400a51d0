"""One journey to the node for a reading while no block came, and never an answer of another block."""

from collections.abc import Sequence
from typing import Any

import pytest

from evidence.errors import Term
from ledger.chain import Address, ChainContradicts, ChainRefused
from ledger.chain_web3 import Web3Chain
from ledger.rpc import Question

CONTRACT = Address(b"c" * 20)


class Node:
    """A node whose contract answers with the height it is asked at; its journeys are counted.

    ``branch`` is in every block's hash; with ``turns`` it goes to another branch after each call. Of a block
    that it has not it gives none, and refuses calls there, or with ``lenient`` answers them with nothing.
    """

    endpoint = "node"

    def __init__(self, height: int) -> None:
        self.height, self.branch, self.turns, self.lenient = height, 0, False, False
        self.journeys = 0

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        self.journeys += 1
        return [self._answer(method, given) for method, given in questions]

    def _answer(self, method: str, given: Sequence[Any]) -> Any:
        at = given[-1] if method == "eth_call" else given[0]
        number = self.height if at == "latest" else int(at, 16)
        if method == "eth_call":
            if number > self.height and self.lenient:
                return "0x"
            if number > self.height:
                raise ChainRefused(reason=Term(zh="无此区块", en="header not found"))
            self.branch += self.turns
            return f"0x{number:064x}"
        if number > self.height:
            return None
        block = f"0x{number:060x}{self.branch:04x}"
        return {"number": hex(number), "hash": block, "parentHash": "0x" + "00" * 32, "timestamp": "0x1"}


def read(chain: Web3Chain, *, depth: int = 1) -> tuple[int, int]:
    """Give the height that the contract saw, and the number of the block that is told with it."""
    reading = chain.read(CONTRACT, b"", depth=depth)
    return int.from_bytes(reading.value, "big"), reading.block.number


@pytest.mark.parametrize(("depth", "number"), [(1, 9), (4, 6)])
def test_a_second_reading_is_one_journey_and_of_the_same_depth(depth: int, number: int) -> None:
    node = Node(9)
    chain = Web3Chain(node)
    assert read(chain, depth=depth) == (number, number)
    before = node.journeys
    assert read(chain, depth=depth) == (number, number)
    assert node.journeys == before + 1


@pytest.mark.parametrize("depth", [1, 4])
def test_a_block_that_came_meanwhile_is_read(depth: int) -> None:
    node = Node(9)
    chain = Web3Chain(node)
    read(chain, depth=depth)
    node.height = 12
    assert read(chain, depth=depth) == (13 - depth, 13 - depth)


@pytest.mark.parametrize("lenient", [False, True])
def test_a_chain_that_is_shorter_now_is_read_where_it_is(*, lenient: bool) -> None:
    node = Node(9)
    chain = Web3Chain(node)
    read(chain)
    node.height, node.lenient = 2, lenient
    assert read(chain) == (2, 2)


def test_another_branch_between_two_readings_is_no_contradiction_but_within_one_it_is() -> None:
    node = Node(9)
    chain = Web3Chain(node)
    read(chain)
    node.branch += 1
    assert read(chain) == (9, 9)
    node.turns = True
    with pytest.raises(ChainContradicts):
        read(chain)
    with pytest.raises(ChainContradicts):
        read(Web3Chain(node))
