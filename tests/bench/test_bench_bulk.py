"""The bench of issuing in bulk runs from end to end at small sizes, and loses and doubles nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_small_run_gives_every_kind_of_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "bulk", "--quick", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = {row["name"]: row for row in json.loads((tmp_path / "bulk.json").read_text("utf-8"))["rows"]}
    for part in ("checked", "certificates issued", "CPU of one certificate", "p99", "sealed PDF", "2 kills"):
        assert any(part in name for name in rows)
    counted = [row["value"] for name, row in rows.items() if row["unit"] == ""]
    assert counted == [0] * 8
