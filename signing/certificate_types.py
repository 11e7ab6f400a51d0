"""The types of electronic certificate a city issues, as data.

A type says which facts the certificate prints, in which order, and under which code its licences
are identified (GB/T 36904-2018). A national code that we have not read in the official text is kept
with ``confirmed=False`` and is not used: the licence then carries the local code, the issuing
agency's own USCC with a three-digit sequence, a form seen in practice.

The first ``qr_fields`` fields travel in the QR code; the others are bound by their commitments in
the certificate statement. Names of natural persons never stand among the first.

    CONSTRUCTION_PERMIT.type_code(agency)   # "11370200MB0000000X001", 21 characters
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evidence.errors import Refused, Term
from evidence.identifiers import Uscc

MAXIMUM_VALUE_LENGTH = 200
"""Characters of one printed value; longer ones do not fit a line of the certificate."""


class CertificateTypeUnknown(Refused):
    """No type of this code is issued here."""

    code = "certificate-type-unknown"
    zh = "本市不签发“{certificate_type}”类型的电子证照，请核对类型代码。"
    en = "No certificate of type {certificate_type} is issued here; check the type's code."


class CertificateFieldMissing(Refused):
    """A field that the certificate must print was left empty."""

    code = "certificate-field-missing"
    zh = "证照缺少必填项“{field}”，请补充后再签发。"
    en = "The certificate lacks the required field “{field}”; fill it in, then issue again."


class CertificateFieldUnknown(Refused):
    """A field was given that the type does not print."""

    code = "certificate-field-unknown"
    zh = "该类型证照没有名为“{field}”的项目，请删除后再签发。"
    en = "This type of certificate has no field named {field}; remove it, then issue again."


class CertificateFieldTooLong(Refused):
    """A value does not fit its line."""

    code = "certificate-field-too-long"
    zh = "“{field}”最多{limit}个字符，请缩短后再签发。"
    en = "“{field}” may have {limit} characters at most; shorten it, then issue again."


@dataclass(frozen=True, kw_only=True)
class CertificateField:
    """One printed fact: its name in statements and its labels; ``paired`` shares the line before it."""

    name: str
    zh: str
    en: str
    required: bool = True
    paired: bool = False


@dataclass(frozen=True, kw_only=True)
class CertificateType:
    """A type of certificate: its fields in printed order, and how its licences are named.

    ``local_sequence`` is the three digits that follow the agency's USCC in the local type code.
    ``number_class`` is the last two digits of its certificate numbers (standards 2.2: class 01 is
    general industrial and civil building).
    """

    code: str
    zh: str
    en: str
    local_sequence: str
    number_class: str
    fields: tuple[CertificateField, ...]
    qr_fields: int
    national_code: str | None = None
    confirmed: bool = False

    def type_code(self, agency: Uscc) -> str:
        """Return the 21 characters of the type code for licences that ``agency`` issues."""
        if self.confirmed and self.national_code is not None:
            return self.national_code
        return f"{agency.text}{self.local_sequence}"

    def arrange(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return ``values`` in printed order without blanks; an optional field left empty is left out.

        Raises:
            CertificateFieldUnknown: a name is not one of the type's.
            CertificateFieldMissing: a required field is absent or blank.
            CertificateFieldTooLong: a value has more than 200 characters.
        """
        names = {field.name for field in self.fields}
        for name in values:
            if name not in names:
                raise CertificateFieldUnknown(field=name)
        arranged = {field.name: _value(field, values.get(field.name, "")) for field in self.fields}
        return {name: value for name, value in arranged.items() if value}

    @property
    def in_qr(self) -> tuple[str, ...]:
        """The names of the fields that travel in the QR code, in order."""
        return tuple(field.name for field in self.fields[: self.qr_fields])


def _value(field: CertificateField, given: str) -> str:
    value = given.strip()
    if field.required and not value:
        raise CertificateFieldMissing(field=Term(field.zh, field.en))
    if len(value) > MAXIMUM_VALUE_LENGTH:
        raise CertificateFieldTooLong(field=Term(field.zh, field.en), limit=MAXIMUM_VALUE_LENGTH)
    return value


# The face of the 2014 form (standards, section 4, general knowledge): the first seven are what an
# officer on a site compares with what stands there.
CONSTRUCTION_PERMIT = CertificateType(
    code="construction-permit",
    zh="建筑工程施工许可证",
    en="Construction permit",
    local_sequence="001",
    number_class="01",
    qr_fields=7,
    fields=(
        CertificateField(name="project_name", zh="工程名称", en="Project"),
        CertificateField(name="site", zh="建设地址", en="Site"),
        CertificateField(name="owner", zh="建设单位", en="Owner"),
        CertificateField(name="contractor", zh="施工单位", en="Contractor"),
        CertificateField(name="scale", zh="建设规模", en="Scale"),
        CertificateField(name="contract_price", zh="合同价格", en="Contract price"),
        CertificateField(name="contract_period", zh="合同工期", en="Contract period", paired=True),
        CertificateField(name="design_institute", zh="设计单位", en="Design institute"),
        CertificateField(name="surveyor", zh="勘察单位", en="Surveyor", required=False),
        CertificateField(name="supervisor", zh="监理单位", en="Supervisor", required=False),
        CertificateField(name="design_leader", zh="设计单位项目负责人", en="Design leader", required=False),
        CertificateField(name="site_manager", zh="施工单位项目负责人", en="Site manager", required=False),
        CertificateField(name="chief_supervisor", zh="总监理工程师", en="Chief supervisor", required=False),
        CertificateField(name="remarks", zh="备注", en="Remarks", required=False),
    ),
)

_TYPES = {CONSTRUCTION_PERMIT.code: CONSTRUCTION_PERMIT}


def certificate_type(code: str) -> CertificateType:
    """Return the type named ``code``.

    Raises:
        CertificateTypeUnknown: there is none.
    """
    try:
        return _TYPES[code]
    except KeyError:
        raise CertificateTypeUnknown(certificate_type=code) from None
