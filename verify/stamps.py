"""By what authority the stamp of a qualification was put: its holder's own act, or an authorization.

    manifest: held [Q, G] ─ grant G: firm, qualification Q, validity ─ use: authorization G, for this slot
                                          signature: qualification Q, authorization G, the use

The qualification stands there as a salted commitment. That the person whom a slot without a grant names is
its holder is what the issuer states in the manifest; with a grant the holder approved the grant themself, and
the signature names the record that counts its use.
"""

from collections.abc import Iterator, Mapping, Sequence

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.statement import StatementType
from verify.argument import Examined
from verify.authorization import AuthorizationBody
from verify.checks import Finding, Outcome, worst
from verify.exhibits import ReadExhibit
from verify.sentences import SENTENCES
from verify.signers import SLOT_DOMAIN, exhibit_of, slot_of
from verify.words import Words

STAMPS = "stamps"
QUALIFICATION = "qualification"
"""The kind of a slot for the stamp of a qualification (``signing.manifest``)."""

USES = frozenset({"use", "used"})
"""What the record of a use says: one that leaves further uses, or the last one."""


def check_stamps(
    examined: Examined, signed: Sequence[ReadExhibit], held: Mapping[str, Value] | None
) -> tuple[Finding, ...]:
    """Check the authority of each stamp of a qualification: one finding, none where there is no such stamp.

    ``held`` is what the manifest says by slot, None where it is not enclosed.
    """
    asked = [one for one in signed if _is_stamp(one) or _held(held, one) is not None]
    if not asked:
        return ()
    found = [_stamp(examined, one, held) for one in asked]
    gravest = worst(found)
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    said = Words("；".join(one.words.zh for one in found), "; ".join(one.words.en for one in found))
    return (_finding("stamps-hold", Outcome.PASSED, count=len(found), said=said),)


def _held(held: Mapping[str, Value] | None, signature: ReadExhibit) -> Value:
    return None if held is None else held.get(str(signature.body.get("slot")))


def _is_stamp(signature: ReadExhibit) -> bool:
    return signature.body.get("kind") == QUALIFICATION


def _stamp(examined: Examined, signature: ReadExhibit, held: Mapping[str, Value] | None) -> Finding:
    slot, grant = slot_of(signature), signature.body.get("authorization")
    stated: Value = [signature.body.get("qualification"), grant]
    if not _is_stamp(signature):
        return _finding("stamps-foreign", Outcome.FAILED, slot=slot, member="kind")
    if held is not None and _held(held, signature) != stated:
        return _finding("stamps-foreign", Outcome.FAILED, slot=slot, member="held")
    if grant is None:
        own = signature.body.get("use") is None
        key, outcome = ("stamp-own", Outcome.PASSED) if own else ("stamps-foreign", Outcome.FAILED)
        return _finding(key, outcome, slot=slot, member="use")
    granted, used = exhibit_of(examined, grant), exhibit_of(examined, signature.body.get("use"))
    if granted is None or used is None:
        return _finding("stamps-absent", Outcome.INDETERMINATE, slot=slot)
    member = next(_foreign(granted, used, signature), None)
    if member is not None:
        return _finding("stamps-foreign", Outcome.FAILED, slot=slot, member=member)
    said = AuthorizationBody.read(granted.body)
    ordinal = str(used.body.get("ordinal"))
    return _finding(
        "stamp-granted",
        Outcome.PASSED,
        slot=slot,
        purpose=said.purpose,
        project=said.project,
        ordinal=ordinal,
    )


def _foreign(granted: ReadExhibit, used: ReadExhibit, signature: ReadExhibit) -> Iterator[str]:
    """Name the members in which the grant or the use is not the one that the stamp needs."""
    types = (StatementType.AUTHORIZATION, StatementType.AUTHORIZATION_CHANGE)
    if (granted.type, used.type) != types:
        yield "type"
        return
    issuer = signature.signed.statement.issuer
    if any(one.signed.statement.issuer != issuer for one in (granted, used)):
        yield "issuer"
    said, at = AuthorizationBody.read(granted.body), signature.signed.statement.issued_at
    if said.firm != signature.body.get("organization"):
        yield "firm"
    if granted.body.get("qualification") != signature.body.get("qualification"):
        yield "qualification"
    if not (said.valid_from <= at < said.valid_until and granted.signed.statement.issued_at <= at):
        yield "validity"
    if used.body.get("authorization") != granted.digest:
        yield "authorization"
    if used.body.get("change") not in USES:
        yield "change"
    asked: list[Value] = [SLOT_DOMAIN, signature.body.get("manifest"), signature.body.get("slot")]
    if used.body.get("used_for") != str(sha256(canonical.encode(asked))):
        yield "used_for"


def _finding(key: str, outcome: Outcome, **facts: str | int | Words) -> Finding:
    return Finding(STAMPS, outcome, SENTENCES[key].filled(**facts))
