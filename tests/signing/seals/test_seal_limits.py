"""Limits of a seal, looked at when a slot is signed: how often, for what, and when."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest

from evidence.errors import Refused
from evidence.statement import check
from identity.members import NotInPosition
from identity.names import TextTooLong
from ledger import facts
from signing.agreements import Agreement
from signing.seal_changes import SealUnchangeable, history
from signing.seal_limits import (
    MOST_WORDS,
    NO_LIMITS,
    Limits,
    LimitsImpossible,
    SealForOtherPurpose,
    SealOutsidePeriod,
    SealUsesSpent,
    limit_seal,
    limits_of,
)
from signing.seal_states import SealAction
from signing.seal_uses import count_uses, uses_of
from signing.seals import Seal
from tests.signing.joint.conftest import Town


def limited(town: Town, one: Seal, limits: Limits) -> None:
    with town.database.transaction() as session:
        limit_seal(session, one.id, limits, by=town.director.id, keyring=town.keyring)


def asked(town: Town, count: int) -> Agreement:
    """Open an agreement in which the contractor seals ``count`` times."""
    capacities = [f"施工单位{number}" for number in "甲乙丙丁戊"[:count]]
    seal = town.slots()[1]
    return town.open(slots=tuple(replace(seal, capacity_zh=each) for each in capacities))


def sealed(town: Town, opened: Agreement, slot: str) -> str:
    """Seal a slot; give the code of the refusal, or nothing."""
    try:
        town.sign(opened, slot)
    except Refused as refusal:
        return refusal.code
    return ""


def test_a_seal_is_used_as_often_as_it_may_be_and_no_more(town: Town) -> None:
    one, opened = town.seal(), asked(town, 5)
    assert sealed(town, opened, "1") == ""
    limited(town, one, Limits(uses=2))
    assert [sealed(town, opened, slot) for slot in "234"] == ["", "", SealUsesSpent.code]
    limited(town, one, Limits(uses=1))
    assert [sealed(town, opened, slot) for slot in "45"] == ["", SealUsesSpent.code]
    limited(town, one, NO_LIMITS)
    assert sealed(town, opened, "5") == ""
    with town.database.transaction() as session:
        assert [use.number for use in uses_of(session, one.id)] == [1, 2, 3, 4, 5]


def test_uses_at_the_same_instant_never_pass_the_limit(town: Town) -> None:
    one, opened = town.seal(), asked(town, 4)
    limited(town, one, Limits(uses=2))
    approvals = {slot.id: town.approve_slot(opened, slot.id) for slot in opened.slots}
    together = Barrier(len(approvals))

    def seal_one(slot: str) -> str:
        together.wait()
        try:
            town.sign(opened, slot, approval=approvals[slot])
        except Refused as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(approvals)) as threads:
        outcomes = sorted(threads.map(seal_one, approvals))
    assert outcomes == ["", "", SealUsesSpent.code, SealUsesSpent.code]
    with town.database.transaction() as session:
        assert count_uses(session, one.id) == 2


def test_a_retry_of_the_last_use_is_no_further_one(town: Town) -> None:
    one, opened = town.seal(), town.open()
    limited(town, one, Limits(uses=1))
    approval = town.approve_slot(opened, "2")
    first = town.sign(opened, "2", approval=approval)
    assert town.sign(opened, "2", approval=approval) == first


def test_a_seal_is_for_documents_of_its_purposes(town: Town) -> None:
    one, opened = town.seal(), asked(town, 2)  # 施工许可联合申请
    limited(town, one, Limits(words=("劳务合同", "联合申请")))
    assert sealed(town, opened, "1") == ""
    limited(town, one, Limits(words=("劳务合同", "采购合同")))
    assert sealed(town, opened, "2") == SealForOtherPurpose.code


@pytest.mark.parametrize(
    ("limits", "at", "refusal"),
    [
        (Limits(starts_on=date(2026, 5, 3)), datetime(2026, 5, 2, 15, 59, 59, tzinfo=UTC), True),
        (Limits(starts_on=date(2026, 5, 3)), datetime(2026, 5, 2, 16, 0, tzinfo=UTC), False),
        (Limits(ends_on=date(2026, 5, 3)), datetime(2026, 5, 3, 15, 59, 59, tzinfo=UTC), False),
        (Limits(ends_on=date(2026, 5, 3)), datetime(2026, 5, 3, 16, 0, tzinfo=UTC), True),
    ],
)
def test_a_seal_is_used_on_its_days_of_beijing(
    town: Town, limits: Limits, at: datetime, *, refusal: bool
) -> None:
    limited(town, town.seal(), limits)
    opened = asked(town, 1)
    town.clock.advance(at - town.clock.now())
    assert sealed(town, opened, "1") == (SealOutsidePeriod.code if refusal else "")


def test_limits_set_between_sending_and_signing_count(town: Town) -> None:
    one, opened = town.seal(), town.open()
    approval = town.approve_slot(opened, "2")
    limited(town, one, Limits(words=("采购",)))
    with pytest.raises(SealForOtherPurpose) as refused:
        town.sign(opened, "2", approval=approval)
    assert "只用于标题含有“采购”的文件" in refused.value.sentence("zh")


def test_limits_are_a_step_of_the_seals_life_and_a_fact(town: Town) -> None:
    one = town.seal()
    town.clock.advance(timedelta(minutes=1))
    limited(town, one, Limits(uses=3, words=("施工许可",), ends_on=date(2026, 12, 31)))
    with town.database.transaction() as session:
        last = history(session, one.id)[-1]
        stated = check(facts.signed_statement(session, last.fact), town.speaker.signer.key)
        standing = limits_of(session, one.id)
    assert (last.version, last.action, last.state) == (4, "limited", "in-use")
    assert stated.body["limits"] == {
        "uses": 3,
        "words": ["施工许可"],
        "starts_on": None,
        "ends_on": "2026-12-31",
    }
    assert standing is not None
    assert (standing.since, standing.used) == (last.changed_at, 0)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(uses=0), LimitsImpossible),
        (Limits(starts_on=date(2026, 5, 3), ends_on=date(2026, 5, 2)), LimitsImpossible),
        (Limits(words=tuple("甲乙丙丁戊己庚辛壬癸子")[: MOST_WORDS + 1]), LimitsImpossible),
        (Limits(words=("用" * 21,)), TextTooLong),
    ],
)
def test_limits_within_which_nothing_is_sealed_are_refused(
    town: Town, limits: Limits, refusal: type[Exception]
) -> None:
    one = town.seal()
    with pytest.raises(refusal):
        limited(town, one, limits)


def test_only_the_legal_representative_limits_a_seal_that_is_not_cancelled(town: Town) -> None:
    one = town.seal()
    with pytest.raises(NotInPosition), town.database.transaction() as session:
        limit_seal(session, one.id, Limits(uses=1), by=town.keeper.id, keyring=town.keyring)
    town.change_seal(one, SealAction.CANCEL)
    with pytest.raises(SealUnchangeable):
        limited(town, one, Limits(uses=1))


def test_the_register_names_the_keeper_by_the_commitment_in_the_fact(town: Town) -> None:
    one = town.seal()
    opened: Agreement = town.open()
    signature = town.sign(opened, "2")
    with town.database.transaction() as session:
        (use,) = uses_of(session, one.id)
        stated = check(facts.signed_statement(session, signature.fact), town.speaker.signer.key)
    assert (use.agreement, use.slot, use.person) == (opened.id, "2", town.keeper.id)
    assert (use.used_at, use.title) == (signature.signed_at, opened.title)
    assert stated.body["commitments"] == [use.commitment]
