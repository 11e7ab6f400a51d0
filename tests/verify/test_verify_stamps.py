"""By what authority a qualification's stamp was put: what is missing or foreign fails its own check alone."""

import pytest

from tests.verify import city, stamped
from tests.verify.stamped import Stamped
from tests.verify.test_verify_signers import not_passed
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Report

CASES = list(stamped.cases())


def verified(told: Stamped) -> Report:
    return verify_bundle(told.encode(), city.trust_anchors(), as_of=city.NOW)


@pytest.mark.parametrize(("name", "check", "told"), CASES, ids=[name for name, _, _ in CASES])
def test_what_is_changed_fails_its_own_check_alone(name: str, check: str, told: Stamped) -> None:
    assert not_passed(verified(told)) == ({check} if check else set()), name


@pytest.mark.parametrize("name", ["grant-left-out", "use-left-out"])
def test_what_is_missing_is_undecided_and_not_false(name: str) -> None:
    told = next(told for each, _, told in CASES if each == name)
    assert verified(told).conclusion is Outcome.INDETERMINATE


def test_the_report_says_by_what_authority() -> None:
    said = [
        next(check.zh for check in verified(told).checks if check.name == "stamps")
        for told in (Stamped(own=True), Stamped())
    ]
    assert "由签署清单写明的持证人本人加盖" in said[0]
    assert "第1次使用（用途：申请施工许可；项目：示范中学教学楼）" in said[1]


def test_a_use_that_another_issuer_states_is_foreign() -> None:
    trust = city.trust_anchors(city.issuer_key(), city.issuer_key(issuer=city.PLATFORM))
    encoded = Stamped(issuers={"use": city.PLATFORM}).encode()
    assert not_passed(verify_bundle(encoded, trust, as_of=city.NOW)) == {"stamps"}
