"""What the shown facts are called, in both languages, and which of them a QR code carries in which order.

Those of a certificate come from the description of its type: a shipped one, or one that its issuer registered
and the trust file pins. A type that is not known still verifies: it says so, and its facts are then named by
their own names, those of a QR code by their place.

    type_ = described(trust, issuer, "fishing-licence@2")
    shown_field(type_, qr_field(type_, 0), "鲁渔 123")
"""

from collections.abc import Mapping
from typing import Final

from evidence.certificate_types import CertificateType
from verify.report import ShownFact
from verify.sentences import SENTENCES
from verify.shipped_types import SHIPPED
from verify.trust import TrustAnchors
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


def described(trust: TrustAnchors, issuer: str, certificate_type: str) -> CertificateType | None:
    """The type that certificates of ``issuer`` name so; None where nobody described it."""
    return SHIPPED.get(certificate_type) or trust.type_of(issuer, certificate_type)


def field_label(type_: CertificateType | None, name: str) -> Words:
    """The label of a printed field: its type's; what the type does not have is called as any other fact."""
    for field in () if type_ is None else type_.fields:
        if field.name == name:
            return Words(field.zh, field.en)
    return label(name)


def shown_field(type_: CertificateType | None, name: str, value: str) -> ShownFact:
    """A printed field with its label."""
    return ShownFact(name, field_label(type_, name), Words(value, value))


def type_name(type_: CertificateType | None, certificate_type: str) -> Words:
    """The name of a certificate type; of one that nobody described, its code and that it is not known."""
    if type_ is None:
        return SENTENCES["undescribed-type"].filled(type=certificate_type)
    return Words(type_.zh, type_.en)


def qr_field(type_: CertificateType | None, place: int) -> str:
    """The name of the printed field at ``place`` (from 0) in a QR code of this type."""
    names = () if type_ is None else type_.in_qr
    return names[place] if place < len(names) else f"field {place + 1}"
