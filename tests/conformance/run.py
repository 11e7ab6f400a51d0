"""Puts every case to a verifier and tells which answers differ.

The command gets the folders of the cases as its last arguments and prints one line for each, in their order;
with ``--each`` it is started anew for each folder. README.md is the whole protocol.

    python -m tests.conformance.run -- python -m tests.conformance.verify_case
    python -m tests.conformance.run --only 'qr-*' -- node tests/conformance/verify_case.mjs
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conformance.case import ReadCase, every

UNUSABLE = 3
_EXIT = {"TOTAL-PASSED": 0, "TOTAL-FAILED": 1, "INDETERMINATE": 2}
_GRAVEST_FIRST = (UNUSABLE, 1, 2, 4, 0)


@dataclass(frozen=True)
class Difference:
    """A case in which a verifier answered otherwise, and in what."""

    name: str
    what: str


def exit_code(expected: bytes) -> int:
    """The exit code that goes with an expected line."""
    report = json.loads(expected)
    if "refused" in report:
        return UNUSABLE
    code = _EXIT[report["conclusion"]]
    return 4 if code == 0 and report["answer"] == "NOT_IN_FORCE" else code


def differences(cases: Sequence[ReadCase], command: Sequence[str], *, each: bool = False) -> list[Difference]:
    """Run ``command`` over the cases, at once or ``each`` by itself, and give where it differs."""
    if each:
        return [found for case in cases for found in differences([case], command)]
    ran = subprocess.run([*command, *(str(case.folder) for case in cases)], capture_output=True, check=False)
    lines = ran.stdout.splitlines(keepends=True)
    found = list(_differing(cases, lines))
    codes = {exit_code(case.expected) for case in cases}
    expected = next(code for code in _GRAVEST_FIRST if code in codes)
    if ran.returncode != expected:
        name = cases[0].folder.name if len(cases) == 1 else "all together"
        found.append(Difference(name, f"exit code {ran.returncode}, expected {expected}"))
    if found and ran.stderr:
        sys.stderr.write(ran.stderr.decode(errors="replace"))
    return found


def _differing(cases: Sequence[ReadCase], lines: Sequence[bytes]) -> Iterator[Difference]:
    for place, case in enumerate(cases):
        if place >= len(lines):
            yield Difference(case.folder.name, "no answer")
        elif lines[place] != case.expected:
            yield Difference(case.folder.name, _told(case.expected, lines[place]))
    if len(lines) > len(cases):
        yield Difference("all together", f"{len(lines)} lines for {len(cases)} cases")


def _told(expected: bytes, given: bytes) -> str:
    try:
        wanted, got = json.loads(expected), json.loads(given)
    except ValueError:
        return "no JSON"
    members = list(_members(wanted, got, "")) if isinstance(got, dict) else ["the whole answer"]
    return "; ".join(members[:4]) or "the same content in other bytes, which must be those of RFC 8785"


def _members(wanted: Any, got: Any, path: str) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted(wanted.keys() | got.keys()):
            yield from _members(wanted.get(key), got.get(key), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for place, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _members(one, other, f"{path}.{place}")
    elif wanted != got:
        yield f"{path[1:]} is {got!r}, expected {wanted!r}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what differs; 0 when nothing does."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.run", description=__doc__)
    parser.add_argument("--each", action="store_true", help="start the command anew for each case")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="names of cases, as 'qr-*'")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    asked = parser.parse_args(arguments)
    cases = [case for case in every() if case.folder.match(asked.only)]
    if not cases:
        parser.error(f"no case is named {asked.only}")
    found = differences(cases, asked.command, each=asked.each)
    for one in found:
        sys.stdout.write(f"{one.name}: {one.what}\n")
    sys.stdout.write(f"{len(cases)} cases, {len({one.name for one in found})} differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
