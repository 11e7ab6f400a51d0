"""The comparison of the officer's page runs under Node.js as it is."""

from pathlib import Path

from tests.officer_js.by_node import HERE, passed


def test_what_is_printed_is_compared_by_label_and_line(tmp_path: Path) -> None:
    cases = (HERE / "comparing.test.mjs").read_text(encoding="utf-8").count('": [')
    assert passed("comparing.test.mjs", tmp_path) >= cases
