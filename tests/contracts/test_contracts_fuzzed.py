"""EvidenceLog itself against RFC 6962: it grows by single leaves to 300, and by proofs from every size to 300."""

from random import Random
from typing import Any

from tests.fuzz.plain_tree import PlainTree
from tests.fuzz.proofs import large, spoiled_path

SMALL = 300
TREE = PlainTree(6962, range(2 * SMALL + 1))


def test_a_log_that_grows_by_one_leaf_has_every_root_to_300(log: Any) -> None:
    for size in range(SMALL):
        log.send("append", TREE.peaks(size), [TREE.leaf(size)])
        assert log.read("head")[:2] == [size + 1, TREE.root(size + 1)]


def test_a_log_that_grows_by_proofs_has_the_root_of_each(log: Any) -> None:
    size = 1
    log.send("extend", size, TREE.root(size), [])
    random = Random(300)  # noqa: S311 - the same cases in every run
    while size < SMALL:
        grown = size + random.randint(1, 3)
        log.send("extend", grown, TREE.root(grown), TREE.proof(size, grown))
        assert log.read("head")[:2] == [grown, TREE.root(grown)]
        size = grown


def test_an_extension_from_any_size_to_2_to_the_40_is_taken_and_a_spoiled_one_is_not(log: Any) -> None:
    random = Random(40)  # noqa: S311 - the same cases in every run
    for _ in range(12):
        log.forget()
        question, _ = large(random)
        log.send("extend", question.first, question.one, [])
        spoiled = [each for each in spoiled_path(question, random) if each.one == question.one]
        for each in random.sample(spoiled, min(4, len(spoiled))):
            refused = log.refusal("extend", each.second, each.other, each.path)
            same_length = len(each.path) == len(question.path)
            assert refused == ("ConsistencyNotShown" if same_length else "ProofLengthWrong")
        log.send("extend", question.second, question.other, question.path)
        assert log.read("head")[:2] == [question.second, question.other]
