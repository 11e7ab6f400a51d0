"""From findings to the report: number them, draw the conclusion, give the answer that it allows.

Whatever is not shown to be genuine gets the answer UNKNOWN, for the first reason in the list, whatever its
dates and its status list say; and of what is broken no facts are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from verify.checks import Check, Concern, Finding, Outcome, conclude, numbered
from verify.report import Answer, Kind, Report, ShownFact
from verify.sentences import SENTENCES
from verify.standing import UNKNOWN, Standing
from verify.trust import TrustAnchors
from verify.words import Words


@dataclass(frozen=True)
class Subject:
    """What the report is about: its kind, its name and the facts to show unless it is broken."""

    kind: Kind
    name: str
    facts: tuple[ShownFact, ...]


def settle(
    subject: Subject,
    findings: Sequence[Finding],
    standing: Standing,
    trust: TrustAnchors,
    *,
    asked_at: datetime,
) -> Report:
    """Make the report; ``standing`` is the answer if the findings show the subject to be genuine."""
    checks = numbered(findings)
    conclusion = conclude(checks)
    given = standing if conclusion is Outcome.PASSED else _doubtful(checks, conclusion)
    return Report(
        kind=subject.kind,
        subject=subject.name,
        conclusion=conclusion,
        answer=given.answer,
        state=given.state,
        headline=given.headline,
        why=given.why,
        as_of=given.as_of,
        asked_at=asked_at,
        checks=checks,
        facts=() if conclusion is Outcome.FAILED else subject.facts,
        city=trust.city,
        trust_fingerprint=trust.fingerprint,
    )


def _doubtful(checks: Sequence[Check], conclusion: Outcome) -> Standing:
    reason = next(
        check for check in checks if check.concern is Concern.GENUINE and check.outcome is conclusion
    )
    key = "headline-failed" if conclusion is Outcome.FAILED else "headline-indeterminate"
    return Standing(Answer.UNKNOWN, UNKNOWN, None, SENTENCES[key], Words(reason.zh, reason.en))
