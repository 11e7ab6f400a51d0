"""The ready document of the demonstration: a joint application over an invented project.

A newcomer needs no PDF of their own: the parties that were chosen are set into the form, each with a place
for its stamp.

    rendered = ready_application(typesetter, parties, at=clock.now())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api import capacities
from api.capacities import capacity_of
from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, OWNER, OWNERS_REPRESENTATIVE
from evidence.identifiers import Uscc
from signing.agreement_drafting import MOST_SLOTS, SlotCountWrong
from signing.joint_application import (
    JointApplication,
    SigningPlace,
    TakingPart,
    render_joint_application,
)
from signing.manifest import SlotKind
from signing.marks import Place
from signing.placement import stamp_size
from signing.rendering import PrintedField
from signing.stamps import ORGANIZATION_STAMP
from signing.typesetting import Typesetter

NAME = "示范施工许可联合申请表.pdf"
PROJECT = "示范市滨河社区活动中心"
TITLE = f"{PROJECT}施工许可联合申请"

FACTS = {
    "project_name": PROJECT,
    "site": "示范市滨河路 1 号",
    "scale": "建筑面积 12,600 平方米",
    "contract_price": "5,280 万元",
    "contract_period": "480 天",
}
"""The project's lines of a construction permit, by the name of the field."""

_LABELS = {
    "project_name": "工程名称",
    "site": "建设地址",
    "scale": "建设规模",
    "contract_price": "合同价格",
    "contract_period": "合同工期",
}


@dataclass(frozen=True)
class UsualSlot:
    """A slot that the form proposes: the code of its capacity, the organization, and who signs."""

    capacity: str
    organization: str
    person: str = ""


USUAL_SLOTS = (
    UsualSlot("owner-representative", OWNER.uscc.text, OWNERS_REPRESENTATIVE.name),
    UsualSlot("contractor-seal", CONTRACTOR.uscc.text),
    UsualSlot("design-leader", DESIGNER.uscc.text, ENGINEER.name),
)


@dataclass(frozen=True, kw_only=True)
class ReadyParty:
    """A party as the form chose it: ``name`` is the organization's."""

    kind: SlotKind
    uscc: Uscc
    name: str
    capacity_zh: str


@dataclass(frozen=True)
class ReadyApplication:
    """The PDF, and where each party's stamp goes, in the order of the parties."""

    content: bytes
    places: tuple[Place, ...]


def ready_application(
    typesetter: Typesetter, parties: Sequence[ReadyParty], *, at: datetime
) -> ReadyApplication:
    """Set the application of ``parties``, dated ``at``.

    Raises:
        SlotCountWrong: nobody is to sign.
        TooManyParties: more than six.
        GlyphMissing: the font lacks a character of a capacity.
    """
    if not parties:
        raise SlotCountWrong(limit=MOST_SLOTS, count=0)
    taking_part = _taking_part(parties)
    owner = next((each for each in taking_part if each.part == capacities.OWNER.zh), taking_part[0])
    rendered = render_joint_application(
        typesetter,
        JointApplication(
            project_name=PROJECT,
            owner=owner.name,
            project=tuple(PrintedField(_LABELS[name], value) for name, value in FACTS.items()),
            organizations=taking_part,
            places=tuple(SigningPlace(each.capacity_zh, each.name) for each in parties),
            at=at,
        ),
    )
    places = tuple(
        _place(party, page=box.page, left=box.left, bottom=box.bottom)
        for party, box in zip(parties, rendered.boxes, strict=True)
    )
    return ReadyApplication(rendered.content, places)


def _taking_part(parties: Sequence[ReadyParty]) -> tuple[TakingPart, ...]:
    """Name every organization once, with the part of its first slot."""
    once: dict[Uscc, TakingPart] = {}
    for each in parties:
        known = capacity_of(each.capacity_zh)
        part = each.capacity_zh if known is None else known.part.zh
        once.setdefault(each.uscc, TakingPart(part, each.name, each.uscc))
    return tuple(once.values())


def _place(party: ReadyParty, *, page: int, left: float, bottom: float) -> Place:
    """Return the corner of the stamp; one that is lower than the box stands in its middle."""
    spare = (ORGANIZATION_STAMP[1] - stamp_size(party.kind)[1]) / 2
    return Place(page=page, left=round(left), bottom=round(bottom + spare))
