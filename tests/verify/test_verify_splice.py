"""Genuine evidence about another subject, put into a bundle, lends it nothing: no fact, no file, no exhibit.

Everything below is signed by the pinned agency and stands in one log. The firm of the first certificate chose
the words of its authorization, and wrote digests of the second certificate into them.
"""

from dataclasses import dataclass
from functools import cache

import pytest

from evidence import canonical
from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import BundleMalformed
from evidence.statement import StatementType
from signing.cades import sign_detached
from tests.verify import city
from tests.verify.findings import not_passed, verified
from tests.verify.people import keys
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Answer

OTHER_FIELDS: dict[str, Value] = {"owner": "另一家城市发展有限公司", "project_name": "另一座教学楼"}
OTHER_SALTS = {"owner": city.salt(200), "project_name": city.salt(201)}
OTHER_PDF = b"%PDF-1.7 another certificate"
OTHERS_FACTS = tuple(Disclosure(name, OTHER_FIELDS[name], OTHER_SALTS[name]) for name in OTHER_FIELDS)
OWN_FACTS = tuple(
    Disclosure(name, city.FIELDS[name], city.salts(city.FIELDS)[name]) for name in sorted(city.FIELDS)
)

NO_MANIFEST = {"delegations": Outcome.INDETERMINATE}
"""The manifest is not enclosed here, so nobody knows whether steps were left out."""


@dataclass(frozen=True)
class Town:
    """Two certificates that rest on one authorization, each with its issue record, in one log."""

    subject: Exhibit
    issued: Exhibit
    authorization: Exhibit
    approval: Exhibit
    other: Exhibit
    other_issued: Exhibit


@pytest.fixture
def town() -> Town:
    commitments = list(commit_fields(OTHER_FIELDS, OTHER_SALTS))
    other = city.certificate(number="370200202605010202", status_index=3, commitments=commitments)
    approval = city.stated(StatementType.APPROVAL, {"action": "authorize", "subject": str(sha256(other))})
    body: dict[str, Value] = {"approval": sha256(approval).value, "project": str(sha256(other))}
    authorization = city.stated(StatementType.AUTHORIZATION, body)
    subject = city.certificate(refs=[sha256(authorization).value])
    issued = city.change(subject, "issued", files=[sha256(city.PDF).value])
    other_issued = city.change(other, "issued", files=[sha256(OTHER_PDF).value])
    return Town(*city.Log().record(subject, issued, authorization, approval, other, other_issued).exhibits())


def bundle(
    *exhibits: Exhibit, kind: str = "certificate", facts: tuple[Disclosure, ...] = OWN_FACTS, file: bytes
) -> Bundle:
    listed = city.status_list() if kind == "certificate" else None
    return Bundle(kind, exhibits, facts, {sha256(file).value: file}, listed)


def written(spliced: Bundle) -> bytes:
    """The bytes as a forger writes them, who asks nobody whether everything is bound."""
    return Bundle.MAGIC + canonical.encode(
        {
            "kind": spliced.kind,
            "exhibits": [vars(exhibit) for exhibit in spliced.exhibits],
            "disclosures": [vars(disclosure) for disclosure in spliced.disclosures],
            "files": [spliced.files[digest] for digest in sorted(spliced.files)],
            "status_list": spliced.status_list,
        }
    )


def own(town: Town) -> tuple[Exhibit, ...]:
    return town.subject, town.issued, town.authorization, town.approval


def test_a_digest_in_the_words_of_an_authorization_does_nothing(town: Town) -> None:
    honest = bundle(*own(town), file=city.PDF)
    report = verify_bundle(honest.encode(), city.trust_anchors(), as_of=city.NOW)
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.IN_FORCE)


def test_the_bytes_of_a_forger_are_those_of_an_honest_bundle_where_nothing_is_spliced(town: Town) -> None:
    honest = bundle(*own(town), file=city.PDF)
    assert written(honest) == honest.encode()


def test_another_certificates_facts_and_pdf_are_never_shown_as_this_ones(town: Town) -> None:
    spliced = bundle(*own(town), town.other, town.other_issued, facts=OTHERS_FACTS, file=OTHER_PDF)
    report = verify_bundle(written(spliced), city.trust_anchors(), as_of=city.NOW)
    assert [(check.name, check.outcome) for check in report.checks] == [("form", Outcome.FAILED)]
    assert (report.conclusion, report.answer, report.facts) == (Outcome.FAILED, Answer.UNKNOWN, ())


def test_each_check_sees_its_own_part_of_the_splice(town: Town) -> None:
    spliced = bundle(*own(town), town.other, town.other_issued, facts=OTHERS_FACTS, file=OTHER_PDF)
    found = not_passed(verified(spliced))
    assert found == dict.fromkeys(("form", "disclosures", "files"), Outcome.FAILED)


def test_another_certificates_facts_alone_fail_the_disclosures_alone(town: Town) -> None:
    spliced = bundle(*own(town), facts=OTHERS_FACTS, file=city.PDF)
    assert not_passed(verified(spliced)) == {"disclosures": Outcome.FAILED}


def test_a_field_shown_under_two_values_fails_the_disclosures_alone() -> None:
    first, second = commit_fields({"owner": "甲"}, {"owner": city.salt(1)}), OTHERS_FACTS[:1]
    other = commit_fields({"owner": OTHER_FIELDS["owner"]}, {"owner": OTHER_SALTS["owner"]})
    subject = city.certificate(commitments=[*first, *other])
    twice = city.bundle(subject, disclosures=(Disclosure("owner", "甲", city.salt(1)), *second), files=())
    assert not_passed(verified(twice)) == {"disclosures": Outcome.FAILED}
    with pytest.raises(BundleMalformed, match="disclosures"):
        Bundle.decode(written(twice))


@pytest.mark.parametrize("stowaway", ["other", "other_issued"])
def test_an_exhibit_of_another_certificate_is_refused(town: Town, stowaway: str) -> None:
    spliced = bundle(*own(town), getattr(town, stowaway), file=city.PDF)
    assert not_passed(verified(spliced)) == {"form": Outcome.FAILED}
    with pytest.raises(BundleMalformed, match=r"exhibits\.4"):
        Bundle.decode(written(spliced))


def test_a_certificate_on_the_same_authorization_is_refused() -> None:
    authorization = city.stated(StatementType.AUTHORIZATION, {"project": "示范中学"})
    refs: list[Value] = [sha256(authorization).value]
    subject, neighbour = city.certificate(refs=refs), city.certificate(refs=refs, status_index=3)
    recorded = city.Log().record(subject, authorization, neighbour).exhibits()
    spliced = Bundle("certificate", recorded, (), {}, city.status_list())
    assert not_passed(verified(spliced)) == {"form": Outcome.FAILED}


def test_a_change_record_of_another_issuer_is_refused() -> None:
    subject = city.certificate()
    body: dict[str, Value] = {"certificate": sha256(subject).value, "files": [sha256(OTHER_PDF).value]}
    foreign = city.stated(StatementType.CERTIFICATE_CHANGE, body, issuer=city.STRANGER)
    spliced = city.bundle(subject, foreign, files=(OTHER_PDF,))
    found = not_passed(verified(spliced))
    assert (found["form"], found["files"]) == (Outcome.FAILED, Outcome.FAILED)


def test_a_file_of_an_agreement_is_no_file_of_the_certificate_on_it() -> None:
    agreement = city.stated(StatementType.AGREEMENT, {"files": [sha256(OTHER_PDF).value]})
    subject = city.certificate(refs=[sha256(agreement).value])
    report = verified(city.bundle(subject, agreement, files=(OTHER_PDF,)))
    assert not_passed(report) == {"files": Outcome.FAILED}


# an agreement's bundle


@cache
def detached(slot: str) -> bytes:
    """A detached signature over the manifest, by the key of ``slot``."""
    signer, chain = keys()[slot]
    approval = Digest(HashAlgorithm.SHA256, bytes(32))
    return sign_detached(
        b"manifest", signer=signer, chain=chain, slot=slot, approval=approval, at=city.ISSUED
    )


def signature(agreement: bytes, cms: bytes, *, slot: str = "1", **members: Value) -> bytes:
    body: dict[str, Value] = {
        "agreement": agreement,
        "manifest": sha256(b"manifest").value,
        "slot": slot,
        "approval": bytes(32),
        "key": keys()[slot][0].key.key_id,
        "files": [sha256(cms).value],
    }
    return city.stated(StatementType.SIGNATURE, {**body, **members})


def completed(agreement: bytes, *signatures: bytes) -> bytes:
    body: dict[str, Value] = {
        "action": "completed",
        "agreement": agreement,
        "signatures": [sha256(one).value for one in signatures],
        "files": [sha256(b"manifest").value],
    }
    return city.stated(StatementType.AGREEMENT, body)


def assembled(agreement: bytes, subject: bytes, pdf: bytes) -> bytes:
    body: dict[str, Value] = {
        "action": "assembled",
        "agreement": agreement,
        "completed": sha256(subject).value,
        "files": [sha256(pdf).value],
    }
    return city.stated(StatementType.AGREEMENT, body)


def agreement_bundle(*statements: bytes, files: tuple[bytes, ...]) -> Bundle:
    exhibits = city.Log().record(*statements).exhibits()
    return Bundle("agreement", exhibits, (), {sha256(file).value: file for file in files}, None)


OURS, THEIRS = b"\x01" * 16, b"\x02" * 16


def test_an_agreement_with_its_signature_its_assembly_and_their_files_passes() -> None:
    signed = signature(OURS, detached("1"))
    subject = completed(OURS, signed)
    whole = agreement_bundle(
        subject, signed, assembled(OURS, subject, b"our pdf"), files=(detached("1"), b"our pdf")
    )
    assert not_passed(verified(whole)) == NO_MANIFEST
    assert Bundle.decode(written(whole)) == whole


def test_another_agreements_signature_and_its_file_are_refused() -> None:
    theirs = signature(THEIRS, detached("2"), slot="2")
    ours = signature(OURS, detached("1"), kind=str(sha256(theirs)))
    spliced = agreement_bundle(completed(OURS, ours), ours, theirs, files=(detached("1"), detached("2")))
    assert not_passed(verified(spliced)) == {
        "form": Outcome.FAILED,
        "files": Outcome.FAILED,
        **NO_MANIFEST,
    }
    report = verify_bundle(written(spliced), city.trust_anchors(), as_of=city.NOW)
    assert report.conclusion is Outcome.FAILED


def test_another_agreements_assembly_and_its_file_are_refused() -> None:
    ours = signature(OURS, detached("1"))
    theirs = completed(THEIRS, ours)
    subject = completed(OURS, ours)
    foreign = assembled(THEIRS, theirs, b"their pdf")
    spliced = agreement_bundle(subject, ours, foreign, files=(detached("1"), b"their pdf"))
    assert not_passed(verified(spliced)) == {
        "form": Outcome.FAILED,
        "files": Outcome.FAILED,
        **NO_MANIFEST,
    }
