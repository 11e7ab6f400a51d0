"""A seal's life: every step is a fact that builds on the last, and only a seal in use seals."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from evidence.errors import Refused
from evidence.statement import StatementType, check
from identity.members import NotInPosition, Position, dismiss
from identity.people import Person
from ledger import entries, facts
from ledger.database import Database
from signing.seal_changes import (
    FilingNumberMalformed,
    FilingNumberTaken,
    SealChange,
    SealExists,
    SealUnchangeable,
    history,
    make_seal,
)
from signing.seal_kinds import SealKind, SealMark
from signing.seal_states import SealAction, SealState, after, possible
from signing.seals import (
    Seal,
    SealCancelled,
    SealMissing,
    SealNotInUse,
    SealSuspended,
    SealUnknown,
    seal,
    seals_of,
)
from tests.signing.joint.conftest import CONTRACTOR, FILING_NUMBER, Town

LIFE = (
    SealAction.FILE,
    SealAction.START,
    SealAction.SUSPEND,
    SealAction.REINSTATE,
    SealAction.CANCEL,
)


def steps(town: Town, one: Seal) -> tuple[SealChange, ...]:
    with town.database.transaction() as session:
        return history(session, one.id)


def test_a_seal_lives_through_all_its_states(town: Town) -> None:
    made = town.make_seal()
    states = [town.change_seal(made, action, filing_number=FILING_NUMBER).state for action in LIFE]
    assert [made.state, *states] == ["made", "filed", "in-use", "suspended", "in-use", "cancelled"]
    assert [(step.version, step.action) for step in steps(town, made)] == [
        (1, "made"),
        *enumerate(LIFE, start=2),
    ]


def test_every_step_is_a_fact_that_builds_on_the_last_and_names_nobody(town: Town) -> None:
    life = steps(town, town.seal())
    with town.database.transaction() as session:
        for before, step in pairwise(life):
            fact = facts.fact(session, step.fact)
            stated = check(fact.signed, town.speaker.signer.key)
            assert (stated.type, stated.body["previous"]) == (StatementType.SEAL, before.fact)
            assert (stated.body["action"], stated.body["state"]) == (step.action, step.state)
            earlier = entries.leaf(session, facts.fact(session, before.fact).index)
            assert earlier in entries.entry(session, fact.index).refs
            assert town.director.name.encode() not in fact.signed


def test_the_history_of_a_seal_is_never_rewritten(town: Town, owners_database: Database) -> None:
    town.seal()
    for statement in ("UPDATE seal_changes SET state = 'in-use'", "DELETE FROM seal_changes"):
        with pytest.raises(DBAPIError), owners_database.transaction() as session:
            session.execute(text(statement))


@pytest.mark.parametrize("state", list(SealState))
def test_no_step_starts_where_it_does_not(state: SealState) -> None:
    starts = {
        SealState.MADE: {SealAction.FILE, SealAction.CANCEL},
        SealState.FILED: {SealAction.START, SealAction.CANCEL},
        SealState.IN_USE: {SealAction.SUSPEND, SealAction.CANCEL},
        SealState.SUSPENDED: {SealAction.REINSTATE, SealAction.CANCEL},
        SealState.CANCELLED: set(),
    }
    assert set(possible(state)) == starts[state]
    assert all(after(state, action) is None for action in set(SealAction) - starts[state])


def test_a_step_from_the_wrong_state_says_which_state_it_is_since_when(town: Town) -> None:
    made = town.make_seal()
    with pytest.raises(SealUnchangeable) as refused:
        town.change_seal(made, SealAction.REINSTATE)
    assert refused.value.sentence("zh") == (
        "印章“示范建设集团有限公司 公章”自 2026-05-02 16:00:00 起为“已制作，待备案”，不能办理“恢复”。"
    )
    assert len(steps(town, made)) == 1


def refusal(town: Town, slot: str = "2") -> Refused:
    with pytest.raises(Refused) as refused:
        town.sign(town.open(), slot)
    return refused.value


def test_a_seal_that_was_never_put_in_use_seals_nothing(town: Town) -> None:
    assert isinstance(refusal(town), SealMissing)
    made = town.make_seal()
    assert isinstance(refusal(town), SealNotInUse)
    town.change_seal(made, SealAction.FILE, filing_number=FILING_NUMBER)
    assert "已备案，待启用" in refusal(town).sentence("zh")
    town.change_seal(made, SealAction.START)
    assert town.sign(town.open(), "2").seal == made.id


def test_a_seal_suspended_between_sending_and_signing_seals_nothing_until_it_is_reinstated(
    town: Town,
) -> None:
    one, opened = town.seal(), town.open()
    approval = town.approve_slot(opened, "2")
    town.clock.advance(timedelta(seconds=10))
    town.change_seal(one, SealAction.SUSPEND)
    town.clock.advance(timedelta(seconds=10))
    with pytest.raises(SealSuspended) as refused:
        town.sign(opened, "2", approval=approval)
    assert refused.value.sentence("zh") == (
        "印章“示范建设集团有限公司 公章”自 2026-05-02 16:00:10 起停用；由法定代表人恢复后才能盖章。"
    )
    town.change_seal(one, SealAction.REINSTATE)
    assert town.sign(opened, "2", approval=approval).seal == one.id


def test_a_cancelled_seal_stays_cancelled_and_says_so(town: Town) -> None:
    one = town.seal()
    town.change_seal(one, SealAction.CANCEL)
    with pytest.raises(SealUnchangeable):
        town.change_seal(one, SealAction.REINSTATE)
    assert isinstance(refusal(town), SealCancelled)


def test_a_signature_builds_on_the_state_that_its_seal_was_in(town: Town) -> None:
    one = town.seal()
    signed = town.sign(town.open(), "2")
    last = steps(town, one)[-1]
    with town.database.transaction() as session:
        stated = check(facts.signed_statement(session, signed.fact), town.speaker.signer.key)
        refs = entries.entry(session, facts.fact(session, signed.fact).index).refs
        assert entries.leaf(session, facts.fact(session, last.fact).index) in refs
    assert stated.body["seal_state"] == last.state == "in-use"


def test_an_organization_has_one_seal_and_another_after_it(town: Town) -> None:
    first = town.seal()
    with pytest.raises(SealExists):
        town.make_seal()
    town.change_seal(first, SealAction.CANCEL)
    town.clock.advance(timedelta(days=1))
    second = town.make_seal()
    with town.database.transaction() as session:
        assert [each.id for each in seals_of(session, CONTRACTOR)] == [second.id, first.id]


@pytest.mark.parametrize("number", ["", "990100001234", "99010000123456", "99010000１2345", "A901000012345"])
def test_a_seal_is_filed_under_thirteen_digits(town: Town, number: str) -> None:
    made = town.make_seal()
    with pytest.raises(FilingNumberMalformed):
        town.change_seal(made, SealAction.FILE, filing_number=number)
    assert len(steps(town, made)) == 1


def test_two_seals_are_never_filed_under_one_number(town: Town) -> None:
    first, second = town.seal(), town.make_seal(SealMark(SealKind.CONTRACT))
    with pytest.raises(FilingNumberTaken):
        town.change_seal(second, SealAction.FILE, filing_number=FILING_NUMBER)
    town.change_seal(first, SealAction.CANCEL)
    filed = town.change_seal(second, SealAction.FILE, filing_number=FILING_NUMBER)
    assert filed.filing_number == FILING_NUMBER


def test_a_keeper_who_left_office_stops_nothing_any_more(town: Town) -> None:
    one = town.seal()
    with town.database.transaction() as session:
        position = Position.SEAL_KEEPER
        dismiss(session, uscc=CONTRACTOR, person=town.keeper.id, position=position, clock=town.clock)
    with pytest.raises(NotInPosition):
        town.change_seal(one, SealAction.SUSPEND, by=town.keeper)


@pytest.mark.parametrize("action", list(SealAction))
def test_only_the_legal_representative_takes_a_step_and_the_keeper_may_suspend(
    town: Town, action: SealAction
) -> None:
    one = town.seal()
    strangers: list[Person] = [town.representative, town.keeper]
    if action is SealAction.SUSPEND:
        strangers.remove(town.keeper)
    for stranger in strangers:
        with pytest.raises(NotInPosition):
            town.change_seal(one, action, by=stranger)
    if action is SealAction.SUSPEND:
        assert town.change_seal(one, action, by=town.keeper).state is SealState.SUSPENDED


def test_a_seal_is_made_by_the_legal_representative_for_a_seal_keeper(town: Town) -> None:
    for keeper, by in ((town.engineer, town.director), (town.keeper, town.keeper)):
        with pytest.raises(NotInPosition), town.database.transaction() as session:
            make_seal(session, organization=CONTRACTOR, keeper=keeper.id, by=by.id, keyring=town.keyring)


def test_a_seal_that_is_not_there_is_named(town: Town) -> None:
    one = town.seal()
    with pytest.raises(SealUnknown), town.database.transaction() as session:
        seal(session, town.open().id)
    assert one.state is SealState.IN_USE
