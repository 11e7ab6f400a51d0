"""The log and the status register in bytes: what a call to them looks like, what they answer and emit.

Everything here is pure. The bytecode is the committed artifact, so that running needs no compiler.
Interfaces: contracts/IEvidenceLog.sol and contracts/IStatusRegister.sol.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from ledger import abi
from ledger.chain import Address, Event
from ledger.transactions import Call

_DEPLOY_GAS = 4_000_000
_CALL_GAS = 200_000  # base of any call, with room above the 46,000 to 78,000 measured
_VALUE_GAS = 4_000  # for each 32-byte value of a list, above the 1,530 measured for a leaf
_CHANGE_GAS = 60_000  # for each status change, above the 36,000 measured
_SIGNATURE_GAS = 40_000  # for each countersignature, above the 10,541 measured
_SIGNATURES = "(bytes32,bytes)[]"


@dataclass(frozen=True, slots=True)
class Countersignature:
    """An organization (32 bytes) and its signature r ‖ s ‖ v (65 bytes) over a head of the log."""

    organization: bytes
    signature: bytes


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


def deploy_log(registry: Address, operator: bytes) -> Call:
    """Create an EvidenceLog that the submitters of ``operator`` (32 bytes) may grow."""
    founded = encode(["address", "bytes32"], [registry, operator])
    return Call(None, abi.bytecode("EvidenceLog") + founded, _DEPLOY_GAS)


def deploy_register(registry: Address) -> Call:
    """Create a StatusRegister under ``registry``."""
    return Call(None, abi.bytecode("StatusRegister") + encode(["address"], [registry]), _DEPLOY_GAS)


def append(
    log: Address,
    *,
    frontier: Sequence[bytes],
    leaves: Sequence[bytes],
    countersignatures: Sequence[Countersignature] = (),
) -> Call:
    """Append ``leaves`` to a log whose peaks are ``frontier``."""
    gas = _CALL_GAS + _VALUE_GAS * (len(frontier) + len(leaves))
    return _grow(log, "append(bytes32[],bytes32[]", (frontier, leaves), countersignatures, gas)


def extend(
    log: Address,
    *,
    size: int,
    root: bytes,
    proof: Sequence[bytes],
    countersignatures: Sequence[Countersignature] = (),
) -> Call:
    """Extend a log to ``size`` entries with ``root`` by a consistency proof."""
    gas = _CALL_GAS + _VALUE_GAS * len(proof)
    return _grow(log, "extend(uint64,bytes32,bytes32[]", (size, root, proof), countersignatures, gas)


def _grow(
    log: Address,
    function: str,
    values: tuple[object, ...],
    countersignatures: Sequence[Countersignature],
    gas: int,
) -> Call:
    """Call the plain overload, or the one that takes countersignatures in the order of organizations."""
    if not countersignatures:
        return Call(log, abi.call(f"{function})", *values), gas)
    ordered = sorted(countersignatures, key=lambda each: each.organization)
    rows = [(each.organization, each.signature) for each in ordered]
    data = abi.call(f"{function},{_SIGNATURES})", *values, rows)
    return Call(log, data, gas + _SIGNATURE_GAS * len(rows))


def change(register: Address, *, issuer: bytes, changes: Sequence[StatusChange]) -> Call:
    """Change the states of certificates of ``issuer``, all or none, in this order."""
    rows = [(each.key, each.state, each.reason) for each in changes]
    data = abi.call("changeBatch(bytes32,(bytes32,uint8,uint16)[])", issuer, rows)
    return Call(register, data, _CALL_GAS + _CHANGE_GAS * len(rows))


HEAD = keccak(b"head()")[:4]
"""The question for the head of an EvidenceLog."""


def head(answer: bytes) -> LogHead:
    """Read the answer to ``HEAD``."""
    return LogHead(*abi.answer(["uint64", "bytes32", "uint64"], answer))


def ask_exception(*, issuer: bytes, key: bytes) -> bytes:
    """Ask a StatusRegister for the exception of the certificate ``key``."""
    return abi.call("exception(bytes32,bytes32)", issuer, key)


def exception(answer: bytes) -> StatusException:
    """Read the answer to ``ask_exception``."""
    return StatusException(*abi.answer(["uint8", "uint32", "uint16", "uint64"], answer))


def growth(events: Sequence[Event], log: Address) -> tuple[int, bytes] | None:
    """Give the size and root that ``log`` says it has grown to, or None if it said nothing.

    An event counts only when ``log`` itself emitted it: anybody can emit the same topic.

    Raises:
        ChainGarbled: the event cannot be read.
    """
    topics = (keccak(b"Appended(uint64,uint64,bytes32)"), keccak(b"Extended(uint64,uint64,bytes32)"))
    for event in events:
        if event.emitter == log and event.topics and event.topics[0] in topics:
            with abi.strictly():
                size, root = decode(["uint64", "bytes32"], event.data)
            return size, root
    return None
