"""Whose key signed a statement: checks 2 and 3 of every argument.

The key is looked up among the pinned ones by the identifier that the statement claims; the claim proves
nothing, the signature does. A key that nobody pinned leaves the question open (INDETERMINATE): the
statement may be of another city or the trust file too old. A key that is pinned for somebody else, for
another type of statement or for another time breaks the evidence (TOTAL-FAILED).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from evidence.errors import QrAltered, SignatureInvalid
from evidence.keys import VerifyingKey
from evidence.statement import SignedStatement, StatementType
from verify.checks import Finding, Outcome
from verify.sentences import SENTENCES
from verify.trust import IssuerKey, TrustAnchors
from verify.words import Words, moment

KEY, SIGNATURE = "issuer-key", "signature"


@dataclass(frozen=True)
class Claim:
    """What a signed thing claims of its signer: ``role`` is what the key must be allowed to sign."""

    issuer: str
    issued_at: datetime
    role: str
    key_id_prefix: bytes


@dataclass(frozen=True)
class KeyFound:
    """The finding of the look-up, and the key to check the signature with, if any is pinned."""

    finding: Finding
    pinned: IssuerKey | None


def role_of(type_: StatementType) -> str:
    """The role that signing ``type_`` needs: ``certificate`` for ``yinxin/certificate/1``."""
    return type_.value.split("/")[1]


def claim_of(signed: SignedStatement) -> Claim:
    """The claim that a statement makes of its signer."""
    claimed = signed.statement
    return Claim(claimed.issuer, claimed.issued_at, role_of(claimed.type), signed.key_id_prefix)


def find_key(claim: Claim, trust: TrustAnchors) -> KeyFound:
    """Find the pinned key that a claim names and check that it may have signed this, then."""
    named = trust.keys_named(claim.key_id_prefix)
    if not named:
        return KeyFound(Finding(KEY, Outcome.INDETERMINATE, SENTENCES["key-unknown"]), None)
    own = [key for key in named if key.issuer == claim.issuer]
    if not own:
        return _found("key-of-another", named[0], issuer=trust.name_of(claim.issuer), owner=named[0].name)
    allowed = [key for key in own if claim.role in key.roles]
    if not allowed:
        return _found("key-without-role", own[0], issuer=own[0].name, role=claim.role)
    at = moment(claim.issued_at)
    valid = [key for key in allowed if key.valid_at(claim.issued_at)]
    if not valid:
        return _found("key-out-of-window", allowed[0], issuer=allowed[0].name, at=at)
    return _found("key-pinned", valid[0], issuer=valid[0].name, at=at)


def _found(key: str, pinned: IssuerKey, **facts: str | Words) -> KeyFound:
    outcome = Outcome.PASSED if key == "key-pinned" else Outcome.FAILED
    return KeyFound(Finding(KEY, outcome, SENTENCES[key].filled(**facts)), pinned)


def check_signature(pinned: IssuerKey | None, check: Callable[[VerifyingKey], object]) -> Finding:
    """Check a signature with the key found for it; ``check`` raises when it does not hold."""
    if pinned is None:
        return Finding(SIGNATURE, Outcome.INDETERMINATE, SENTENCES["signature-unchecked"])
    try:
        check(pinned.key)
    except (SignatureInvalid, QrAltered):
        return Finding(SIGNATURE, Outcome.FAILED, SENTENCES["signature-broken"])
    return Finding(SIGNATURE, Outcome.PASSED, SENTENCES["signature-holds"])
