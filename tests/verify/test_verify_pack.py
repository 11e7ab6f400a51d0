"""Packs: verified as their bundles are, whatever program packed them, and nothing in them is loose."""

import pytest

from tests.verify import agreement_packs, city
from verify import pack
from verify.checks import Outcome
from verify.errors import PackTooLarge, PackWithoutBundle
from verify.pack import BUNDLE, is_pack, verify_pack
from verify.report import Report

PACKS = dict(agreement_packs.packs())


def verified(data: bytes) -> Report:
    return verify_pack(data, city.trust_anchors(), as_of=city.NOW)


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("pack", set()),
        ("pack-compressed", set()),
        ("pack-with-a-file-exchanged", {"files"}),
        ("pack-with-a-file-more", {"files"}),
        ("pack-with-an-altered-bundle", {"form"}),
        ("pack-with-a-damaged-file", {"form"}),
    ],
)
def test_what_is_changed_in_a_pack_fails_its_own_check_alone(name: str, failed: set[str]) -> None:
    checks = verified(PACKS[name]).checks
    assert {check.name for check in checks if check.outcome is Outcome.FAILED} == failed


def test_a_damaged_file_is_named() -> None:
    assert "the file 0.file of the pack" in verified(PACKS["pack-with-a-damaged-file"]).why.en


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", agreement_packs.zipped({"report.pdf": b""})])
def test_a_zip_that_is_no_pack_is_refused(data: bytes) -> None:
    assert is_pack(data)
    with pytest.raises(PackWithoutBundle):
        verified(data)


def test_a_pack_of_more_than_any_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "MOST_BYTES", 100)
    with pytest.raises(PackTooLarge):
        verified(agreement_packs.zipped({BUNDLE: bytes(101)}))
