"""The Merkle library of Go's transparency logs and evidence.merkle answer alike, spoiled proofs or not."""

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.plain_tree import PlainTree
from tests.fuzz.proofs import Question, consistency, inclusion, large, moved_numbers, spoiled_path

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).resolve().parents[1] / "conformance" / "oracle"
SMALL = 300


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built from its source and the locked module."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")
    assert go, "go is one of the outside tools of the slow lane"
    built = tmp_path_factory.mktemp("oracle") / "oracle"
    subprocess.run([go, "build", "-o", built, "."], cwd=SOURCE, check=True)
    return built


def answers(oracle: Path, questions: list[Question]) -> list[bool]:
    asked = "".join(f"{question.line()}\n" for question in questions)
    told = subprocess.run([oracle], input=asked, capture_output=True, text=True, check=True).stdout.split()
    assert len(told) == len(questions)
    return [answer == "yes" for answer in told]


def test_every_proof_to_300_is_taken(oracle: Path) -> None:
    tree = PlainTree(6962, range(SMALL + 1))
    pairs = [(old, new) for new in range(2, SMALL + 1) for old in range(1, new)]
    questions = [make(tree, *pair) for pair in pairs for make in (consistency, inclusion)]
    assert all(answers(oracle, questions))


def test_random_proofs_to_2_to_the_40_and_all_their_spoiled_ones_are_answered_alike(oracle: Path) -> None:
    random = Random(42)  # noqa: S311 - the same cases in every run
    questions: list[Question] = []
    for _ in range(400):
        for base in large(random):
            questions += [base, *spoiled_path(base, random), *moved_numbers(base)]
    ours = [question.holds() for question in questions]
    assert True in ours
    assert False in ours
    assert answers(oracle, questions) == ours
