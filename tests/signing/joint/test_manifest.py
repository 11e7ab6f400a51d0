from datetime import UTC, datetime
from uuid import UUID

import pytest

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.identifiers import Uscc
from signing.manifest import FIRST_SCHEMA, Group, Manifest, ManifestMalformed, ManifestSlot, Place, SlotKind
from signing.pdf_pages import PageSize
from signing.placement import MARGIN, box_for
from signing.stamps import ORGANIZATION_STAMP, Stamp

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
            place=Place(page=1, left=40, bottom=60),
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
STAMP = Stamp(b"", *ORGANIZATION_STAMP)
PAGE = PageSize(left=0, bottom=0, width=595, height=842)


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
    bare = [{key: item for key, item in slot.items() if key != "group"} for slot in slots]
    first = {**value, "schema": FIRST_SCHEMA, "policy": "all", "slots": bare}
    assert Manifest.decode(canonical.encode(first)) == MANIFEST
    with pytest.raises(ManifestMalformed):
        Manifest.decode(canonical.encode({**first, "policy": "any"}))


def test_a_stamp_goes_to_its_chosen_place() -> None:
    box = box_for((PAGE, PAGE), STAMP, place=Place(page=0, left=12, bottom=34), position=5)
    assert (box.page, box.left, box.bottom) == (0, 12, 34)


def test_stamps_without_a_place_begin_at_the_foot_of_the_last_page() -> None:
    box = box_for((PAGE, PAGE), STAMP, place=None, position=0)
    assert (box.page, box.left, box.bottom) == (1, MARGIN, MARGIN)


def test_forty_stamps_do_not_cover_one_another() -> None:
    boxes = [box_for((PAGE,) * 4, STAMP, place=None, position=position) for position in range(40)]
    assert len({(box.page, box.left, box.bottom) for box in boxes}) == len(boxes)
    assert all(box.left + box.width <= PAGE.width and box.bottom + box.height <= PAGE.height for box in boxes)
