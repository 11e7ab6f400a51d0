"""What the tests ask of a report: verify a bundle of the test city, and name the checks that did not pass."""

from datetime import datetime

from evidence.bundle import Bundle
from tests.verify import city
from verify.bundle import verify_evidence
from verify.checks import Outcome
from verify.report import Report


def verified(bundle: Bundle | None = None, *, as_of: datetime = city.NOW) -> Report:
    return verify_evidence(bundle or city.bundle(), city.trust_anchors(), as_of=as_of)


def not_passed(report: Report) -> dict[str, Outcome]:
    """The checks that did not pass, without the anchor, which offline never does."""
    return {
        check.name: check.outcome
        for check in report.checks
        if check.outcome is not Outcome.PASSED and check.name != "anchor"
    }
