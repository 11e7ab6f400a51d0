"""An agreement is complete if, and only if, its policy is met, whatever happens in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from evidence.errors import Refused
from evidence.identifiers import CitizenNumber
from identity.approvals import Approval
from identity.challenges import Action
from identity.members import Position, appoint
from identity.people import Person, register_person
from signing.agreement_drafting import SlotDraft
from signing.agreement_ends import decline, withdraw
from signing.agreements import Agreement, AgreementState
from signing.delegations import MOST_DELEGATIONS, delegate
from signing.groups import Group
from signing.manifest import SlotKind
from signing.seal_states import SealAction, SealState
from signing.seals import Seal, seal

from .conftest import DESIGNER, OWNER, Town

LIFE = timedelta(hours=1)
SLOTS = ("1", "2", "3")
SEALED = "2"


class Signing(RuleBasedStateMachine):
    """Parties who sign, repeat themselves and mistake one another, and a seal that comes and goes."""

    def __init__(self, town: Town, seal: Seal) -> None:
        super().__init__()
        self.town, self.seal = town, seal
        self.opened: Agreement
        self.signed: dict[str, Approval] = {}
        self.usable = True

    @initialize()
    def start(self) -> None:
        self.opened = self.town.open()
        with self.town.database.transaction() as session:
            self.usable = seal(session, self.seal.id).state is SealState.IN_USE

    @rule(slot=st.sampled_from(SLOTS))
    def sign(self, slot: str) -> None:
        approval = self.town.approve_slot(self.opened, slot)
        allowed = slot not in self.signed and (slot != SEALED or self.usable)
        assert self._accepted(slot, approval) == allowed
        if allowed:
            self.signed[slot] = approval

    @rule(slot=st.sampled_from(SLOTS))
    def sign_again(self, slot: str) -> None:
        if slot in self.signed:
            assert self._accepted(slot, self.signed[slot])

    @rule(slot=st.sampled_from(SLOTS))
    def sign_as_another(self, slot: str) -> None:
        stranger = self.town.engineer if slot == "1" else self.town.representative
        action = Action.SEAL if slot == SEALED else Action.SIGN
        assert not self._accepted(slot, self.town.approve(stranger, action, self.opened.slot(slot).subject))

    @rule()
    def suspend_or_reinstate_the_seal(self) -> None:
        action = SealAction.SUSPEND if self.usable else SealAction.REINSTATE
        self.town.change_seal(self.seal, action)
        self.usable = not self.usable

    @invariant()
    def complete_if_and_only_if_all_signed(self) -> None:
        found = self.town.read(self.opened.id)
        assert {slot.id for slot in found.slots if slot.fact is not None} == set(self.signed)
        complete = found.state(self.town.clock.now()) is AgreementState.COMPLETE
        assert complete == (set(self.signed) == set(SLOTS))

    def _accepted(self, slot: str, approval: Approval) -> bool:
        return accepted(lambda: self.town.sign(self.opened, slot, approval=approval))


def test_an_agreement_is_complete_if_and_only_if_all_slots_are_signed(town: Town) -> None:
    seal = town.seal()

    class SigningHere(Signing):
        def __init__(self) -> None:
            super().__init__(town, seal)

    run_state_machine_as_test(
        SigningHere,
        settings=settings(max_examples=8, stateful_step_count=10, deadline=None, derandomize=True),
    )


class Ordering(RuleBasedStateMachine):
    """One of two first, then the legal representative; some decline, the office changes, a slot is handed on.

    It is withdrawn, and its time ends.

    The model counts by itself: it asks nothing of ``signing.policy``.
    """

    def __init__(self, town: Town, colleague: Person) -> None:
        super().__init__()
        self.town = town
        self.holder, self.other = town.engineer, colleague
        self.handed_on, self.expired = 0, False
        self.opened: Agreement
        self.signed: set[str] = set()
        self.declined: set[str] = set()
        self.withdrawn = False
        self.in_office = town.representative

    @initialize()
    def start(self) -> None:
        self.town.office(OWNER, self.in_office)
        first, _, second = self.town.slots()
        office = SlotDraft(
            group="B",
            kind=SlotKind.REPRESENTATIVE,
            organization=OWNER,
            capacity_zh="建设单位法定代表人",
            capacity_en="owner's legal representative",
        )
        self.opened = self.town.open(
            slots=(replace(first, group="A"), replace(second, group="A"), office),
            groups=(Group(id="A", step=1, need=1), Group(id="B", step=2, need=1)),
            expires_at=self.town.clock.now() + LIFE,
        )

    @rule(slot=st.sampled_from(SLOTS))
    def sign(self, slot: str) -> None:
        first = {"1", "2"} & self.signed
        turn = bool(first) if slot == "3" else not first
        allowed = turn and self.state is AgreementState.OPEN and slot not in self.signed | self.declined
        approval = self.town.approve(self._party(slot), Action.SIGN, self.opened.slot(slot).subject)
        assert accepted(lambda: self.town.sign(self.opened, slot, approval=approval)) == allowed
        self.signed |= {slot} if allowed else set()

    @rule(slot=st.sampled_from(SLOTS))
    def decline(self, slot: str) -> None:
        satisfied = {"1", "2"} & self.signed if slot != "3" else {"3"} & self.signed
        allowed = (not satisfied and self.state is AgreementState.OPEN) or slot in self.declined
        assert accepted(lambda: self._decline(slot)) == allowed
        self.declined |= {slot} if allowed else set()

    @rule()
    def withdraw(self) -> None:
        allowed = self.withdrawn or (self.state is AgreementState.OPEN and not self.signed)
        assert accepted(self._withdraw) == allowed
        self.withdrawn = self.withdrawn or allowed

    @rule()
    def let_another_take_the_office(self) -> None:
        town = self.town
        if "3" not in self.declined:  # who declined for the office has declined for it
            self.in_office = town.keeper if self.in_office is town.representative else town.representative
            town.office(OWNER, self.in_office)

    @rule()
    def hand_on(self) -> None:
        signed = {"1", "2"} & self.signed
        allowed = not signed and "2" not in self.declined and self.state is AgreementState.OPEN
        allowed = allowed and self.handed_on < MOST_DELEGATIONS
        assert accepted(lambda: self._delegate(self.holder, self.other)) == allowed
        if allowed:
            self.holder, self.other = self.other, self.holder
            self.handed_on += 1

    @rule()
    def hand_on_what_another_has(self) -> None:
        assert not accepted(lambda: self._delegate(self.town.director, self.other))

    @precondition(lambda self: not self.expired)
    @rule()
    def let_its_time_end(self) -> None:
        self.town.clock.advance(LIFE)
        self.expired = True

    @property
    def state(self) -> AgreementState:
        if self.withdrawn:
            return AgreementState.WITHDRAWN
        if {"1", "2"} <= self.declined or "3" in self.declined:
            return AgreementState.DECLINED
        done = {"1", "2"} & self.signed and "3" in self.signed
        if done:
            return AgreementState.COMPLETE
        return AgreementState.EXPIRED if self.expired else AgreementState.OPEN

    @invariant()
    def complete_if_and_only_if_the_policy_is_met(self) -> None:
        found = self.town.read(self.opened.id)
        assert found.state(self.town.clock.now()) is self.state
        assert found.signed == self.signed
        assert (found.fact is not None) == (self.state is AgreementState.COMPLETE)

    def _party(self, slot: str) -> Person:
        return {"1": self.town.representative, "2": self.holder, "3": self.in_office}[slot]

    def _delegate(self, giver: Person, taker: Person) -> None:
        with self.town.database.transaction() as session:
            delegate(session, self.opened.id, "2", by=giver.id, to=taker.id, keyring=self.town.keyring)

    def _decline(self, slot: str) -> None:
        with self.town.database.transaction() as session:
            by = self._party(slot).id
            decline(session, self.opened.id, slot, by=by, reason="金额有误", keyring=self.town.keyring)

    def _withdraw(self) -> None:
        with self.town.database.transaction() as session:
            withdraw(session, self.opened.id, by=OWNER, reason="附件放错", keyring=self.town.keyring)


def accepted(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused:
        return False
    return True


def test_an_ordered_agreement_is_complete_if_and_only_if_its_policy_is_met(town: Town) -> None:
    with town.database.transaction() as session:
        number = CitizenNumber.parse("110105194912310038")
        other = register_person(session, name="钱以明", citizen_number=number, clock=town.clock)
        appoint(session, uscc=DESIGNER, person=other.id, position=Position.ENGINEER, clock=town.clock)

    class OrderingHere(Ordering):
        def __init__(self) -> None:
            super().__init__(town, other)

    run_state_machine_as_test(
        OrderingHere,
        settings=settings(max_examples=8, stateful_step_count=12, deadline=None, derandomize=True),
    )
