"""The bench of joint signing runs from end to end at small sizes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_small_run_gives_every_kind_of_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "signing", "--quick", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    document = json.loads((tmp_path / "signing.json").read_text(encoding="utf-8"))
    names = " ".join(row["name"] for row in document["rows"])
    for part in ("legal moment", "detached", "sealed PDF", "assembly", "growth", "validation of 3"):
        assert part in names
    assert [row["name"] for row in document["rows"] if row["peer"] is None] == [
        "3 parties at once, first to last legal moment"
    ]
