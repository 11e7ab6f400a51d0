from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from evidence.algorithms import Algorithm
from evidence.errors import SignatureInvalid
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity.approvals import (
    Approval,
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalFromLater,
    ApprovalTooOld,
)
from identity.challenges import Action
from identity.members import Position, appoint, dismiss
from ledger import facts
from ledger.facts import FactRow
from signing.activation import Seat, activate
from signing.activation_checks import FRESHNESS
from signing.activation_refusals import ApprovalUsed
from signing.agreements import AgreementExpired, AgreementState, SlotUnknown
from signing.cades import check_detached
from signing.held_keys import hold_for_person
from signing.seals import NotTheKeeper, SealMissing
from signing.signatures import Signature, SlotSigned, signatures
from signing.slot_parties import NotThisParty, PartyLeft

from .conftest import CONTRACTOR, DESIGNER, Town


def count(town: Town, type_: StatementType) -> int:
    with town.database.transaction() as session:
        return session.scalars(select(func.count()).where(FactRow.type == type_)).one()


def test_a_signature_covers_the_manifest_and_names_slot_and_approval(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    signature = town.sign(opened, "1", approval=approval)
    checked = check_detached(signature.cms, opened.manifest_bytes, roots=(town.authority.root,))
    assert (checked.slot, checked.approval.value) == ("1", approval.digest)


def test_a_signature_is_a_fact_that_names_nobody(town: Town) -> None:
    signature = town.sign(town.open(), "1")
    with town.database.transaction() as session:
        signed = facts.signed_statement(session, signature.fact)
    check(signed, town.speaker.signer.key)
    assert "沈若华".encode() not in signed


def test_a_retry_under_the_same_approval_gives_the_same_signature(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    first = town.sign(opened, "1", approval=approval)
    assert town.sign(opened, "1", approval=approval) == first
    assert count(town, StatementType.SIGNATURE) == 1


def test_a_signed_slot_is_not_signed_again_under_another_approval(town: Town) -> None:
    opened = town.open()
    town.sign(opened, "1")
    with pytest.raises(SlotSigned):
        town.sign(opened, "1")


def test_an_approval_is_used_once(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    town.sign(opened, "1", approval=approval)
    with town.database.transaction() as session:
        key = hold_for_person(session, town.representative, keyring=town.keyring)
        seat = Seat(
            agreement=opened.id,
            slot="1",
            manifest=opened.manifest_digest,
            person=town.representative.id,
            key=key,
            action=Action.SIGN,
        )
        with pytest.raises(ApprovalUsed):
            activate(session, seat, approval=approval, verifier=town.verifier.key, keyring=town.keyring)


def test_an_approval_for_one_slot_fills_no_other_of_the_same_person(town: Town) -> None:
    owner = town.slots()[0]
    other = town.person_slot(
        owner.organization, "建设单位项目负责人", "project leader", town.representative.id
    )
    opened = town.open(slots=(owner, other))
    with pytest.raises(ApprovalForAnotherSubject):
        town.sign(opened, "2", approval=town.approve_slot(opened, "1"))
    assert count(town, StatementType.SIGNATURE) == 0


def test_an_approval_for_the_manifest_alone_fills_no_slot(town: Town) -> None:
    opened = town.open()
    approval = town.approve(town.representative, Action.SIGN, opened.manifest_digest)
    with pytest.raises(ApprovalForAnotherSubject):
        town.sign(opened, "1", approval=approval)


def test_an_approval_for_another_document_signs_nothing(town: Town) -> None:
    opened, other = town.open(), town.open()
    with pytest.raises(ApprovalForAnotherSubject):
        town.sign(opened, "1", approval=town.approve_slot(other, "1"))
    assert count(town, StatementType.SIGNATURE) == 0


def test_an_approval_to_sign_does_not_seal(town: Town) -> None:
    town.seal()
    opened = town.open()
    approval = town.approve(town.keeper, Action.SIGN, opened.slot("2").subject)
    with pytest.raises(ApprovalForAnotherAction):
        town.sign(opened, "2", approval=approval)


def test_an_old_approval_signs_nothing(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    town.clock.advance(FRESHNESS + timedelta(seconds=1))
    with pytest.raises(ApprovalTooOld):
        town.sign(opened, "1", approval=approval)


def test_an_approval_from_a_clock_ahead_signs_nothing_and_says_what_to_do(town: Town) -> None:
    opened = town.open()
    town.clock.advance(timedelta(minutes=10))
    approval = town.approve_slot(opened, "1")
    town.clock.advance(timedelta(minutes=-10))
    with pytest.raises(ApprovalFromLater) as refused:
        town.sign(opened, "1", approval=approval)
    assert "校准服务器时钟" in refused.value.sentence("zh")
    assert "set the server's clock" in refused.value.sentence("en")
    assert town.read(opened.id).signed == frozenset()


def test_an_approval_of_another_verifier_signs_nothing(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    town.verifier = LocalSigner.generate(Algorithm.ES256)
    with pytest.raises(SignatureInvalid):
        town.sign(opened, "1", approval=approval)


def test_another_person_than_the_slot_expects_is_refused(town: Town) -> None:
    opened = town.open()
    approval = town.approve(town.engineer, Action.SIGN, opened.slot("1").subject)
    with pytest.raises(NotThisParty) as refused:
        town.sign(opened, "1", approval=approval)
    assert refused.value.sentence("zh").startswith("签署位“建设单位”")


def test_a_person_who_left_the_organization_is_refused(town: Town) -> None:
    opened = town.open()
    with town.database.transaction() as session:
        dismiss(session, uscc=DESIGNER, person=town.engineer.id, position=Position.ENGINEER, clock=town.clock)
    with pytest.raises(PartyLeft):
        town.sign(opened, "3")


def test_nobody_signs_an_expired_agreement(town: Town) -> None:
    opened = town.open()
    town.clock.advance(opened.expires_at - town.clock.now())
    with pytest.raises(AgreementExpired):
        town.sign(opened, "1")


def test_a_slot_that_is_not_there_is_refused(town: Town) -> None:
    opened = town.open()
    with pytest.raises(SlotUnknown):
        town.sign(opened, "9", approval=town.approve_slot(opened, "1"))


def test_a_seal_slot_needs_a_seal(town: Town) -> None:
    with pytest.raises(SealMissing):
        town.sign(town.open(), "2")


def test_a_seal_obeys_its_own_keeper_only(town: Town) -> None:
    town.seal()
    opened = town.open()
    with town.database.transaction() as session:
        appoint(
            session,
            uscc=CONTRACTOR,
            person=town.engineer.id,
            position=Position.SEAL_KEEPER,
            clock=town.clock,
        )
    approval = town.approve(town.engineer, Action.SEAL, opened.slot("2").subject)
    with pytest.raises(NotTheKeeper):
        town.sign(opened, "2", approval=approval)


def test_the_last_signature_completes_the_agreement(town: Town) -> None:
    signed = town.signed_by_all()
    assert signed.state(town.clock.now()) is AgreementState.COMPLETE
    assert count(town, StatementType.AGREEMENT) == 1


def test_three_parties_sign_at_the_same_instant(town: Town) -> None:
    town.seal()
    opened = town.open()
    approvals = {slot.id: town.approve_slot(opened, slot.id) for slot in opened.slots}
    together = Barrier(len(approvals))

    def sign(slot: str) -> Signature:
        together.wait()
        return town.sign(opened, slot, approval=approvals[slot])

    with ThreadPoolExecutor(len(approvals)) as threads:
        made = list(threads.map(sign, approvals))
    with town.database.transaction() as session:
        assert signatures(session, opened.id) == tuple(made)
    assert town.read(opened.id).state(town.clock.now()) is AgreementState.COMPLETE
    assert (count(town, StatementType.SIGNATURE), count(town, StatementType.AGREEMENT)) == (3, 1)


def test_one_slot_signed_twice_at_the_same_instant_is_one_signature(town: Town) -> None:
    opened = town.open()
    approval = town.approve_slot(opened, "1")
    together = Barrier(2)

    def sign(_: int) -> Signature:
        together.wait()
        return town.sign(opened, "1", approval=approval)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(sign, range(2))
    assert first == second
    assert count(town, StatementType.SIGNATURE) == 1


def test_of_two_approvals_of_one_slot_at_the_same_instant_one_signs(town: Town) -> None:
    opened = town.open()
    approvals = [town.approve_slot(opened, "1") for _ in range(2)]
    together = Barrier(2)

    def sign(approval: Approval) -> Signature | SlotSigned:
        together.wait()
        try:
            return town.sign(opened, "1", approval=approval)
        except SlotSigned as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        ended = list(threads.map(sign, approvals))
    refused = [one for one in ended if isinstance(one, SlotSigned)]
    with town.database.transaction() as session:
        (stored,) = signatures(session, opened.id)
    assert [one.code for one in refused] == ["slot-signed"]
    assert [one for one in ended if one not in refused] == [stored]
    assert count(town, StatementType.SIGNATURE) == 1
