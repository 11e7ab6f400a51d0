"""Where marks lie: what was chosen, what nobody chose, and what is refused."""

from dataclasses import replace
from itertools import pairwise

import pytest

from signing.agreement_drafting import SlotDraft
from signing.manifest import SlotKind
from signing.marks import Place
from signing.pdf import BoxOutsidePage
from signing.pdf_pages import Box, PageSize
from signing.perforation import PerforationNeedsPages, PerforationNeedsSeal, PerforationsTooMany
from signing.placement import MARGIN, MarksOverlap, check_layout, check_marked, lay_out
from signing.stamps import DATE_MARK, ORGANIZATION_STAMP, PERSON_STAMP, SEAL_DIAMETER

from .conftest import OWNER

PAGE = PageSize(left=0, bottom=0, width=595, height=842)
PERSON = SlotDraft(kind=SlotKind.PERSON, organization=OWNER, capacity_zh="建设单位", capacity_en="owner")
SEAL = replace(PERSON, kind=SlotKind.SEAL, capacity_zh="施工单位", capacity_en="contractor")
APPROVER = replace(PERSON, kind=SlotKind.APPROVER)


def box(place: Place, size: tuple[float, float]) -> Box:
    return Box(page=place.page, left=place.left, bottom=place.bottom, width=size[0], height=size[1])


def some(place: Place | None) -> tuple[Place, ...]:
    return () if place is None else (place,)


def test_marks_lie_where_they_were_put() -> None:
    place, date = Place(page=0, left=12, bottom=34), Place(page=1, left=56, bottom=78)
    (laid,) = lay_out((PAGE, PAGE), (replace(PERSON, places=(place,), dates=(date,)),))
    assert (laid.stamp, laid.date) == (box(place, PERSON_STAMP), box(date, DATE_MARK))


def test_stamps_without_a_place_begin_at_the_foot_of_the_last_page() -> None:
    (laid,) = lay_out((PAGE, PAGE), (SEAL,))
    assert laid.stamp == box(Place(page=1, left=int(MARGIN), bottom=int(MARGIN)), ORGANIZATION_STAMP)


def test_forty_stamps_do_not_cover_one_another() -> None:
    stamps = [laid.stamp for laid in lay_out((PAGE,) * 4, (SEAL,) * 40)]
    assert len(set(stamps)) == len(stamps)
    for stamp in stamps:
        assert stamp is not None
        assert stamp.left + stamp.width <= PAGE.width
        assert stamp.bottom + stamp.height <= PAGE.height


def test_a_stamp_that_nobody_placed_keeps_clear_of_those_that_were() -> None:
    placed = replace(SEAL, places=(Place(page=0, left=100, bottom=100),))
    free, chosen = lay_out((PAGE,), (PERSON, placed))
    assert free.stamp is not None
    assert chosen.stamp is not None
    assert not free.stamp.overlaps(chosen.stamp)


def test_who_only_approves_leaves_no_mark() -> None:
    (laid,) = lay_out((PAGE,), (replace(APPROVER, places=(Place(page=0, left=0, bottom=0),)),))
    assert laid.boxes == ()


@pytest.mark.parametrize(
    ("place", "date"),
    [
        (Place(page=1, left=0, bottom=0), None),
        (Place(page=0, left=595, bottom=0), None),
        (None, Place(page=0, left=0, bottom=830)),
        (None, Place(page=2, left=0, bottom=0)),
    ],
)
def test_a_mark_outside_the_pages_is_refused(place: Place | None, date: Place | None) -> None:
    with pytest.raises(BoxOutsidePage):
        check_layout((PAGE,), (replace(PERSON, places=some(place), dates=some(date)),))


def test_marks_that_overlap_are_refused_by_name() -> None:
    one = replace(PERSON, places=(Place(page=0, left=100, bottom=100),))
    other = replace(SEAL, dates=(Place(page=0, left=120, bottom=120),))
    with pytest.raises(MarksOverlap) as refused:
        check_layout((PAGE,), (one, other))
    assert "第 1 页上“建设单位”与“施工单位（日期）”的位置重叠" in refused.value.sentence("zh")


def test_marks_that_touch_do_not_overlap() -> None:
    width, _ = DATE_MARK
    one = replace(PERSON, dates=(Place(page=0, left=300, bottom=500),))
    other = replace(SEAL, dates=(Place(page=0, left=301 + int(width), bottom=500),))
    check_layout((PAGE,), (one, other))


@pytest.mark.parametrize(
    ("turned", "rectangle"),
    [(0, (17, 38, 27, 58)), (90, (550, 20, 570, 30)), (180, (578, 800, 588, 820)), (270, (35, 828, 55, 838))],
)
def test_a_box_on_a_turned_page_is_told_in_the_pages_own_coordinates(
    turned: int, rectangle: tuple[float, ...]
) -> None:
    width, height = (595, 842) if turned % 180 == 0 else (842, 595)
    page = PageSize(left=5, bottom=8, width=width, height=height, turned=turned)
    at = Box(page=0, left=12, bottom=30, width=10, height=20)
    assert page.rectangle(at) == rectangle


@pytest.mark.parametrize(
    ("pages", "groups"), [(2, [2]), (20, [20]), (21, [11, 10]), (41, [14, 14, 13]), (300, [20] * 15)]
)
def test_a_perforation_seal_is_whole_over_each_group_of_pages(pages: int, groups: list[int]) -> None:
    (laid,) = lay_out((PAGE,) * pages, (replace(SEAL, perforated=True),))
    assert [strip.box.page for strip in laid.strips] == list(range(pages))
    assert all(strip.box.left + strip.box.width == pytest.approx(PAGE.width) for strip in laid.strips)
    begins = [strip.box.page for strip in laid.strips if strip.offset == 0]
    assert [after - before for before, after in pairwise((*begins, pages))] == groups
    for count, begin in zip(groups, begins, strict=True):
        group = laid.strips[begin : begin + count]
        assert sum(strip.box.width for strip in group) == pytest.approx(SEAL_DIAMETER)
        for before, after in pairwise(group):
            assert after.offset == pytest.approx(before.offset + before.box.width)


def test_perforation_seals_lie_above_one_another() -> None:
    slots = [replace(SEAL, perforated=True, capacity_zh=f"单位{number}") for number in range(5)]
    check_layout((PAGE, PAGE), slots)
    with pytest.raises(PerforationsTooMany) as refused:
        check_layout((PAGE, PAGE), [*slots, *slots])
    assert "第 1 页的边缘放不下“单位0”的骑缝章" in refused.value.sentence("zh")


def test_a_document_of_one_page_takes_no_perforation_seal() -> None:
    with pytest.raises(PerforationNeedsPages) as refused:
        check_marked((1, 1), (replace(SEAL, perforated=True),))
    assert "文件只有 1 页" in refused.value.sentence("zh")


def test_a_person_sets_no_perforation_seal() -> None:
    with pytest.raises(PerforationNeedsSeal):
        check_marked((2,), (replace(PERSON, perforated=True),))


def test_a_mark_over_a_perforation_seal_is_refused_by_name() -> None:
    at_the_edge = replace(PERSON, dates=(Place(page=1, left=490, bottom=420),))
    with pytest.raises(MarksOverlap) as refused:
        check_layout((PAGE, PAGE), (at_the_edge, replace(SEAL, perforated=True)))
    assert "第 2 页上“建设单位（日期）”与“施工单位（骑缝章）”" in refused.value.sentence("zh")
