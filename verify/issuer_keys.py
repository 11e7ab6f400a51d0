"""Whose key signed a statement: checks 2 and 3 of every argument.

The key is looked up among the pinned ones by the identifier that the statement claims; the claim proves
nothing, the signature does. A key that nobody pinned leaves the question open (INDETERMINATE): the
statement may be of another city or the trust file too old. A key that is pinned for somebody else, for
another type of statement or for another time breaks the evidence (TOTAL-FAILED).
"""

from collections.abc import Callable, Mapping
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
_OUTCOMES = {"key-pinned": Outcome.PASSED, "key-unknown": Outcome.INDETERMINATE}


@dataclass(frozen=True)
class Claim:
    """What a signed thing claims of its signer: ``role`` is what the key must be allowed to sign."""

    issuer: str
    issued_at: datetime
    role: str
    key_id_prefix: bytes


@dataclass(frozen=True)
class KeyFound:
    """How the look-up came out: the name of its sentence, the facts in it, and the key, if any is pinned."""

    said: str
    facts: Mapping[str, str | Words]
    pinned: IssuerKey | None

    @property
    def outcome(self) -> Outcome:
        """The outcome of the check."""
        return _OUTCOMES.get(self.said, Outcome.FAILED)

    @property
    def finding(self) -> Finding:
        """The check with its sentence, which is written when it is asked for."""
        return Finding(KEY, self.outcome, SENTENCES[self.said].filled(**self.facts))


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
        return KeyFound("key-unknown", {}, None)
    own = [key for key in named if key.issuer == claim.issuer]
    if not own:
        facts = {"issuer": trust.name_of(claim.issuer), "owner": named[0].name}
        return KeyFound("key-of-another", facts, named[0])
    allowed = [key for key in own if claim.role in key.roles]
    if not allowed:
        return KeyFound("key-without-role", {"issuer": own[0].name, "role": claim.role}, own[0])
    valid = [key for key in allowed if key.valid_at(claim.issued_at)]
    said, pinned = ("key-pinned", valid[0]) if valid else ("key-out-of-window", allowed[0])
    return KeyFound(said, {"issuer": pinned.name, "at": moment(claim.issued_at)}, pinned)


def check_signature(pinned: IssuerKey | None, check: Callable[[VerifyingKey], object]) -> Finding:
    """Check a signature with the key found for it; ``check`` raises when it does not hold."""
    if pinned is None:
        return Finding(SIGNATURE, Outcome.INDETERMINATE, SENTENCES["signature-unchecked"])
    try:
        check(pinned.key)
    except (SignatureInvalid, QrAltered):
        return Finding(SIGNATURE, Outcome.FAILED, SENTENCES["signature-broken"])
    return Finding(SIGNATURE, Outcome.PASSED, SENTENCES["signature-holds"])
