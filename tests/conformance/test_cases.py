"""The conformance suite: both verifiers give what is expected, and each case fails where it says."""

import json
import shutil
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import write_cases
from tests.conformance.case import EXPECTED, ReadCase, every
from tests.conformance.run import differences, main

HERE = Path(__file__).parent
CASES = tuple(every())
PYTHON = (sys.executable, "-m", "tests.conformance.verify_case")
WRITTEN_WITH = "1.2.13"
"""The zlib that compressed what is in the cases; under another one their reports alone are compared."""

UNASKED = {"anchor", "withdrawal"}
"""Offline nobody looked the anchor up, nor whether a copy was withdrawn: neither touches the conclusion."""

FORM_FIRST = {"disclosures", "entry"}
"""What a bundle's reader finds before it is asked about: check 1 fails, and nothing else is told."""


def report(case: ReadCase) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(case.expected)
    return read


def not_passed(case: ReadCase) -> list[str]:
    """The checks that did not pass; of an authorization nobody offline knows that it was not revoked."""
    found = report(case)
    open_ = ("status", "INDETERMINATE") if found["kind"] == "authorization" else None
    return [
        check["name"]
        for check in found["checks"]
        if check["outcome"] != "TOTAL-PASSED"
        and check["name"] not in UNASKED
        and (check["name"], check["outcome"]) != open_
    ]


def test_the_python_verifier_gives_every_expected_report() -> None:
    assert differences(CASES, PYTHON) == []


def test_the_javascript_verifier_gives_every_expected_report() -> None:
    node = shutil.which("node")
    assert node, "Node is missing: install Node 20 or newer and run the tests again."
    assert differences(CASES, (node, str(HERE / "verify_case.mjs"))) == []


def test_a_case_fails_first_at_the_check_that_it_names() -> None:
    for case in CASES:
        check, found = case.about["check"], report(case)
        assert case.folder.name.endswith("_fail") == (check is not None)
        if check == "input":
            assert list(found) == ["refused"]
        else:
            assert not_passed(case)[:1] == ([] if check is None else [check]), case.folder.name


def test_what_a_case_must_not_pass_is_never_accepted() -> None:
    for case in CASES:
        found = report(case)
        if case.about["check"] not in (None, "input"):
            assert (found["conclusion"], found["answer"]) != ("TOTAL-PASSED", "IN_FORCE"), case.folder.name


def test_every_check_fails_in_some_case() -> None:
    checks = [check for case in CASES for check in report(case).get("checks", ())]
    failing = {check["name"] for check in checks if check["outcome"] == "TOTAL-FAILED"}
    assert {check["name"] for check in checks} - failing == FORM_FIRST | {"withdrawal"}


def test_a_verifier_that_answers_otherwise_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    read = "import sys; expected = open(f'{sys.argv[1]}/expected.json').read()"
    denying = f"{read}; print(expected.replace('IN_FORCE', 'UNKNOWN'), end='')"
    assert main(["--only", "qr-in-force", "--each", "--", sys.executable, "-c", denying]) == 1
    assert "qr-in-force: answer is 'UNKNOWN', expected 'IN_FORCE'" in capsys.readouterr().out
    assert main(["--only", "qr-in-force", "--", sys.executable, "-c", "raise SystemExit(1)"]) == 1
    assert "no answer" in capsys.readouterr().out


@pytest.mark.slow
def test_the_committed_cases_are_what_their_makers_write(tmp_path: Path) -> None:
    write_cases.write(tmp_path)
    same_bytes = zlib.ZLIB_RUNTIME_VERSION == WRITTEN_WITH
    assert {each.name for each in tmp_path.iterdir()} == {case.folder.name for case in CASES}
    for case in CASES:
        made = {each.name: each.read_bytes() for each in (tmp_path / case.folder.name).iterdir()}
        assert EXPECTED in made
        kept = {each.name: each.read_bytes() for each in case.folder.iterdir()}
        if not same_bytes:
            made, kept = ({EXPECTED: files[EXPECTED]} for files in (made, kept))
        assert made == kept, (
            f"{case.folder.name}: run python -m tests.conformance.write_cases, read what changed"
        )
