"""Who signed is who was to sign: each step that is missing, foreign or torn fails its own check alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verify import agreement_cases, city
from tests.verify.agreements import Told
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Answer, Report

CASES = list(agreement_cases.cases())


def verified(told: Told) -> Report:
    return verify_bundle(told.encode(), city.trust_anchors(), as_of=city.NOW)


def not_passed(report: Report) -> set[str]:
    return {
        check.name
        for check in report.checks
        if check.outcome is not Outcome.PASSED and check.name != "anchor"
    }


@pytest.mark.parametrize(("name", "check", "told"), CASES, ids=[name for name, _, _ in CASES])
def test_what_is_changed_fails_its_own_check_alone(name: str, check: str, told: Told) -> None:
    report = verified(told)
    assert not_passed(report) == ({check} if check else set()), name
    assert (report.conclusion is Outcome.PASSED) == (not check)


@pytest.mark.parametrize(
    "name",
    [
        "approval-left-out",
        "approval-method",
        "step1-left-out",
        "step2-left-out",
        "manifest-left-out",
        "cms-left-out",
        "decline-left-out",
        "consent-left-out",
        "consent-method",
    ],
)
def test_what_is_missing_or_unknown_is_undecided_and_not_false(name: str) -> None:
    told = next(told for each, _, told in CASES if each == name)
    assert verified(told).conclusion is Outcome.INDETERMINATE


def test_the_report_counts_the_steps_and_says_how_people_were_recognised() -> None:
    said = {check.name: check for check in verified(Told()).checks}
    assert "2步" in said["delegations"].zh
    assert "刷脸、刷脸加设备密钥" in said["approvals"].zh


def test_what_all_who_signed_voided_is_genuine_and_not_in_force() -> None:
    report = verified(agreement_cases.VOIDED)
    assert not_passed(report) == {"voids"}
    assert (report.conclusion, report.answer, report.state) == (
        Outcome.PASSED,
        Answer.NOT_IN_FORCE,
        "voided",
    )
    assert report.as_of == city.ISSUED + timedelta(seconds=10)
    assert "签署各方共3方" in report.sentence("zh")
    assert "其中2方由原签署人确认" in report.sentence("zh")


def test_a_void_of_another_issuer_says_nothing_of_the_agreement() -> None:
    trust = city.trust_anchors(city.issuer_key(), city.issuer_key(issuer=city.PLATFORM))
    told = replace(agreement_cases.VOIDED, issuers={"void": city.PLATFORM})
    report = verify_bundle(told.encode(), trust, as_of=city.NOW)
    assert not_passed(report) == {"form"}


def test_a_step_of_another_issuer_is_foreign() -> None:
    trust = city.trust_anchors(city.issuer_key(), city.issuer_key(issuer=city.PLATFORM))
    for name, check in (("step1", "delegations"), ("decline", "declines")):
        encoded = Told(issuers={name: city.PLATFORM}).encode()
        assert not_passed(verify_bundle(encoded, trust, as_of=city.NOW)) == {check}
