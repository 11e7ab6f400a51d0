"""The cases about what the log signs: checkpoints and receipts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.canonical import Value
from evidence.checkpoint import Checkpoint, sign_checkpoint
from evidence.keys import LocalSigner
from evidence.merkle import inclusion_path, node_hash, root
from evidence.receipt import Anchor, Receipt, sign_receipt
from evidence.statement import Statement, StatementType, sign
from tests.conformance.log_cases import ANOTHER, LEAVES, LIMIT, Case

LOG, OTHER_LOG = "shifan.example/log", "another.example/log"
SIGNER = LocalSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER_SIGNER = LocalSigner(Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
MOMENT = datetime(2026, 5, 2, 8, 30, tzinfo=UTC)
CHAIN, CONTRACT = 31337, b"\x0c" * 20
CHECKPOINT = Checkpoint(LOG, 8, root(LEAVES))
NOTE = sign_checkpoint(CHECKPOINT, SIGNER)
ANCHOR = Anchor(CHAIN, CONTRACT, transaction=b"\x0a" * 32, block_hash=b"\x0b" * 32, block_number=7)
RECEIPT = Receipt(LOG, 5, LEAVES[5], NOTE, inclusion_path(LEAVES, 5), ANCHOR, MOMENT)
BODY: Mapping[str, Value] = {
    "index": 5,
    "leaf": LEAVES[5],
    "checkpoint": NOTE,
    "path": list(RECEIPT.path),
    "anchor": {
        "chain_id": CHAIN,
        "contract": CONTRACT,
        "transaction": ANCHOR.transaction,
        "block_hash": ANCHOR.block_hash,
        "block_number": 7,
    },
}


def checkpoint(note: str, why: str) -> Case:
    return Case("checkpoint", why, {"note": note, "origin": LOG, "spki": SIGNER.key.spki})


def receipt(encoded: bytes, why: str) -> Case:
    pinned = {"origin": LOG, "spki": SIGNER.key.spki, "chain_id": CHAIN, "contract": CONTRACT}
    return Case("receipt", why, {"encoded": encoded, **pinned})


def good() -> Iterator[Case]:
    yield checkpoint(NOTE, "eight entries")
    yield checkpoint(
        sign_checkpoint(replace(CHECKPOINT, size=LIMIT - 1), SIGNER), "as many entries as a log can have"
    )
    yield receipt(sign_receipt(RECEIPT, SIGNER), "anchored")
    deep = replace(RECEIPT, anchor=replace(ANCHOR, depth=12))
    yield receipt(sign_receipt(deep, SIGNER), "anchored, with its depth")
    yield receipt(sign_receipt(replace(RECEIPT, anchor=None), SIGNER), "checkpointed")
    yield receipt(sign_receipt(replace(RECEIPT, anchor=None, checkpoint=None, path=()), SIGNER), "recorded")


def bad() -> Iterator[Case]:
    for note, why, refused in _bad_notes():
        yield replace(checkpoint(note, why), refused=refused)
    for encoded, why, refused in _bad_receipts():
        yield replace(receipt(encoded, why), refused=refused)


def _bad_notes() -> Iterator[tuple[str, str, str]]:
    another = sign_checkpoint(replace(CHECKPOINT, origin=OTHER_LOG), SIGNER)
    yield another, "a checkpoint of another log", "checkpoint-of-another-log"
    yield sign_checkpoint(CHECKPOINT, OTHER_SIGNER), "signed with another key", "key-differs"
    yield NOTE.replace("\n8\n", "\n7\n"), "another size than was signed", "signature-invalid"
    yield NOTE.replace("\n8\n", f"\n{LIMIT}\n"), "a size of 2^63", "checkpoint-malformed"
    yield NOTE.replace("\n8\n", f"\n{2 * LIMIT + 8}\n"), "a size of 2^64 + 8", "checkpoint-malformed"
    yield NOTE.replace("\n8\n", "\n-8\n"), "a negative size", "checkpoint-malformed"
    yield NOTE.replace("\n8\n", "\n08\n"), "a size with a leading zero", "checkpoint-malformed"
    yield NOTE.replace("\n8\n", "\n8.0\n"), "a size that is no whole number", "checkpoint-malformed"
    yield _with_root(NOTE, "A" * 40 + "=="), "a root of 29 bytes", "checkpoint-malformed"
    yield _with_root(NOTE, "A" * 44), "a root of 33 bytes", "checkpoint-malformed"
    yield NOTE.partition("\n\n")[0] + "\n\n", "no signature", "checkpoint-malformed"
    yield NOTE + NOTE.splitlines()[-1] + "\n", "a signature twice", "checkpoint-malformed"
    yield NOTE.replace("\n\n", "\nextension\n\n"), "an extension line", "checkpoint-malformed"


def _bad_receipts() -> Iterator[tuple[bytes, str, str]]:
    elsewhere, other_contract = replace(ANCHOR, chain_id=1), replace(ANCHOR, contract=b"\x0d" * 20)
    of_another_chain = "receipt-of-another-chain"
    yield (
        sign_receipt(replace(RECEIPT, anchor=elsewhere), SIGNER),
        "a receipt of another chain",
        of_another_chain,
    )
    yield (
        sign_receipt(replace(RECEIPT, anchor=other_contract), SIGNER),
        "a receipt of another contract on the chain",
        of_another_chain,
    )
    yield (
        sign_receipt(replace(RECEIPT, origin=OTHER_LOG), SIGNER),
        "a receipt of another log under the same key",
        "receipt-of-another-log",
    )
    yield sign_receipt(RECEIPT, OTHER_SIGNER), "signed with another key", "key-differs"
    yield sign_receipt(RECEIPT, SIGNER)[:-1], "the last byte is missing", "statement-malformed"
    for change, why, refused in _bad_bodies():
        stated = Statement(StatementType.RECEIPT, LOG, MOMENT, {**BODY, **change})
        yield sign(stated, SIGNER), why, refused


def _bad_bodies() -> Iterator[tuple[dict[str, Value], str, str]]:
    path: list[Value] = list(RECEIPT.path)
    inner = node_hash(LEAVES[4], LEAVES[5])
    another = sign_checkpoint(replace(CHECKPOINT, origin=OTHER_LOG), SIGNER)
    lower = sign_checkpoint(replace(CHECKPOINT, size=5, root=root(LEAVES[:5])), SIGNER)
    yield {"index": 8}, "an index past the end", "index-past-end"
    yield {"index": 4}, "the neighbour's index", "root-differs"
    yield {"index": LIMIT}, "an index of 2^63", "receipt-malformed"
    yield {"index": 2 * LIMIT - 1}, "an index of 2^64 - 1", "receipt-malformed"
    yield {"index": -5}, "a negative index", "receipt-malformed"
    yield {"path": path[:-1]}, "the path lacks its last hash", "path-length"
    yield {"path": [*path, ANOTHER]}, "the path has one hash more", "path-length"
    yield {"path": []}, "no path", "path-length"
    yield {"path": [*path[:-1], ANOTHER[:-1]]}, "a hash of 31 bytes", "receipt-malformed"
    yield {"leaf": LEAVES[4]}, "another leaf", "root-differs"
    yield {"leaf": inner, "index": 2, "path": path[1:]}, "an inner node as a leaf", "path-length"
    yield {"leaf": inner, "index": 2}, "an inner node as a leaf, its path filled up", "root-differs"
    yield {"leaf": LEAVES[5] + b"\0"}, "a leaf of 33 bytes", "receipt-malformed"
    yield {"checkpoint": another}, "a checkpoint of another log", "checkpoint-of-another-log"
    yield {"checkpoint": lower}, "a checkpoint from before the entry", "index-past-end"
    yield {"checkpoint": None}, "a path without a checkpoint", "receipt-malformed"
    for member, value, why in (
        ("chain_id", LIMIT, "a chain id of 2^63"),
        ("chain_id", -1, "a negative chain id"),
        ("block_number", LIMIT, "a block number of 2^63"),
        ("depth", LIMIT, "a depth of 2^63"),
        ("contract", bytes(32), "a contract of 32 bytes"),
        ("transaction", bytes(31), "a transaction of 31 bytes"),
        ("block_hash", bytes(33), "a block hash of 33 bytes"),
    ):
        anchored = BODY["anchor"]
        assert isinstance(anchored, dict)
        yield {"anchor": {**anchored, member: value}}, why, "receipt-malformed"


def _with_root(note: str, written: str) -> str:
    lines = note.split("\n")
    return "\n".join([*lines[:2], written, *lines[3:]])
