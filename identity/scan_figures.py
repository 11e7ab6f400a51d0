"""How scans and approvals went, week by week: counts for the operators, without a face, a score or a person.

Drift is seen in what is counted anyhow: when this week's share of refusals is higher, beyond chance, than in
the weeks before, light, cameras, models or people have changed. No distance is kept that could be plotted.

    shown = weeks(session, now=clock.now())
    drifts(shown)[0].rises
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, Integer, cast, extract, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from identity.approvals import ApprovalRow
from identity.challenge_rows import ChallengeRow
from identity.counter_cases import CaseRow, CaseState
from identity.rates import Rate
from identity.reflections import ReflectionRow

WEEK = timedelta(days=7)

WEEKS = 8
"""Weeks shown: one, and seven to compare it with."""


@dataclass
class Week:
    """Seven days up to ``end``.

    ``passed``, ``failed`` and ``unanswered`` count challenges issued in it, ``refusals`` the failed ones by
    the code of their refusal, ``program_cameras`` those whose camera bore the name of a program,
    ``reflected`` and ``unreflected`` those passed in which the face did and did not take on the light of the
    page. ``cases`` counts those opened for the way without a face by their outcome, "lapsed" where there is
    none, and ``methods`` approvals by the method that they name.
    """

    end: datetime
    passed: int = 0
    failed: int = 0
    unanswered: int = 0
    program_cameras: int = 0
    reflected: int = 0
    unreflected: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)

    @property
    def begin(self) -> datetime:
        """When it began."""
        return self.end - WEEK


@dataclass(frozen=True)
class Drift:
    """A share of the answered scans, in the newest week and in those before; None where none was answered.

    ``code`` is that of the refusal, or None for all together. ``rises`` is whether the newest share lies
    above the earlier one beyond chance: their 95 % intervals do not meet.
    """

    code: str | None
    now: Rate | None
    before: Rate | None

    @property
    def rises(self) -> bool:
        """Whether somebody should look."""
        if self.now is None or self.before is None:
            return False
        return self.now.interval[0] > self.before.interval[1]


def weeks(session: Session, *, now: datetime, count: int = WEEKS) -> tuple[Week, ...]:
    """Count ``count`` weeks; the one that ends ``now`` comes first."""
    shown = tuple(Week(end=now - number * WEEK) for number in range(count))
    for number, outcome, refusal, challenges, hinted in _challenges(session, now, since=shown[-1].begin):
        week = shown[number]
        week.program_cameras += hinted
        if outcome == "passed":
            week.passed += challenges
        elif outcome == "failed":
            week.failed += challenges
            week.refusals[refusal] += challenges
        else:
            week.unanswered += challenges
    for row in session.scalars(select(ReflectionRow).where(ReflectionRow.day > shown[-1].begin.date())):
        week = shown[(now.date() - row.day) // WEEK]
        week.reflected += row.seen
        week.unreflected += row.unseen
    for number, outcome, cases in _cases(session, now, since=shown[-1].begin):
        shown[number].cases[outcome] += cases
    for number, method, approvals in _approvals(session, now, since=shown[-1].begin):
        shown[number].methods[method] += approvals
    return shown


def drifts(shown: Sequence[Week]) -> tuple[Drift, ...]:
    """Compare the newest of ``shown`` with the others: all refusals, then code by code."""
    codes = sum((week.refusals for week in shown), Counter[str]())
    return tuple(
        Drift(code, now=_rate(shown[:1], code), before=_rate(shown[1:], code))
        for code in (None, *(code for code, _ in codes.most_common()))
    )


def _rate(shown: Sequence[Week], code: str | None) -> Rate | None:
    answered = sum(week.passed + week.failed for week in shown)
    if not answered:
        return None
    return Rate(sum(week.failed if code is None else week.refusals[code] for week in shown), answered)


def _challenges(
    session: Session, now: datetime, *, since: datetime
) -> Sequence[tuple[int, str | None, str, int, int]]:
    """Give (week, outcome, refusal, how many, how many by a program's camera) of challenges that are over."""
    row, week = ChallengeRow, _week(ChallengeRow.issued_at, now)
    over = or_(row.used_at.is_not(None), row.expires_at <= now)
    hinted = func.count().filter(row.program_camera.is_(True))
    query = select(week, row.outcome, func.coalesce(row.refusal, ""), func.count(), hinted)
    counted = query.where(row.issued_at > since, row.issued_at <= now, over)
    return [(*each,) for each in session.execute(counted.group_by(week, row.outcome, row.refusal))]


def _cases(session: Session, now: datetime, *, since: datetime) -> Sequence[tuple[int, str, int]]:
    """Give (week, outcome, how many) of the cases that are over."""
    row, week = CaseRow, _week(CaseRow.opened_at, now)
    outcome = func.coalesce(row.outcome, CaseState.LAPSED.value).label("how")
    over = or_(row.outcome.is_not(None), row.expires_at <= now)
    counted = select(week, outcome, func.count()).where(row.opened_at > since, row.opened_at <= now, over)
    return [(*each,) for each in session.execute(counted.group_by(week, outcome))]


def _approvals(session: Session, now: datetime, *, since: datetime) -> Sequence[tuple[int, str, int]]:
    """Give (week, method, how many)."""
    row, week = ApprovalRow, _week(ApprovalRow.approved_at, now)
    query = select(week, row.method, func.count())
    counted = query.where(row.approved_at > since, row.approved_at <= now)
    return [(*each,) for each in session.execute(counted.group_by(week, row.method))]


def _week(moment: InstrumentedAttribute[datetime], now: datetime) -> ColumnElement[int]:
    """How many whole weeks before ``now`` it was."""
    before = extract("epoch", literal(now, DateTime(timezone=True)) - moment)
    return cast(func.floor(before / WEEK.total_seconds()), Integer).label("week")
