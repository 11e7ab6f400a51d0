"""What a template says: its name, the title with its fields, the roles, the readers, how long it stays open.

A role is a slot without a party. The organization and the person who usually take it may stand in it; who
uses the template may name others.

    content = read_content(name="监理合同", title="{项目名称}监理合同", slots="[…]", needs="{}", hours=72)
    content.roles[0].name          # Term("监理单位（盖章）", "supervisor (seal)")
    content.fields                 # (Term("项目名称", "项目名称"),)
"""

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from api.agreement_templates.readership import check_named
from api.reader_forms import ReaderAsked, numbered, read_readers
from api.slot_forms import SlotAsked, SlotsMalformed, place_of
from api.slot_groups import grouped, read_needs
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.names import CAPACITY, TITLE, check_name
from identity.people import PersonId
from signing.agreement_drafting import LIFETIME, MOST_SLOTS, GroupsWrong, SlotCountWrong, SlotDraft
from signing.agreement_text import TEXT, check_fields, fields, paragraphs
from signing.groups import misfit
from signing.manifest import SlotKind
from signing.qualification_stamps import StampAsked, StampMisplaced
from signing.seal_kinds import SealMark, check_mark
from signing.text_fields import check_text_fields

HOUR = 3600
"""Seconds."""

USUAL_HOURS = int(LIFETIME.total_seconds()) // HOUR

MOST_HOURS = 90 * 24
"""How long an agreement out of a template stays open at most: a quarter of a year."""

TEMPLATE_NAME = Term("模板名称", "name of the template")


class RoleRepeated(Refused):
    """Two roles have the same name, so nobody could say which is taken. Facts: ``role``."""

    code = "role-repeated"
    zh = "模板中有两个角色都叫“{role}”；请改用不同的签署身份，使每个角色名称唯一。"
    en = "Two roles of the template are called “{role}”; give each role a name of its own."


class HoursWrong(Refused):
    """An agreement cannot stay open so long. Facts: ``most``."""

    code = "hours-wrong"
    zh = "签署期限应为 1 至 {most} 小时；请改正后再提交。"
    en = "Signing may take 1 to {most} hours; correct it and submit again."


class Role(SlotAsked):
    """A slot that waits for its party; ``organization`` and ``person`` are who usually takes it, if any.

    The stamp of a qualification is of the sort ``qualification``; ``authorization`` is the usual one, if any.
    """

    organization: str = ""

    @property
    def name(self) -> Term:
        """What the role is called: what its party signs as."""
        return Term(self.capacity_zh.strip(), self.capacity_en.strip())

    def slot(self, taker: Uscc, person: PersonId | None = None, stamp: StampAsked | None = None) -> SlotDraft:
        """Give the slot as ``taker`` takes it, by ``person`` where the role names one, with ``stamp``."""
        return SlotDraft(
            kind=self.kind,
            organization=taker,
            capacity_zh=self.capacity_zh,
            capacity_en=self.capacity_en,
            person=person,
            mark=SealMark(self.seal, self.department.strip()),
            **self.marks,
            stamp=stamp,
        )


class Content(BaseModel):
    """One version of a template; ``text`` is None where a PDF is signed instead.

    ``readers`` are its viewers and copies; an organization may be blank until the template is used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    roles: tuple[Role, ...]
    needs: dict[str, int]
    hours: int
    text: str | None = None
    readers: tuple[ReaderAsked, ...] = ()

    @property
    def fields(self) -> tuple[Term, ...]:
        """What is filled in for each agreement, by its name in both languages."""
        return fields(self.title, self.text or "")


_ROLES = TypeAdapter(tuple[Role, ...])


def read_content(
    *,
    name: str,
    title: str,
    slots: str,
    needs: str,
    hours: int,
    text: str | None = None,
    readers: str = "[]",
) -> Content:
    """Read the form of a template; ``slots`` is a JSON list of ``Role``, the rest as for an agreement.

    Raises:
        SlotsMalformed, NeedsMalformed: not what the page sends.
        SlotCountWrong, RoleRepeated, GroupsWrong, DepartmentMisplaced: the roles cannot be signed through.
        StampMisplaced: a role for a qualification's stamp does not say of which kind, or another one does.
        TextFieldsTooMany, TextFieldNarrow: nobody could fill in the text fields of a role.
        IdentifierMalformed, CheckDigitWrong: a usual organization has no credit code.
        ReadersMalformed, TooManyReaders, ReaderUnplaced, ReaderTwice: these cannot be its readers.
        HoursWrong: the time to sign is none, or too long.
        FieldMalformed, TooManyFields: a field is written wrongly, or there are too many.
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: name, title or text cannot be read.
    """
    try:
        roles = _ROLES.validate_json(slots)
    except ValidationError as error:
        raise SlotsMalformed(place=place_of(error.errors()[0]["loc"])) from None
    needed, reading = read_needs(needs), tuple(read_readers(readers))
    check_named(reading)
    if not 1 <= hours <= MOST_HOURS:
        raise HoursWrong(most=MOST_HOURS)
    check_fields(title, TITLE)
    if text is not None:
        check_fields(text, TEXT)
        paragraphs(text)
    content = Content(
        name=check_name(name, TEMPLATE_NAME),
        title=check_name(title, TITLE),
        roles=roles,
        needs=needed,
        hours=hours,
        text=text,
        readers=reading,
    )
    _check_roles(content)
    fields(content.title, content.text or "")
    return content


def _check_roles(content: Content) -> None:
    roles = content.roles
    if not 1 <= len(roles) <= MOST_SLOTS:
        raise SlotCountWrong(limit=MOST_SLOTS, count=len(roles))
    taken = {word for which, _ in numbered(content.readers) for word in (which.zh, which.en)}
    for role in roles:
        names = {check_name(role.capacity_zh, CAPACITY), check_name(role.capacity_en, CAPACITY)}
        if names & taken:
            raise RoleRepeated(role=role.name)
        taken |= names
        says = role.qualification is not None or role.authorization is not None
        if says != (role.kind is SlotKind.QUALIFICATION):
            raise StampMisplaced(capacity=role.name)
        check_text_fields(role.marks["texts"], capacity=role.name)
        if role.kind is SlotKind.SEAL:
            check_mark(SealMark(role.seal, role.department.strip()))
        if role.organization.strip():
            _ = role.uscc
    groups, ids = grouped(roles, content.needs)
    reason = misfit(groups, ids)
    if reason is not None:
        raise GroupsWrong(reason=reason)
