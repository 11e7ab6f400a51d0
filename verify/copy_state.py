"""What an issuer stated about a purpose-bound copy, as a witness of it.

It comes from a host that is believed in nothing: the issuer of the certificate signed it, with a key that is
pinned for status lists.

    copies = stated_copy(fetched, issuer=payload.issuer, trust=trust)
    report = verify_qr(text, trust, as_of=now, copies=copies)
"""

from dataclasses import dataclass

from evidence.copy_state import read_copy_state
from evidence.errors import Invalid
from evidence.statement import StatementType, check
from verify.errors import CopyStateUnproven
from verify.status import key_of
from verify.trust import TrustAnchors
from verify.witness import WitnessedCopy


@dataclass(frozen=True)
class StatedCopy:
    """What was stated of the copy whose record has the 32-byte SHA-256 ``statement``, and of no other."""

    statement: bytes
    seen: WitnessedCopy

    def copy(self, statement: bytes) -> WitnessedCopy | None:
        """The copy as it was stated."""
        return self.seen if statement == self.statement else None


def stated_copy(encoded: bytes, *, issuer: str, trust: TrustAnchors) -> StatedCopy:
    """Read what ``issuer`` stated about a copy.

    Raises:
        CopyStateUnproven: it is no such statement, or not signed by the issuer with a key pinned for that.
    """
    try:
        key = key_of(encoded, StatementType.COPY_STATE, issuer, trust)
        state = read_copy_state(check(encoded, key))
    except Invalid as error:
        raise CopyStateUnproven from error
    return StatedCopy(state.copy, WitnessedCopy(state.withdrawn_at, state.issued_at))
