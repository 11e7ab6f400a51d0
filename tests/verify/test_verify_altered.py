"""Whatever is changed in a granted authorization, the change is found."""

import pytest

from tests.verify import altered, city
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Answer, Report

REFUSED = [*altered.each_field(), *altered.re_encoded(), *altered.damaged()]


def verified(data: bytes) -> Report:
    return verify_bundle(data, city.trust_anchors(), as_of=altered.AFTER)


def test_what_is_not_changed_holds() -> None:
    for name, data in altered.sound():
        held = Outcome.INDETERMINATE if name == "recorded-only" else Outcome.PASSED
        assert verified(data).conclusion is held


@pytest.mark.parametrize(("name", "data"), REFUSED, ids=[name for name, _ in REFUSED])
def test_a_change_is_refused(name: str, data: bytes) -> None:
    report = verified(data)
    assert (name, report.conclusion, report.answer) == (name, Outcome.FAILED, Answer.UNKNOWN)
