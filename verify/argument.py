"""The part of the argument that is the same for every kind of bundle.

1 form · 2 issuer's key · 3 signature · 4 disclosures · 5 files · 6 entry · 7 receipt · 8 anchor are put to
the first exhibit, the subject. What a kind adds (validity, state) comes next, and then one check for each
other exhibit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evidence import canonical
from evidence.bundle import Bundle
from evidence.certificate_types import CertificateType
from evidence.commitment import check_disclosure
from evidence.errors import DisclosureInvalid
from evidence.ties import commitments_of, files_named, stranger
from verify.checks import Finding, Outcome
from verify.exhibits import ReadExhibit, check_authorship, check_inclusion, check_opening, check_related
from verify.labels import described, field_label, label, shown_field
from verify.report import ShownFact
from verify.sentences import SENTENCES
from verify.trust import TrustAnchors
from verify.witness import AnchorWitness
from verify.words import Words

FORM = "form"
ERASED = "erased"
"""The action of a later statement after which the fields of its subject can be shown no more."""


@dataclass(frozen=True)
class Examined:
    """A bundle with the findings about its subject (checks 1 to 8) and about the exhibits beside it."""

    bundle: Bundle
    exhibits: tuple[ReadExhibit, ...]
    findings: tuple[Finding, ...]
    related: tuple[Finding, ...]

    @property
    def subject(self) -> ReadExhibit:
        """The first exhibit."""
        return self.exhibits[0]

    def sound(self, place: int) -> bool:
        """Whether the exhibit at ``place`` (from 1, the subject is 0) held in every respect."""
        return self.related[place - 1].outcome is Outcome.PASSED


def examine(bundle: Bundle, trust: TrustAnchors, chain: AnchorWitness | None) -> Examined:
    """Put the common questions to a bundle.

    Raises:
        StatementMalformed, EntryMalformed: an exhibit cannot be taken apart.
    """
    exhibits = tuple(ReadExhibit.of(exhibit) for exhibit in bundle.exhibits)
    subject = exhibits[0]
    related = tuple(check_related(exhibit, trust) for exhibit in exhibits[1:])
    findings = (
        _check_form(exhibits),
        *check_authorship(subject, trust),
        _check_disclosures(bundle, exhibits, _type_of(subject, trust), erased=_erased(exhibits, related)),
        _check_files(bundle, exhibits),
        check_opening(subject),
        *check_inclusion(subject, trust, chain),
    )
    return Examined(bundle, exhibits, findings, related)


def _type_of(subject: ReadExhibit, trust: TrustAnchors) -> CertificateType | None:
    named = subject.body.get("certificate_type")
    return described(trust, subject.signed.statement.issuer, named) if isinstance(named, str) else None


def _erased(exhibits: Sequence[ReadExhibit], related: Sequence[Finding]) -> bool:
    """Whether its issuer stated later, in an exhibit that holds, that the holder's data is erased."""
    return any(
        each.is_later_about(exhibits[0])
        and each.body.get("action") == ERASED
        and finding.outcome is Outcome.PASSED
        for each, finding in zip(exhibits[1:], related, strict=True)
    )


def _check_form(exhibits: Sequence[ReadExhibit]) -> Finding:
    place = stranger(exhibits)
    if place is not None:
        return Finding(FORM, Outcome.FAILED, SENTENCES["bundle-unbound"].filled(place=place + 1))
    return Finding(FORM, Outcome.PASSED, SENTENCES["bundle-whole"].filled(count=len(exhibits)))


def _check_disclosures(
    bundle: Bundle, exhibits: Sequence[ReadExhibit], type_: CertificateType | None, *, erased: bool
) -> Finding:
    bound, names = commitments_of(exhibits), set[str]()
    for disclosure in bundle.disclosures:
        try:
            check_disclosure(disclosure, bound)
        except DisclosureInvalid:
            return _false_disclosure("disclosures-false", disclosure.name)
        if disclosure.name in names:
            return _false_disclosure("disclosures-twice", disclosure.name)
        names.add(disclosure.name)
    return Finding("disclosures", Outcome.PASSED, _disclosed(bundle, type_, len(bound), erased=erased))


def _disclosed(bundle: Bundle, type_: CertificateType | None, total: int, *, erased: bool) -> Words:
    """Tell which facts are shown, and how many are not."""
    shown = len(bundle.disclosures)
    if shown == total:
        return SENTENCES["disclosures-open"].filled(shown=shown, total=total)
    if shown == 0:
        return SENTENCES["disclosures-erased" if erased else "disclosures-none"].filled(withheld=total)
    labels = [field_label(type_, each.name) for each in bundle.disclosures]
    names = Words("、".join(each.zh for each in labels), ", ".join(each.en for each in labels))
    return SENTENCES["disclosures-some"].filled(shown=shown, names=names, withheld=total - shown)


def _false_disclosure(key: str, name: str) -> Finding:
    return Finding("disclosures", Outcome.FAILED, SENTENCES[key].filled(name=label(name)))


def _check_files(bundle: Bundle, exhibits: Sequence[ReadExhibit]) -> Finding:
    named = files_named(exhibits)
    for digest, content in bundle.files.items():
        if digest not in named or hashlib.sha256(content).digest() != digest:
            words = SENTENCES["files-unbound"].filled(digest=f"sha256:{digest.hex()}")
            return Finding("files", Outcome.FAILED, words)
    words = SENTENCES["files-match"].filled(present=len(bundle.files), named=len(named))
    return Finding("files", Outcome.PASSED, words)


def disclosed_facts(examined: Examined, type_: CertificateType | None = None) -> tuple[ShownFact, ...]:
    """The disclosed fields of the subject, in the order of the bundle; ``type_`` is that of a certificate."""
    return tuple(
        shown_field(
            type_,
            one.name,
            one.value if isinstance(one.value, str) else canonical.to_json(one.value).decode(),
        )
        for one in examined.bundle.disclosures
    )
