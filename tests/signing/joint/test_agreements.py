from datetime import timedelta

import pytest

from evidence.identifiers import CitizenNumber
from identity.members import Position, appoint
from identity.people import register_person
from signing import documents
from signing.agreement_drafting import (
    AgreementEndsInThePast,
    SlotCountWrong,
    SlotPersonWrong,
    SlotRepeated,
)
from signing.agreements import AgreementState, agreements_of
from signing.inbox import agreements_for
from signing.pdf_document import DocumentBroken
from signing.typesetting import GlyphMissing

from .conftest import CONTRACTOR, DESIGNER, NOW, OWNER, Town
from .small_pdf import small_pdf


def test_an_agreement_opens_with_a_manifest_of_its_document_and_slots(town: Town) -> None:
    opened = town.open()
    manifest = opened.manifest
    assert manifest.documents == opened.documents
    assert [slot.organization for slot in manifest.slots] == [OWNER, CONTRACTOR, DESIGNER]
    assert opened.state(NOW) is AgreementState.OPEN


def test_two_agreements_over_one_document_have_different_manifests(town: Town) -> None:
    assert town.open().manifest_digest != town.open().manifest_digest


def test_the_manifest_names_no_person(town: Town) -> None:
    manifest = town.open().manifest_bytes
    assert "林知远".encode() not in manifest
    assert town.engineer.id.bytes not in manifest


def test_an_agreement_expires_when_its_time_ends(town: Town) -> None:
    opened = town.open()
    assert opened.state(opened.expires_at) is AgreementState.EXPIRED


def test_an_agreement_that_ends_in_the_past_is_refused(town: Town) -> None:
    with pytest.raises(AgreementEndsInThePast):
        town.open(expires_at=NOW - timedelta(seconds=1))


def test_an_agreement_without_slots_is_refused(town: Town) -> None:
    with pytest.raises(SlotCountWrong):
        town.open(slots=())


def test_the_same_slot_twice_is_refused(town: Town) -> None:
    with pytest.raises(SlotRepeated):
        town.open(slots=(town.slots()[0], town.slots()[0]))


def test_a_person_who_does_not_act_for_the_organization_is_refused(town: Town) -> None:
    stranger = town.person_slot(CONTRACTOR, "施工单位", "contractor", town.engineer.id)
    with pytest.raises(SlotPersonWrong):
        town.open(slots=(stranger,))


def test_a_capacity_that_the_stamp_cannot_show_is_refused_at_once(town: Town) -> None:
    unseen = town.person_slot(DESIGNER, "设计单位\U00020bb7\U0002f800", "designer", town.engineer.id)
    with pytest.raises(GlyphMissing) as refused:
        town.open(slots=(unseen,))
    assert "规范汉字" in refused.value.sentence("zh")


def test_a_name_that_the_stamp_cannot_show_is_refused_at_once_with_its_character(town: Town) -> None:
    with town.database.transaction() as session:
        number = CitizenNumber.parse("110105194912310038")
        rare = register_person(session, name="林\U00020bb7", citizen_number=number, clock=town.clock)
        appoint(session, uscc=DESIGNER, person=rare.id, position=Position.ENGINEER, clock=town.clock)
    with pytest.raises(GlyphMissing) as refused:
        town.open(slots=(town.person_slot(DESIGNER, "设计单位", "designer", rare.id),))
    assert refused.value.facts == {"character": "\U00020bb7", "code_point": "U+20BB7"}
    assert "“\U00020bb7”（U+20BB7）" in refused.value.sentence("zh")


def test_a_broken_pdf_is_refused_and_nothing_is_frozen(town: Town) -> None:
    with pytest.raises(DocumentBroken):
        town.open(content=b"%PDF-1.7 cut off")


def test_who_freezes_the_same_bytes_again_learns_no_name_but_its_own(town: Town) -> None:
    with town.database.transaction() as session:
        first = documents.freeze(session, town.store, small_pdf(), name="甲.pdf", clock=town.clock)
        again = documents.freeze(session, town.store, small_pdf(), name="乙.pdf", clock=town.clock)
    assert (again.digest, again.name) == (first.digest, "乙.pdf")


def test_parties_and_named_persons_find_their_agreements(town: Town) -> None:
    opened = town.open()
    with town.database.transaction() as session:
        assert agreements_of(session, CONTRACTOR) == (opened,)
        assert agreements_for(session, town.engineer.id) == (opened,)
        assert agreements_for(session, town.keeper.id) == ()
