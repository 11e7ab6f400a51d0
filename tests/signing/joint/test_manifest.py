from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.identifiers import Uscc
from signing.groups import Group
from signing.manifest import (
    FIRST_SCHEMA,
    FOURTH_SCHEMA,
    SECOND_SCHEMA,
    THIRD_SCHEMA,
    Manifest,
    ManifestMalformed,
    ManifestSlot,
    SlotKind,
)
from signing.marks import Place, TextField

MANIFEST = Manifest(
    agreement=UUID(int=7),
    title="施工许可联合申请",
    documents=(sha256(b"document"),),
    slots=(
        ManifestSlot(
            id="1",
            kind=SlotKind.PERSON,
            organization=Uscc.parse("91990100MA0DM00178"),
            capacity_zh="建设单位",
            capacity_en="owner",
            person=bytes(32),
            places=(Place(page=1, left=40, bottom=60),),
        ),
        ManifestSlot(
            id="2",
            kind=SlotKind.SEAL,
            organization=Uscc.parse("91990100MA0DM1028K"),
            capacity_zh="施工单位",
            capacity_en="contractor",
        ),
    ),
    groups=(Group(id="1", step=1, need=2),),
    expires_at=datetime(2026, 5, 5, 8, 0, tzinfo=UTC),
)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert Manifest.decode(MANIFEST.encode()) == MANIFEST


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\xff",
        canonical.encode("text"),
        canonical.encode({"schema": "another/1"}),
        MANIFEST.encode()[:-1],
    ],
)
def test_bytes_that_are_no_manifest_are_refused(encoded: bytes) -> None:
    with pytest.raises(ManifestMalformed):
        Manifest.decode(encoded)


@pytest.mark.parametrize("member", ["agreement", "title", "documents", "slots", "groups", "expires_at"])
def test_a_manifest_that_lacks_a_member_is_refused(member: str) -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    left = {key: item for key, item in value.items() if key != member}
    with pytest.raises(ManifestMalformed):
        Manifest.decode(canonical.encode(left))


def without(slot: Value, *names: str) -> Value:
    assert isinstance(slot, dict)
    return {key: item for key, item in slot.items() if key not in names}


def older(slot: Value, *names: str, numbered: bool = False) -> Value:
    """The slot without what these schemas lack; its one place names no document before the fourth."""
    left = without(slot, "texts", *(f"{name}s" for name in names if name == "date"), *names)
    assert isinstance(left, dict)
    for name in ("place", "date"):
        places = left.pop(f"{name}s", None)
        if isinstance(places, list):
            place = places[0] if places else None
            left[name] = place[not numbered :] if isinstance(place, list) else None
    return left


def unnamed(**members: Value) -> bytes:
    value = canonical.decode(changed(**members))
    assert isinstance(value, dict)
    return canonical.encode({name: member for name, member in value.items() if name != "names"})


def changed(**members: Value) -> bytes:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    return canonical.encode({**value, **members})


@pytest.mark.parametrize(
    "groups",
    [
        [],
        "1",
        [["1", 1]],
        [["1", 1, "2"]],
        [["1", 2, 2]],
        [["1", 1, 0]],
        [["1", 1, 3]],
        [["2", 1, 2]],
        [["1", 1, 2], ["2", 2, 1]],
        [["1", 1, 2], ["1", 1, 2]],
    ],
)
def test_groups_that_fit_no_slots_are_refused(groups: Value) -> None:
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(groups=groups))


def test_a_manifest_of_the_first_schema_needs_every_slot() -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    slots = value.pop("slots")
    del value["groups"]
    assert isinstance(slots, list)
    del value["names"]
    bare = [older(slot, "group", "date", "perforated") for slot in slots]
    first = {**value, "schema": FIRST_SCHEMA, "policy": "all", "slots": bare}
    assert Manifest.decode(canonical.encode(first)) == MANIFEST
    with pytest.raises(ManifestMalformed):
        Manifest.decode(canonical.encode({**first, "policy": "any"}))


def test_a_manifest_of_the_second_schema_has_stamps_only() -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    assert isinstance(value["slots"], list)
    slots: list[Value] = [older(slot, "date", "perforated") for slot in value["slots"]]
    assert Manifest.decode(unnamed(schema=SECOND_SCHEMA, slots=slots)) == MANIFEST
    with pytest.raises(ManifestMalformed):
        Manifest.decode(unnamed(schema=SECOND_SCHEMA))
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(slots=slots))


def test_a_manifest_of_the_third_schema_has_one_document_that_no_place_names() -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    assert isinstance(value["slots"], list)
    slots: list[Value] = [older(slot) for slot in value["slots"]]
    assert Manifest.decode(unnamed(schema=THIRD_SCHEMA, slots=slots)) == MANIFEST
    two: list[Value] = [sha256(b"document").value, sha256(b"annex").value]
    for wrong in (
        unnamed(schema=THIRD_SCHEMA),
        changed(schema=THIRD_SCHEMA, slots=slots),
        unnamed(schema=THIRD_SCHEMA, slots=slots, documents=two),
    ):
        with pytest.raises(ManifestMalformed):
            Manifest.decode(wrong)


def test_a_manifest_of_the_fourth_schema_has_one_place_for_all_documents_and_no_texts() -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    assert isinstance(value["slots"], list)
    slots: list[Value] = [older(slot, numbered=True) for slot in value["slots"]]
    assert Manifest.decode(changed(schema=FOURTH_SCHEMA, slots=slots)) == MANIFEST
    texted: list[Value] = [{**slot, "texts": []} for slot in slots if isinstance(slot, dict)]
    for wrong in (changed(schema=FOURTH_SCHEMA), changed(slots=slots)):
        with pytest.raises(ManifestMalformed):
            Manifest.decode(wrong)
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(schema=FOURTH_SCHEMA, slots=texted))


def test_a_slot_has_a_stamp_and_a_date_on_each_document() -> None:
    documents = (sha256(b"document"), sha256(b"annex"))
    on_each = tuple(Place(document=number, page=0, left=40, bottom=60) for number in range(2))
    placed = replace(MANIFEST.slots[1], places=on_each, dates=on_each[1:])
    manifest = replace(MANIFEST, documents=documents, slots=(MANIFEST.slots[0], placed))
    assert Manifest.decode(manifest.encode()) == manifest
    twice = replace(manifest, slots=(replace(placed, places=on_each[:1] * 2),))
    with pytest.raises(ManifestMalformed):
        Manifest.decode(twice.encode())


def test_what_a_party_is_to_write_is_part_of_what_is_signed() -> None:
    telephone = TextField(label="联系电话", width=160, place=Place(page=0, left=60, bottom=300))
    asked = replace(MANIFEST, slots=(replace(MANIFEST.slots[0], texts=(telephone,)), MANIFEST.slots[1]))
    assert Manifest.decode(asked.encode()) == asked
    for other in ("label", "width", "place"):
        altered = {"label": "手机", "width": 161, "place": Place(page=0, left=61, bottom=300)}[other]
        changed_ = replace(telephone, **{other: altered})  # type: ignore[arg-type]  # of its own type each
        slots = (replace(MANIFEST.slots[0], texts=(changed_,)), MANIFEST.slots[1])
        assert replace(MANIFEST, slots=slots).digest != asked.digest


@pytest.mark.parametrize(
    "texts",
    [
        None,
        "联系电话",
        ["联系电话"],
        [["联系电话", 160]],
        [["", 160, [0, 0, 60, 300]]],
        [["联系电话", 0, [0, 0, 60, 300]]],
        [["联系电话", "160", [0, 0, 60, 300]]],
        [["联系电话", 160, [0, 60, 300]]],
        [["联系电话", 160, [1, 0, 60, 300]]],
        [["联系电话", True, [0, 0, 60, 300]]],
        [["联系电话", 160, [False, False, True, True]]],
    ],
)
def test_text_fields_that_are_none_are_refused(texts: Value) -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    assert isinstance(value["slots"], list)
    slots: list[Value] = [{**slot, "texts": texts} for slot in value["slots"] if isinstance(slot, dict)]
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(slots=slots))


def test_several_documents_have_their_names_and_bear_the_marks() -> None:
    documents = (sha256(b"document"), sha256(b"annex"))
    placed = replace(MANIFEST.slots[1], places=(Place(document=1, page=0, left=40, bottom=60),))
    manifest = replace(
        MANIFEST, documents=documents, names=("合同.pdf", "附件.pdf"), slots=(MANIFEST.slots[0], placed)
    )
    assert Manifest.decode(manifest.encode()) == manifest
    for wrong in (
        replace(manifest, documents=()),
        replace(manifest, documents=(documents[0], documents[0])),
        replace(manifest, names=("合同.pdf",)),
        replace(manifest, documents=documents[:1], names=()),
        replace(
            manifest,
            slots=(replace(placed, places=(), dates=(Place(document=-1, page=0, left=0, bottom=0),)),),
        ),
    ):
        with pytest.raises(ManifestMalformed):
            Manifest.decode(wrong.encode())
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(names=[b"\x00"]))


def test_a_date_that_stands_apart_is_part_of_what_is_signed() -> None:
    dated = replace(MANIFEST.slots[0], dates=(Place(page=0, left=300, bottom=400),))
    manifest = replace(MANIFEST, slots=(dated, MANIFEST.slots[1]))
    assert Manifest.decode(manifest.encode()) == manifest
    assert manifest.digest != MANIFEST.digest


@pytest.mark.parametrize("perforated", [None, 1, "yes"])
def test_whether_a_seal_is_perforated_is_said_by_yes_or_no(perforated: Value) -> None:
    value = canonical.decode(MANIFEST.encode())
    assert isinstance(value, dict)
    assert isinstance(value["slots"], list)
    slots: list[Value] = [
        {**slot, "perforated": perforated} for slot in value["slots"] if isinstance(slot, dict)
    ]
    with pytest.raises(ManifestMalformed):
        Manifest.decode(changed(slots=slots))
