"""Checking a sheet whole before anything of it is sent: each wrong cell by its line and column.

What comes out names people by their ids, so the one who was checked is the one who is asked.

    checked = check(session, house, template, rows)     # raises RowsWrong with every fault
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.agreement_templates.content import Role
from api.agreement_templates.filling import (
    ORGANIZATION,
    SIGNER,
    RoleUntaken,
    arranged,
    text_of,
    title_of,
)
from api.agreement_templates.readership import instead, is_named
from api.agreement_templates.stamping import grant_in_row, stamp_of
from api.agreement_templates.versions import Template
from api.bulk_sending.columns import Column, FieldColumn, Part, ReaderColumn, RoleColumn, columns
from api.bulk_sending.sheet import SheetRow
from api.house import House
from api.reader_forms import numbered, reader_draft
from api.roster import Roster
from api.slot_forms import StarterNotParty
from evidence.errors import Invalid, Refused, Term, YinxinError
from evidence.identifiers import Uscc
from identity.authorization_records import AuthorizationId
from identity.names import check_name, check_text
from identity.people import PersonId
from identity.qualifications import QualificationId
from signing.agreement_drafting import SlotDraft
from signing.agreement_readers import ReaderDraft, ReaderKind, check_apart
from signing.manifest import SlotKind
from signing.qualification_stamps import StampAsked

MOST_FAULTS = 500
"""Faults that are told at once; whoever mends these learns the rest."""

WHOLE_ROW = Term("整行", "whole row")


class RowsWrong(Invalid):
    """Rows cannot be sent as they are. Facts: ``count``, ``line`` and ``column`` of the first, ``rows``."""

    code = "rows-wrong"
    zh = "表格有 {count} 处要改正，一份也没有发出。第一处：第 {line} 行，{column}：{first}"
    en = "{count} places of the sheet are wrong; nothing was sent. The first: line {line}, {column}: {first}"


class RowTooLong(Refused):
    """A row has more cells than the head has columns."""

    code = "row-too-long"
    zh = "这一行的单元格比表头多；含逗号的内容须用英文双引号括起来。"
    en = "This row has more cells than the head; put what holds a comma into double quotes."


class RowTwice(Refused):
    """A row says what another one says. Facts: ``other``, its line."""

    code = "row-twice"
    zh = "与第 {other} 行完全相同，会重复发起；请删去其中一行。"
    en = "It says the same as line {other} and would be sent twice; remove one of them."


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell of the sheet, or with a row as a whole."""

    line: int
    column: Term
    error: YinxinError


class Seat(BaseModel):
    """Who takes a role, as they were found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization: str
    person: UUID | None = None
    qualification: UUID | None = None
    authorization: UUID | None = None

    @property
    def stamp(self) -> StampAsked | None:
        """Whose stamp of a qualification is put."""
        if self.qualification is None:
            return None
        granted = None if self.authorization is None else AuthorizationId(self.authorization)
        return StampAsked(qualification=QualificationId(self.qualification), authorization=granted)

    def slot(self, role: Role) -> SlotDraft:
        """Give the slot of ``role`` as they take it."""
        person = None if self.person is None else PersonId(self.person)
        return role.slot(Uscc.parse(self.organization), person, self.stamp)


class ReaderSeat(BaseModel):
    """Who reads, as they were found; without a ``person`` the whole organization."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: ReaderKind
    organization: str
    person: UUID | None = None

    @property
    def draft(self) -> ReaderDraft:
        """The same, as an agreement is started with."""
        person = None if self.person is None else PersonId(self.person)
        return ReaderDraft(kind=self.reader, organization=Uscc.parse(self.organization), person=person)


class Seating(BaseModel):
    """What a checked row says: ``seats`` in the order of the roles, ``fields`` by their Chinese names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seats: tuple[Seat, ...]
    fields: dict[str, str]
    readers: tuple[ReaderSeat, ...] = ()

    def slots(self, template: Template) -> tuple[SlotDraft, ...]:
        """Give the slots of an agreement out of ``template``."""
        return tuple(seat.slot(role) for role, seat in zip(template.content.roles, self.seats, strict=True))


@dataclass(frozen=True)
class CheckedRow:
    """A row that can be sent."""

    line: int
    title: str
    seating: Seating


def check(
    session: Session, house: House, template: Template, rows: Sequence[SheetRow[Column]]
) -> tuple[CheckedRow, ...]:
    """Find everybody whom the rows name, and see that each row could be sent now.

    Raises:
        RowsWrong: with up to ``MOST_FAULTS`` faults.
    """
    desk = _Desk(session, house, template)
    checked: dict[str, CheckedRow] = {}
    faults: list[Fault] = []
    for row in rows:
        found, wrong = desk.check(row)
        if found is not None:
            said = found.seating.model_dump_json()
            first = checked.setdefault(said, found)
            if first is not found:
                wrong = [Fault(row.line, WHOLE_ROW, RowTwice(other=first.line))]
        faults.extend(wrong)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise _wrong(faults)
    return tuple(checked.values())


def _wrong(faults: Sequence[Fault]) -> RowsWrong:
    first = faults[0]
    told = [
        {
            "line": each.line,
            "column_zh": each.column.zh,
            "column_en": each.column.en,
            "zh": each.error.sentence("zh"),
            "en": each.error.sentence("en"),
        }
        for each in faults
    ]
    words = Term(first.error.sentence("zh"), first.error.sentence("en"))
    return RowsWrong(count=len(faults), line=first.line, column=first.column, first=words, rows=told)


def _seat(slot: SlotDraft) -> Seat:
    stamp = slot.stamp
    return Seat(
        organization=slot.organization.text,
        person=slot.person,
        qualification=None if stamp is None else stamp.qualification,
        authorization=None if stamp is None else stamp.authorization,
    )


class _Desk:
    """Checks row after row, and remembers whom it has found and which parties can sign together."""

    def __init__(self, session: Session, house: House, template: Template) -> None:
        self._session, self._house, self._template = session, house, template
        self._roster = Roster(session, starter=template.organization)
        found = columns(template)
        self._fields_of = [each for each in found if isinstance(each, FieldColumn)]
        self._of_roles = {(each.role, each.part): each for each in found if isinstance(each, RoleColumn)}
        self._of_readers = {
            (each.reader, each.named): each for each in found if isinstance(each, ReaderColumn)
        }
        self._fit = set[tuple[SlotDraft, ...]]()

    def check(self, row: SheetRow[Column]) -> tuple[CheckedRow | None, list[Fault]]:
        faults: list[Fault] = []
        if row.spill:
            return None, [Fault(row.line, WHOLE_ROW, RowTooLong())]
        fields = self._fields(row, faults)
        slots = self._slots(row, faults)
        reading = self._readers(row, faults)
        if faults:
            return None, faults
        try:
            title = title_of(self._template, fields)
            self._house.typesetter.check_glyphs(title)
            text_of(self._template, fields)
            self._check_parties(slots)
            check_apart(reading)
        except YinxinError as error:
            return None, [Fault(row.line, WHOLE_ROW, error)]
        seats = tuple(_seat(each) for each in slots)
        readers = tuple(
            ReaderSeat(reader=each.kind, organization=each.organization.text, person=each.person)
            for each in reading
        )
        return CheckedRow(row.line, title, Seating(seats=seats, fields=fields, readers=readers)), []

    def _fields(self, row: SheetRow[Column], faults: list[Fault]) -> dict[str, str]:
        fields: dict[str, str] = {}
        for column in self._fields_of:
            try:
                value = check_text(row.cells.get(column, ""), column.name)
                self._house.typesetter.check_glyphs(value)
                fields[column.field] = value
            except YinxinError as error:
                faults.append(Fault(row.line, column.name, error))
        return fields

    def _slots(self, row: SheetRow[Column], faults: list[Fault]) -> list[SlotDraft]:
        slots: list[SlotDraft] = []
        for place, role in enumerate(self._template.content.roles):
            column = self._of_roles[place, Part.ORGANIZATION]
            try:
                uscc = self._party(role, row.cells.get(column, ""))
                person, stamp = None, None
                if role.kind.names_person:
                    column = self._of_roles[place, Part.SIGNER]
                    person = self._signer(role, uscc, row.cells.get(column, ""))
                    if role.kind is SlotKind.QUALIFICATION:
                        signing, column = column, self._of_roles[place, Part.AUTHORIZATION]
                        granted = grant_in_row(
                            role,
                            given=row.cells.get(column, ""),
                            taker=uscc,
                            own=self._template.organization,
                        )
                        column = signing if granted is None else column
                        stamp = stamp_of(self._session, role, taker=uscc, signer=person, granted=granted)
            except YinxinError as error:
                faults.append(Fault(row.line, column.name, error))
            else:
                slots.append(role.slot(uscc, person, stamp))
        return slots

    def _readers(self, row: SheetRow[Column], faults: list[Fault]) -> list[ReaderDraft]:
        drafts: list[ReaderDraft] = []
        for place, (which, usual) in enumerate(numbered(self._template.content.readers)):
            firm, named = self._of_readers[place, False], self._of_readers[place, True]
            asked = instead(usual, organization=row.cells.get(firm, ""), person=row.cells.get(named, ""))
            column = firm
            try:
                if is_named(asked, which=which):
                    self._roster.organization(Uscc.parse(asked.organization.strip().upper()))
                    column = named
                    drafts.append(reader_draft(self._roster, asked, which=which))
            except YinxinError as error:
                faults.append(Fault(row.line, column.name, error))
        return drafts

    def _party(self, role: Role, given: str) -> Uscc:
        code = given or role.organization.strip()
        if not code:
            raise RoleUntaken(role=role.name, what=ORGANIZATION)
        uscc = Uscc.parse(code.upper())
        self._roster.organization(uscc)
        return uscc

    def _signer(self, role: Role, uscc: Uscc, given: str) -> PersonId:
        named = given or (role.person or "").strip()
        if not named:
            raise RoleUntaken(role=role.name, what=SIGNER)
        return self._roster.signer(uscc, check_name(named), capacity=role.name)

    def _check_parties(self, slots: Sequence[SlotDraft]) -> None:
        if self._template.organization not in [each.organization for each in slots]:
            raise StarterNotParty
        if tuple(slots) not in self._fit:
            arranged(self._session, self._house, self._template, title="", slots=slots)
            self._fit.add(tuple(slots))
