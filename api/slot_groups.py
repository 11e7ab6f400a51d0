"""The steps and groups of a new agreement, as a form sends them.

A slot says in which step it comes and, where not all of a step must sign, the name of its group; how many of
a group suffice is said beside. Slots of one step without a group must all be filled.

    groups, ids = grouped(read_slots(slots), read_needs('{"A": 1}'))
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from api.slot_forms import SlotAsked
from evidence.errors import Invalid, Term
from signing.agreement_drafting import GroupsWrong
from signing.groups import Group

_NEEDS = TypeAdapter(dict[str, int])


class NeedsMalformed(Invalid):
    """What is sent for the groups is not an object of names and numbers."""

    code = "needs-malformed"
    zh = "各组需签的人数格式不对；请重新填写。"
    en = "How many of each group suffice is malformed; fill it in again."


def read_needs(text: str) -> dict[str, int]:
    """Read how many slots of each named group suffice.

    Raises:
        NeedsMalformed: it is not what the page sends.
    """
    try:
        return _NEEDS.validate_json(text)
    except ValidationError:
        raise NeedsMalformed from None


def grouped(
    asked: Sequence[SlotAsked], needs: Mapping[str, int]
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """Give the groups, and the id of each slot's group in the order of the slots.

    Raises:
        GroupsWrong: a group lies in two steps, or how many suffice is said of a group that nobody is in.
    """
    strange = sorted(set(needs) - {each.group for each in asked})
    if strange:
        zh, en = f"没有 {strange[0]} 组的签署位", f"no slot is in group {strange[0]}"
        raise GroupsWrong(reason=Term(zh, en))
    ids = tuple(each.group or str(each.step) for each in asked)
    steps: dict[str, int] = {}
    for each, id_ in zip(asked, ids, strict=True):
        if steps.setdefault(id_, each.step) != each.step:
            zh, en = f"{id_} 组的签署位不在同一步", f"the slots of group {id_} are in different steps"
            raise GroupsWrong(reason=Term(zh, en))
    sizes = Counter(ids)
    return tuple(
        Group(id=id_, step=step, need=needs.get(id_, sizes[id_])) for id_, step in steps.items()
    ), ids
