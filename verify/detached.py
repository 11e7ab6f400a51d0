"""The parties' detached signatures (CAdES), where a signature's statement names their files."""

from collections.abc import Sequence

from verify.argument import Examined
from verify.cades import Wanted, refusal
from verify.checks import Finding, Outcome, worst
from verify.exhibits import ReadExhibit
from verify.sentences import SENTENCES
from verify.signers import slot_of

DETACHED = "detached"


def check_detached(examined: Examined, signed: Sequence[ReadExhibit]) -> tuple[Finding, ...]:
    """Check each file that a statement of ``signed`` names: one finding, none where none is named."""
    named = [(one, digest) for one in signed for digest in sorted(one.listed("files"))]
    if not named:
        return ()
    gravest = worst([_check(examined, one, digest) for one, digest in named])
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    words = SENTENCES["detached-hold"].filled(count=len(named))
    return (Finding(DETACHED, Outcome.PASSED, words),)


def _check(examined: Examined, signature: ReadExhibit, digest: bytes) -> Finding:
    content = examined.bundle.files.get(digest)
    slot = slot_of(signature)
    if content is None:
        return Finding(DETACHED, Outcome.INDETERMINATE, SENTENCES["detached-absent"].filled(slot=slot))
    body = signature.body
    wanted = Wanted(
        manifest=body.get("manifest"),
        slot=body.get("slot"),
        approval=body.get("approval"),
        key=body.get("key"),
        at=signature.signed.statement.issued_at,
    )
    key = refusal(content, wanted)
    if key is not None:
        return Finding(DETACHED, Outcome.FAILED, SENTENCES[key].filled(slot=slot))
    return Finding(DETACHED, Outcome.PASSED, SENTENCES["detached-hold"].filled(count=1))
