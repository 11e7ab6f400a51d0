"""The published agreements over two documents, as the Python verifier judges them."""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.trust import TrustAnchors

HERE = Path(__file__).parent
FILES = ("documents.json", "documents_fail.json")
READ: dict[str, dict[str, Any]] = {
    name: json.loads((HERE / name).read_text(encoding="utf-8")) for name in FILES
}
CASES = [(name, case) for name in FILES for case in READ[name]["cases"]]


@pytest.mark.parametrize(("file", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_documents_that_are_not_those_signed_are_refused_by_their_own_check(
    file: str, case: dict[str, Any]
) -> None:
    trust, at = TrustAnchors.parse(READ[file]["trust"].encode()), READ[file]["as_of"]
    report = verify_bundle(base64.b64decode(case["bundle"]), trust, as_of=datetime.fromisoformat(at))
    doubtful = [each.name for each in report.checks if each.outcome is not Outcome.PASSED]
    expected = [] if case["check"] is None else [case["check"]]
    assert [name for name in doubtful if name != "anchor"] == expected
    assert (report.conclusion is Outcome.PASSED) == (file == "documents.json")
