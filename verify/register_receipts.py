"""What registers said of an authorization: each receipt that the grant names is here, holds, and confirms.

An answer is over commitments, and nothing here opens them: that a register compared the very person, firm and
qualification of this grant is what the issuer states by naming the receipt. A grant from before receipts
were named says nothing of registers, and then this is not asked.
"""

from collections.abc import Sequence

from evidence.statement import StatementType
from verify.argument import Examined
from verify.checks import Finding, Outcome, worst
from verify.sentences import SENTENCES
from verify.trust import TrustAnchors
from verify.words import Words, moment

REGISTERS = "registers"


def check_registers(
    examined: Examined, named: Sequence[bytes] | None, trust: TrustAnchors
) -> tuple[Finding, ...]:
    """Check the answers whose digests (32 bytes each) are ``named``: one finding, none when None."""
    if named is None:
        return ()
    if not named:
        return (Finding(REGISTERS, Outcome.PASSED, SENTENCES["registers-none"]),)
    gravest = worst([_check(examined, digest, trust) for digest in named])
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    words = SENTENCES["registers-confirm"].filled(count=len(named))
    return (Finding(REGISTERS, Outcome.PASSED, words),)


def _check(examined: Examined, digest: bytes, trust: TrustAnchors) -> Finding:
    places = (place for place, one in enumerate(examined.exhibits) if place > 0 and one.digest == digest)
    place = next(places, None)
    if place is None:
        return _found("registers-absent", Outcome.INDETERMINATE)
    receipt, related = examined.exhibits[place], examined.related[place - 1]
    if receipt.type is not StatementType.REGISTER_ANSWER:
        return _found("registers-of-another", Outcome.FAILED)
    stated = receipt.signed.statement
    issuer, at = trust.name_of(stated.issuer), moment(stated.issued_at)
    if receipt.body.get("differs") != []:
        return _found("registers-differ", Outcome.FAILED, issuer=issuer, at=at)
    key = "registers-confirm" if related.outcome is Outcome.PASSED else "registers-unsound"
    return _found(key, related.outcome, issuer=issuer, at=at, count=1)


def _found(key: str, outcome: Outcome, **facts: str | int | Words) -> Finding:
    return Finding(REGISTERS, outcome, SENTENCES[key].filled(**facts))
