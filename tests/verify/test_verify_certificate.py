"""Every check of a certificate bundle fails alone where only its own matter is wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import sha256
from evidence.receipt import Receipt
from evidence.statement import StatementType
from tests.verify import city
from tests.verify.findings import not_passed, verified
from verify.bundle import verify_bundle, verify_evidence
from verify.checks import Concern, Outcome
from verify.report import Answer, Report
from verify.witness import WitnessedAnchor

CHECKS = (
    "form",
    "issuer-key",
    "signature",
    "disclosures",
    "files",
    "entry",
    "receipt",
    "anchor",
    "validity",
    "status",
    "related",
)


class Chain:
    """A witness who looked at the chain."""

    def anchor(self, receipt: Receipt) -> WitnessedAnchor | None:
        return WitnessedAnchor(block_number=7, depth=12) if receipt.anchor else None


def with_first_exhibit(bundle: Bundle, exhibit: Exhibit) -> Bundle:
    return replace(bundle, exhibits=(exhibit, *bundle.exhibits[1:]))


def test_a_whole_bundle_passes_every_check_but_the_anchor_that_nobody_looked_up() -> None:
    report = verified()
    assert tuple(check.name for check in report.checks) == CHECKS
    assert [check.number for check in report.checks] == list(range(1, 12))
    assert {check.name for check in report.checks if check.outcome is not Outcome.PASSED} == {"anchor"}
    assert report.conclusion is Outcome.PASSED


def test_a_bundle_reads_the_same_from_its_bytes() -> None:
    trust = city.trust_anchors()
    encoded = verify_bundle(city.bundle().encode(), trust, as_of=city.NOW)
    assert encoded == verified()


def test_the_answer_is_in_force_as_of_the_time_of_the_status_list() -> None:
    report = verified()
    assert (report.answer, report.as_of, report.asked_at) == (Answer.IN_FORCE, city.LISTED, city.NOW)


def test_the_report_names_the_fingerprint_of_the_trust_file() -> None:
    trust = city.trust_anchors()
    assert verified().trust_fingerprint == sha256(trust.to_json()).value.hex()


# 1 form


def test_an_exhibit_without_a_tie_to_the_subject_fails_the_form_alone() -> None:
    stranger = city.stated(StatementType.AGREEMENT, {"action": "completed"})
    report = verified(city.bundle(city.certificate(), stranger, files=()))
    assert not_passed(report) == {"form": Outcome.FAILED}
    assert report.conclusion is Outcome.FAILED


def test_exhibits_may_be_tied_through_one_another() -> None:
    approval = city.stated(StatementType.APPROVAL, {"action": "authorize"})
    authorization = city.stated(StatementType.AUTHORIZATION, {"approval": sha256(approval).value})
    subject = city.certificate(refs=[sha256(authorization).value])
    assert not_passed(verified(city.bundle(subject, approval, authorization, files=()))) == {}


@pytest.mark.parametrize("member", ["licence_id", "number", "certificate_type", "valid_from", "status_index"])
def test_a_certificate_without_a_member_fails_the_form(member: str) -> None:
    report = verified(city.bundle(city.certificate(**{member: None}), files=()))
    assert not_passed(report) == {"form": Outcome.FAILED}
    assert member in report.checks[0].en


def test_a_certificate_that_names_no_organization_is_held_by_whom_its_fields_name() -> None:
    report = verified(city.bundle(city.certificate(holder=None), files=()))
    assert not_passed(report) == {}
    assert "holder" not in {fact.name for fact in report.facts}


def test_a_day_beyond_the_calendar_fails_the_form() -> None:
    report = verified(city.bundle(city.certificate(valid_until=1 << 40), files=()))
    assert "valid_until" in report.checks[0].en


# 2 issuer's key


def test_a_key_that_nobody_pinned_leaves_the_bundle_undecided() -> None:
    subject = city.stated(StatementType.CERTIFICATE, city.certificate_body(), signer=city.strange_signer())
    report = verified(city.bundle(subject, files=()))
    assert not_passed(report) == {"issuer-key": Outcome.INDETERMINATE, "signature": Outcome.INDETERMINATE}
    assert (report.conclusion, report.answer) == (Outcome.INDETERMINATE, Answer.UNKNOWN)


def test_a_key_pinned_for_another_issuer_fails_the_key_alone() -> None:
    subject = city.stated(StatementType.CERTIFICATE, city.certificate_body(), issuer=city.PLATFORM)
    bundle = city.bundle(subject, files=(), listed=city.status_list(issuer=city.PLATFORM))
    found = not_passed(verified(replace(bundle, status_list=None)))
    assert found == {"issuer-key": Outcome.FAILED, "status": Outcome.INDETERMINATE}


def test_a_key_without_the_role_fails_the_key_alone() -> None:
    trust = city.trust_anchors(city.issuer_key(roles=city.ROLES - {"certificate"}))
    report = verify_evidence(city.bundle(), trust, as_of=city.NOW)
    assert not_passed(report) == {"issuer-key": Outcome.FAILED}


def test_a_key_that_was_not_yet_valid_at_signing_fails_the_key_alone() -> None:
    late = city.issuer_key(valid_from=city.ISSUED + timedelta(seconds=1))
    old = city.issuer_key(roles=city.ROLES - {"certificate"})
    report = verify_evidence(city.bundle(), city.trust_anchors(late, old), as_of=city.NOW)
    assert not_passed(report) == {"issuer-key": Outcome.FAILED}


def test_a_key_that_had_ended_at_signing_fails_the_key_alone() -> None:
    ended = city.issuer_key(valid_until=city.ISSUED)
    others = city.issuer_key(roles=city.ROLES - {"certificate"})
    report = verify_evidence(city.bundle(), city.trust_anchors(ended, others), as_of=city.NOW)
    assert not_passed(report) == {"issuer-key": Outcome.FAILED}


# 3 signature


def test_a_broken_signature_fails_the_signature_alone() -> None:
    signed = city.certificate()
    broken = signed[:-1] + bytes([signed[-1] ^ 1])
    bundle = city.bundle(broken, files=())
    assert not_passed(verified(bundle)) == {"signature": Outcome.FAILED}


# 4 disclosures


def test_an_altered_fact_fails_the_disclosures_alone() -> None:
    name, value_salt = "owner", city.salts(city.FIELDS)["owner"]
    report = verified(city.bundle(disclosures=[Disclosure(name, "另一家公司", value_salt)]))
    assert not_passed(report) == {"disclosures": Outcome.FAILED}
    assert "建设单位" in report.checks[3].zh
    assert report.facts == ()


def test_a_fact_that_is_no_text_is_shown_as_json() -> None:
    fields: dict[str, Value] = {"person": {"name": "林知远"}}
    salts = city.salts(fields)
    subject = city.certificate(commitments=list(commit_fields(fields, salts)))
    disclosed = [Disclosure("person", fields["person"], salts["person"])]
    report = verified(city.bundle(subject, files=(), disclosures=disclosed))
    assert '{"name":"林知远"}' in [fact.value.zh for fact in report.facts]


def test_what_the_holder_withholds_is_counted_and_what_is_shown_is_named() -> None:
    disclosed = [Disclosure("owner", city.FIELDS["owner"], city.salts(city.FIELDS)["owner"])]
    report = verified(city.bundle(disclosures=disclosed))
    assert report.conclusion is Outcome.PASSED
    assert report.checks[3].zh == "出示1项（建设单位），都与签发时的承诺值一致；另有1项未出示。"
    assert "project_name" not in [fact.name for fact in report.facts]


@pytest.mark.parametrize(("action", "said"), [("erased", "依法删除"), ("issued", "均未出示")])
def test_fields_that_were_erased_are_told_apart_from_fields_that_are_not_shown(
    action: str, said: str
) -> None:
    subject = city.certificate()
    report = verified(city.bundle(subject, city.change(subject, action), disclosures=(), files=()))
    assert report.conclusion is Outcome.PASSED
    assert said in report.checks[3].zh


# 5 files


def test_an_altered_file_fails_the_files_alone() -> None:
    bundle = replace(city.bundle(), files={sha256(city.PDF).value: city.PDF + b" "})
    assert not_passed(verified(bundle)) == {"files": Outcome.FAILED}


def test_a_file_that_no_statement_names_fails_the_files_alone() -> None:
    assert not_passed(verified(city.bundle(files=(city.PDF, b"stowaway")))) == {"files": Outcome.FAILED}


def test_a_file_may_be_left_out() -> None:
    report = verified(city.bundle(files=()))
    assert not_passed(report) == {}
    assert "0" in report.checks[4].en


# 6 entry


def test_an_entry_that_commits_to_another_statement_fails_the_entry_alone() -> None:
    bundle = city.bundle()
    forged = replace(bundle.exhibits[0], salt=city.salt(99))
    assert not_passed(verified(with_first_exhibit(bundle, forged))) == {"entry": Outcome.FAILED}


# 7 receipt


def test_a_receipt_of_another_entry_fails_the_receipt_alone() -> None:
    bundle = city.bundle()
    swapped = replace(bundle.exhibits[0], receipt=bundle.exhibits[1].receipt)
    assert not_passed(verified(with_first_exhibit(bundle, swapped))) == {"receipt": Outcome.FAILED}


def test_a_receipt_by_another_key_fails_the_receipt_alone() -> None:
    forger = city.Log(signer=city.strange_log_signer())
    report = verified(city.bundle(city.certificate(), log=forger, files=()))
    assert not_passed(report) == {"receipt": Outcome.FAILED}


def test_a_receipt_of_another_log_under_its_own_key_is_unknown() -> None:
    elsewhere = city.Log(origin="other.example/log", signer=city.strange_log_signer())
    report = verified(city.bundle(city.certificate(), log=elsewhere, files=()))
    assert not_passed(report) == {"receipt": Outcome.INDETERMINATE}


def test_a_receipt_of_another_log_fails_the_receipt_alone() -> None:
    report = verified(city.bundle(city.certificate(), log=city.Log(origin="other.example/log"), files=()))
    assert not_passed(report) == {"receipt": Outcome.FAILED}


def test_a_receipt_without_a_checkpoint_leaves_the_bundle_undecided() -> None:
    report = verified(city.bundle(city.certificate(), log=city.Log(checkpointed=False), files=()))
    assert not_passed(report) == {"receipt": Outcome.INDETERMINATE}
    assert report.conclusion is Outcome.INDETERMINATE


# 8 anchor


def anchor_of(report: Report) -> Outcome:
    return next(check.outcome for check in report.checks if check.concern is Concern.ANCHORED)


def test_an_anchor_that_a_witness_looked_up_passes() -> None:
    report = verify_evidence(city.bundle(), city.trust_anchors(), as_of=city.NOW, chain=Chain())
    assert anchor_of(report) is Outcome.PASSED


def test_an_anchor_on_another_chain_fails_and_does_not_touch_the_conclusion() -> None:
    elsewhere = city.Log(anchor=replace(city.ANCHOR, chain_id=1))
    report = verified(city.bundle(city.certificate(), log=elsewhere, files=()))
    assert (anchor_of(report), report.conclusion) == (Outcome.FAILED, Outcome.PASSED)


def test_an_anchor_in_another_contract_fails() -> None:
    elsewhere = city.Log(anchor=replace(city.ANCHOR, contract=b"\x99" * 20))
    assert anchor_of(verified(city.bundle(city.certificate(), log=elsewhere, files=()))) is Outcome.FAILED


def test_a_receipt_that_is_not_anchored_yet_says_so() -> None:
    report = verified(city.bundle(city.certificate(), log=city.Log(anchor=None), files=()))
    assert (anchor_of(report), report.conclusion) == (Outcome.INDETERMINATE, Outcome.PASSED)
    assert "not yet anchored" in report.checks[7].en


# related exhibits


def test_a_forged_related_exhibit_fails_its_own_check_alone() -> None:
    subject = city.certificate()
    record = city.change(subject, "revoked")
    forged = record[:-1] + bytes([record[-1] ^ 1])
    report = verified(city.bundle(subject, forged, files=()))
    assert not_passed(report) == {"related": Outcome.FAILED}
    assert report.conclusion is Outcome.FAILED


def test_a_related_exhibit_by_an_unknown_key_leaves_the_bundle_undecided() -> None:
    subject = city.certificate()
    body = {"certificate": sha256(subject).value}
    strange = city.stated(StatementType.CERTIFICATE_CHANGE, body, signer=city.strange_signer())
    report = verified(city.bundle(subject, strange, files=()))
    assert not_passed(report) == {"related": Outcome.INDETERMINATE}
    assert report.conclusion is Outcome.INDETERMINATE
