"""What the printed facts are called, in both languages, and which of them a QR code carries in which order.

The types themselves belong to ``signing.certificate_types``, which the verifier does not install; a test
keeps the two alike. A type that is not in the table still verifies: its facts are then named by their
place.
"""

from collections.abc import Mapping
from typing import Final

from verify.report import ShownFact
from verify.words import Words

TYPES: Final[Mapping[str, Words]] = {
    "construction-permit": Words("建筑工程施工许可证", "Construction permit"),
}

QR_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "construction-permit": (
        "project_name",
        "site",
        "owner",
        "contractor",
        "scale",
        "contract_price",
        "contract_period",
    ),
}

LABELS: Final[Mapping[str, Words]] = {
    "certificate_type": Words("证照类型", "Type"),
    "licence_id": Words("证照标识", "Licence identifier"),
    "number": Words("证照编号", "Number"),
    "holder": Words("持证主体", "Holder"),
    "issuer": Words("发证机关", "Issuer"),
    "validity": Words("有效期", "Validity"),
    "project_name": Words("工程名称", "Project"),
    "site": Words("建设地址", "Site"),
    "owner": Words("建设单位", "Owner"),
    "contractor": Words("施工单位", "Contractor"),
    "scale": Words("建设规模", "Scale"),
    "contract_price": Words("合同价格", "Contract price"),
    "contract_period": Words("合同工期", "Contract period"),
    "design_institute": Words("设计单位", "Design institute"),
    "surveyor": Words("勘察单位", "Surveyor"),
    "supervisor": Words("监理单位", "Supervisor"),
    "design_leader": Words("设计单位项目负责人", "Design leader"),
    "site_manager": Words("施工单位项目负责人", "Site manager"),
    "chief_supervisor": Words("总监理工程师", "Chief supervisor"),
    "remarks": Words("备注", "Remarks"),
    "firm": Words("被授权单位", "Authorized firm"),
    "purpose": Words("用途", "Purpose"),
    "project": Words("项目", "Project"),
    "position": Words("岗位", "Position"),
    "scope": Words("使用范围", "Scope"),
    "uses": Words("使用次数", "Uses"),
    "person": Words("人员", "Person"),
    "qualification": Words("资格", "Qualification"),
}


def label(name: str) -> Words:
    """The label of a fact; an unknown name stands for itself."""
    return LABELS.get(name, Words(name, name))


def shown(name: str, value: str | Words) -> ShownFact:
    """A fact with its label; a plain value reads the same in both languages."""
    return ShownFact(name, label(name), value if isinstance(value, Words) else Words(value, value))


def type_name(certificate_type: str) -> Words:
    """The name of a certificate type; an unknown code stands for itself."""
    return TYPES.get(certificate_type, Words(certificate_type, certificate_type))


def qr_field(certificate_type: str, place: int) -> str:
    """The name of the printed field at ``place`` (from 0) in a QR code of this type."""
    names = QR_FIELDS.get(certificate_type, ())
    return names[place] if place < len(names) else f"field {place + 1}"
