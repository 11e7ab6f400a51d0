"""Registering a type of certificates that an agency describes: checked, then stated in the log.

The fact ``certificate-type`` states the code, the version and the SHA-256 of the canonical description
(docs/adr/0034). The same description again is the version that is there; another one is the next.

    checked = check_type(session, description, agency=agency)
    registered = register_type(session, description, agency=agency, clock=clock)
"""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.certificate_types import NUMBER_PLACES, CertificateType
from evidence.clock import Clock
from evidence.digest import sha256
from evidence.errors import Refused, Term
from evidence.statement import StatementType
from evidence.type_description import canonical_description, read_type
from signing.certificate_types import SHEET_COLUMNS, type_code
from signing.certificates import Agency
from signing.registered_types import (
    CertificateTypeRow,
    RegisteredType,
    last_version,
    read_row,
    registered_types,
)
from verify.shipped_types import SHIPPED

MOST_VERSIONS = 9_999

_LOCK = 0x59495459  # first half of a two-key advisory lock: one registration of a code at a time
_DIGITS = {"date": 8, "year": 4}


class TypeShipped(Refused):
    """The code is that of a type that every verifier knows. Facts: ``certificate_type``."""

    code = "certificate-type-shipped"
    zh = "“{certificate_type}”是随核验工具发布的类型，不能另行登记；请换一个代码。"
    en = "{certificate_type} ships with every verifier and cannot be registered; choose another code."


class LabelTwice(Refused):
    """Two fields, or a field and a column of every sheet, are called the same. Facts: ``label``."""

    code = "certificate-type-label-twice"
    zh = "栏目名称“{label}”重复，或与批量表格的固定栏目同名；请改用不同的名称。"
    en = "“{label}” names two fields, or a column of every sheet; call one of them otherwise."


class TypeNameTaken(Refused):
    """Another type is called the same: one would be taken for the other. Facts: ``name``, ``other``."""

    code = "certificate-type-name-taken"
    zh = "名称“{name}”已属于类型 {other}，两者会被混淆；请换一个名称。"
    en = "“{name}” names the type {other} already, and one would be taken for the other; call it otherwise."


class NumbersCollide(Refused):
    """Numbers of this type could equal those of another one. Facts: ``place``, ``other``."""

    code = "certificate-type-numbers-collide"
    zh = "“{place}”编出的号码可能与“{other}”的相同；请改用能够区分的开头，或别的本地顺序号。"
    en = (
        "Numbers by {place} could equal those of {other}; begin them otherwise, or take another local "
        "sequence."
    )


class VersionsUsedUp(Refused):
    """A type has no number left for another version. Facts: ``limit``."""

    code = "certificate-type-versions-used-up"
    zh = "这个类型的版本号（最多 {limit}）已用完；请换一个代码登记。"
    en = "The type has used all {limit} numbers of versions; register it under another code."


def check_type(session: Session, description: bytes, *, agency: Agency) -> CertificateType:
    """Read a description, and see that it can be registered; the type bears the name of its version.

    Raises:
        TypeMalformed: it is none, naming the first member that is wrong.
        TypeShipped, TypeNameTaken, LabelTwice, NumbersCollide, VersionsUsedUp: it cannot stand beside what is
            there.
    """
    read = read_type(description)
    if read.code in SHIPPED:
        raise TypeShipped(certificate_type=read.code)
    _check_name(session, read)
    _check_labels(read)
    _check_numbers(session, read, agency)
    last = last_version(session, read.code)
    if last is None:
        return read.versioned(1)
    if last.type == read.versioned(last.version):
        return last.type
    if last.version >= MOST_VERSIONS:
        raise VersionsUsedUp(limit=MOST_VERSIONS)
    return read.versioned(last.version + 1)


def register_type(session: Session, description: bytes, *, agency: Agency, clock: Clock) -> RegisteredType:
    """Register a type, or its next version; one that stands there as it is is given again.

    Raises:
        The refusals of ``check_type``.
    """
    session.execute(
        select(func.pg_advisory_xact_lock(_LOCK))
    )  # its name and numbers meet those of all others
    type_ = check_type(session, description, agency=agency)
    last = last_version(session, type_.kin)
    if last is not None and last.type == type_:
        return last
    canonical, version = canonical_description(type_), 1 if last is None else last.version + 1
    now = clock.now()
    body: dict[str, Value] = {"code": type_.kin, "version": version, "description": sha256(canonical).value}
    before = () if last is None else (last.statement,)
    fact = agency.speaker.record(session, StatementType.CERTIFICATE_TYPE, body, at=now, after=before)
    row = CertificateTypeRow(
        name=type_.code,
        agency=agency.speaker.uscc.text,
        code=type_.kin,
        version=version,
        description=canonical.decode(),
        source=description.decode(),
        statement=fact.digest,
        registered_at=now,
    )
    session.add(row)
    session.flush()
    return read_row(row)


def _others(session: Session) -> tuple[CertificateType, ...]:
    """Every type that is known here, in each of its versions."""
    return (*SHIPPED.values(), *(each.type for each in registered_types(session)))


def _check_name(session: Session, read: CertificateType) -> None:
    for other in _others(session):
        for name, taken in ((read.zh, other.zh), (read.en, other.en)):
            if other.kin != read.code and _plain(name) == _plain(taken):
                raise TypeNameTaken(name=name, other=other.kin)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _check_labels(read: CertificateType) -> None:
    used = {text for key, name in SHEET_COLUMNS.items() for text in (key, name.zh, name.en)}
    for field in read.fields:
        for label in {field.zh, field.en, field.name}:
            if label in used:
                raise LabelTwice(label=label)
        used |= {field.zh, field.en, field.name}


def _check_numbers(session: Session, read: CertificateType, agency: Agency) -> None:
    """Check that no number of ``read`` can be one of another type, or of its own other numbering."""
    mine, own = read.numbering, type_code(read, agency.speaker.uscc)
    for other in _others(session):
        theirs, kin = other.numbering, other.kin == read.code
        if kin and theirs == mine:
            continue  # they are counted on
        alike = own == type_code(other, agency.speaker.uscc) and not (kin and theirs.licence == mine.licence)
        licences = alike and _may_meet(mine.licence, theirs.licence, agency)
        counted = not kin and _may_meet(_scope(read), _scope(other), agency)
        if _may_meet(mine.form, theirs.form, agency):
            raise NumbersCollide(place="number.form", other=Term(other.zh, other.en))
        if licences or counted:
            raise NumbersCollide(place="number.licence", other=Term(other.zh, other.en))


def _scope(type_: CertificateType) -> str:
    """What stands before the serial of the licence, within which serials are counted."""
    return type_.numbering.licence.partition("{serial")[0]


def _may_meet(one: str, other: str, agency: Agency) -> bool:
    """Tell whether two forms can give one text: of one length, and no place that tells them apart."""
    first, second = tuple(_places(one, agency)), tuple(_places(other, agency))
    return len(first) == len(second) and all(map(_may_be_one, first, second))


def _may_be_one(one: str | None, other: str | None) -> bool:
    """Whether two characters can be the same; None is any digit."""
    if None in (one, other):
        return all(each is None or each.isdecimal() for each in (one, other))
    return one == other


def _places(form: str, agency: Agency) -> Iterator[str | None]:
    """Give each character that a form writes for ``agency``; None for a digit that is not always the same."""
    known = form.replace("{area}", agency.administrative_code).replace("{city}", agency.city)
    for place, part in enumerate(NUMBER_PLACES.split(known)):
        if place % 2 == 0:
            yield from part
        else:
            name, _, digits = part.partition(":")
            yield from [None] * int(digits or _DIGITS[name])
