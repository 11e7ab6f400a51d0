"""The cases about authorizations, agreements and packs; their makers are those of ``tests/verify``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from tests.conformance.case import BUNDLE, PACK, Case
from tests.verify import agreement_cases, agreement_packs, altered, city, stamped, texted
from tests.verify.agreements import Told
from tests.verify.authorizations import bundle

HOUR = timedelta(hours=1)
Why = tuple[str, str | None]
"""What a case is about, and the check that must not pass."""

GRANTED: Mapping[str, Why] = {
    "granted": ("granted for three uses, none of them made", None),
    "first-policy": ("a statement of the first policy", None),
    "two-of-three": ("two of three uses were made", None),
    "any-number": ("four of any number of uses", None),
    "no-ordinal": ("records of uses without a number count for nothing", None),
    "by-face": ("approved by face", None),
    "by-passkey+code+officer": ("approved before an officer, without a face", None),
    "told-by-registers": ("the registers' receipts are enclosed", None),
    "text-left-out": ("the exact text is not enclosed", None),
    "all-three": ("all three uses were made", "status"),
    "last-use": ("the last use was made", "status"),
    "revoked": ("revoked by its giver", "status"),
    "refused": ("refused", "status"),
    "lapsed": ("lapsed", "status"),
    "recorded-only": ("a promise of the log without a checkpoint", "receipt"),
}
DOUBTFUL: Mapping[str, Why] = {
    "no-approval": ("the approval is not enclosed", "approval"),
    "approval-of-another-action": ("the person approved another act", "approval"),
    "approval-of-another-subject": ("the person approved another text", "approval"),
    "approval-of-another-person": ("somebody else approved", "approval"),
    "grant-of-another-method": ("approved by another method than it says", "approval"),
    "grant-of-another-challenge": ("approved at another challenge than it says", "approval"),
    "method-iris": ("approved by a method that is not known", "approval"),
    "form-uses": ("granted for no use at all", "form"),
    "form-scope": ("an empty scope", "form"),
    "register-absent": ("the receipt of a register is not enclosed", "registers"),
    "register-differs": ("a register told a difference", "registers"),
    "register-unknown": ("the receipt of a register is by a key nobody pinned", "registers"),
    "register-forged": ("the receipt of a register is in another's name", "registers"),
    "strange-log": ("the receipts are by another key in the log's name", "receipt"),
    "another-city": ("another log under a key of its own is unknown", "receipt"),
}
FORGED: Mapping[str, Why] = {
    f"grant-body-{member}-logged": (f"another {member} under the same signature, logged anew", "signature")
    for member in ("firm", "project", "purpose", "scope", "uses", "valid_until")
}
AGREED: Mapping[str, Why] = {
    "whole": ("delegated, replaced, declined, and signed by all who were needed", None),
    "voided": ("voided by everybody who signed", "voids"),
    "two-documents": ("two documents, each kept by its signed PDF", None),
    "stamp-own": ("a qualification stamped by its holder", None),
    "stamp-granted": ("a qualification stamped under a grant", None),
    "texts-whole": ("a party wrote into two text fields", None),
    "approval-left-out": ("the approval of a signature is not enclosed", "approvals"),
    "approval-subject": ("the approval is of another slot", "approvals"),
    "approval-person": ("the approval is somebody else's", "approvals"),
    "step1-left-out": ("how the slot came to its signer is not enclosed", "delegations"),
    "steps-crossed": ("the steps stand in another order of time", "delegations"),
    "step2-after-signing": ("replaced after signing", "delegations"),
    "manifest-left-out": ("the manifest is not enclosed", "delegations"),
    "cms-left-out": ("a detached signature is not enclosed", "detached"),
    "cms-torn": ("a detached signature was turned by a bit", "detached"),
    "cms-key": ("a detached signature by another's key", "detached"),
    "cms-content": ("a detached signature over another manifest", "detached"),
    "decline-left-out": ("a refusal is not enclosed", "declines"),
    "decline-slot": ("a refusal of a slot that was signed", "declines"),
    "two-documents-swapped": ("the signed PDFs stand in the order of the other document", "documents"),
    "two-documents-one-missing": ("one signed PDF is stated for two documents", "documents"),
    "two-documents-one-more": ("three signed PDFs are stated for two documents", "documents"),
    "two-documents-document2-left-out": ("the second document is not enclosed", "documents"),
    "consent-left-out": ("who consented to the void is not enclosed whole", "voids"),
    "void-before-it-was-complete": ("voided before it was complete", "voids"),
    "grant-left-out": ("the grant of the qualification is not enclosed", "stamps"),
    "grant-firm": ("the grant is to another firm", "stamps"),
    "use-used_for": ("the use counted is for another slot: another purpose", "stamps"),
    "held-other": ("the manifest asks for another qualification", "stamps"),
    "texts-left-out": ("what a party wrote is not enclosed", "texts"),
    "texts-unasked": ("a party wrote where nothing was asked", "texts"),
    "texts-altered": ("what a party wrote is another text", "form"),
}
PACKED: Mapping[str, Why] = {
    "pack": ("a pack with the files of its bundle beside it", None),
    "pack-compressed": ("the same, compressed", None),
    "pack-with-a-file-exchanged": ("one of its files is another", "files"),
    "pack-with-a-file-more": ("a file was slipped in", "files"),
    "pack-with-an-altered-bundle": ("its bundle was cut off", "form"),
    "pack-with-a-damaged-file": ("a ZIP program finds a file damaged", "form"),
}


def cases() -> Iterator[Case]:
    """Every case about what several put their names to."""
    made = (*altered.sound(), *altered.doubtful(), *altered.each_field())
    yield from _chosen("authorization", {**GRANTED, **DOUBTFUL, **FORGED}, made, as_of=altered.AFTER)
    yield from _moments(dict(altered.sound())["granted"])
    agreed = (*agreement_cases.altered(), *stamped.altered(), *texted.altered())
    yield from _chosen("agreement", AGREED, agreed, as_of=city.NOW)
    yield from _parties()
    yield from _chosen("agreement", PACKED, agreement_packs.packs(), as_of=city.NOW, file=PACK)


def _parties() -> Iterator[Case]:
    """The agreement without one of its signatures, and in another's name."""
    unsigned = Told(left_out=frozenset({"signature4", "approval4"}), files_left_out=frozenset({"cms4"}))
    for name, told, check, about in (
        ("signature-left-out", unsigned, "parties", "one of three signatures is not enclosed"),
        (
            "signature-over-another-agreement",
            Told(bodies={"signature4": {"agreement": bytes(16)}}),
            "parties",
            "one of the signatures is over another agreement",
        ),
        (
            "of-another-issuer",
            Told(issuers={"subject": city.STRANGER}),
            "issuer-key",
            "completed in the name of another than the key's owner",
        ),
    ):
        yield Case(name=f"agreement-{name}", about=about, subject=told.encode(), file=BUNDLE, check=check)


def _moments(granted: bytes) -> Iterator[Case]:
    """The same grant asked about before and after, and one that begins before it was made."""
    for name, data, as_of, about in (
        ("not-yet-valid", granted, altered.AFTER - timedelta(days=9), "before its first second"),
        ("expired", granted, altered.AFTER + timedelta(days=90), "after its last second"),
        (
            "backdated",
            altered.raw(bundle(*altered.backdated())),
            altered.BEFORE - HOUR,
            "asked before it was granted",
        ),
    ):
        yield Case(
            name=f"authorization-{name}",
            about=about,
            subject=data,
            file=BUNDLE,
            check="validity",
            as_of=as_of,
        )


def _chosen(
    kind: str,
    chosen: Mapping[str, Why],
    made: Iterable[tuple[str, bytes]],
    *,
    as_of: datetime,
    file: str = BUNDLE,
) -> Iterator[Case]:
    subjects = dict(made)
    for name, (about, check) in chosen.items():
        plain = name.replace("+", "-").replace("_", "-")
        yield Case(
            name=f"{kind}-{plain}", about=about, subject=subjects[name], file=file, check=check, as_of=as_of
        )
