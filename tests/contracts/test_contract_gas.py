"""What a growth of the log costs. Gas does not depend on the machine; ``pytest -s`` prints the table."""

from typing import Any

import pytest

from evidence import merkle
from tests.contracts.conftest import OPERATOR

LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(11_000)]


def _report(what: str, gas: int, entries: int) -> None:
    print(f"\n{what}: {gas:,} gas, {gas / entries:,.1f} an entry")  # noqa: T201 - shown by pytest -s


@pytest.mark.parametrize(("batch", "most"), [(1, 50_000), (100, 1_600), (1_000, 1_400), pytest.param(10_000, 1_300, marks=pytest.mark.slow)])
def test_an_appended_entry_stays_below_its_price(log: Any, batch: int, most: int) -> None:
    log.send("append", [], LEAVES[:1])
    used = log.send("append", [LEAVES[0]], LEAVES[1 : 1 + batch])["gasUsed"]
    _report(f"append of {batch:,}", used, batch)
    assert used / batch < most


def test_an_extension_by_ten_thousand_entries_stays_below_seventy_thousand(log: Any) -> None:
    log.send("extend", 1_001, merkle.root(LEAVES[:1_001]), [])
    path = merkle.consistency_path(LEAVES, 1_001)
    used = log.send("extend", len(LEAVES), merkle.root(LEAVES), path)["gasUsed"]
    _report(f"extend by 9,999 with {len(path)} hashes", used, 9_999)
    assert used < 70_000


def test_a_status_change_stays_below_forty_thousand(register: Any) -> None:
    issuer, key = OPERATOR, merkle.EMPTY_ROOT
    register.send("change", issuer, key, 1, 7)
    used = register.send("change", issuer, key, 2, 8)["gasUsed"]
    _report("status change", used, 1)
    assert used < 40_000
