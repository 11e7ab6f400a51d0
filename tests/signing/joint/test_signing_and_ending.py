"""Signing beside declining, and two of a group where one suffices: at the same moment."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from evidence.errors import Refused
from identity import challenges
from identity.approvals import approve
from identity.challenges import Action
from identity.people import Person
from identity.scans import Verdict
from signing.agreement_ends import AgreementSigned, decline, withdraw
from signing.agreements import Agreement
from signing.groups import Group
from signing.policy import SlotNotNeeded
from signing.signatures import SlotSigned, sign_slot
from signing.slot_locks import lock_slot_of

from .conftest import AGENCY, NOW, OWNER, Town

PATIENCE_S = 60


def passed_scan(
    town: Town, opened: Agreement, slot: str, person: Person, *, meanwhile: Callable[[], object] = bool
) -> None:
    """Approve and sign in one transaction, as a scan does; ``meanwhile`` slot and log are locked."""
    subject = opened.slot(slot).subject
    with town.database.transaction() as session:
        asked = challenges.issue(
            session, person=person.id, action=Action.SIGN, subject=subject, clock=town.clock
        )
    with town.database.transaction() as session:
        known = lock_slot_of(session, asked, keystore=town.keystore)
        challenges.consume(
            session, asked.id, person=person.id, action=Action.SIGN, subject=subject, clock=town.clock
        )
        approval = approve(
            session,
            challenge=asked,
            verdict=Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5),
            known=known,
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )
        meanwhile()
        sign_slot(
            session,
            agreement_id=opened.id,
            slot_id=slot,
            approval=approval,
            verifier=town.verifier,
            keyring=town.keyring,
        )


def end(town: Town, opened: Agreement, how: str) -> None:
    with town.database.transaction() as session:
        if how == "declined":
            by = town.engineer.id
            decline(session, opened.id, "3", by=by, reason="金额有误", keyring=town.keyring)
        else:
            withdraw(session, opened.id, by=OWNER, reason="附件放错", keyring=town.keyring)


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_who_ends_waits_for_who_signs_and_neither_for_ever(town: Town, how: str) -> None:
    opened = town.open()
    told: list[Refused] = []

    def ending() -> None:
        try:
            end(town, opened, how)
        except Refused as refusal:
            told.append(refusal)

    ends = threading.Thread(target=ending)

    def meanwhile() -> None:
        ends.start()
        ends.join(timeout=0.5)  # it waits for the slot, holding nothing that the signer needs
        assert ends.is_alive()

    passed_scan(town, opened, "3", town.engineer, meanwhile=meanwhile)
    ends.join(timeout=PATIENCE_S)
    assert not ends.is_alive()
    assert [type(refusal) for refusal in told] in ([SlotSigned], [AgreementSigned])
    assert town.read(opened.id).signed == {"3"}


def test_of_two_who_sign_at_once_where_one_suffices_one_is_told_so(town: Town) -> None:
    first, _, second = town.slots()
    opened = town.open(
        slots=(replace(first, group="A"), replace(second, group="A")), groups=(Group(id="A", step=1, need=1),)
    )
    approvals = {"1": town.approve_slot(opened, "1"), "2": town.approve_slot(opened, "2")}
    ready, told = threading.Barrier(2), list[type[Refused]]()

    def signs(slot: str) -> None:
        ready.wait()
        try:
            town.sign(opened, slot, approval=approvals[slot])
        except Refused as refusal:
            told.append(type(refusal))

    both = [threading.Thread(target=signs, args=(slot,)) for slot in approvals]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=PATIENCE_S)
    done = town.read(opened.id)
    assert told == [SlotNotNeeded]
    assert len(done.signed) == 1
    assert done.state(NOW).value == "complete"
