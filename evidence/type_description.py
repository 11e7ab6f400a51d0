"""The description of a certificate type as a file: TOML in UTF-8, read strictly.

The shipped ones lie in ``verify/types``; an agency may register more.

    code = "construction-permit"
    zh = "建筑工程施工许可证"
    en = "Construction permit"
    holder = { kind = "organization", name = "owner" }      the field that names it, and by number = "…" the
                                             one with its code; a person has one with their citizen number
    basis = "agreement"                      what it rests on, or "none"
    face = "two-leaf"                        the form it is printed on, or "plaque", "sheet"
    grant = "…"                              the sentence that grants, in Chinese
    notes = ["…"]                            printed below, may be empty

    [identifier]                             GB/T 36904-2018, the type code of 21 characters
    national = "11100000000013338W050"       left out where we have not found it
    confirmed = true                         whether we have read it in an official text
    local_sequence = "001"                   follows the agency's USCC in the local type code

    [number]
    form = "{area}{date}{serial:2}01"        {area} {date} {year} {city} {serial:digits}
    licence = "{area}{date}{serial:2}01"     its serial in the licence identifier: A to Z and 0 to 9
    elsewhere = "{digits:16}-SX-{digits:3}"  the number that another platform gives it, where one does

    [validity]
    rule = "chosen"                          or "years", with years = 3; or "open", without an end

    [states]                                 the states it can be in, with the words and codes of its register
    in-force = { zh = "有效", en = "in force", code = "01" }

    [[field]]                                in printed order
    name = "project_name"
    zh = "工程名称"
    en = "Project"
    metadata = "KZ_GCMC"                     GB/T 36903-2018
    qr = true                                travels in the QR code; so may required = false, paired = true
                                             (shares the line before it) and person = true (a natural person)

    described = read_type(description)

The same members as JSON, by RFC 8785 and without what is as usual, are its canonical form: what is stated of
a type that an agency registers is the SHA-256 of that, and trust files carry it (docs/adr/0034).

    read_table(describe(described)) == described
"""

import json
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from evidence.canonical import Value, to_json
from evidence.certificate_types import (
    DIGITS_PLACE,
    NUMBER_PLACES,
    SERIAL_PLACE,
    Basis,
    CertificateType,
    Face,
    Holder,
    HolderKind,
    LifeState,
    Numbering,
    StateWords,
    TypeField,
    ValidityRule,
)
from evidence.errors import Malformed, Term
from evidence.fields import Fields
from evidence.identifiers import SERIAL_LIMIT

MOST_BYTES = 65_536
"""Of one description; the longest shipped one has about 4,000."""
MOST_FIELDS = 60
MOST_NOTES = 20

_CODE = re.compile("[a-z][a-z0-9-]{1,63}")
_NAME = re.compile("[a-z][a-z0-9_]{0,63}")
_METADATA = re.compile("[A-Z][A-Z0-9_]{1,39}")
_SEQUENCE = re.compile("[0-9]{3}")
_NATIONAL = re.compile("[0-9A-Z]{18}[0-9]{3}")
_WIDEST = {"area": "000000", "date": "00000000", "year": "0000"}
_MOST_YEARS = 100
_LONGEST_NOTE = 300
_E = TypeVar("_E", bound=StrEnum)


class TypeMalformed(Malformed):
    """The description of a certificate type is not one."""

    code = "certificate-type-malformed"
    zh = "证照类型说明文件的“{place}”缺失或不对；请对照已有类型改正后重新提交。"
    en = "The description of the certificate type is wrong or incomplete at {place}; mend it and send it."


def read_type(description: bytes) -> CertificateType:
    """Read the description of a type, TOML in UTF-8.

    Raises:
        TypeMalformed: naming the first member that is missing, unknown or does not fit.
    """
    if len(description) > MOST_BYTES:
        raise TypeMalformed(place="size")
    try:
        table = tomllib.loads(description.decode())
    except UnicodeDecodeError as error:
        raise TypeMalformed(place="UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise TypeMalformed(place=_line_of(error)) from error
    return read_table(table)


def _line_of(error: tomllib.TOMLDecodeError) -> str | Term:
    """Give the line on which the reader stopped; its message says it, or that the file ended."""
    line = re.search(r"at line ([0-9]+)", str(error))
    return "TOML" if line is None else Term(f"TOML 第 {line[1]} 行", f"line {line[1]} of the TOML")


def read_table(table: Value) -> CertificateType:
    """Read a type out of the members of its description, as TOML or JSON gives them.

    Raises:
        TypeMalformed: naming the first member that is missing, unknown or does not fit.
    """
    fields = Fields(table, TypeMalformed)
    validity, years = _validity(fields.fields("validity"))
    national, confirmed, local = _identifier(fields.fields("identifier"))
    read = CertificateType(
        code=_matching(fields, "code", _CODE),
        zh=fields.text("zh", limit=40),
        en=fields.text("en", limit=80),
        holder=_holder(fields.fields("holder")),
        basis=_one_of(fields, "basis", Basis),
        face=_one_of(fields, "face", Face),
        grant=fields.text("grant", limit=200),
        notes=_notes(fields),
        national_code=national,
        confirmed=confirmed,
        local_sequence=local,
        numbering=_numbering(fields.fields("number")),
        validity=validity,
        years=years,
        states=_states(fields.fields("states")),
        fields=tuple(_field(each) for each in fields.each("field")),
    )
    fields.done()
    _check_fields(read)
    return read


def read_canonical(description: bytes) -> CertificateType:
    """Read a type out of its canonical form.

    Raises:
        TypeMalformed: it is none.
    """
    try:
        table = json.loads(description)
    except ValueError as error:
        raise TypeMalformed(place="JSON") from error
    return read_table(table)


def describe(type_: CertificateType) -> dict[str, Value]:
    """Return the members of a type's description under its own code; what is as usual is left out."""
    identifier: dict[str, Value] = {"local_sequence": type_.local_sequence}
    if type_.national_code is not None:
        identifier["national"] = type_.national_code
    if type_.confirmed:
        identifier["confirmed"] = True
    holder: dict[str, Value] = {"kind": type_.holder.kind.value, "name": type_.holder.name}
    if type_.holder.number is not None:
        holder["number"] = type_.holder.number
    validity: dict[str, Value] = {"rule": type_.validity.value}
    if type_.validity is ValidityRule.YEARS:
        validity["years"] = type_.years
    return {
        "code": type_.kin,
        "zh": type_.zh,
        "en": type_.en,
        "holder": holder,
        "basis": type_.basis.value,
        "face": type_.face.value,
        "grant": type_.grant,
        "notes": list(type_.notes),
        "identifier": identifier,
        "number": _number_members(type_.numbering),
        "validity": validity,
        "states": {state.value: _state_members(words) for state, words in type_.states.items()},
        "field": [_field_members(each) for each in type_.fields],
    }


def canonical_description(type_: CertificateType) -> bytes:
    """Return the canonical form of a type's description: its members as JSON (RFC 8785)."""
    return to_json(describe(type_))


def _state_members(stated: StateWords) -> Mapping[str, Value]:
    members: dict[str, Value] = {"zh": stated.words.zh, "en": stated.words.en}
    return {**members, "code": stated.code} if stated.code else members


def _field_members(field: TypeField) -> Mapping[str, Value]:
    members: dict[str, Value] = {
        "name": field.name,
        "zh": field.zh,
        "en": field.en,
        "metadata": field.metadata,
    }
    if not field.required:
        members["required"] = False
    for name, is_so in (("paired", field.paired), ("person", field.person), ("qr", field.in_qr)):
        if is_so:
            members[name] = True
    return members


def _matching(fields: Fields, key: str, form: re.Pattern[str]) -> str:
    text = fields.text(key)
    if form.fullmatch(text) is None:
        raise fields.refuse(key)
    return text


def _one_of(fields: Fields, key: str, kind: type[_E]) -> _E:
    text = fields.text(key)
    if text not in list(kind):
        raise fields.refuse(key)
    return kind(text)


def _flag(fields: Fields, key: str, *, otherwise: bool) -> bool:
    value = fields.take(key) if fields.has(key) else otherwise
    if not isinstance(value, bool):
        raise fields.refuse(key)
    return value


def _holder(fields: Fields) -> Holder:
    kind, name = _one_of(fields, "kind", HolderKind), fields.text("name")
    number = fields.text("number") if kind is HolderKind.PERSON or fields.has("number") else None
    fields.done()
    return Holder(kind=kind, name=name, number=number)


def _notes(fields: Fields) -> tuple[str, ...]:
    notes = fields.items("notes")
    told = tuple(note for note in notes if isinstance(note, str) and 0 < len(note) <= _LONGEST_NOTE)
    if len(told) != len(notes) or len(told) > MOST_NOTES:
        raise fields.refuse("notes")
    return told


def _number_members(numbering: Numbering) -> dict[str, Value]:
    members: dict[str, Value] = {"form": numbering.form, "licence": numbering.licence}
    return {**members, "elsewhere": numbering.elsewhere} if numbering.elsewhere else members


def _identifier(fields: Fields) -> tuple[str | None, bool, str]:
    national = _matching(fields, "national", _NATIONAL) if fields.has("national") else None
    confirmed = _flag(fields, "confirmed", otherwise=False)
    if confirmed and national is None:
        raise fields.refuse("confirmed")
    local = _matching(fields, "local_sequence", _SEQUENCE)
    fields.done()
    return national, confirmed, local


def _numbering(fields: Fields) -> Numbering:
    form, licence = fields.text("form", limit=60), fields.text("licence", limit=60)
    serials = SERIAL_PLACE.findall(form)
    for key, text in (("form", form), ("licence", licence)):
        unknown = re.search("[{}]", NUMBER_PLACES.sub("", text))
        if unknown or len(serials) != 1 or SERIAL_PLACE.findall(text) != serials:
            raise fields.refuse(key)
    if re.fullmatch("[0-9A-Z]*", NUMBER_PLACES.sub("", licence)) is None or "{city}" in licence:
        raise fields.refuse("licence")
    elsewhere = fields.text("elsewhere", limit=60) if fields.has("elsewhere") else ""
    if re.fullmatch("[0-9A-Z-]*", DIGITS_PLACE.sub("", elsewhere)) is None:
        raise fields.refuse("elsewhere")
    fields.done()
    numbering = Numbering(form=form, licence=licence, elsewhere=elsewhere)
    if len(numbering.fill(licence, facts=_WIDEST, serial=0)) > SERIAL_LIMIT:
        raise fields.refuse("licence")
    return numbering


def _validity(fields: Fields) -> tuple[ValidityRule, int]:
    rule = _one_of(fields, "rule", ValidityRule)
    years = fields.count("years") if rule is ValidityRule.YEARS else 0
    if (rule is ValidityRule.YEARS) != (1 <= years <= _MOST_YEARS):
        raise fields.refuse("years")
    fields.done()
    return rule, years


def _states(fields: Fields) -> dict[LifeState, StateWords]:
    stated = {state: _state(fields.fields(state)) for state in LifeState if fields.has(state)}
    if LifeState.IN_FORCE not in stated:
        raise fields.refuse(LifeState.IN_FORCE)
    fields.done()
    return stated


def _state(fields: Fields) -> StateWords:
    words = Term(fields.text("zh", limit=20), fields.text("en", limit=40))
    code = fields.text("code", limit=10) if fields.has("code") else ""
    fields.done()
    return StateWords(words=words, code=code)


def _field(fields: Fields) -> TypeField:
    field = TypeField(
        name=_matching(fields, "name", _NAME),
        zh=fields.text("zh", limit=20),
        en=fields.text("en", limit=60),
        metadata=_matching(fields, "metadata", _METADATA),
        required=_flag(fields, "required", otherwise=True),
        paired=_flag(fields, "paired", otherwise=False),
        person=_flag(fields, "person", otherwise=False),
        in_qr=_flag(fields, "qr", otherwise=False),
    )
    fields.done()
    if field.in_qr and (field.person or not field.required):
        raise fields.refuse("qr")
    return field


def _check_fields(read: CertificateType) -> None:
    """Check that there are fields, each once, the first on its own line, and those of the holder filled."""
    names = [field.name for field in read.fields]
    filled = {field.name for field in read.fields if field.required}
    if not 0 < len(names) <= MOST_FIELDS or len(set(names)) != len(names) or read.fields[0].paired:
        raise TypeMalformed(place="field")
    if not {read.holder.name, read.holder.number or read.holder.name} <= filled:
        raise TypeMalformed(place="holder")
