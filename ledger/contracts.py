"""The two contracts in bytes: what a call to them looks like, and what they answer and emit.

Everything here is pure. The bytecode is the committed artifact, so that running needs no compiler.
Interfaces: contracts/IEvidenceLog.sol and contracts/IStatusRegister.sol.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from evidence.errors import Term
from ledger.chain import Address, Event, LedgerDiffers
from ledger.transactions import Call

_DEPLOY_GAS = 4_000_000
_CALL_GAS = 150_000  # base of any call, with room above the 37,000 to 70,000 measured
_VALUE_GAS = 4_000  # for each 32-byte value of a list, above the 1,530 measured for a leaf
_CHANGE_GAS = 60_000  # for each status change, above the 36,000 measured


@dataclass(frozen=True, slots=True)
class LogHead:
    """What the log contract holds: entries, their root (32 bytes), and how often it grew."""

    size: int
    root: bytes
    growths: int


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A certificate's new state (CertificateState) and reason code; ``key`` is 32 bytes."""

    key: bytes
    state: int
    reason: int


@dataclass(frozen=True, slots=True)
class StatusException:
    """What the register holds of a certificate; ``version`` 0 means that it never had an exception.

    ``time`` is the block time of the last change in seconds since 1970, 0 if there was none.
    """

    state: int
    version: int
    reason: int
    time: int


def deploy_log(submitter: Address) -> Call:
    """Create an EvidenceLog that only ``submitter`` may grow."""
    return Call(None, _bytecode("EvidenceLog") + encode(["address"], [submitter]), _DEPLOY_GAS)


def deploy_register(administrator: Address) -> Call:
    """Create a StatusRegister in which ``administrator`` appoints the issuers' accounts."""
    return Call(None, _bytecode("StatusRegister") + encode(["address"], [administrator]), _DEPLOY_GAS)


def append(log: Address, *, frontier: Sequence[bytes], leaves: Sequence[bytes]) -> Call:
    """Append ``leaves`` to a log whose peaks are ``frontier``."""
    data = _data("append(bytes32[],bytes32[])", frontier, leaves)
    return Call(log, data, _CALL_GAS + _VALUE_GAS * (len(frontier) + len(leaves)))


def extend(log: Address, *, size: int, root: bytes, proof: Sequence[bytes]) -> Call:
    """Extend a log to ``size`` entries with ``root`` by a consistency proof."""
    data = _data("extend(uint64,bytes32,bytes32[])", size, root, proof)
    return Call(log, data, _CALL_GAS + _VALUE_GAS * len(proof))


def appoint(register: Address, *, issuer: bytes, account: Address) -> Call:
    """Let ``account`` act for ``issuer`` (32 bytes)."""
    return Call(register, _data("appoint(bytes32,address)", issuer, account), _CALL_GAS)


def change(register: Address, *, issuer: bytes, changes: Sequence[StatusChange]) -> Call:
    """Change the states of certificates of ``issuer``, all or none, in this order."""
    rows = [(each.key, each.state, each.reason) for each in changes]
    data = _data("changeBatch(bytes32,(bytes32,uint8,uint16)[])", issuer, rows)
    return Call(register, data, _CALL_GAS + _CHANGE_GAS * len(rows))


HEAD = keccak(b"head()")[:4]
"""The question for the head of an EvidenceLog."""


def head(answer: bytes) -> LogHead:
    """Read the answer to ``HEAD``."""
    return LogHead(*_answer(["uint64", "bytes32", "uint64"], answer))


def ask_exception(*, issuer: bytes, key: bytes) -> bytes:
    """Ask a StatusRegister for the exception of the certificate ``key``."""
    return _data("exception(bytes32,bytes32)", issuer, key)


def exception(answer: bytes) -> StatusException:
    """Read the answer to ``ask_exception``."""
    return StatusException(*_answer(["uint8", "uint32", "uint16", "uint64"], answer))


def ask_account(issuer: bytes) -> bytes:
    """Ask a StatusRegister for the account that acts for ``issuer``."""
    return _data("accountOf(bytes32)", issuer)


def account(answer: bytes) -> Address:
    """Read the answer to ``ask_account``; 20 zero bytes mean that there is none."""
    (text,) = _answer(["address"], answer)
    return Address(bytes.fromhex(text[2:]))


def growth(events: Sequence[Event], log: Address) -> tuple[int, bytes] | None:
    """Give the size and root that ``log`` says it has grown to, or None if it said nothing.

    An event counts only when ``log`` itself emitted it: anybody can emit the same topic.
    """
    topics = (keccak(b"Appended(uint64,uint64,bytes32)"), keccak(b"Extended(uint64,uint64,bytes32)"))
    for event in events:
        if event.emitter == log and event.topics and event.topics[0] in topics:
            size, root = decode(["uint64", "bytes32"], event.data)
            return size, root
    return None


def _data(signature: str, *values: Any) -> bytes:
    """Encode a call of the function with this canonical signature."""
    types = signature[signature.index("(") + 1 : -1]
    return bytes(keccak(signature.encode())[:4] + encode(_split(types), values))


def _split(types: str) -> list[str]:
    """Split a parameter list at the commas that are in no tuple."""
    parts, depth = [""], 0
    for letter in types:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _answer(types: list[str], answer: bytes) -> tuple[Any, ...]:
    """Decode an answer; none at all means that no contract of ours stands there."""
    if len(answer) != 32 * len(types):
        what = Term(zh="合约应答字节数", en="number of bytes that the contract answers")
        raise LedgerDiffers(what=what, expected=32 * len(types), found=len(answer))
    return decode(types, answer)


@cache
def _bytecode(name: str) -> bytes:
    text = resources.files("ledger").joinpath("artifacts", f"{name}.json").read_text("utf-8")
    return bytes.fromhex(json.loads(text)["bytecode"].removeprefix("0x"))
