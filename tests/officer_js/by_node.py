"""Runs a script of tests of the officer's page under Node.js, beside the page's own modules."""

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "api/static/js"


def passed(script: str, folder: Path) -> int:
    """Run ``script`` in ``folder``; give how many of its tests passed, of which none may fail."""
    node = shutil.which("node")
    assert node, "Node is missing: install Node 20 or newer and run the tests again."
    for room in ("officer", "verifier"):
        shutil.copytree(SCRIPTS / room, folder / room)
    shutil.copy(HERE / script, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    ran = subprocess.run([node, "--test"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"^(?:#|ℹ) pass (\d+)$", ran.stdout, re.MULTILINE)
    assert counted is not None
    return int(counted[1])
