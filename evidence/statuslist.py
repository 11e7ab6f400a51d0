"""The status list: two bits for each certificate an issuer ever issued, signed, with an expiry.

The list holds exceptions. ``NONE`` means that the issuer states no exception, which is not yet "valid": the
certificate's own signature and dates say the rest. A list is an answer as of ``issued_at`` and no answer at
all after ``expires_at``. Certificate ``i`` has bits 2·(i mod 4) and above of byte ``i`` div 4. It names how
far chain and log had come, so that anyone compares it with both; what changed since travels as a delta
(``evidence.status_delta``).

    states = StatusList.of(issuer=uscc, issued_at=now, expires_at=later, size=4, exceptions={2: SUSPENDED})
    states.state(2)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from evidence.canonical import Value
from evidence.clock import microseconds
from evidence.deflate import deflate, inflate
from evidence.errors import StatusIndexUnknown, StatusListMalformed
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.merkle import HASH_BYTES
from evidence.statement import Statement, StatementType, check, read, sign

SIZE_LIMIT = 1 << 24
"""Certificates in one list: 4 MiB unpacked, which a phone still holds."""

_PER_BYTE = 4
_EXACT = (1 << 53) - 1


class CertificateState(IntEnum):
    """The exceptions that a list can state; the same numbers stand in the contract StatusRegister."""

    NONE = 0
    SUSPENDED = 1
    REVOKED = 2
    SUPERSEDED = 3


@dataclass(frozen=True)
class ChainPoint:
    """How far chain and log had come: a ``block``, the log's ``size`` and ``root``; hashes of 32 bytes."""

    block: int
    block_hash: bytes
    size: int
    root: bytes

    def members(self) -> dict[str, Value]:
        """Give it as a member of a statement's body."""
        return {
            "block": self.block,
            "block_hash": self.block_hash,
            "root": self.root,
            "size": self.size,
        }

    @classmethod
    def read(cls, fields: Fields) -> "ChainPoint | None":
        """Read the member ``chain`` of a list or delta; None where nothing was on the chain yet."""
        if not fields.has("chain"):
            return None
        point = fields.fields("chain")
        read = cls(
            block=_counted(point, "block"),
            block_hash=point.octets("block_hash", length=HASH_BYTES),
            size=_counted(point, "size"),
            root=point.octets("root", length=HASH_BYTES),
        )
        point.done()
        return read


def _counted(point: Fields, key: str) -> int:
    """Take a number that every verifier reads exactly, JavaScript's too."""
    number = point.count(key)
    if number > _EXACT:
        raise point.refuse(key)
    return number


@dataclass(frozen=True)
class StatusList:
    """States of certificates 0 to ``size`` - 1, packed four to a byte; times are aware.

    Raises:
        StatusListMalformed: the size is beyond the limit, ``states`` has another length or bits set beyond
            ``size``, or it expires before it is issued.
    """

    issuer: str
    issued_at: datetime
    expires_at: datetime
    size: int
    states: bytes
    chain: ChainPoint | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.size <= SIZE_LIMIT:
            raise StatusListMalformed(place="size")
        unused = -self.size % _PER_BYTE
        if len(self.states) != _packed_length(self.size) or (
            unused and self.states[-1] >> 2 * (_PER_BYTE - unused)
        ):
            raise StatusListMalformed(place="states")
        if self.expires_at <= self.issued_at:
            raise StatusListMalformed(place="expires_at")

    @classmethod
    def of(
        cls,
        *,
        issuer: str,
        issued_at: datetime,
        expires_at: datetime,
        size: int,
        exceptions: Mapping[int, CertificateState],
        chain: ChainPoint | None = None,
    ) -> "StatusList":
        """Pack the ``exceptions`` of a list of ``size`` certificates.

        Raises:
            StatusIndexUnknown: an exception lies beyond ``size``.
        """
        packed = bytearray(_packed_length(size))
        for index, state in exceptions.items():
            if not 0 <= index < size:
                raise StatusIndexUnknown(index=index, size=size)
            packed[index // _PER_BYTE] |= state << 2 * (index % _PER_BYTE)
        return cls(issuer, issued_at, expires_at, size, bytes(packed), chain)

    def state(self, index: int) -> CertificateState:
        """Return the state of certificate ``index``.

        Raises:
            StatusIndexUnknown: the list is too short, so it is older than the certificate.
        """
        if not 0 <= index < self.size:
            raise StatusIndexUnknown(index=index, size=self.size)
        return CertificateState(self.states[index // _PER_BYTE] >> 2 * (index % _PER_BYTE) & 3)


def sign_status_list(status_list: StatusList, signer: Signer) -> bytes:
    """Return the list as a signed statement, compressed."""
    body: dict[str, Value] = {
        "expires_at": microseconds(status_list.expires_at),
        "size": status_list.size,
        "states": deflate(status_list.states),
    }
    if status_list.chain is not None:
        body["chain"] = status_list.chain.members()
    return sign(Statement(StatementType.STATUS_LIST, status_list.issuer, status_list.issued_at, body), signer)


def read_status_list(encoded: bytes) -> StatusList:
    """Read a list without trusting it.

    Raises:
        StatementMalformed: the bytes are not a signed statement.
        StatusListMalformed: the statement is not a status list.
    """
    return _status_list(read(encoded).statement)


def check_status_list(encoded: bytes, key: VerifyingKey) -> StatusList:
    """Read a list and check that ``key`` signed it; whether it has expired is for the caller's time.

    Raises:
        StatementMalformed: the bytes are not a signed statement.
        StatusListMalformed: the statement is not a status list.
        SignatureInvalid: it is not signed with ``key``.
    """
    return _status_list(check(encoded, key))


def _status_list(statement: Statement) -> StatusList:
    if statement.type is not StatementType.STATUS_LIST:
        raise StatusListMalformed(place="typ")
    fields = Fields(statement.body, StatusListMalformed)
    expires_at = fields.moment("expires_at")
    size = fields.count("size")
    compressed = fields.octets("states")
    chain = ChainPoint.read(fields)
    fields.done()
    if size > SIZE_LIMIT:
        raise StatusListMalformed(place="size")
    try:
        states = inflate(compressed, limit=_packed_length(size))
    except ValueError as error:
        raise StatusListMalformed(place="states") from error
    return StatusList(statement.issuer, statement.issued_at, expires_at, size, states, chain)


def _packed_length(size: int) -> int:
    """Return the bytes that ``size`` states fill."""
    return -(-size // _PER_BYTE)
