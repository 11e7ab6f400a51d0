"""Readings that are asked for at once are made together, and a question is never answered from before it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from evidence.errors import YinxinError
from ledger.chain import ChainRefused, ChainUnavailable
from ledger.gathering import Gathering

WHO = {"endpoint": "node:8545"}


class Node:
    """A node that answers once it may, and remembers what was asked together."""

    def __init__(self) -> None:
        self.readings: list[list[str]] = []
        self.asked, self.may = threading.Semaphore(0), threading.Event()

    def read_all(self, questions: Sequence[str]) -> list[str]:
        self.readings.append(list(questions))
        self.asked.release()
        assert self.may.wait(60)
        if "nothing" in questions:
            raise ChainUnavailable(**WHO)
        if "refused" in questions:
            raise ChainRefused(**WHO, reason="reverted")
        return [f"{question}, reading {len(self.readings)}" for question in questions]


def answered(node: Node, *questions: str) -> list[str | YinxinError]:
    """Ask the first question, and all others while the node is busy with it."""
    gathering = Gathering(node.read_all)

    def ask(question: str) -> str | YinxinError:
        try:
            return gathering.ask(question)
        except YinxinError as error:
            return error

    with ThreadPoolExecutor(len(questions)) as officers:
        first = officers.submit(ask, questions[0])
        assert node.asked.acquire(timeout=60)
        others = [officers.submit(ask, question) for question in questions[1:]]
        while gathering._next is None or len(gathering._next.questions) < len(others):
            pass
        node.may.set()
        return [each.result() for each in (first, *others)]


def test_those_who_come_while_a_reading_is_under_way_are_read_together_after_it() -> None:
    node = Node()
    found = answered(node, "a", "b", "c")
    assert found[0] == "a, reading 1"
    assert {*found[1:]} == {"b, reading 2", "c, reading 2"}
    assert [sorted(each) for each in node.readings] == [["a"], ["b", "c"]]


def test_a_refusal_of_one_question_is_not_told_to_the_others() -> None:
    found = answered(Node(), "a", "refused", "c")
    assert isinstance(found[1], ChainRefused)
    assert str(found[2]).startswith("c, reading")


def test_a_node_that_does_not_answer_is_away_for_all_who_waited() -> None:
    node = Node()
    assert [type(each) for each in answered(node, "a", "nothing", "c")[1:]] == [ChainUnavailable] * 2
    assert len(node.readings) == 2


def test_a_refusal_of_the_only_question_is_told() -> None:
    node = Node()
    node.may.set()
    with pytest.raises(ChainRefused):
        Gathering(node.read_all).ask("refused")
    assert node.readings == [["refused"]]
