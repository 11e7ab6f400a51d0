"""Order, groups and offices of an agreement on a real database, and how it ends before it is complete."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence.errors import Refused
from identity.challenges import Action
from identity.people import Person
from signing.agreement_drafting import GroupsWrong, RepresentativeMissing, SlotDraft, SlotPersonWrong
from signing.agreement_ends import AgreementSigned, decline, withdraw
from signing.agreements import (
    Agreement,
    AgreementEnded,
    AgreementExpired,
    AgreementState,
    AgreementUnknown,
    SlotDeclined,
)
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyState
from signing.groups import Group
from signing.inbox import waiting
from signing.manifest import SlotKind
from signing.policy import NotYetThisTurn, SlotNotNeeded
from signing.seal_states import SealAction
from signing.signatures import SlotSigned, left_at_closing
from signing.slot_parties import NotTheRepresentative, NotThisParty

from .conftest import CONTRACTOR, DESIGNER, NOW, OWNER, Town


def two_steps(town: Town) -> Agreement:
    """The engineer or the owner first, then the owner's legal representative."""
    town.office(OWNER, town.representative)
    slots = (
        replace(town.slots()[2], group="A"),
        replace(town.slots()[0], group="A"),
        SlotDraft(
            group="2",
            kind=SlotKind.REPRESENTATIVE,
            organization=OWNER,
            capacity_zh="建设单位法定代表人",
            capacity_en="owner's legal representative",
        ),
    )
    return town.open(slots=slots, groups=(Group(id="A", step=1, need=1), Group(id="2", step=2, need=1)))


def signed_by(town: Town, opened: Agreement, slot: str, person: Person) -> Agreement:
    approval = town.approve(person, Action.SIGN, opened.slot(slot).subject)
    town.sign(opened, slot, approval=approval)
    return town.read(opened.id)


def declined(town: Town, opened: Agreement, slot: str, person: Person, reason: str = "金额有误") -> Agreement:
    with town.database.transaction() as session:
        return decline(session, opened.id, slot, by=person.id, reason=reason, keyring=town.keyring)


def withdrawn(town: Town, opened: Agreement) -> Agreement:
    with town.database.transaction() as session:
        return withdraw(session, opened.id, by=OWNER, reason="附件放错", keyring=town.keyring)


def fields(town: Town, opened: Agreement) -> list[str]:
    """The signatures that a reader of the assembled PDF finds."""
    (result,) = town.read(opened.id).results
    found = PdfFileReader(BytesIO(town.store.get(result))).embedded_regular_signatures
    return [signature.field_name for signature in found]


def waits_for(town: Town, person: Person) -> list[str]:
    with town.database.transaction() as session:
        return [slot.id for _, slot in waiting(session, person.id, at=town.clock.now())]


def test_steps_are_signed_in_order_and_one_of_a_group_suffices(town: Town) -> None:
    opened = two_steps(town)
    assert waits_for(town, town.representative) == ["2"]
    with pytest.raises(NotYetThisTurn):
        signed_by(town, opened, "3", town.representative)
    after = signed_by(town, opened, "1", town.engineer)
    assert after.state(NOW) is AgreementState.OPEN
    assert waits_for(town, town.representative) == ["3"]
    with pytest.raises(SlotNotNeeded):
        signed_by(town, opened, "2", town.representative)
    assert signed_by(town, opened, "3", town.representative).state(NOW) is AgreementState.COMPLETE
    assert waits_for(town, town.representative) == []


def test_what_nobody_had_to_sign_is_not_in_the_assembled_pdf(town: Town) -> None:
    opened = two_steps(town)
    signed_by(town, opened, "1", town.engineer)
    signed_by(town, opened, "3", town.representative)
    assert assemble(town.database, opened.id, workshop=town.workshop).state is AssemblyState.DONE
    assert fields(town, opened) == ["slot-1", "slot-3", "closing-seal"]


def test_a_legal_representative_signs_by_office_whoever_holds_it_then(town: Town) -> None:
    opened = two_steps(town)
    signed_by(town, opened, "1", town.engineer)
    town.office(OWNER, town.keeper)
    assert waits_for(town, town.keeper) == ["3"]
    with pytest.raises(NotTheRepresentative):
        signed_by(town, opened, "3", town.representative)
    done = signed_by(town, opened, "3", town.keeper)
    assert (done.state(NOW), done.slot("3").signer) == (AgreementState.COMPLETE, town.keeper.id)


@pytest.mark.parametrize("changes", [True, False])
def test_it_is_recorded_whether_the_office_had_changed_when_all_had_signed(
    town: Town, *, changes: bool
) -> None:
    town.office(OWNER, town.representative)
    office = SlotDraft(
        kind=SlotKind.REPRESENTATIVE, organization=OWNER, capacity_zh="法定代表人", capacity_en="legal"
    )
    opened = town.open(slots=(office, town.slots()[2]))
    signed_by(town, opened, "1", town.representative)
    if changes:
        town.office(OWNER, town.keeper)
    done = signed_by(town, opened, "2", town.engineer)
    town.office(OWNER, town.engineer)  # what comes later changes nothing
    with town.database.transaction() as session:
        assert left_at_closing(session, done) == (frozenset({"1"}) if changes else frozenset())
        assert left_at_closing(session, opened) == frozenset()


def test_a_keeper_whose_seal_is_suspended_may_still_decline(town: Town) -> None:
    seal = town.seal()
    opened = town.open()
    town.change_seal(seal, SealAction.SUSPEND)
    assert declined(town, opened, "2", town.keeper).state(NOW) is AgreementState.DECLINED


def test_a_slot_for_an_office_that_nobody_holds_is_refused(town: Town) -> None:
    vacant = SlotDraft(
        kind=SlotKind.REPRESENTATIVE, organization=DESIGNER, capacity_zh="法定代表人", capacity_en="legal"
    )
    with pytest.raises(RepresentativeMissing):
        town.open(slots=(vacant,))
    with pytest.raises(SlotPersonWrong):
        town.open(slots=(replace(vacant, person=town.engineer.id),))


def test_an_approver_signs_and_leaves_no_stamp(town: Town) -> None:
    approver = replace(town.slots()[2], kind=SlotKind.APPROVER)
    opened = town.open(slots=(approver, town.slots()[0]))
    signed_by(town, opened, "1", town.engineer)
    done = signed_by(town, opened, "2", town.representative)
    assert done.state(NOW) is AgreementState.COMPLETE
    assert assemble(town.database, opened.id, workshop=town.workshop).state is AssemblyState.DONE
    assert fields(town, opened) == ["slot-2", "closing-seal"]


@pytest.mark.parametrize(
    "groups",
    [
        (Group(id="1", step=1, need=4),),
        (Group(id="1", step=1, need=0),),
        (Group(id="1", step=2, need=3),),
        (Group(id="9", step=1, need=3),),
        (Group(id="1", step=1, need=3), Group(id="2", step=2, need=1)),
    ],
)
def test_groups_that_cannot_be_signed_through_are_refused(town: Town, groups: tuple[Group, ...]) -> None:
    with pytest.raises(GroupsWrong):
        town.open(groups=groups)


def test_a_party_that_is_needed_ends_the_agreement_by_declining(town: Town) -> None:
    opened = town.open()
    after = declined(town, opened, "3", town.engineer)
    assert (after.state(NOW), after.ended_reason) == (AgreementState.DECLINED, "金额有误")
    assert after.slot("3").reason == "金额有误"
    with pytest.raises(AgreementEnded) as refused:
        signed_by(town, opened, "1", town.representative)
    assert "拒签终止" in refused.value.sentence("zh")
    assert declined(town, opened, "3", town.engineer) == after


def test_a_party_that_others_can_stand_in_for_ends_nothing(town: Town) -> None:
    opened = two_steps(town)
    assert declined(town, opened, "1", town.engineer).state(NOW) is AgreementState.OPEN
    with pytest.raises(SlotDeclined):
        signed_by(town, opened, "1", town.engineer)
    assert signed_by(town, opened, "2", town.representative).state(NOW) is AgreementState.OPEN
    assert signed_by(town, opened, "3", town.representative).state(NOW) is AgreementState.COMPLETE


def test_nobody_declines_for_another_nor_what_is_signed(town: Town) -> None:
    opened = town.open()
    with pytest.raises(NotThisParty):
        declined(town, opened, "3", town.representative)
    signed_by(town, opened, "3", town.engineer)
    with pytest.raises(SlotSigned):
        declined(town, opened, "3", town.engineer)
    with pytest.raises(Refused):
        declined(town, opened, "1", town.representative, reason=" ")


def test_who_started_takes_back_what_nobody_has_signed(town: Town) -> None:
    opened = town.open()
    after = withdrawn(town, opened)
    assert (after.state(NOW), after.ended_reason) == (AgreementState.WITHDRAWN, "附件放错")
    assert withdrawn(town, opened) == after
    with pytest.raises(AgreementEnded):
        signed_by(town, opened, "1", town.representative)
    with pytest.raises(AgreementEnded):
        declined(town, opened, "1", town.representative)


def test_after_the_first_signature_nothing_is_taken_back(town: Town) -> None:
    opened = town.open()
    signed_by(town, opened, "1", town.representative)
    with pytest.raises(AgreementSigned):
        withdrawn(town, opened)


def test_only_who_started_it_takes_it_back_and_in_time(town: Town) -> None:
    opened = town.open()
    with town.database.transaction() as session, pytest.raises(AgreementUnknown):
        withdraw(session, opened.id, by=CONTRACTOR, reason="附件放错", keyring=town.keyring)
    town.clock.advance(timedelta(days=4))
    with pytest.raises(AgreementExpired):
        withdrawn(town, opened)
    with pytest.raises(AgreementExpired):
        declined(town, opened, "1", town.representative)
