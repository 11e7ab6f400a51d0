"""What became of a purpose-bound copy, as of now: signed by the issuer, for whoever asks online.

The copy is named by the SHA-256 of its record, as its code names it. The statement stands in no log; that a
copy was withdrawn does.

    encoded = sign_copy_state(CopyState(uscc, copy, clock.now(), withdrawn_at=None), signer)
    state = read_copy_state(check(encoded, signer.key))
"""

from dataclasses import dataclass
from datetime import datetime

from evidence.clock import microseconds
from evidence.errors import StatementMalformed
from evidence.fields import Fields
from evidence.keys import Signer
from evidence.merkle import HASH_BYTES
from evidence.statement import Statement, StatementType, sign


@dataclass(frozen=True)
class CopyState:
    """A copy as of ``issued_at``; ``withdrawn_at`` is None while its holder lets it stand."""

    issuer: str
    copy: bytes
    issued_at: datetime
    withdrawn_at: datetime | None


def sign_copy_state(state: CopyState, signer: Signer) -> bytes:
    """Return the state as a signed statement."""
    withdrawn = None if state.withdrawn_at is None else microseconds(state.withdrawn_at)
    body = {"copy": state.copy, "withdrawn_at": withdrawn}
    return sign(Statement(StatementType.COPY_STATE, state.issuer, state.issued_at, body), signer)


def read_copy_state(statement: Statement) -> CopyState:
    """Read the state that a statement is; who signed it is for the caller.

    Raises:
        StatementMalformed: it is none.
    """
    if statement.type is not StatementType.COPY_STATE:
        raise StatementMalformed(place="typ")
    fields = Fields(statement.body, StatementMalformed)
    copy = fields.octets("copy", length=HASH_BYTES)
    withdrawn_at = None if fields.absent("withdrawn_at") else fields.moment("withdrawn_at")
    fields.done()
    return CopyState(statement.issuer, copy, statement.issued_at, withdrawn_at)
