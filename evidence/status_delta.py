"""What changed since a status list: the certificates whose state is another now, signed by the issuer.

A device that carries the list of the morning fetches a delta of some two hundred bytes in place of a new
list. The delta names its list by the SHA-256 of the signed bytes, and both together are a list as of the
delta's own time, with its expiry and its point on the chain. ``pair`` writes both as one, a CBOR array of two
byte strings; whoever takes a status list takes a pair as well.

    delta = delta_between(base, encoded_base, now)
    carried = pair(encoded_base, sign_delta(delta, signer))
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from evidence.canonical import Value, decode, encode
from evidence.clock import microseconds
from evidence.deflate import deflate, inflate
from evidence.errors import NotCanonical, StatusListMalformed
from evidence.fields import Fields
from evidence.keys import Signer
from evidence.merkle import HASH_BYTES
from evidence.statement import Statement, StatementType, sign
from evidence.statuslist import CertificateState, ChainPoint, StatusList

CHANGES_LIMIT = 1 << 16
"""Changes in one delta: where there are more, the whole list is no larger."""

_CHANGE = struct.Struct(">I")  # four times the place, plus the state
_PER_BYTE = 4
_BLOCK = 64  # bytes that are compared at once


@dataclass(frozen=True)
class StatusDelta:
    """The states that differ from the list whose signed bytes have the SHA-256 ``base`` (32 bytes).

    ``changes`` maps places in the list to the state there now, NONE for a certificate that was reinstated.
    """

    issuer: str
    issued_at: datetime
    expires_at: datetime
    base: bytes
    changes: Mapping[int, CertificateState]
    chain: ChainPoint | None = None


def digest_of(encoded: bytes) -> bytes:
    """Return the 32 bytes by which a delta names the signed list ``encoded``."""
    return hashlib.sha256(encoded).digest()


def delta_between(base: StatusList, encoded: bytes, now: StatusList) -> StatusDelta:
    """Return what leads from ``base``, signed as ``encoded``, to the list ``now`` of the same size."""
    changes = {
        place: now.state(place)
        for start in range(0, len(now.states), _BLOCK)
        if base.states[start : start + _BLOCK] != now.states[start : start + _BLOCK]
        for place in range(start * _PER_BYTE, min((start + _BLOCK) * _PER_BYTE, now.size))
        if base.state(place) != now.state(place)
    }
    return StatusDelta(now.issuer, now.issued_at, now.expires_at, digest_of(encoded), changes, now.chain)


def sign_delta(delta: StatusDelta, signer: Signer) -> bytes:
    """Return the delta as a signed statement."""
    packed = b"".join(_CHANGE.pack(place << 2 | state) for place, state in sorted(delta.changes.items()))
    body: dict[str, Value] = {
        "base": delta.base,
        "changes": deflate(packed),
        "expires_at": microseconds(delta.expires_at),
    }
    if delta.chain is not None:
        body["chain"] = delta.chain.members()
    return sign(Statement(StatementType.STATUS_DELTA, delta.issuer, delta.issued_at, body), signer)


def read_delta(statement: Statement) -> StatusDelta:
    """Read the delta that a statement is; who signed it is for the caller.

    Raises:
        StatusListMalformed: it is none, or its changes are not in order.
    """
    if statement.type is not StatementType.STATUS_DELTA:
        raise StatusListMalformed(place="typ")
    fields = Fields(statement.body, StatusListMalformed)
    base = fields.octets("base", length=HASH_BYTES)
    expires_at = fields.moment("expires_at")
    compressed = fields.octets("changes")
    chain = ChainPoint.read(fields)
    fields.done()
    try:
        packed = inflate(compressed, limit=CHANGES_LIMIT * _CHANGE.size)
    except ValueError as error:
        raise StatusListMalformed(place="changes") from error
    if len(packed) % _CHANGE.size:
        raise StatusListMalformed(place="changes")
    numbers = [number for (number,) in _CHANGE.iter_unpack(packed)]
    changes = {number >> 2: CertificateState(number & 3) for number in numbers}
    if sorted(changes) != [number >> 2 for number in numbers]:
        raise StatusListMalformed(place="changes")
    return StatusDelta(statement.issuer, statement.issued_at, expires_at, base, changes, chain)


def applied(base: StatusList, encoded: bytes, delta: StatusDelta) -> StatusList:
    """Return the list as of the delta's time.

    Raises:
        StatusListMalformed: the delta is of another list or issuer, older than it, or goes beyond its size.
    """
    if delta.base != digest_of(encoded) or delta.issuer != base.issuer:
        raise StatusListMalformed(place="base")
    if delta.issued_at < base.issued_at:
        raise StatusListMalformed(place="issued_at")
    states = bytearray(base.states)
    for place, state in delta.changes.items():
        if place >= base.size:
            raise StatusListMalformed(place="changes")
        octet, shift = place // _PER_BYTE, 2 * (place % _PER_BYTE)
        states[octet] = states[octet] & ~(3 << shift) | state << shift
    return replace(
        base,
        issued_at=delta.issued_at,
        expires_at=delta.expires_at,
        states=bytes(states),
        chain=delta.chain,
    )


def pair(encoded_list: bytes, encoded_delta: bytes) -> bytes:
    """Return a signed list and a signed delta of it as one thing to carry."""
    return encode([encoded_list, encoded_delta])


def unpaired(encoded: bytes) -> tuple[bytes, bytes | None]:
    """Return the signed list, and the signed delta where one is carried with it.

    Raises:
        StatusListMalformed: it begins as a pair and is none.
    """
    if not encoded.startswith(b"\x82"):
        return encoded, None
    try:
        parts = decode(encoded)
    except NotCanonical as error:
        raise StatusListMalformed(place="pair") from error
    match parts:
        case [bytes() as listed, bytes() as delta]:
            return listed, delta
    raise StatusListMalformed(place="pair")
