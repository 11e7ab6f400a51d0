"""The bench runs from end to end at small sizes, so that it cannot rot; no test judges its figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_small_run_gives_every_kind_of_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "ledger", "--quick", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    document = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    names = " ".join(row["name"] for row in document["rows"])
    for part in ("durable facts", "append to anchored", "gas an entry, extend", "inclusion proofs checked"):
        assert part in names
    assert {"name", "value", "unit", "peer", "peer_value", "aim", "met", "load"} == set(document["rows"][0])
    assert document["machine"]["cores"] > 0


def test_without_a_name_the_benches_are_listed() -> None:
    command = [sys.executable, "-m", "tests.bench"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make bench NAME=ledger" in ran.stdout
