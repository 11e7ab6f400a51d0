"""Writes ``documents.json`` and ``documents_fail.json`` anew; README.md says what they hold.

Run it as ``python -m tests.conformance.write_document_vectors``. The keys are made for each run.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.verify import agreement_cases, city

HERE = Path(__file__).parent
ORIGIN = "made by tests/conformance/write_document_vectors.py: one agreement over two documents"
DATE = "2026-11-27"
WHY = {
    "two-documents": "two documents, each kept by its signed PDF",
    "two-documents-swapped": "the signed PDFs stand in the order of the other document",
    "two-documents-one-missing": "one signed PDF is stated for two documents",
    "two-documents-one-more": "three signed PDFs are stated for two documents",
    "two-documents-document2-left-out": "the second document is not enclosed",
}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each case with the one check that then does not pass, if any."""
    for name, check, told in agreement_cases.cases():
        if name in WHY:
            bundle = base64.b64encode(told.encode()).decode()
            yield check, {"name": name, "why": WHY[name], "check": check or None, "bundle": bundle}


def main() -> None:
    """Write both files."""
    told = {"origin": ORIGIN, "date": DATE, "as_of": city.NOW.isoformat()}
    told["trust"] = city.trust_anchors().to_json().decode()
    every = list(cases())
    for file, failing in (("documents.json", False), ("documents_fail.json", True)):
        chosen = [case for check, case in every if bool(check) == failing]
        text = json.dumps({**told, "cases": chosen}, ensure_ascii=False, indent=1)
        (HERE / file).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
