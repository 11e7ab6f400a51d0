"""An agreement is complete if, and only if, every slot is signed, whatever happens in whatever order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from evidence.errors import Refused
from identity.approvals import Approval
from identity.challenges import Action
from signing.agreements import Agreement, AgreementState
from signing.seals import Seal, SealAction, SealState, change_seal, seal_of

from .conftest import Town

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
            self.usable = seal_of(session, self.seal.organization).state is SealState.IN_USE

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
        with self.town.database.transaction() as session:
            change_seal(session, self.seal.id, action, by=self.town.keeper.id, keyring=self.town.keyring)
        self.usable = not self.usable

    @invariant()
    def complete_if_and_only_if_all_signed(self) -> None:
        found = self.town.read(self.opened.id)
        assert {slot.id for slot in found.slots if slot.fact is not None} == set(self.signed)
        complete = found.state(self.town.clock.now()) is AgreementState.COMPLETE
        assert complete == (set(self.signed) == set(SLOTS))

    def _accepted(self, slot: str, approval: Approval) -> bool:
        try:
            self.town.sign(self.opened, slot, approval=approval)
        except Refused:
            return False
        return True


def test_an_agreement_is_complete_if_and_only_if_all_slots_are_signed(town: Town) -> None:
    seal = town.seal()

    class SigningHere(Signing):
        def __init__(self) -> None:
            super().__init__(town, seal)

    run_state_machine_as_test(
        SigningHere,
        settings=settings(max_examples=8, stateful_step_count=10, deadline=None, derandomize=True),
    )
