"""Slots handed on and persons replaced: to whom, by whom, until when, and what stays of it."""

from collections.abc import Callable

import pytest

from evidence.errors import Refused
from evidence.identifiers import CitizenNumber
from identity.challenges import Action
from identity.members import Position, appoint, dismiss
from identity.people import Person, register_person
from ledger import entries, facts
from signing.agreement_drafting import SlotDraft
from signing.agreement_ends import decline
from signing.agreements import Agreement, AgreementEnded, AgreementState, AgreementUnknown
from signing.delegations import (
    MOST_DELEGATIONS,
    DelegateHasSlot,
    DelegateNotInOffice,
    SlotByOffice,
    TooManyDelegations,
    delegate,
    replace_signer,
)
from signing.inbox import agreements_for, waiting
from signing.signatures import SlotSigned
from signing.slot_parties import NotThisParty, PartyLeft

from .conftest import CONTRACTOR, DESIGNER, NOW, OWNER, Town

COLLEAGUE = CitizenNumber.parse("110105194912310038")


@pytest.fixture
def colleague(town: Town) -> Person:
    with town.database.transaction() as session:
        other = register_person(session, name="钱以明", citizen_number=COLLEAGUE, clock=town.clock)
        appoint(session, uscc=DESIGNER, person=other.id, position=Position.ENGINEER, clock=town.clock)
    return other


def handed_on(town: Town, opened: Agreement, slot: str, by: Person, to: Person) -> Agreement:
    with town.database.transaction() as session:
        return delegate(session, opened.id, slot, by=by.id, to=to.id, keyring=town.keyring)


def replaced(town: Town, opened: Agreement, slot: str, to: Person) -> Agreement:
    with town.database.transaction() as session:
        return replace_signer(session, opened.id, slot, by=OWNER, to=to.id, keyring=town.keyring)


def sign(town: Town, opened: Agreement, slot: str, person: Person) -> Agreement:
    approval = town.approve(person, Action.SIGN, opened.slot(slot).subject)
    town.sign(opened, slot, approval=approval)
    return town.read(opened.id)


def test_who_took_it_signs_and_who_gave_it_signs_no_more(town: Town, colleague: Person) -> None:
    opened = town.open()
    handed_on(town, opened, "3", town.engineer, colleague)
    with pytest.raises(NotThisParty):
        sign(town, opened, "3", town.engineer)
    done = sign(town, opened, "3", colleague)
    assert (done.slot("3").signer, done.state(NOW)) == (colleague.id, AgreementState.OPEN)


def test_the_inbox_follows_the_slot(town: Town, colleague: Person) -> None:
    opened = town.open()
    handed_on(town, opened, "3", town.engineer, colleague)
    with town.database.transaction() as session:
        assert [slot.id for _, slot in waiting(session, colleague.id, at=NOW)] == ["3"]
        assert agreements_for(session, town.engineer.id) == ()


def test_the_chain_is_kept_and_the_signature_builds_on_it(town: Town, colleague: Person) -> None:
    opened = town.open()
    handed_on(town, opened, "3", town.engineer, colleague)
    after = replaced(town, opened, "3", town.engineer)
    chain = after.slot("3").chain
    assert [(step.giver, step.taker, step.replaced) for step in chain] == [
        (town.engineer.id, colleague.id, False),
        (colleague.id, town.engineer.id, True),
    ]
    done = sign(town, opened, "3", town.engineer).slot("3")
    assert done.fact is not None
    with town.database.transaction() as session:
        first, second = (facts.fact(session, step.fact).index for step in chain)
        signature = entries.entry(session, facts.fact(session, done.fact).index)
        leaves = [entries.leaf(session, index) for index in (first, second)]
    assert leaves[1] in signature.refs
    assert leaves[0] not in signature.refs


def test_only_who_has_it_hands_it_on(town: Town, colleague: Person) -> None:
    opened = town.open()
    with pytest.raises(NotThisParty):
        handed_on(town, opened, "3", town.representative, colleague)
    with town.database.transaction() as session:
        position = Position.ENGINEER
        dismiss(session, uscc=DESIGNER, person=town.engineer.id, position=position, clock=town.clock)
    with pytest.raises(PartyLeft):
        handed_on(town, opened, "3", town.engineer, colleague)
    assert replaced(town, opened, "3", colleague).slot("3").person == colleague.id


def test_only_somebody_else_of_the_organization_takes_it(town: Town) -> None:
    opened = town.open()
    for to in (town.representative, town.engineer):
        with pytest.raises(DelegateNotInOffice):
            handed_on(town, opened, "3", town.engineer, to)


def test_an_office_and_a_seal_are_not_handed_on(town: Town, colleague: Person) -> None:
    town.seal()
    opened = town.open()
    with pytest.raises(SlotByOffice):
        handed_on(town, opened, "2", town.keeper, colleague)


def test_only_who_started_it_replaces(town: Town, colleague: Person) -> None:
    opened = town.open()
    with town.database.transaction() as session, pytest.raises(AgreementUnknown):
        replace_signer(session, opened.id, "3", by=CONTRACTOR, to=colleague.id, keyring=town.keyring)


def test_a_slot_does_not_go_round_for_ever(town: Town, colleague: Person) -> None:
    opened = town.open()
    pair = (town.engineer, colleague)
    for number in range(MOST_DELEGATIONS):
        handed_on(town, opened, "3", pair[number % 2], pair[(number + 1) % 2])
    holder, other = pair[MOST_DELEGATIONS % 2], pair[(MOST_DELEGATIONS + 1) % 2]
    with pytest.raises(TooManyDelegations):
        handed_on(town, opened, "3", holder, other)
    assert replaced(town, opened, "3", other).slot("3").person == other.id


def test_what_is_sent_again_hands_on_once(town: Town, colleague: Person) -> None:
    opened = town.open()
    once = handed_on(town, opened, "3", town.engineer, colleague)
    assert handed_on(town, opened, "3", town.engineer, colleague) == once
    back = replaced(town, opened, "3", town.engineer)
    assert replaced(town, opened, "3", town.engineer) == back
    assert len(back.slot("3").chain) == 2


def decline_it(town: Town, opened: Agreement) -> None:
    with town.database.transaction() as session:
        decline(session, opened.id, "3", by=town.engineer.id, reason="金额有误", keyring=town.keyring)


@pytest.mark.parametrize(
    ("before", "refusal"),
    [
        (lambda town, opened: sign(town, opened, "3", town.engineer), SlotSigned),
        (decline_it, AgreementEnded),
    ],
)
def test_what_is_signed_or_declined_is_not_handed_on(
    town: Town, colleague: Person, before: Callable[[Town, Agreement], object], refusal: type[Refused]
) -> None:
    opened = town.open()
    before(town, opened)
    with pytest.raises(refusal):
        handed_on(town, opened, "3", town.engineer, colleague)
    with pytest.raises(refusal):
        replaced(town, opened, "3", colleague)


def test_nobody_takes_a_second_slot_of_the_agreement(town: Town, colleague: Person) -> None:
    first = town.slots()[2]
    opened = town.open(slots=(first, SlotDraft(**{**vars(first), "person": colleague.id})))
    with pytest.raises(DelegateHasSlot):
        handed_on(town, opened, "1", town.engineer, colleague)
    sign(town, opened, "2", colleague)
    with pytest.raises(DelegateHasSlot):
        replaced(town, opened, "1", colleague)


def test_who_has_left_is_expected_no_more(town: Town) -> None:
    town.seal()
    opened = town.open()
    for person, uscc, position in (
        (town.engineer, DESIGNER, Position.ENGINEER),
        (town.keeper, CONTRACTOR, Position.SEAL_KEEPER),
    ):
        with town.database.transaction() as session:
            assert [one.id for one in agreements_for(session, person.id)] == [opened.id]
            dismiss(session, uscc=uscc, person=person.id, position=position, clock=town.clock)
            assert agreements_for(session, person.id) == ()
