"""When the term of a certificate is over: by its own last day, and not because somebody says so."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from evidence.certificate_types import LifeState
from signing.certificate_changes import TermRuns, history
from signing.certificate_steps import Reason, Step
from signing.certificate_succession import Succession

from .conftest import Town
from .test_certificate_life import PERMIT, printed, published, read, succeeded, taken


def wait_until(town: Town, day: date) -> None:
    """Let it be the noon of a later day."""
    town.clock.advance(datetime.combine(day, time(4), UTC) - town.clock.now())


@pytest.mark.parametrize("step", [Step.LAPSE, Step.CANCEL])
def test_a_term_is_over_the_day_after_the_certificates_last_and_not_before(town: Town, step: Step) -> None:
    found = published(town)
    last = found.valid_until
    assert last is not None
    wait_until(town, last)
    with pytest.raises(TermRuns, match=str(last)):
        taken(town, found, step, Reason.TERM_OVER)
    wait_until(town, last + timedelta(days=1))
    assert taken(town, found, step, Reason.TERM_OVER).life is step.leads_to


def test_the_term_of_a_certificate_without_an_end_is_never_over(town: Town) -> None:
    endless = published(town, PERMIT)
    assert endless.valid_until is None
    wait_until(town, date(2099, 1, 1))
    with pytest.raises(TermRuns) as refused:
        taken(town, endless, Step.LAPSE, Reason.TERM_OVER)
    assert "长期有效" in refused.value.sentence("zh")


def test_that_its_term_is_over_does_not_go_over_to_the_version_that_renewed_it(town: Town) -> None:
    old = published(town)
    assert old.valid_until is not None
    new = succeeded(town, old, Succession.RENEW)
    wait_until(town, old.valid_until + timedelta(days=1))
    taken(town, old, Step.LAPSE, Reason.TERM_OVER)
    assert printed(town, new).life is LifeState.IN_FORCE
    assert read(town, old).life is LifeState.LAPSED


def test_a_licence_suspended_before_its_term_was_over_stays_so_in_the_version_that_renewed_it(
    town: Town,
) -> None:
    old = published(town)
    assert old.valid_until is not None
    new = succeeded(town, old, Succession.RENEW)
    taken(town, old, Step.SUSPEND, Reason.OTHER, "配合事故调查")
    wait_until(town, old.valid_until + timedelta(days=1))
    taken(town, old, Step.LAPSE, Reason.TERM_OVER)
    assert printed(town, new).life is LifeState.SUSPENDED
    with town.database.transaction() as session:
        last = history(session, new.id)[-1]
    assert (last.reason, last.description) == (Reason.OTHER, "配合事故调查")
    assert read(town, old).life is LifeState.LAPSED
    assert taken(town, new, Step.REINSTATE, Reason.CLEARED).life is LifeState.IN_FORCE
