"""In which capacities parties of a construction project sign, as data; the form offers these.

The parts are those of 建筑工程施工许可管理办法: owner, contractor, design, supervision and survey.
"""

from dataclasses import dataclass

from signing.manifest import SlotKind


@dataclass(frozen=True)
class Part:
    """A part in the project; ``field`` is the line of a construction permit that names it."""

    code: str
    zh: str
    en: str
    field: str


@dataclass(frozen=True)
class Capacity:
    """What a party signs as; ``person_field`` is the line of a permit that names the person."""

    code: str
    kind: SlotKind
    part: Part
    zh: str
    en: str
    person_field: str | None = None


OWNER = Part("owner", "建设单位", "owner", "owner")
CONTRACTOR = Part("contractor", "施工单位", "contractor", "contractor")
DESIGN = Part("design", "设计单位", "design institute", "design_institute")
SUPERVISION = Part("supervision", "监理单位", "supervisor", "supervisor")
SURVEY = Part("survey", "勘察单位", "surveyor", "surveyor")
PARTS = (OWNER, CONTRACTOR, DESIGN, SUPERVISION, SURVEY)

_LEADERS = {
    CONTRACTOR: ("施工单位项目负责人", "site manager", "site_manager"),
    DESIGN: ("设计单位项目负责人", "design leader", "design_leader"),
    SUPERVISION: ("总监理工程师", "chief supervisor", "chief_supervisor"),
    SURVEY: ("勘察单位项目负责人", "survey leader", None),
}


def _of(part: Part) -> tuple[Capacity, ...]:
    seal = Capacity(f"{part.code}-seal", SlotKind.SEAL, part, f"{part.zh}（盖章）", f"{part.en} (seal)")
    representative = Capacity(
        f"{part.code}-representative",
        SlotKind.PERSON,
        part,
        f"{part.zh}代表",
        f"{part.en}'s representative",
    )
    legal = Capacity(
        f"{part.code}-legal",
        SlotKind.REPRESENTATIVE,
        part,
        f"{part.zh}法定代表人",
        f"{part.en}'s legal representative",
    )
    approver = Capacity(
        f"{part.code}-approver", SlotKind.APPROVER, part, f"{part.zh}审核人", f"{part.en}'s approver"
    )
    if part not in _LEADERS:
        return representative, legal, seal, approver
    zh, en, field = _LEADERS[part]
    leader = Capacity(f"{part.code}-leader", SlotKind.PERSON, part, zh, en, field)
    stamp = Capacity(
        f"{part.code}-stamp",
        SlotKind.QUALIFICATION,
        part,
        f"{zh}（执业印章）",
        f"{en} (qualification stamp)",
    )
    return leader, stamp, representative, legal, seal, approver


CAPACITIES = tuple(capacity for part in PARTS for capacity in _of(part))


def capacity_of(zh: str) -> Capacity | None:
    """Return the capacity that is called ``zh``, else None: parties may have been given another."""
    return next((capacity for capacity in CAPACITIES if capacity.zh == zh), None)
