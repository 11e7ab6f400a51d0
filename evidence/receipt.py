"""A receipt: the log's signed word that an entry is in it, and how far that is settled.

An entry is first *recorded* (the receipt has neither checkpoint nor anchor), then *checkpointed* (with a
checkpoint and the path to it), then *anchored* (also with the chain transaction whose head covers the
checkpoint).
The log's one Ed25519 key signs receipts and checkpoints alike.

    receipt = check_receipt(encoded, origin="shifan.example/log", key=log_key)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evidence.canonical import Value
from evidence.checkpoint import check_checkpoint, read_checkpoint
from evidence.errors import ReceiptMalformed, ReceiptOfAnotherChain, ReceiptOfAnotherLog
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.merkle import HASH_BYTES, check_inclusion
from evidence.statement import Statement, StatementType, check, read, sign

ADDRESS_BYTES = 20


@dataclass(frozen=True)
class Anchor:
    """Where the chain holds it: contract of 20 bytes, transaction and block hash of 32 bytes each.

    ``depth`` is how many blocks the chain had from that block on, its own counted, when the log found the
    transaction final. It is None in receipts from before it was kept.
    """

    chain_id: int
    contract: bytes
    transaction: bytes
    block_hash: bytes
    block_number: int
    depth: int | None = None


@dataclass(frozen=True)
class Receipt:
    """Entry ``index`` (from 0) of the log ``origin`` has this 32-byte ``leaf``.

    ``checkpoint`` is a signed note and ``path`` the inclusion path to its root, nearest the leaf first; both
    are empty until a checkpoint covers the entry. ``anchor`` is there once the chain's word is final.
    """

    origin: str
    index: int
    leaf: bytes
    checkpoint: str | None
    path: tuple[bytes, ...]
    anchor: Anchor | None
    issued_at: datetime


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """Return the receipt as a signed statement.

    Raises:
        ReceiptMalformed: a part has a wrong length, or path or anchor stand without a checkpoint.
    """
    statement = Statement(StatementType.RECEIPT, receipt.origin, receipt.issued_at, _body(receipt))
    signed = sign(statement, signer)
    read_receipt(signed)
    return signed


def read_receipt(encoded: bytes) -> Receipt:
    """Read a receipt without trusting it.

    Raises:
        StatementMalformed: the bytes are not a signed statement.
        ReceiptMalformed: the statement is not a receipt.
        CheckpointMalformed: its checkpoint is not one.
    """
    return _receipt(read(encoded).statement)


def check_receipt(encoded: bytes, *, origin: str, key: VerifyingKey) -> Receipt:
    """Check a receipt of the log ``origin``: signature, and checkpoint and inclusion where it has them.

    Raises:
        StatementMalformed: the bytes are not a signed statement.
        ReceiptMalformed: the statement is not a receipt.
        ReceiptOfAnotherLog: it names another log.
        CheckpointMalformed: its checkpoint is not one of this log.
        SignatureInvalid: receipt or checkpoint is not signed with ``key``.
        ProofInvalid: the path does not lead from the leaf to the checkpoint's root.
    """
    receipt = _receipt(check(encoded, key))
    if receipt.origin != origin:
        raise ReceiptOfAnotherLog(place="origin", origin=receipt.origin, expected=origin)
    if receipt.checkpoint is not None:
        checkpoint = check_checkpoint(receipt.checkpoint, origin, key)
        check_inclusion(
            leaf=receipt.leaf,
            index=receipt.index,
            size=checkpoint.size,
            path=receipt.path,
            root=checkpoint.root,
        )
    return receipt


def check_anchor(anchor: Anchor, *, chain_id: int, contract: bytes) -> None:
    """Check that ``anchor`` names the pinned chain and its log contract (20 bytes), whatever else it claims.

    Raises:
        ReceiptOfAnotherChain: it names another.
    """
    if (anchor.chain_id, anchor.contract) != (chain_id, contract):
        raise ReceiptOfAnotherChain(chain=anchor.chain_id, contract=f"0x{anchor.contract.hex()}")


def _body(receipt: Receipt) -> Mapping[str, Value]:
    return {
        "index": receipt.index,
        "leaf": receipt.leaf,
        "checkpoint": receipt.checkpoint,
        "path": receipt.path,
        "anchor": None if receipt.anchor is None else _anchored(receipt.anchor),
    }


def _anchored(anchor: Anchor) -> Mapping[str, Value]:
    depth = {} if anchor.depth is None else {"depth": anchor.depth}
    return {
        "chain_id": anchor.chain_id,
        "contract": anchor.contract,
        "transaction": anchor.transaction,
        "block_hash": anchor.block_hash,
        "block_number": anchor.block_number,
        **depth,
    }


def _receipt(statement: Statement) -> Receipt:
    if statement.type is not StatementType.RECEIPT:
        raise ReceiptMalformed(place="typ")
    fields = Fields(statement.body, ReceiptMalformed)
    receipt = Receipt(
        origin=statement.issuer,
        index=fields.count("index"),
        leaf=fields.octets("leaf", length=HASH_BYTES),
        checkpoint=None if fields.absent("checkpoint") else fields.text("checkpoint"),
        path=fields.octets_list("path", length=HASH_BYTES),
        anchor=None if fields.absent("anchor") else _anchor(fields.fields("anchor")),
        issued_at=statement.issued_at,
    )
    fields.done()
    if receipt.checkpoint is not None:
        read_checkpoint(receipt.checkpoint)
    elif receipt.path or receipt.anchor:
        raise ReceiptMalformed(place="checkpoint")
    return receipt


def _anchor(fields: Fields) -> Anchor:
    anchor = Anchor(
        chain_id=fields.count("chain_id"),
        contract=fields.octets("contract", length=ADDRESS_BYTES),
        transaction=fields.octets("transaction", length=HASH_BYTES),
        block_hash=fields.octets("block_hash", length=HASH_BYTES),
        block_number=fields.count("block_number"),
        depth=fields.count("depth") if fields.has("depth") else None,
    )
    fields.done()
    if anchor.depth == 0:
        raise ReceiptMalformed(place="anchor.depth")
    return anchor
