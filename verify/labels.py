"""What the shown facts are called, in both languages, and which of them a QR code carries in which order.

Those of a certificate come from the descriptions of the types. A type that is not known still verifies: its
facts are then named by their place.
"""

from collections.abc import Mapping
from typing import Final

from verify.report import ShownFact
from verify.shipped_types import SHIPPED
from verify.words import Words

TYPES: Final[Mapping[str, Words]] = {code: Words(each.zh, each.en) for code, each in SHIPPED.items()}

QR_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {code: each.in_qr for code, each in SHIPPED.items()}

LABELS: Final[Mapping[str, Words]] = {
    "certificate_type": Words("证照类型", "Type"),
    "licence_id": Words("证照标识", "Licence identifier"),
    "number": Words("证照编号", "Number"),
    "holder": Words("持证主体", "Holder"),
    "issuer": Words("发证机关", "Issuer"),
    "validity": Words("有效期", "Validity"),
    "firm": Words("被授权单位", "Authorized firm"),
    "purpose": Words("用途", "Purpose"),
    "project": Words("项目", "Project"),
    "position": Words("岗位", "Position"),
    "scope": Words("使用范围", "Scope"),
    "uses": Words("使用次数", "Uses"),
    "person": Words("人员", "Person"),
    "qualification": Words("资格", "Qualification"),
    "recipient": Words("仅供", "For"),
    "copy_until": Words("加注件有效期至", "Copy good until"),
    "bearer": Words("出示人", "Bearer"),
    **{field.name: Words(field.zh, field.en) for each in SHIPPED.values() for field in each.fields},
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
