"""What the operators are told: counts by week, and a rise that is not chance."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from identity import counter_cases, reflections
from identity.approvals import Method
from identity.challenge_rows import ChallengeRow
from identity.challenges import LIFETIME, Action
from identity.people import Person
from identity.rates import Rate
from identity.reflections import ReflectionRow
from identity.scan_figures import WEEK, Week, drifts, weeks
from tests.identity.conftest import ApprovalOf, RequestOf


def challenged(
    session: Session,
    person: Person,
    at: datetime,
    outcome: str | None,
    refusal: str | None = None,
) -> None:
    session.add(
        ChallengeRow(
            id=uuid4(),
            person=person.id,
            action=Action.AUTHORIZE.value,
            subject=f"sha-256:{'00' * 32}",
            nonce=bytes(32),
            steps="blink,turn_left",
            quiet="300,300",
            issued_at=at,
            expires_at=at + LIFETIME,
            used_at=None if outcome is None else at,
            outcome=outcome,
            refusal=refusal,
        )
    )
    session.flush()


def test_each_week_counts_its_own(session: Session, engineer: Person, clock: FixedClock) -> None:
    now = clock.now()
    minute = timedelta(minutes=1)
    challenged(session, engineer, now - 2 * minute, "passed")
    challenged(session, engineer, now - 3 * minute, "failed", "another-face")
    challenged(session, engineer, now - 4 * minute, None)
    challenged(session, engineer, now - timedelta(seconds=5), None)  # may still be answered
    challenged(session, engineer, now - WEEK - minute, "failed", "still-image")
    challenged(session, engineer, now - 9 * WEEK, "failed", "still-image")
    newest, second, *earlier = weeks(session, now=now)
    assert (newest.passed, newest.failed, newest.unanswered) == (1, 1, 1)
    assert newest.refusals == {"another-face": 1}
    assert (second.passed, second.failed, second.unanswered) == (0, 1, 0)
    assert second.refusals == {"still-image": 1}
    assert len(earlier) == 6
    assert not any(week.passed + week.failed + week.unanswered for week in earlier)


def test_who_takes_on_the_light_of_the_page_is_counted_by_the_day_alone(
    session: Session, clock: FixedClock
) -> None:
    for seen in (True, True, False):
        reflections.count(session, seen=seen, clock=clock)
    session.add(ReflectionRow(day=(clock.now() - WEEK).date(), seen=4, unseen=5))
    session.add(ReflectionRow(day=(clock.now() - 9 * WEEK).date(), seen=6, unseen=7))
    session.flush()
    newest, second, *earlier = weeks(session, now=clock.now())
    assert (newest.reflected, newest.unreflected) == (2, 1)
    assert (second.reflected, second.unreflected) == (4, 5)
    assert not any(week.reflected + week.unreflected for week in earlier)


def test_approvals_are_counted_by_method(
    session: Session, engineer: Person, clock: FixedClock, request_of: RequestOf, approval_of: ApprovalOf
) -> None:
    approval_of(engineer, request_of().digest)
    newest, *earlier = weeks(session, now=clock.now())
    assert newest.methods == {Method.FACE.value: 1}
    assert not any(week.methods for week in earlier)


def test_cases_without_a_face_are_counted_by_how_they_ended(
    session: Session, engineer: Person, clock: FixedClock, request_of: RequestOf
) -> None:
    subject = request_of().digest
    opened = counter_cases.open_case(
        session, person=engineer.id, action=Action.AUTHORIZE, subject=subject, clock=clock
    )
    assert not weeks(session, now=clock.now())[0].cases  # it is not over
    counter_cases.withdraw(session, opened.id, person=engineer.id, clock=clock)
    counter_cases.open_case(
        session, person=engineer.id, action=Action.AUTHORIZE, subject=subject, clock=clock
    )
    newest = weeks(session, now=clock.now() + timedelta(hours=2))[0]
    assert newest.cases == {"withdrawn": 1, "lapsed": 1}


@pytest.mark.parametrize(
    ("failed_now", "failed_before", "rises"), [(30, 70, "yes"), (12, 70, "no"), (0, 70, "no")]
)
def test_a_rise_beyond_chance_is_told(failed_now: int, failed_before: int, rises: str) -> None:
    end = datetime.fromisoformat("2026-05-02T08:00+08:00")
    newest, before = Week(end, passed=100 - failed_now, failed=failed_now), Week(end - WEEK)
    newest.refusals["another-face"] = failed_now
    before.passed, before.failed, before.refusals["another-face"] = 630, failed_before, failed_before
    whole, one = drifts((newest, before))
    assert ("yes" if whole.rises else "no") == rises
    assert (one.code, one.rises) == ("another-face", whole.rises)
    assert whole.now == Rate(failed_now, 100)
    assert whole.before == Rate(failed_before, 700)


def test_where_nothing_was_answered_nothing_rises() -> None:
    end = datetime.fromisoformat("2026-05-02T08:00+08:00")
    only = drifts((Week(end, unanswered=3), Week(end - WEEK)))
    assert [(each.now, each.before, each.rises) for each in only] == [(None, None, False)]
