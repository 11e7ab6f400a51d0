"""Voiding what was signed: everybody who signed consents by an approval, or nothing is voided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.digest import sha256
from evidence.errors import Refused
from evidence.statement import StatementType, read
from identity.approvals import ApprovalForAnotherAction
from identity.challenges import Action
from identity.members import Position, dismiss
from identity.people import Person
from ledger import facts
from signing.agreement_ends import decline
from signing.agreements import Agreement, AgreementEnded, AgreementExpired, AgreementState
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyNotFailed, AssemblyState, ClaimLost, claim_next, keep_claim
from signing.assembly_jobs import retry_assembly as retry
from signing.certificate_refusals import AgreementVoided
from signing.certificate_registration import register
from signing.groups import Group
from signing.manifest import SlotKind
from signing.seal_states import SealAction
from signing.signatures import SlotSigned
from signing.tables import AgreementRow
from signing.void_refusals import (
    NothingToVoid,
    SlotNotSigned,
    VoidConsented,
    VoidNotProposed,
    VoidOfAnother,
    VoidStands,
)
from signing.voids import Void, asking, consent, newest_void, propose, reason_digest, refuse, voids_waiting

from .conftest import NOW, OWNER, Town
from .voiding import WHY, consented, proposed, voided


def refused(town: Town, found: Agreement, slot: str, person: Person) -> Void:
    with town.database.transaction() as session:
        return refuse(session, found.id, slot, by=person.id, reason="仍要履行", keyring=town.keyring)


def waits(town: Town, person: Person) -> list[str]:
    with town.database.transaction() as session:
        return [slot.id for _, slot in voids_waiting(session, person.id)]


def test_the_last_consent_of_those_who_signed_voids_a_complete_agreement(town: Town) -> None:
    signed = town.signed_by_all()
    proposed(town, signed, "3", town.engineer)
    for slot, person in (("1", town.representative), ("3", town.engineer)):
        assert consented(town, signed, slot, person).state(NOW) is AgreementState.COMPLETE
    assert [waits(town, one) for one in (town.representative, town.keeper, town.engineer)] == [[], ["2"], []]
    after = consented(town, signed, "2", town.keeper)
    assert (after.state(NOW), after.ended_reason) == (AgreementState.VOIDED, WHY)
    assert (after.fact, after.signed) == (signed.fact, signed.signed)
    assert waits(town, town.keeper) == []


def test_the_fact_names_every_approval_and_no_word_of_the_reason(town: Town) -> None:
    signed = town.signed_by_all()
    voided(town, signed)
    with town.database.transaction() as session:
        fact = session.get_one(AgreementRow, signed.id).ended_fact
        assert fact is not None
        encoded = facts.signed_statement(session, fact)
        body = read(encoded).statement.body
        made = newest_void(session, signed.id)
        assert made is not None
        named = body["consents"]
        assert isinstance(named, list)
        kinds = [
            read(facts.signed_statement(session, one)).statement.type
            for one in named
            if isinstance(one, bytes)
        ]
    assert (body["action"], body["completed"]) == ("voided", signed.fact)
    assert body["reason"] == reason_digest(made.id, WHY) != sha256(WHY.encode()).value
    assert kinds == [StatementType.APPROVAL] * 3
    assert WHY.encode() not in encoded


def test_an_open_agreement_is_voided_by_those_who_have_signed_it(town: Town) -> None:
    opened = town.open()
    with pytest.raises(NothingToVoid):
        proposed(town, opened, "1", town.representative)
    town.sign(opened, "1")
    proposed(town, opened, "1", town.representative)
    town.sign(opened, "3")  # who signs meanwhile is asked as well
    assert consented(town, opened, "1", town.representative).state(NOW) is AgreementState.OPEN
    after = consented(town, opened, "3", town.engineer)
    assert after.state(NOW) is AgreementState.VOIDED
    with pytest.raises(AgreementEnded) as late:
        decline_of_keeper(town, after)
    assert "作废" in late.value.sentence("zh")


def decline_of_keeper(town: Town, found: Agreement) -> None:
    town.seal()
    with town.database.transaction() as session:
        decline(session, found.id, "2", by=town.keeper.id, reason="不签", keyring=town.keyring)


def test_what_is_voided_stays_voided(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    after = consented(town, signed, "1", town.representative)
    assert after.state(NOW + timedelta(days=400)) is AgreementState.VOIDED
    with pytest.raises(AgreementEnded):
        proposed(town, signed, "1", town.representative)
    with pytest.raises(AgreementEnded):
        refused(town, signed, "1", town.representative)
    with pytest.raises(AgreementEnded):
        consented(town, signed, "1", town.representative)


def test_one_refusal_fells_the_proposal_and_another_one_asks_everybody_again(town: Town) -> None:
    signed = town.signed_by_all()
    first = proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    fallen = refused(town, signed, "3", town.engineer)
    assert fallen.refusal is not None
    assert (fallen.refusal.slot, fallen.refusal.reason) == ("3", "仍要履行")
    for late in (refused, consented):
        with pytest.raises(VoidNotProposed):
            late(town, signed, "2", town.keeper)
    second = proposed(town, signed, "1", town.representative)
    assert (second.id != first.id, second.consents, second.refusal) == (True, {}, None)
    assert town.read(signed.id).state(NOW) is AgreementState.COMPLETE


def test_an_approval_of_a_proposal_that_fell_does_not_serve_the_next_one(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    with town.database.transaction() as session:
        asked = asking(session, signed.id, "1", by=town.representative.id, at=NOW)
    approval = town.approve(town.representative, Action.VOID, asked.subject)
    refused(town, signed, "1", town.representative)
    proposed(town, signed, "1", town.representative)
    with town.database.transaction() as session, pytest.raises(VoidNotProposed):
        consent(session, approval=approval, verifier=town.verifier.key, keyring=town.keyring)
    assert town.read(signed.id).ended is None


def test_one_proposal_stands_at_a_time_and_the_same_again_changes_nothing(town: Town) -> None:
    signed = town.signed_by_all()
    first = proposed(town, signed, "1", town.representative)
    assert proposed(town, signed, "1", town.representative) == first
    with pytest.raises(VoidStands):
        proposed(town, signed, "3", town.engineer)


def test_a_slot_consents_once(town: Town) -> None:
    signed = town.signed_by_all()
    proposed(town, signed, "1", town.representative)
    with town.database.transaction() as session:
        asked = asking(session, signed.id, "1", by=town.representative.id, at=NOW)
    approvals = [town.approve(town.representative, Action.VOID, asked.subject) for _ in range(2)]
    with town.database.transaction() as session:
        before = consent(session, approval=approvals[0], verifier=town.verifier.key, keyring=town.keyring)
        assert (
            consent(session, approval=approvals[0], verifier=town.verifier.key, keyring=town.keyring)
            == before
        )
        with pytest.raises(VoidConsented):
            consent(session, approval=approvals[1], verifier=town.verifier.key, keyring=town.keyring)


def test_nobody_answers_for_another_nor_who_has_not_signed(town: Town) -> None:
    opened = town.open()
    town.sign(opened, "1")
    with pytest.raises(VoidOfAnother):
        proposed(town, opened, "1", town.engineer)
    with pytest.raises(SlotNotSigned):
        proposed(town, opened, "3", town.engineer)
    proposed(town, opened, "1", town.representative)
    for answer in (refused, consented):
        with pytest.raises(VoidOfAnother):
            answer(town, opened, "1", town.keeper)


def test_an_approval_to_sign_voids_nothing(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    with town.database.transaction() as session:
        asked = asking(session, signed.id, "1", by=town.representative.id, at=NOW)
    approval = town.approve(town.representative, Action.SIGN, asked.subject)
    with town.database.transaction() as session, pytest.raises(ApprovalForAnotherAction):
        consent(session, approval=approval, verifier=town.verifier.key, keyring=town.keyring)


def test_an_office_is_answered_for_by_whoever_holds_it_now(town: Town) -> None:
    town.office(OWNER, town.representative)
    office = replace(town.slots()[0], kind=SlotKind.REPRESENTATIVE, person=None)
    opened = town.open(slots=(office,))
    town.sign(opened, "1", approval=town.approve(town.representative, Action.SIGN, opened.slot("1").subject))
    proposed(town, opened, "1", town.representative)
    town.office(OWNER, town.keeper)
    with pytest.raises(VoidOfAnother):
        consented(town, opened, "1", town.representative)
    assert consented(town, opened, "1", town.keeper).state(NOW) is AgreementState.VOIDED


def test_the_legal_representative_answers_for_a_seal_that_is_not_in_use(town: Town) -> None:
    seal = town.seal()
    opened = town.open(slots=town.slots()[1:2])
    town.sign(opened, "1")
    town.change_seal(seal, SealAction.SUSPEND)
    with pytest.raises(VoidOfAnother):
        proposed(town, opened, "1", town.keeper)
    proposed(town, opened, "1", town.director)
    assert waits(town, town.director) == ["1"]
    assert consented(town, opened, "1", town.director).state(NOW) is AgreementState.VOIDED


def test_the_legal_representative_answers_for_a_signer_who_left(town: Town) -> None:
    signed = town.signed_by_owner()
    with town.database.transaction() as session:
        dismiss(session, uscc=OWNER, person=town.representative.id, position=Position.CLERK, clock=town.clock)
    with pytest.raises(VoidOfAnother):
        proposed(town, signed, "1", town.representative)
    town.office(OWNER, town.director)
    proposed(town, signed, "1", town.director)
    assert consented(town, signed, "1", town.director).state(NOW) is AgreementState.VOIDED


def test_what_expired_or_ended_before_is_not_voided(town: Town) -> None:
    first, _, last = town.slots()
    groups = (Group(id="1", step=1, need=1), Group(id="2", step=1, need=1))
    declined = town.open(slots=(replace(first, group="1"), replace(last, group="2")), groups=groups)
    town.sign(declined, "1")
    with town.database.transaction() as session:
        decline(session, declined.id, "2", by=town.engineer.id, reason="金额有误", keyring=town.keyring)
    with pytest.raises(AgreementEnded):
        proposed(town, declined, "1", town.representative)
    opened = town.open()
    town.sign(opened, "1")
    town.clock.advance(timedelta(days=4))
    with pytest.raises(AgreementExpired):
        proposed(town, opened, "1", town.representative)


@pytest.mark.parametrize("again", [False, True])
def test_nothing_is_assembled_for_what_is_voided(town: Town, *, again: bool) -> None:
    signed = town.signed_by_owner()
    with town.database.transaction() as session:
        claim = claim_next(session, at=NOW)
    assert claim is not None
    proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    with town.database.transaction() as session:
        with pytest.raises(ClaimLost):
            keep_claim(session, claim)
        if again:
            with pytest.raises(AssemblyNotFailed):
                retry(session, signed.id, at=NOW)
    later = assemble(town.database, signed.id, workshop=town.workshop)
    assert (later.state, later.results) == (AssemblyState.CANCELLED, ())


def test_what_was_assembled_before_is_kept(town: Town) -> None:
    signed = town.signed_by_owner()
    assert assemble(town.database, signed.id, workshop=town.workshop).state is AssemblyState.DONE
    proposed(town, signed, "1", town.representative)
    after = consented(town, signed, "1", town.representative)
    assert (after.state(NOW), len(after.results)) == (AgreementState.VOIDED, 1)


def test_no_certificate_rests_on_what_is_voided(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    with town.database.transaction() as session, pytest.raises(AgreementVoided) as told:
        register(session, town.application(signed), agency=town.agency, clock=town.clock)
    assert "作废" in told.value.sentence("zh")


@pytest.mark.parametrize("stands", [False, True])
def test_a_reason_that_cannot_be_shown_changes_nothing(town: Town, *, stands: bool) -> None:
    signed = town.signed_by_owner()
    if stands:
        proposed(town, signed, "1", town.representative)
    act, by = refuse if stands else propose, town.representative.id
    with town.database.transaction() as session, pytest.raises(Refused):
        act(session, signed.id, "1", by=by, reason=" ", keyring=town.keyring)
    with town.database.transaction() as session:
        made = newest_void(session, signed.id)
    assert (made is not None, made is not None and made.refusal is None) == (stands, stands)


def test_who_signed_stays_signed(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    with pytest.raises(SlotSigned):
        town.sign(signed, "1")
