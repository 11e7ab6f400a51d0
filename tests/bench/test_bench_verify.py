"""The bench of verification runs from end to end at small sizes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.browser
def test_the_small_run_gives_every_kind_of_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "verify", "--quick", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    document = json.loads((tmp_path / "verify.json").read_text(encoding="utf-8"))
    names = " ".join(row["name"] for row in document["rows"])
    for part in (
        "Python",
        "Node.js",
        "Chromium",
        "version",
        "published",
        "online answer",
        "suspension",
        "phone",
    ):
        assert part in names
    assert {row["met"] for row in document["rows"] if "version" in row["name"]} == {True}
    assert any("Blockcerts" in reason for reason in document["skipped"])
