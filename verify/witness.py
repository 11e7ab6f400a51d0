"""Optional online facts: somebody who looked at the register or the chain just now.

The verifier never opens a connection. Whoever can look something up passes a witness in; without one the
question stays INDETERMINATE, never PASSED. A witness answers about a state and a moment, and says "I do not
know" with None.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evidence.receipt import Receipt
from evidence.statuslist import CertificateState


@dataclass(frozen=True)
class CertificateReference:
    """What names a certificate to a witness: ``statement`` is the 32-byte SHA-256 of its signed statement."""

    issuer: str
    licence_id: str
    statement: bytes
    status_index: int


@dataclass(frozen=True)
class WitnessedState:
    """The state that a witness saw, when, and at which block of the pinned chain (None: not from a chain).

    ``named`` is which ending it is, by its word, where the witness knows more than the two bits say.
    """

    state: CertificateState
    as_of: datetime
    block: int | None
    named: str | None = None


@dataclass(frozen=True)
class WitnessedAnchor:
    """The transaction of a receipt's anchor, looked up: its block and how many blocks stand on top of it."""

    block_number: int
    depth: int


@dataclass(frozen=True)
class WitnessedCopy:
    """A copy as a witness saw it at ``as_of``; ``withdrawn_at`` is None while its holder lets it stand."""

    withdrawn_at: datetime | None
    as_of: datetime


class CopyWitness(Protocol):
    """Somebody who can look up what became of a copy that was made for a purpose."""

    def copy(self, statement: bytes) -> WitnessedCopy | None:
        """The copy whose record has this 32-byte SHA-256, or None when nothing could be learnt of it."""


class StatusWitness(Protocol):
    """Somebody who can look up the present state of a certificate."""

    def state(self, certificate: CertificateReference) -> WitnessedState | None:
        """The state as it is now, or None when it could not be learnt."""


class AnchorWitness(Protocol):
    """Somebody who can look at the pinned chain."""

    def anchor(self, receipt: Receipt) -> WitnessedAnchor | None:
        """Where the chain holds the receipt's checkpoint, or None when it could not be learnt."""
