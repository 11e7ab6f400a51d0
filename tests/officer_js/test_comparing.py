"""The comparison of the officer's page runs under Node.js as it is."""

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "api/static/js"


def test_what_is_printed_is_compared_by_label_and_line(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "Node is missing: install Node 20 or newer and run the tests again."
    for room in ("officer", "verifier"):
        shutil.copytree(SCRIPTS / room, tmp_path / room)
    shutil.copy(HERE / "comparing.test.mjs", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    ran = subprocess.run([node, "--test"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    passed = re.search(r"^(?:#|ℹ) pass (\d+)$", ran.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= (HERE / "comparing.test.mjs").read_text(encoding="utf-8").count('": [')
