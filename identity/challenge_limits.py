"""How often a person may try: what was not passed within the hour is counted, by subject and in all. Pure.

Our own pages and frames of other sites are counted apart, frames by embedding and by firm besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.challenge_refusals import TooManyFailures, TooManyInFrames

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

MOST_OF_EMBEDDING = 5
"""Challenges of one frame that were not passed: a frame lives for a quarter of an hour."""

MOST_OF_STARTER = 10
"""Challenges of one person that were not passed, in all frames of one firm: two frames' worth."""


@dataclass(frozen=True)
class Embedded:
    """The frame that a challenge was asked in: the ``id`` of its embedding, and the firm that it is for."""

    id: UUID
    starter: str


@dataclass(frozen=True)
class Attempt:
    """A challenge that was not passed; ``failed``: its scan was refused; ``embedded``: in which frame."""

    issued_at: datetime
    subject: str
    failed: bool
    embedded: Embedded | None = None


def check_limits(attempts: Sequence[Attempt], *, subject: str, embedded: Embedded | None) -> None:
    """Check that one more attempt for ``subject`` is allowed; ``attempts`` of the window, the latest first.

    What was asked in frames counts there alone: whoever gets an address asks there without a face, and must
    close nothing but the frame to the person.

    Raises:
        TooManyFailures: too many of them, on our own pages.
        TooManyInFrames: too many of them, in this frame, in frames of its firm or in all.
    """
    alike = [each for each in attempts if (each.embedded is None) == (embedded is None)]
    failed = [each for each in alike if each.failed]
    budgets = [
        ([each for each in failed if each.subject == subject], MOST_FAILURES),
        ([each for each in alike if each.subject == subject], MOST_ATTEMPTS),
        (failed, MOST_FAILURES_OF_PERSON),
        (alike, MOST_ATTEMPTS_OF_PERSON),
    ]
    if embedded is not None:
        budgets += [
            ([each for each in alike if each.embedded == embedded], MOST_OF_EMBEDDING),
            (
                [each for each in alike if each.embedded and each.embedded.starter == embedded.starter],
                MOST_OF_STARTER,
            ),
        ]
    refusal = TooManyFailures if embedded is None else TooManyInFrames
    for counted, most in budgets:
        if len(counted) >= most:
            raise refusal(failures=len(counted), retry_at=counted[most - 1].issued_at + FAILURE_WINDOW)
