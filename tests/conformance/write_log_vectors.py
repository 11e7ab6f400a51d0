"""Writes ``log.json``, ``log_fail.json`` and ``log_unpinned.json`` anew; README.md says what each holds.

Run it as ``python -m tests.conformance.write_log_vectors``. The tree is the published one of ``merkle.json``.
The Ed25519 key is made of 32 zero bytes, so that every run writes the same files.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.conformance import log_cases, signed_cases
from tests.conformance.log_cases import Case

HERE = Path(__file__).parent
ORIGIN = "made by tests/conformance/write_log_vectors.py over the tree of merkle.json"
DATE = "2026-11-25"


def written(case: Case) -> dict[str, Any]:
    """Give the case as JSON: numbers as decimal text, hashes as hexadecimal."""
    members = {
        "check": case.check,
        "why": case.why,
        **{name: plain(value) for name, value in case.given.items()},
    }
    expected = {"refused": case.refused, "solidity": case.solidity, "javascript": case.javascript}
    return members | {name: value for name, value in expected.items() if value is not None}


def plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case int():
            return str(value)
        case str() | None:
            return value
        case Sequence():
            return [plain(each) for each in value]
    raise TypeError(value)


def write(name: str, cases: Iterable[Case]) -> None:
    """Write one file, a case a line."""
    lines = ",\n  ".join(json.dumps(written(case), ensure_ascii=False) for case in cases)
    text = f'{{\n "origin": "{ORIGIN}",\n "date": "{DATE}",\n "cases": [\n  {lines}\n ]\n}}\n'
    (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write("log.json", [*log_cases.good(), *signed_cases.good()])
    write("log_fail.json", [*log_cases.bad(), *signed_cases.bad()])
    write("log_unpinned.json", log_cases.unpinned())
