"""What the statement about a granted authorization says.

The person and the qualification are salted commitments, the text and the approval digests; method and
challenge are repeated from the approval, so that the statement says by itself how it came about, and the
verifier compares them.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import microseconds
from identity.approvals import ApprovalStatement
from identity.authorization_records import AuthorizationRow, read_row
from identity.commitments import commit_qualification
from identity.qualifications import QualificationId, qualification

POLICY = "yinxin/authorization-policy/2"
"""The rules of :mod:`identity.authorizations`, named in every grant; a change of rules changes the number.

Under 1 there was one use; a statement named neither position, scope and uses nor method and challenge.
"""


def grant_body(
    session: Session,
    row: AuthorizationRow,
    *,
    fact: bytes,
    approved: ApprovalStatement,
    registers: Sequence[bytes],
) -> dict[str, Value]:
    """Give the body of the grant of ``row`` by ``approved``.

    ``fact`` is the digest of the approval, ``registers`` are those of what registers said, 32 bytes each.
    """
    held = commit_qualification(session, qualification(session, QualificationId(row.qualification)))
    text = read_row(row).digest
    return {
        "person": approved.person,
        "firm": row.firm,
        "qualification": held,
        "commitments": sorted([approved.person, held]),
        "purpose": row.purpose,
        "project": row.project,
        "position": row.position,
        "scope": row.scope,
        "valid_from": microseconds(row.valid_from),
        "valid_until": microseconds(row.valid_until),
        "uses": row.uses,
        "text": str(text),
        "files": [text.value],
        "approval": fact,
        "method": approved.method.value,
        "challenge": str(approved.challenge),
        "registers": sorted(registers),
        "policy": POLICY,
    }
