"""The contract's tree on a real node: every growth to 300 and random ones to 2^40, hundreds in a call."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
import solcx
from eth_abi.abi import decode, encode
from eth_typing import HexStr
from eth_utils.crypto import keccak
from web3 import Web3

from api import hardhat
from ledger.compilation import CONTRACTS, SETTINGS, SOLC
from tests.fuzz.plain_tree import PlainTree
from tests.fuzz.proofs import Question, consistency, large, moved_numbers, spoiled_path

pytestmark = pytest.mark.slow

SMALL = 300
QUESTIONS_AT_ONCE, BATCHES_AT_ONCE = 300, 30  # in one call, whose calldata costs gas too
PROBE = hardhat.FOLDER / "test" / "MerkleTreeProbe.sol"
QUESTION, BATCH = "(uint64,bytes32,uint64,bytes32,bytes32[])", "(uint64,bytes32[],bytes32[])"


class Probe:
    """MerkleTreeProbe on a node of its own."""

    def __init__(self, url: str) -> None:
        self._web3 = Web3(Web3.HTTPProvider(url))
        sent = self._web3.eth.send_transaction(
            {"from": self._web3.eth.accounts[0], "data": HexStr(_bytecode())}
        )
        self._address = self._web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]

    def consistent(self, questions: Sequence[Question]) -> list[bool]:
        rows = [(each.first, each.one, each.second, each.other, each.path) for each in questions]
        return self._asked(f"consistent({QUESTION}[])", rows, "bool[]", at_once=QUESTIONS_AT_ONCE)

    def grown(self, batches: Sequence[tuple[int, tuple[bytes, ...], list[bytes]]]) -> list[bytes]:
        return self._asked(f"grown({BATCH}[])", batches, "bytes32[]", at_once=BATCHES_AT_ONCE)

    def _asked(self, function: str, rows: Sequence[Any], answer: str, *, at_once: int) -> list[Any]:
        selector, found = keccak(function.encode())[:4], list[Any]()
        types = [function.partition("(")[2][:-1]]
        remaining = iter(rows)
        while some := list(islice(remaining, at_once)):
            data = "0x" + (selector + encode(types, [some])).hex()
            answered = self._web3.eth.call({"to": self._address, "data": data})  # type: ignore[typeddict-item]
            found += decode([answer], answered)[0]
        return found


def _bytecode() -> str:
    sources = {f"contracts/{path.name}": path for path in CONTRACTS.glob("MerkleTree.sol")}
    sources[f"test/{PROBE.name}"] = PROBE
    request = {
        "language": "Solidity",
        "sources": {name: {"content": path.read_text("utf-8")} for name, path in sources.items()},
        "settings": {**SETTINGS, "outputSelection": {"*": {"MerkleTreeProbe": ["evm.bytecode.object"]}}},
    }
    compiled = solcx.compile_standard(request, solc_binary=SOLC)
    code: str = compiled["contracts"][f"test/{PROBE.name}"]["MerkleTreeProbe"]["evm"]["bytecode"]["object"]
    return f"0x{code}"


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    log: Path = tmp_path_factory.mktemp("hardhat") / "node.log"
    node = hardhat.start(log=log)
    yield Probe(node.url)
    node.stop()


@pytest.fixture(scope="module")
def plain() -> PlainTree:
    return PlainTree(6962, range(2 * SMALL + 1))


def test_every_extension_to_300_is_taken(probe: Probe, plain: PlainTree) -> None:
    questions = [consistency(plain, old, new) for new in range(2, SMALL + 1) for old in range(1, new)]
    assert len(questions) == SMALL * (SMALL - 1) // 2
    assert all(probe.consistent(questions))


def test_every_batch_after_every_size_to_300_gives_the_root_of_the_standard(
    probe: Probe, plain: PlainTree
) -> None:
    random = Random(300)  # noqa: S311 - the same cases in every run
    grown = [(size, size + batch) for size in range(SMALL + 1) for batch in (1, 2, random.randint(3, SMALL))]
    batches = [
        (old, plain.peaks(old), [plain.leaf(index) for index in range(old, new)]) for old, new in grown
    ]
    assert probe.grown(batches) == [plain.root(new) for _, new in grown]


def test_a_batch_after_up_to_2_to_the_40_entries_gives_the_root_of_the_standard(probe: Probe) -> None:
    random = Random(40)  # noqa: S311 - the same cases in every run
    batches, expected = [], []
    for _ in range(600):
        old, batch = random.randrange(1 << random.randint(1, 40)), random.randint(1, 9)
        tree = PlainTree(random.getrandbits(64), range(old, old + batch + 1))
        leaves = [tree.leaf(index) for index in range(old, old + batch)]
        batches.append((old, tree.peaks(old), leaves))
        expected.append(tree.root(old + batch))
    assert probe.grown(batches) == expected


def test_a_spoiled_extension_meets_the_same_answer_as_in_python(probe: Probe) -> None:
    random = Random(41)  # noqa: S311 - the same cases in every run
    questions: list[Question] = []
    for _ in range(150):
        base, _ = large(random)
        questions += [base, *spoiled_path(base, random), *moved_numbers(base)]
    answers = [question.holds() for question in questions]
    assert True in answers
    assert False in answers
    assert probe.consistent(questions) == answers


def test_the_probe_is_no_contract_of_the_house() -> None:
    held = json.loads((hardhat.FOLDER.parent / "ledger/artifacts/EvidenceLog.json").read_text("utf-8"))
    assert "consistent" not in {part.get("name") for part in held["abi"]}
