"""What the table of challenges tells of a person: what waits, what was asked lately, what was not passed."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from evidence.digest import Digest
from identity.challenge_limits import FAILURE_WINDOW, Attempt, Embedded, check_limits
from identity.challenge_rows import ChallengeRow
from identity.people import PersonId
from identity.steps import Step

RECENT = 70
"""Challenges of a person whose steps are not asked again: more than one hour's attempts, in frames too."""


def check_attempts(
    session: Session,
    *,
    person: PersonId,
    subject: str,
    embedded: Embedded | None,
    now: datetime,
    but: ChallengeRow | None,
) -> None:
    """Count what was not passed within the window, all but the challenge in question, the latest first.

    Raises:
        TooManyFailures, TooManyInFrames: too many of them.
    """
    query = (
        select(ChallengeRow)
        .where(ChallengeRow.person == person, ChallengeRow.issued_at > now - FAILURE_WINDOW)
        .where(ChallengeRow.outcome.is_distinct_from("passed"))
        .order_by(ChallengeRow.issued_at.desc())
    )
    if but is not None:
        query = query.where(ChallengeRow.id != but.id)
    rows = session.scalars(query)
    attempts = [
        Attempt(row.issued_at, row.subject, row.outcome == "failed", embedded_in(row)) for row in rows
    ]
    check_limits(attempts, subject=subject, embedded=embedded)


def embedded_in(row: ChallengeRow) -> Embedded | None:
    """Read in which frame a challenge was asked; None: on our own pages."""
    if row.embedding is None or row.starter is None:
        return None
    return Embedded(row.embedding, row.starter)


def waits_for(
    *, person: PersonId, action: str, subject: Digest, embedded: Embedded | None, now: datetime
) -> ColumnElement[bool]:
    """What the rows are that wait for a scan of ``person`` for this, asked in this frame or in none."""
    frame = None if embedded is None else embedded.id
    return and_(
        ChallengeRow.person == person,
        ChallengeRow.action == action,
        ChallengeRow.subject == str(subject),
        ChallengeRow.embedding.is_not_distinct_from(frame),
        ChallengeRow.expires_at > now,
        ChallengeRow.used_at.is_(None),
        ChallengeRow.begun_at.is_(None),
        ChallengeRow.voided_at.is_(None),
    )


def asked_lately(session: Session, person: PersonId) -> list[tuple[Step, ...]]:
    """The steps of the person's latest challenges, for whatever they were issued."""
    latest = (
        select(ChallengeRow.steps)
        .where(ChallengeRow.person == person)
        .order_by(ChallengeRow.issued_at.desc())
        .limit(RECENT)
    )
    return [steps_in(steps) for steps in session.scalars(latest)]


def steps_in(text: str) -> tuple[Step, ...]:
    """Read the steps of a row."""
    return tuple(Step(step) for step in text.split(","))
