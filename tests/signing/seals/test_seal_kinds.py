"""Several seals of one organization: each slot asks for one of them, and the paper shows which."""

import subprocess

import pytest

from identity.members import NotInPosition, Position, dismiss
from identity.names import TextEmpty, TextTooLong
from signing.agreement_drafting import SealMisplaced, SlotDraft
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.manifest import Manifest, SlotKind
from signing.seal_changes import SealExists, make_seal
from signing.seal_kinds import COMPANY_SEAL, DepartmentMisplaced, SealKind, SealMark
from signing.seal_states import SealAction
from signing.seals import SealMissing, SealSuspended, seal_of, seals_of
from signing.slot_parties import expected
from tests.signing.joint.conftest import CONTRACTOR, Town

CONTRACT = SealMark(SealKind.CONTRACT)
ENGINEERING = SealMark(SealKind.DEPARTMENT, "工程部")


def opened(town: Town, *marks: SealMark) -> Agreement:
    return town.open(
        slots=tuple(
            SlotDraft(
                kind=SlotKind.SEAL,
                organization=CONTRACTOR,
                capacity_zh="施工单位",
                capacity_en="contractor",
                mark=mark,
            )
            for mark in marks
        )
    )


def test_an_organization_has_a_seal_of_each_kind_and_for_each_department(town: Town) -> None:
    marks = [COMPANY_SEAL, *(SealMark(kind) for kind in (SealKind.CONTRACT, SealKind.FINANCE)), ENGINEERING]
    marks.append(SealMark(SealKind.DEPARTMENT, "质安部"))
    for mark in marks:
        town.make_seal(mark)
        with pytest.raises(SealExists):
            town.make_seal(mark)
    with town.database.transaction() as session:
        assert {each.mark for each in seals_of(session, CONTRACTOR)} == set(marks)


def test_a_slot_is_sealed_with_the_seal_that_it_asks_for(town: Town) -> None:
    company = town.seal()
    asked = opened(town, COMPANY_SEAL, CONTRACT)
    with pytest.raises(SealMissing) as refused:
        town.sign(asked, "2")
    assert "合同专用章" in refused.value.sentence("zh")
    contract = town.seal(CONTRACT, filing_number="9901000012346")
    town.change_seal(company, SealAction.SUSPEND)
    assert town.sign(asked, "2").seal == contract.id
    with pytest.raises(SealSuspended):
        town.sign(asked, "1")


def test_the_stamp_bears_the_caption_of_its_seal(town: Town) -> None:
    town.seal(CONTRACT)
    town.seal(ENGINEERING, filing_number="9901000012346")
    asked = opened(town, CONTRACT, ENGINEERING)
    for slot in ("1", "2"):
        town.sign(asked, slot)
    assemble(town.database, asked.id, workshop=town.workshop)
    (result,) = town.read(asked.id).results
    shown = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=town.store.get(result), check=True, capture_output=True
    ).stdout.decode()
    assert "合同专用章" in shown
    assert "工程部" in shown


def test_the_manifest_names_the_seal_and_is_read_back(town: Town) -> None:
    asked = opened(town, COMPANY_SEAL, CONTRACT, ENGINEERING)
    assert [slot.mark for slot in Manifest.decode(asked.manifest_bytes).slots] == [
        COMPANY_SEAL,
        CONTRACT,
        ENGINEERING,
    ]
    assert asked.manifest_bytes.count(b"company") == 0


@pytest.mark.parametrize("mark", [CONTRACT, ENGINEERING, SealMark(SealKind.COMPANY, "工程部")])
def test_no_seal_is_named_for_a_slot_that_is_not_sealed(town: Town, mark: SealMark) -> None:
    first = town.slots()[0]
    with pytest.raises((SealMisplaced, DepartmentMisplaced)):
        town.open(slots=(SlotDraft(**{**vars(first), "mark": mark}),))


@pytest.mark.parametrize(
    ("mark", "refusal"),
    [
        (SealMark(SealKind.COMPANY, "工程部"), DepartmentMisplaced),
        (SealMark(SealKind.DEPARTMENT), TextEmpty),
        (SealMark(SealKind.DEPARTMENT, "工程质量安全监督部"), TextTooLong),
    ],
)
def test_a_department_is_named_where_it_should_be(
    town: Town, mark: SealMark, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        town.make_seal(mark)


def test_without_a_keeper_the_legal_representative_keeps_the_seal(town: Town) -> None:
    with town.database.transaction() as session:
        made = make_seal(session, organization=CONTRACTOR, by=town.director.id, keyring=town.keyring)
    town.change_seal(made, SealAction.FILE, filing_number="9901000012345")
    town.change_seal(made, SealAction.START)
    asked = opened(town, COMPANY_SEAL)
    with town.database.transaction() as session:
        assert expected(session, asked.slot("1")) == town.director.id
        dismiss(
            session,
            uscc=CONTRACTOR,
            person=town.director.id,
            position=Position.LEGAL_REPRESENTATIVE,
            clock=town.clock,
        )
        assert expected(session, asked.slot("1")) is None
        assert seal_of(session, CONTRACTOR, COMPANY_SEAL) is not None
    with pytest.raises(NotInPosition):
        town.change_seal(made, SealAction.REINSTATE)
