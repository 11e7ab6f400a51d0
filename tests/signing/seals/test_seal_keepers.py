"""A keeper is appointed by the legal representative's approval of the exact text, and by nothing else."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import pytest

from evidence.digest import sha256
from evidence.errors import Refused
from evidence.statement import check
from identity.approvals import Approval, ApprovalForAnotherAction
from identity.challenges import Action
from identity.members import NotInPosition, Position, appoint, dismiss, positions
from identity.people import Person
from ledger import entries, facts
from signing.agreement_ends import decline
from signing.inbox import waiting as waits_for
from signing.seal_changes import history
from signing.seal_keepers import (
    LONGEST,
    Appointment,
    AppointmentOver,
    AppointmentUnknown,
    KeeperNotInOffice,
    ask,
    waiting,
)
from signing.seal_keepers import appoint as hand_over
from signing.seal_states import SealAction
from signing.seals import NotTheKeeper, Seal, SealCancelled, seal
from tests.signing.joint.conftest import CONTRACTOR, Town


@dataclass
class Office:
    """The contractor with its seal in use, a clerk who may keep it, and what waits for it."""

    town: Town
    seal: Seal
    clerk: Person

    def ask(self, keeper: Person | None = None, *, by: Person | None = None) -> Appointment:
        town = self.town
        with town.database.transaction() as session:
            to, owner = (keeper or self.clerk).id, (by or town.director).id
            return ask(session, self.seal.id, keeper=to, by=owner, clock=town.clock)

    def approve(
        self, asked: Appointment, *, by: Person | None = None, action: Action = Action.APPOINT_KEEPER
    ) -> Approval:
        return self.town.approve(by or self.town.director, action, asked.digest)

    def hand_over(self, approval: Approval) -> Seal:
        town = self.town
        with town.database.transaction() as session:
            return hand_over(session, approval=approval, verifier=town.verifier.key, keyring=town.keyring)

    def keeper(self) -> object:
        with self.town.database.transaction() as session:
            return seal(session, self.seal.id).keeper


@pytest.fixture
def office(town: Town) -> Office:
    one = town.seal()
    with town.database.transaction() as session:  # the engineer of another firm works here too, as a clerk
        clerk = town.engineer
        appoint(session, uscc=CONTRACTOR, person=clerk.id, position=Position.CLERK, clock=town.clock)
    return Office(town, one, clerk)


def test_what_waits_for_the_seal_passes_to_the_new_keeper(office: Office) -> None:
    town, opened = office.town, office.town.open()
    old = town.approve(town.keeper, Action.SEAL, opened.slot("2").subject)
    handed = office.hand_over(office.approve(office.ask()))
    assert handed.keeper == office.clerk.id
    with town.database.transaction() as session:
        assert waits_for(session, town.keeper.id, at=town.clock.now()) == ()
        mine = waits_for(session, office.clerk.id, at=town.clock.now())
        assert "2" in [slot.id for _, slot in mine]
        held = positions(session, uscc=CONTRACTOR, person=office.clerk.id)
    assert Position.SEAL_KEEPER in held
    with pytest.raises(NotTheKeeper):
        town.sign(opened, "2", approval=old)
    approval = town.approve(office.clerk, Action.SEAL, opened.slot("2").subject)
    assert town.sign(opened, "2", approval=approval).person == office.clerk.id


def test_the_appointment_is_a_fact_that_builds_on_its_approval_and_names_nobody(office: Office) -> None:
    town, asked = office.town, office.ask()
    approval = office.approve(asked)
    office.hand_over(approval)
    with town.database.transaction() as session:
        last = history(session, office.seal.id)[-1]
        fact = facts.fact(session, last.fact)
        refs = entries.entry(session, fact.index).refs
        assert entries.leaf(session, facts.fact(session, approval.digest).index) in refs
    stated = check(fact.signed, town.speaker.signer.key)
    assert (last.action, last.by) == ("entrusted", town.director.id)
    assert (stated.body["approval"], stated.body["text"]) == (approval.digest, asked.digest.value)
    assert not any(one.name.encode() in fact.signed for one in (town.director, town.keeper, office.clerk))


def test_the_text_says_who_and_which_in_both_languages_and_its_digest_is_approved(office: Office) -> None:
    asked = office.ask()
    for text in (asked.text_zh, asked.text_en):
        for said in ("林知远", "周明哲", "方致远", CONTRACTOR.text, "9901000012345", str(asked.id)):
            assert said in text
    assert "001X" in asked.text_zh
    assert "34052419800101001X" not in asked.text_zh
    assert asked.digest == sha256(f"{asked.text_zh}\n\n{asked.text_en}\n".encode())


def test_an_approval_of_something_else_hands_nothing_over(office: Office) -> None:
    asked = office.ask()
    other = office.town.approve(office.town.director, Action.APPOINT_KEEPER, sha256(b"another text"))
    with pytest.raises(AppointmentUnknown):
        office.hand_over(other)
    with pytest.raises(AppointmentUnknown):
        office.hand_over(office.approve(asked, by=office.clerk))
    with pytest.raises(ApprovalForAnotherAction):
        office.hand_over(office.approve(asked, action=Action.SEAL))
    assert office.keeper() == office.town.keeper.id


def test_only_the_legal_representative_asks_and_still_is_when_it_takes_effect(office: Office) -> None:
    town = office.town
    with pytest.raises(NotInPosition):
        office.ask(by=town.keeper)
    approval = office.approve(office.ask())
    with town.database.transaction() as session:
        position = Position.LEGAL_REPRESENTATIVE
        dismiss(session, uscc=CONTRACTOR, person=town.director.id, position=position, clock=town.clock)
    with pytest.raises(NotInPosition):
        office.hand_over(approval)


def test_only_another_member_of_the_organization_keeps_the_seal(office: Office) -> None:
    for stranger in (office.town.representative, office.town.keeper):
        with pytest.raises(KeeperNotInOffice):
            office.ask(stranger)
    approval = office.approve(office.ask())
    town = office.town
    with town.database.transaction() as session:
        position = Position.CLERK
        dismiss(session, uscc=CONTRACTOR, person=office.clerk.id, position=position, clock=town.clock)
    with pytest.raises(KeeperNotInOffice):
        office.hand_over(approval)


def test_an_appointment_takes_effect_once_and_in_its_time(office: Office) -> None:
    town, asked = office.town, office.ask()
    approval = office.approve(asked)
    office.hand_over(approval)
    with pytest.raises(AppointmentOver):
        office.hand_over(approval)
    late = office.ask(town.keeper)
    town.clock.advance(LONGEST + timedelta(seconds=1))
    with pytest.raises(AppointmentOver), town.database.transaction() as session:
        waiting(session, late.id, by=town.director.id, clock=town.clock)


def test_an_appointment_that_another_overtook_is_over(office: Office) -> None:
    first, second = office.ask(), office.ask(office.town.director)
    office.hand_over(office.approve(second))
    with pytest.raises(AppointmentOver):
        office.hand_over(office.approve(first))
    assert office.keeper() == office.town.director.id


def test_nobody_keeps_a_cancelled_seal(office: Office) -> None:
    approval = office.approve(office.ask())
    office.town.change_seal(office.seal, SealAction.CANCEL)
    with pytest.raises(SealCancelled):
        office.hand_over(approval)


def test_two_appointments_at_the_same_instant_are_one(office: Office) -> None:
    approvals = [office.approve(office.ask()), office.approve(office.ask(office.town.director))]
    together = Barrier(len(approvals))

    def take(approval: Approval) -> str:
        together.wait()
        try:
            office.hand_over(approval)
        except Refused as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(approvals)) as threads:
        outcomes: Sequence[str] = sorted(threads.map(take, approvals))
    assert outcomes == ["", AppointmentOver.code]


def test_an_appointment_is_approved_by_who_asked_for_it(office: Office) -> None:
    asked = office.ask()
    with pytest.raises(AppointmentUnknown), office.town.database.transaction() as session:
        waiting(session, asked.id, by=office.clerk.id, clock=office.town.clock)


def test_the_new_keeper_may_decline_what_waits(office: Office) -> None:
    town, opened = office.town, office.town.open()
    office.hand_over(office.approve(office.ask(town.director)))
    with town.database.transaction() as session:
        done = decline(session, opened.id, "2", by=town.director.id, reason="金额有误", keyring=town.keyring)
    assert done.slot("2").declined_at is not None
