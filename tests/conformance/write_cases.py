"""Writes ``cases/`` anew: ``python -m tests.conformance.write_cases``.

Keys and signatures are fixed (``tests.verify.fixed_keys``), so that the same makers write the same bytes:
what differs afterwards is what the change since then made different. Read that before committing it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.conformance import certificate_cases, joint_cases, list_cases, qr_cases, shown_cases, trust_cases
from tests.conformance.case import CASES, EXPECTED, Case
from tests.conformance.verify_case import judged


def made() -> Iterator[Case]:
    """Every case."""
    yield from qr_cases.cases()
    yield from list_cases.cases()
    yield from certificate_cases.cases()
    yield from joint_cases.cases()
    yield from shown_cases.cases()
    yield from trust_cases.cases()


def write(folder: Path) -> None:
    """Write a folder for each case below ``folder``; what is expected is what the Python verifier says."""
    for case in made():
        below = folder / case.folder
        below.mkdir(parents=True)
        for name, content in case.files().items():
            (below / name).write_bytes(content)
        (below / EXPECTED).write_bytes(judged(below)[0])


def main() -> None:
    """Write all cases where they belong."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / CASES.name
        write(written)
        shutil.rmtree(CASES, ignore_errors=True)
        shutil.copytree(written, CASES)


if __name__ == "__main__":
    main()
