from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evidence.checkpoint import Checkpoint, sign_checkpoint
from evidence.errors import (
    CheckpointMalformed,
    ProofInvalid,
    ReceiptMalformed,
    SignatureInvalid,
    StatementMalformed,
)
from evidence.keys import LocalSigner
from evidence.merkle import leaf_hash
from evidence.receipt import Receipt, check_receipt, read_receipt, sign_receipt
from evidence.statement import Statement, StatementType, sign

ORIGIN = "shifan.example/log"
LEAF = leaf_hash(b"entry")


@pytest.fixture
def receipt(receipt_for: Callable[[bytes], Receipt]) -> Receipt:
    return receipt_for(LEAF)


def test_an_anchored_receipt_reads_back(receipt: Receipt, log: LocalSigner) -> None:
    assert check_receipt(sign_receipt(receipt, log), origin=ORIGIN, key=log.key) == receipt


def test_a_receipt_without_anchor_reads_back(receipt: Receipt, log: LocalSigner) -> None:
    checkpointed = replace(receipt, anchor=None)
    assert check_receipt(sign_receipt(checkpointed, log), origin=ORIGIN, key=log.key) == checkpointed


def test_a_receipt_of_a_fresh_entry_reads_back(receipt: Receipt, log: LocalSigner) -> None:
    recorded = replace(receipt, anchor=None, checkpoint=None, path=())
    assert check_receipt(sign_receipt(recorded, log), origin=ORIGIN, key=log.key) == recorded


def test_reading_trusts_nothing(receipt: Receipt, log: LocalSigner) -> None:
    assert read_receipt(sign_receipt(receipt, log)) == receipt


def test_a_receipt_by_another_key_is_refused(receipt: Receipt, log: LocalSigner, agency: LocalSigner) -> None:
    with pytest.raises(SignatureInvalid):
        check_receipt(sign_receipt(receipt, agency), origin=ORIGIN, key=log.key)


def test_a_receipt_of_another_log_is_refused(receipt: Receipt, log: LocalSigner) -> None:
    with pytest.raises(ReceiptMalformed, match="origin"):
        check_receipt(sign_receipt(receipt, log), origin="another.example/log", key=log.key)


def test_a_checkpoint_of_another_log_is_refused(receipt: Receipt, log: LocalSigner) -> None:
    borrowed = sign_checkpoint(Checkpoint("another.example/log", 3, LEAF), log)
    signed = sign_receipt(replace(receipt, checkpoint=borrowed), log)
    with pytest.raises(CheckpointMalformed):
        check_receipt(signed, origin=ORIGIN, key=log.key)


def test_a_path_that_leads_elsewhere_is_refused(receipt: Receipt, log: LocalSigner) -> None:
    signed = sign_receipt(replace(receipt, index=0), log)
    with pytest.raises(ProofInvalid):
        check_receipt(signed, origin=ORIGIN, key=log.key)


@pytest.mark.parametrize(
    "change",
    [
        {"checkpoint": None},
        {"checkpoint": None, "path": ()},
        {"index": -1},
        {"leaf": b"short"},
        {"path": (b"short",)},
    ],
    ids=["path-alone", "anchor-alone", "index", "leaf", "path"],
)
def test_a_receipt_of_another_form_is_not_signed(
    receipt: Receipt, log: LocalSigner, change: dict[str, Any]
) -> None:
    with pytest.raises(ReceiptMalformed):
        sign_receipt(replace(receipt, **change), log)


def test_an_anchor_of_another_form_is_not_signed(receipt: Receipt, log: LocalSigner) -> None:
    assert receipt.anchor is not None
    anchor = replace(receipt.anchor, contract=bytes(32))
    with pytest.raises(ReceiptMalformed, match=r"anchor\.contract"):
        sign_receipt(replace(receipt, anchor=anchor), log)


def test_a_receipt_from_before_the_depth_was_kept_reads_back(receipt: Receipt, log: LocalSigner) -> None:
    assert receipt.anchor is not None
    older = replace(receipt, anchor=replace(receipt.anchor, depth=None))
    assert check_receipt(sign_receipt(older, log), origin=ORIGIN, key=log.key) == older


@pytest.mark.parametrize("depth", [0, -1])
def test_an_anchor_under_no_block_is_not_signed(receipt: Receipt, log: LocalSigner, depth: int) -> None:
    assert receipt.anchor is not None
    with pytest.raises(ReceiptMalformed, match=r"anchor\.depth"):
        sign_receipt(replace(receipt, anchor=replace(receipt.anchor, depth=depth)), log)


def test_a_checkpoint_of_another_form_is_not_signed(receipt: Receipt, log: LocalSigner) -> None:
    with pytest.raises(CheckpointMalformed):
        sign_receipt(replace(receipt, checkpoint="believe me"), log)


def test_another_statement_is_no_receipt(statement: Callable[..., Statement], log: LocalSigner) -> None:
    with pytest.raises(ReceiptMalformed, match="typ"):
        read_receipt(sign(statement(StatementType.CONSENT), log))


def test_bytes_that_are_no_statement_are_refused() -> None:
    with pytest.raises(StatementMalformed):
        read_receipt(b"bare bytes")
