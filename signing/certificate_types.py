"""What is done with the types of electronic certificate that a city issues (``evidence.certificate_types``).

A national code that we have not read in an official text is not used: the licence then carries the local
code, the issuing agency's own USCC with a three-digit sequence, a form seen in practice.

    type_ = certificate_type("construction-permit")
    type_code(type_, agency)              # "11370200MB0000000X001", 21 characters
    arrange(type_, values)                # in printed order
"""

from collections.abc import Mapping

from evidence.certificate_types import CertificateType, TypeField
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.names import check_text
from verify.shipped_types import SHIPPED

MAXIMUM_VALUE_LENGTH = 200
"""Characters of one printed value; longer ones do not fit a line of the certificate."""

SHEET_COLUMNS = {
    "holder": Term("持证单位统一社会信用代码", "Holder's credit code"),
    "agreement": Term("所依据的签署编号", "Agreement it rests on"),
    "valid_from": Term("有效期起", "Valid from"),
    "valid_until": Term("有效期止", "Valid until"),
    "reference": Term("业务编号", "Reference"),
}
"""What a sheet of certificates says beside the fields of their type, by the names of the columns."""


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


def certificate_type(code: str) -> CertificateType:
    """Return the shipped type named ``code``; ``signing.registered_types`` knows the others too.

    Raises:
        CertificateTypeUnknown: there is none.
    """
    try:
        return SHIPPED[code]
    except KeyError:
        raise CertificateTypeUnknown(certificate_type=code) from None


def type_code(type_: CertificateType, agency: Uscc) -> str:
    """Return the 21 characters of the type code for licences that ``agency`` issues."""
    if type_.confirmed and type_.national_code is not None:
        return type_.national_code
    return f"{agency.text}{type_.local_sequence}"


def arrange(type_: CertificateType, values: Mapping[str, str]) -> dict[str, str]:
    """Return ``values`` in printed order without blanks; an optional field left empty is left out.

    Raises:
        CertificateFieldUnknown: a name is not one of the type's.
        CertificateFieldMissing: a required field is absent or blank.
        CertificateFieldTooLong: a value has more than 200 characters.
        HiddenCharacter, MarksHeaped: it breaks the line, or holds what nobody sees.
    """
    names = {field.name for field in type_.fields}
    for name in values:
        if name not in names:
            raise CertificateFieldUnknown(field=name)
    arranged = {field.name: printed_value(field, values.get(field.name, "")) for field in type_.fields}
    return {name: value for name, value in arranged.items() if value}


def printed_value(field: TypeField, given: str) -> str:
    """Return what is printed for ``given``: without blanks around it, empty where an optional field is.

    Raises:
        CertificateFieldMissing, CertificateFieldTooLong, HiddenCharacter, MarksHeaped: see ``arrange``.
    """
    value = given.strip()
    if field.required and not value:
        raise CertificateFieldMissing(field=Term(field.zh, field.en))
    if len(value) > MAXIMUM_VALUE_LENGTH:
        raise CertificateFieldTooLong(field=Term(field.zh, field.en), limit=MAXIMUM_VALUE_LENGTH)
    return check_text(value, Term(field.zh, field.en), limit=MAXIMUM_VALUE_LENGTH) if value else ""
