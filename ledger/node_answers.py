"""What a node answers, read strictly: quantities, bytes, blocks, receipts and events of JSON-RPC.

What is malformed raises KeyError, TypeError, ValueError, AttributeError or OverflowError, which the adapter
turns into ``ChainGarbled``; what two answers cannot both be is ``ChainContradicts``.

Source: Ethereum execution APIs (JSON-RPC), schemas of block, receipt and log.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from evidence.errors import Term
from ledger.chain import Address, Block, ChainContradicts, Event, Outcome
from ledger.chain_history import MinedEvent

_LARGEST = 2**63 - 1  # of any number that is kept
ADDRESS, HASH = 20, 32
"""Bytes of each."""


def read_number(value: Any) -> int:
    """Read a quantity: "0x…", or a plain number from a chain in this process."""
    found = int(value, 16) if isinstance(value, str) else value
    if type(found) is not int or not 0 <= found <= _LARGEST:
        raise ValueError("not a quantity")
    return found


def read_bytes(value: Any, length: int | None = None) -> bytes:
    """Read "0x…", of exactly ``length`` bytes if one is given."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError("not bytes")
    found = bytes.fromhex(value[2:])
    if length is not None and len(found) != length:
        raise ValueError("not so many bytes")
    return found


def read_block(raw: Any) -> Block:
    """Read a block's own header."""
    time = datetime.fromtimestamp(read_number(raw["timestamp"]), UTC)
    return Block(
        read_number(raw["number"]), read_bytes(raw["hash"], HASH), read_bytes(raw["parentHash"], HASH), time
    )


def numbered(block: Block, number: int) -> Block:
    """Give ``block``, which must have this number."""
    if block.number != number:
        raise ChainContradicts(
            what=Term(zh="区块高度", en="number of a block"), expected=number, found=block.number
        )
    return block


def read_outcome(transaction: bytes, receipt: Any, blocks: Mapping[int, Any], height: int) -> Outcome | None:
    """Read a receipt against the block that has its height now; None if that is another block."""
    _agree(
        Term(zh="回执的交易", en="transaction of a receipt"),
        expected=transaction,
        found=read_bytes(receipt["transactionHash"], HASH),
    )
    number, block_hash = read_number(receipt["blockNumber"]), read_bytes(receipt["blockHash"], HASH)
    raw = blocks[number]
    if raw is None or numbered(read_block(raw), number).hash != block_hash or height < number:
        return None
    listed = {read_bytes(each, HASH) for each in raw["transactions"]}
    if transaction not in listed:
        what = Term(zh=f"第 {number} 区块中的交易", en=f"transaction in block {number}")
        raise ChainContradicts(what=what, expected=transaction.hex(), found=Term(zh="无", en="absent"))
    created = receipt["contractAddress"]
    return Outcome(
        block_number=number,
        block_hash=block_hash,
        confirmations=height - number + 1,
        succeeded=read_number(receipt["status"]) == 1,
        contract=Address(read_bytes(created, ADDRESS)) if created else None,
        events=tuple(read_event(record) for record in receipt["logs"]),
    )


def _agree(what: Term, *, expected: bytes, found: bytes) -> None:
    if expected != found:
        raise ChainContradicts(what=what, expected=expected.hex(), found=found.hex())


def read_event(record: Any) -> Event:
    """Read what a contract told."""
    topics = tuple(read_bytes(topic, HASH) for topic in record["topics"])
    return Event(Address(read_bytes(record["address"], ADDRESS)), topics, read_bytes(record["data"]))


def read_mined(record: Any) -> MinedEvent:
    """Read what a contract told, with where it was mined."""
    return MinedEvent(
        read_event(record),
        read_bytes(record["transactionHash"], HASH),
        read_number(record["blockNumber"]),
        read_bytes(record["blockHash"], HASH),
    )
