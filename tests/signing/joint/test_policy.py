"""When an agreement is complete, and whose turn it is."""

from datetime import UTC, datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.digest import sha256
from evidence.identifiers import Uscc
from signing.groups import Group
from signing.manifest import Manifest, ManifestSlot, SlotKind
from signing.policy import (
    NotYetThisTurn,
    SlotNotNeeded,
    check_turn,
    complete,
    lost,
    step_now,
    wanted,
)

OWNER = Uscc.parse("91990100MA0DM00178")


def manifest(*groups: tuple[int, int, int]) -> Manifest:
    """Each group by its step, the slots it has and those it needs; slots are called 1a, 1b, 2a, …"""
    slots = [
        (f"{number}{letter}", str(number))
        for number, (_, size, _) in enumerate(groups, start=1)
        for letter in "abcdef"[:size]
    ]
    return Manifest(
        agreement=UUID(int=7),
        title="施工许可联合申请",
        documents=(sha256(b"document"),),
        slots=tuple(
            ManifestSlot(
                id=id_,
                group=group,
                kind=SlotKind.PERSON,
                organization=OWNER,
                capacity_zh=f"第{id_}位",
                capacity_en=f"party {id_}",
                person=bytes(32),
            )
            for id_, group in slots
        ),
        groups=tuple(
            Group(id=str(number), step=step, need=need)
            for number, (step, _, need) in enumerate(groups, start=1)
        ),
        expires_at=datetime(2026, 5, 5, 8, 0, tzinfo=UTC),
    )


MIXED = manifest((1, 2, 2), (1, 3, 1), (2, 3, 2), (3, 1, 1))


def test_all_of_a_step_may_sign_at_once() -> None:
    assert wanted(MIXED, signed=frozenset()) == {"1a", "1b", "2a", "2b", "2c"}


def test_a_group_that_has_enough_wants_no_more() -> None:
    assert wanted(MIXED, signed={"2b"}) == {"1a", "1b"}
    with pytest.raises(SlotNotNeeded):
        check_turn(MIXED, "2a", signed={"2b"})


def test_the_next_step_opens_when_every_group_before_it_is_satisfied() -> None:
    assert wanted(MIXED, signed={"1a", "1b"}) == {"2a", "2b", "2c"}
    assert wanted(MIXED, signed={"1a", "1b", "2c"}) == {"3a", "3b", "3c"}
    with pytest.raises(NotYetThisTurn) as refused:
        check_turn(MIXED, "4a", signed={"1a", "1b", "2c", "3a"})
    assert "第3b位、第3c位" in refused.value.sentence("zh")


def test_some_of_a_group_suffice() -> None:
    enough = {"1a", "1b", "2a", "3a", "3c", "4a"}
    assert complete(MIXED, signed=enough)
    assert not any(complete(MIXED, signed=enough - {one}) for one in enough)


def test_an_agreement_is_lost_when_a_group_lacks_people() -> None:
    assert not lost(MIXED, declined={"2a", "2b", "3a"})
    assert lost(MIXED, declined={"2a", "2b", "2c"})
    assert lost(MIXED, declined={"3a", "3b"})
    assert lost(MIXED, declined={"1b"})


GROUPS = st.lists(
    st.integers(1, 3).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))),
    min_size=1,
    max_size=4,
)


@given(groups=GROUPS, steps=st.lists(st.booleans(), min_size=4, max_size=4), data=st.data())
def test_who_always_takes_a_wanted_slot_comes_to_an_end(
    groups: list[tuple[int, int]], steps: list[bool], data: st.DataObject
) -> None:
    """Complete exactly when nothing is wanted; no step is taken before its time, none twice."""
    step, shaped = 1, []
    for (size, need), further in zip(groups, steps, strict=False):
        shaped.append((step, size, need))
        step += further
    made = manifest(*shaped)
    signed: frozenset[str] = frozenset()
    last = 0
    while open_ := wanted(made, signed=signed):
        now = step_now(made, signed=signed)
        assert now is not None
        assert now >= last
        last = now
        chosen = data.draw(st.sampled_from(sorted(open_)))
        check_turn(made, chosen, signed=signed)
        assert not complete(made, signed=signed)
        signed |= {chosen}
    assert complete(made, signed=signed)
    assert len(signed) == sum(need for _, _, need in shaped)


def test_complete_and_lost_exclude_one_another() -> None:
    ids = [slot.id for slot in MIXED.slots]
    for count in range(len(ids) + 1):
        for chosen in combinations(ids, count):
            others = frozenset(ids) - set(chosen)
            assert complete(MIXED, signed=set(chosen)) != lost(MIXED, declined=others)
