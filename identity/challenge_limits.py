"""How often a person may try: what was not passed within the hour is counted, by subject and in all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.challenge_refusals import TooManyFailures

FAILURE_WINDOW = timedelta(hours=1)
"""How long a challenge that was not passed counts."""

MOST_FAILURES = 5
"""Failed scans of one person for one subject: bad light and a wrong turn or two, not a series of guesses."""

MOST_ATTEMPTS = 10
"""Challenges of one person for one subject that were not passed, failed or never answered.

Twice the failures, because a call or a closed page is no failure; more would be a choice among the questions
by letting those pass that do not suit.
"""

MOST_FAILURES_OF_PERSON = 15
"""Failed scans of one person for all subjects: three subjects' worth, so many subjects buy no guesses."""

MOST_ATTEMPTS_OF_PERSON = 30
"""Challenges of one person that were not passed, for all subjects: twice the failures, as for one subject."""


@dataclass(frozen=True)
class Embedded:
    """The frame that a challenge was asked in: the ``id`` of its embedding, and the firm that it is for."""

    id: UUID
    starter: str


@dataclass(frozen=True)
class Attempt:
    """A challenge that was not passed; ``failed``: its scan was refused."""

    issued_at: datetime
    subject: str
    failed: bool


def check_limits(attempts: Sequence[Attempt], *, subject: str) -> None:
    """Check that one more attempt for ``subject`` is allowed; ``attempts`` of the window, the latest first.

    Raises:
        TooManyFailures: too many of them.
    """
    failed = [each for each in attempts if each.failed]
    for counted, most in (
        ([each for each in failed if each.subject == subject], MOST_FAILURES),
        ([each for each in attempts if each.subject == subject], MOST_ATTEMPTS),
        (failed, MOST_FAILURES_OF_PERSON),
        (attempts, MOST_ATTEMPTS_OF_PERSON),
    ):
        if len(counted) >= most:
            raise TooManyFailures(
                failures=len(counted), retry_at=counted[most - 1].issued_at + FAILURE_WINDOW
            )
