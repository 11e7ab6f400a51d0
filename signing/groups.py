"""Groups of slots: which steps an agreement is signed in, and how many of a group suffice.

reason = misfit((Group(id=ONLY, step=1, need=2),), ["1", "1"])      # None: they fit
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import Term

ONLY = "1"
"""The group of all slots where nobody asked for another."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Slots that are filled in any order, in step ``step`` from 1; ``need`` of them satisfy it."""

    id: str
    step: int
    need: int


def misfit(groups: Sequence[Group], of_slots: Sequence[str]) -> Term | None:
    """Say why ``groups`` do not fit the slots, of which ``of_slots`` names each one's group; None if they do.

    Each group has slots enough, each slot has its group, and no step is left out.
    """
    sizes, steps = Counter(of_slots), sorted({group.step for group in groups})
    if sorted(group.id for group in groups) != sorted(sizes):
        return Term("有的组没有签署位，或签署位不属于任何组", "groups and slots do not match")
    if steps != list(range(1, len(steps) + 1)):
        return Term("步骤须从 1 起连续编号", "steps are numbered from 1 without a gap")
    for group in groups:
        size, need = sizes[group.id], group.need
        if not 1 <= need <= size:
            zh = f"{group.id} 组有 {size} 位，却要求签 {need} 位"
            return Term(zh, f"group {group.id} has {size} slots and needs {need}")
    return None
