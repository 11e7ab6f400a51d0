"""Who signed is who was to sign: the approval of every signature, and the steps that handed a slot on.

    manifest: person C0 ─ delegation: giver C0, taker C1 ─ approval: person C1 ─ signature: commitments [C1]

People stand there as salted commitments, the same 32 bytes from one step to the next, so that the chain is
seen whole and nobody is named. A signature from before its steps were named (``delegations``) is not asked;
over a manifest of the third schema there is none such.
"""

from collections.abc import Iterator, Mapping, Sequence

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.merkle import HASH_BYTES
from evidence.statement import StatementType
from verify.argument import Examined
from verify.checks import Finding, Outcome, worst
from verify.exhibits import ReadExhibit
from verify.sentences import SENTENCES
from verify.words import Words

APPROVALS, DELEGATIONS, DECLINES = "approvals", "delegations", "declines"

RECOGNISED: Mapping[str, str] = {
    "face": "method-face",
    "face+passkey": "method-device",
    "passkey+code+officer": "method-officer",
    "code+officer-at-counter": "method-counter",
}
"""What each way to recognise a person is called (``identity.methods``)."""

STEPS = frozenset({"delegated", "replaced"})
"""The actions of an agreement by which a slot goes to another person."""

_UNNAMED = ("delegations-unnamed", Outcome.INDETERMINATE)

DECLINED = "slot-declined"
SEAL = "seal"
SLOT_DOMAIN = "yinxin/slot/1"
LONGEST_SLOT = 40
"""Characters of a slot's name, or of a method's, that a report repeats."""


def slot_of(signature: ReadExhibit) -> str:
    """The slot of a signature, as a report says it."""
    return str(signature.body.get("slot"))[:LONGEST_SLOT]


def tied(signed: Sequence[ReadExhibit]) -> list[ReadExhibit]:
    """The signatures that name the steps by which their slot came to the signer."""
    return [one for one in signed if DELEGATIONS in one.body]


def check_approvals(examined: Examined, signed: Sequence[ReadExhibit]) -> tuple[Finding, ...]:
    """Check that each signature rests on its person's approval of exactly this slot: one finding or none."""
    asked = tied(signed)
    if not asked:
        return ()
    gravest = worst([_approval(examined, one) for one in asked])
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    methods = dict.fromkeys(_method(examined, one) for one in asked)
    said = [SENTENCES[RECOGNISED[method]] for method in methods]
    listed = Words("、".join(one.zh for one in said), ", ".join(one.en for one in said))
    words = SENTENCES["approvals-bind"].filled(count=len(asked), methods=listed)
    return (Finding(APPROVALS, Outcome.PASSED, words),)


def _approval(examined: Examined, signature: ReadExhibit) -> Finding:
    slot, approval = slot_of(signature), exhibit_of(examined, signature.body.get("approval"))
    if approval is None:
        return _finding(APPROVALS, "approvals-absent", Outcome.INDETERMINATE, slot=slot)
    member = _not_approved(approval, signature.body)
    if member is not None:
        return _finding(APPROVALS, "approvals-of-another", Outcome.FAILED, slot=slot, member=member)
    method = _method(examined, signature)
    if method not in RECOGNISED:
        shown = method[:LONGEST_SLOT]
        return _finding(APPROVALS, "approvals-unknown", Outcome.INDETERMINATE, slot=slot, method=shown)
    return _finding(APPROVALS, "approvals-bind", Outcome.PASSED, count=1, methods=method)


def _not_approved(approval: ReadExhibit, signature: Mapping[str, Value]) -> str | None:
    """The first member in which the approval is not the one that the signature needs, or None."""
    if approval.type is not StatementType.APPROVAL:
        return "type"
    subject = sha256(canonical.encode([SLOT_DOMAIN, signature.get("manifest"), signature.get("slot")]))
    needed: dict[str, Value] = {
        "action": SEAL if signature.get("kind") == SEAL else "sign",
        "subject": str(subject),
    }
    differing = next((name for name, value in needed.items() if approval.body.get(name) != value), None)
    if differing is None and signature.get("commitments") != [approval.body.get("person")]:
        return "person"
    return differing


def _method(examined: Examined, signature: ReadExhibit) -> str:
    approval = exhibit_of(examined, signature.body.get("approval"))
    return "" if approval is None else str(approval.body.get("method"))


def check_delegations(
    examined: Examined,
    signed: Sequence[ReadExhibit],
    persons: Mapping[str, Value] | None,
    *,
    owed: bool | None,
) -> tuple[Finding, ...]:
    """Check that each slot was signed by whom it names or who took it: one finding or none.

    ``persons`` are the commitments of the manifest by slot, None where the manifest is not enclosed;
    ``owed`` says whether every signature over it names its steps, None where that cannot be known.
    """
    asked = tied(signed)
    for one in signed:
        if DELEGATIONS not in one.body and owed is not False:
            said = ("delegations-left-out", Outcome.FAILED) if owed else _UNNAMED
            return (_finding(DELEGATIONS, *said, slot=slot_of(one)),)
    if not asked:
        return ()
    gravest = worst([_handed_on(examined, one, persons) for one in asked])
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    steps = sum(len(_steps(one)) for one in asked)
    key = "delegations-hold" if steps else "delegations-none"
    return (_finding(DELEGATIONS, key, Outcome.PASSED, count=steps),)


def _handed_on(examined: Examined, signature: ReadExhibit, persons: Mapping[str, Value] | None) -> Finding:
    slot, known, earlier = slot_of(signature), persons is not None, None
    holder = None if persons is None else persons.get(str(signature.body.get("slot")))
    for place, digest in enumerate(_steps(signature), start=1):
        facts: dict[str, str | int] = {"slot": slot, "place": place}
        step = exhibit_of(examined, digest)
        if step is None:
            return _finding(DELEGATIONS, "delegations-absent", Outcome.INDETERMINATE, **facts)
        member = next(_foreign(step, signature, earlier), None)
        giver, taker = step.body.get("giver"), step.body.get("taker")
        if member is None and None in (giver, taker):
            return _finding(DELEGATIONS, "delegations-untied", Outcome.INDETERMINATE, **facts)
        if member is not None or (known and giver != holder):
            return _finding(
                DELEGATIONS, "delegations-foreign", Outcome.FAILED, **facts, member=member or "giver"
            )
        holder, known, earlier = taker, True, step
    if holder is not None and signature.body.get("commitments") != [holder]:
        return _finding(DELEGATIONS, "delegations-signer", Outcome.FAILED, slot=slot)
    if persons is None:
        return _finding(DELEGATIONS, *_UNNAMED, slot=slot)
    return _finding(DELEGATIONS, "delegations-none", Outcome.PASSED)


def _steps(signature: ReadExhibit) -> Sequence[Value]:
    steps = signature.body[DELEGATIONS]
    return steps if isinstance(steps, list) else [steps]


def _foreign(step: ReadExhibit, signature: ReadExhibit, earlier: ReadExhibit | None) -> Iterator[str]:
    """Name the members in which ``step`` is none of the slot of ``signature``, after the step ``earlier``."""
    if step.type is not StatementType.AGREEMENT:
        yield "type"
    if step.body.get("action") not in STEPS:
        yield "action"
    yield from _elsewhere(step, signature)
    if step.body.get("slot") != signature.body.get("slot"):
        yield "slot"
    if step.signed.statement.issued_at > signature.signed.statement.issued_at:
        yield "time"
    if earlier is not None and step.signed.statement.issued_at < earlier.signed.statement.issued_at:
        yield "time"


def _elsewhere(step: ReadExhibit, signature: ReadExhibit) -> Iterator[str]:
    """Name the members in which ``step`` is about another agreement than ``signature``."""
    if step.signed.statement.issuer != signature.signed.statement.issuer:
        yield "issuer"
    if step.body.get("agreement") != signature.body.get("agreement"):
        yield "agreement"
    if signature.body.get("manifest") not in step.listed("files"):
        yield "files"


def check_declines(examined: Examined, signed: Sequence[ReadExhibit]) -> tuple[Finding, ...]:
    """Check who declined, where the agreement names declines: one finding or none."""
    named = examined.subject.body.get("declined")
    if not isinstance(named, list) or not named or not signed:
        return ()
    slots = [one.body.get("slot") for one in signed]
    found = list[Finding]()
    for place, digest in enumerate(named, start=1):
        step = exhibit_of(examined, digest)
        found.append(_declined(step, examined.subject, signed[0], slots, place))
        slots += [] if step is None else [step.body.get("slot")]
    gravest = worst(found)
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    return (_finding(DECLINES, "declines-hold", Outcome.PASSED, count=len(named)),)


def _declined(
    step: ReadExhibit | None,
    subject: ReadExhibit,
    signature: ReadExhibit,
    taken: Sequence[Value],
    place: int,
) -> Finding:
    if step is None:
        return _finding(DECLINES, "declines-absent", Outcome.INDETERMINATE, place=place)
    members = _not_declined(step, subject, signature, taken)
    member = next(members, None)
    if member is not None:
        return _finding(DECLINES, "declines-foreign", Outcome.FAILED, place=place, member=member)
    return _finding(DECLINES, "declines-hold", Outcome.PASSED, count=1)


def _not_declined(
    step: ReadExhibit, subject: ReadExhibit, signature: ReadExhibit, taken: Sequence[Value]
) -> Iterator[str]:
    if step.type is not StatementType.AGREEMENT:
        yield "type"
    if step.body.get("action") != DECLINED:
        yield "action"
    yield from _elsewhere(step, signature)
    if step.body.get("slot") in taken:
        yield "slot"
    if step.signed.statement.issued_at > subject.signed.statement.issued_at:
        yield "time"


def exhibit_of(examined: Examined, digest: Value) -> ReadExhibit | None:
    """The exhibit of this digest, 32 bytes; None where it is not enclosed."""
    if not isinstance(digest, bytes) or len(digest) != HASH_BYTES:
        return None
    return next((one for one in examined.exhibits if one.digest == digest), None)


def _finding(name: str, key: str, outcome: Outcome, **facts: str | int | Words) -> Finding:
    return Finding(name, outcome, SENTENCES[key].filled(**facts))
