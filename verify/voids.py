"""Whether everybody who signed an agreement has voided it since, each by an approval of exactly that.

    void: completed, reason, consents ─ approval: action void, subject H(manifest, slot, reason) ─ each slot

The void is what the issuer of the agreement stated later about it (``evidence.ties``). One that does not hold
makes the whole doubtful; one that holds leaves the agreement genuine and ends it.
"""

from collections.abc import Iterator, Sequence

from evidence import canonical
from evidence.digest import sha256
from evidence.merkle import HASH_BYTES
from evidence.statement import StatementType
from verify.argument import Examined
from verify.checks import Concern, Finding, Outcome, worst
from verify.exhibits import ReadExhibit
from verify.sentences import SENTENCES
from verify.signers import LONGEST_SLOT, RECOGNISED, exhibit_of, slot_of
from verify.standing import Standing, not_in_force
from verify.words import moment

VOIDS, CONSENTS = "voids", "consents"
VOID, VOIDED = "void", "voided"
VOID_DOMAIN = "yinxin/void/1"


def check_voids(
    examined: Examined, signed: Sequence[ReadExhibit]
) -> tuple[tuple[Finding, ...], Standing | None]:
    """Check what voided the agreement, if anything: one finding or none, and how it then stands."""
    subject = examined.subject
    voids = [
        one for one in examined.exhibits if one.is_later_about(subject) and one.body.get("action") == VOIDED
    ]
    if not voids or not signed:
        return (), None
    gravest = worst([_voided(examined, one, signed) for one in voids])
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,), None
    at = voids[0].signed.statement.issued_at
    ended = Finding(VOIDS, Outcome.FAILED, gravest.words, Concern.IN_FORCE)
    return (ended,), not_in_force(VOIDED, at, gravest.words)


def _voided(examined: Examined, void: ReadExhibit, signed: Sequence[ReadExhibit]) -> Finding:
    member = next(_foreign(void, examined.subject, signed), None)
    if member is not None:
        return Finding(VOIDS, Outcome.FAILED, SENTENCES["voids-foreign"].filled(member=member))
    found = list[ReadExhibit]()
    for place, digest in enumerate(_consents(void), start=1):
        approval = exhibit_of(examined, digest)
        if approval is None:
            return Finding(VOIDS, Outcome.INDETERMINATE, SENTENCES["voids-absent"].filled(place=place))
        found.append(approval)
    same = 0
    for signature in signed:
        given = next((one for one in found if _consents_to(one, void, signature)), None)
        if given is None:
            words = SENTENCES["voids-without"].filled(slot=slot_of(signature))
            return Finding(VOIDS, Outcome.FAILED, words)
        method = str(given.body.get("method"))
        if method not in RECOGNISED:
            words = SENTENCES["approvals-unknown"].filled(
                slot=slot_of(signature), method=method[:LONGEST_SLOT]
            )
            return Finding(VOIDS, Outcome.INDETERMINATE, words)
        same += signature.body.get("commitments") == [given.body.get("person")]
    at = moment(void.signed.statement.issued_at)
    words = SENTENCES["voids-hold"].filled(count=len(signed), at=at, same=same)
    return Finding(VOIDS, Outcome.PASSED, words)


def _foreign(void: ReadExhibit, subject: ReadExhibit, signed: Sequence[ReadExhibit]) -> Iterator[str]:
    """Name the members in which ``void`` does not fit the agreement ``subject`` and its signatures."""
    if void.body.get("agreement") != subject.body.get("agreement"):
        yield "agreement"
    if any(one.body.get("manifest") not in void.listed("files") for one in signed):
        yield "files"
    reason = void.body.get("reason")
    if not isinstance(reason, bytes) or len(reason) != HASH_BYTES:
        yield "reason"
    if len(_consents(void)) != len(subject.listed("signatures")):
        yield CONSENTS
    if void.signed.statement.issued_at < subject.signed.statement.issued_at:
        yield "time"


def _consents(void: ReadExhibit) -> Sequence[bytes]:
    """The approvals that the void names, each once, in their order: 32-byte digests."""
    named = void.body.get(CONSENTS)
    listed = named if isinstance(named, list) else []
    return list(dict.fromkeys(one for one in listed if isinstance(one, bytes) and len(one) == HASH_BYTES))


def _consents_to(approval: ReadExhibit, void: ReadExhibit, signature: ReadExhibit) -> bool:
    asked = [VOID_DOMAIN, signature.body.get("manifest"), signature.body.get("slot"), void.body.get("reason")]
    return (
        approval.type is StatementType.APPROVAL
        and approval.body.get("action") == VOID
        and approval.body.get("subject") == str(sha256(canonical.encode(asked)))
        and approval.signed.statement.issued_at <= void.signed.statement.issued_at
    )
