"""What the officer's page takes on trust, fetched under Node.js as it is."""

import shutil
from pathlib import Path

from tests.officer_js.by_node import HERE, passed

CASES = HERE.parent / "conformance/cases"


def test_only_lists_that_their_issuers_signed_replace_the_kept_ones(tmp_path: Path) -> None:
    shutil.copytree(CASES / "qr-in-force", tmp_path / "genuine")
    shutil.copytree(CASES / "qr-list-by-unknown-key_fail", tmp_path / "stranger")
    shutil.copytree(CASES / "qr-delta-by-unknown-key_fail", tmp_path / "change-by-stranger")
    assert passed("anchors.test.mjs", tmp_path) == 3
