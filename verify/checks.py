"""One check of a verification: what was looked at, how it came out, and one sentence that says so.

Outcomes are the main status indications of ETSI EN 319 102-1, clause 5.1.3. A check also says what it
*concerns*, because three questions must not be mixed:

- genuine: is this the issuer's own evidence, unchanged? These checks alone make the conclusion.
- in force: may it be relied on as of a moment? These make the answer.
- anchored: does the chain hold it? Offline this is a claim of the log that nobody has looked up; it is shown,
  and it never raises or lowers the conclusion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from verify.words import Words


class Outcome(StrEnum):
    """ETSI EN 319 102-1, clause 5.1.3."""

    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"


class Concern(StrEnum):
    """The question that a check helps to answer."""

    GENUINE = "genuine"
    IN_FORCE = "in-force"
    ANCHORED = "anchored"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check before it has its place in the list."""

    name: str
    outcome: Outcome
    words: Words
    concern: Concern = Concern.GENUINE


@dataclass(frozen=True)
class Check:
    """A finding in its place; ``number`` counts from 1 in the order of the argument."""

    number: int
    name: str
    outcome: Outcome
    zh: str
    en: str
    concern: Concern = Concern.GENUINE


_SEVERITY = (Outcome.FAILED, Outcome.INDETERMINATE, Outcome.PASSED)


def numbered(findings: Sequence[Finding]) -> tuple[Check, ...]:
    """Give each finding its number, from 1."""
    return tuple(
        Check(number, found.name, found.outcome, found.words.zh, found.words.en, found.concern)
        for number, found in enumerate(findings, start=1)
    )


def worst(findings: Sequence[Finding]) -> Finding:
    """The first of the findings with the gravest outcome. ``findings`` is not empty."""
    return min(findings, key=lambda found: _SEVERITY.index(found.outcome))


def conclude(checks: Sequence[Check]) -> Outcome:
    """The gravest outcome among the checks of genuineness."""
    return min((check.outcome for check in checks if check.concern is Concern.GENUINE), key=_SEVERITY.index)
