"""When an agreement is complete and whose turn it is, by the groups of its manifest. Pure.

    groups of step 1 ─ all satisfied ─ groups of step 2 ─ … ─ all satisfied: complete

The slots of a group are filled in any order, at once; a group is satisfied when as many are filled as it
needs: all of them (会签), one (或签), or some number between. A step opens when every group of the steps
before it is satisfied. A group that too many have declined can be satisfied no more, and with it the
agreement.

    check_turn(manifest, "2", signed={"1"})
    complete(manifest, signed={"1", "2"})
    lost(manifest, declined={"3"})
"""

from collections.abc import Set as AbstractSet

from evidence.errors import Refused, Term
from signing.groups import Group
from signing.manifest import Manifest, ManifestSlot


class NotYetThisTurn(Refused):
    """Slots of an earlier step come first."""

    code = "not-yet-this-turn"
    zh = "还没有轮到签署位“{capacity}”，须待前一步（{waiting}）签够。轮到时会通知您。"
    en = "It is not the turn of “{capacity}” yet; the step before comes first ({waiting}). You will be told."


class SlotNotNeeded(Refused):
    """The group of the slot has all the signatures that it needs."""

    code = "slot-not-needed"
    zh = "签署位“{capacity}”所在的一组已签满所需的 {need} 位，无需再签。"
    en = "The group of “{capacity}” has the {need} signatures that it needs; there is nothing left to sign."


def satisfied(manifest: Manifest, group: Group, *, signed: AbstractSet[str]) -> bool:
    """Whether ``group`` has as many of its slots in ``signed`` as it needs."""
    return len(_ids(manifest, group) & signed) >= group.need


def complete(manifest: Manifest, *, signed: AbstractSet[str]) -> bool:
    """Whether every group is satisfied."""
    return all(satisfied(manifest, group, signed=signed) for group in manifest.groups)


def step_now(manifest: Manifest, *, signed: AbstractSet[str]) -> int | None:
    """The step whose slots may be filled now; None when the agreement is complete."""
    open_ = [group.step for group in manifest.groups if not satisfied(manifest, group, signed=signed)]
    return min(open_, default=None)


def wanted(manifest: Manifest, *, signed: AbstractSet[str]) -> frozenset[str]:
    """The slots that may be filled now: not filled, of this step, of a group that needs more."""
    step = step_now(manifest, signed=signed)
    groups = [
        group
        for group in manifest.groups
        if group.step == step and not satisfied(manifest, group, signed=signed)
    ]
    return frozenset(id_ for group in groups for id_ in _ids(manifest, group) - signed)


def lost(manifest: Manifest, *, declined: AbstractSet[str]) -> bool:
    """Whether so many declined that some group can never be satisfied."""
    return any(len(_ids(manifest, group) - declined) < group.need for group in manifest.groups)


def check_turn(manifest: Manifest, slot_id: str, *, signed: AbstractSet[str]) -> None:
    """Check that the slot ``slot_id``, which is not filled, may be filled now.

    Raises:
        SlotNotNeeded: its group has what it needs.
        NotYetThisTurn: an earlier step is not done.
    """
    check_needed(manifest, slot_id, signed=signed)
    slot = manifest.slot(slot_id)
    group = manifest.group(slot.group)
    if group.step != step_now(manifest, signed=signed):
        first = wanted(manifest, signed=signed)
        raise NotYetThisTurn(
            capacity=_capacity(slot), waiting=_together([one for one in manifest.slots if one.id in first])
        )


def check_needed(manifest: Manifest, slot_id: str, *, signed: AbstractSet[str]) -> None:
    """Check that the group of the slot ``slot_id`` needs more.

    Raises:
        SlotNotNeeded: it has what it needs.
    """
    slot = manifest.slot(slot_id)
    group = manifest.group(slot.group)
    if satisfied(manifest, group, signed=signed):
        raise SlotNotNeeded(capacity=_capacity(slot), need=group.need)


def _ids(manifest: Manifest, group: Group) -> frozenset[str]:
    return frozenset(slot.id for slot in manifest.slots if slot.group == group.id)


def _capacity(slot: ManifestSlot) -> Term:
    return Term(slot.capacity_zh, slot.capacity_en)


def _together(slots: list[ManifestSlot]) -> Term:
    return Term("、".join(slot.capacity_zh for slot in slots), ", ".join(slot.capacity_en for slot in slots))
