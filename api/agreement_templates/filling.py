"""From a template to a proposal: who takes each role, what stands in each field, and what comes of it.

A template and what is filled in always make the same bytes, so what was shown before is what is sent.

    proposal = proposed(session, house, template, filling)     # refuses what cannot be signed
    content = document_of(house, template, filling.fields)     # outside of any transaction
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.agreement_templates.content import Role
from api.agreement_templates.readership import reader_drafts
from api.agreement_templates.stamping import check_stamps, number, usual_grant
from api.agreement_templates.versions import Template
from api.house import House
from api.reader_forms import ReaderAsked
from api.roster import Roster
from api.slot_forms import SlotAsked, check_takes_part, draft
from api.slot_groups import grouped
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.names import TITLE, check_name, check_text
from signing.agreement_drafting import SlotDraft, check_slots
from signing.agreement_readers import ReaderDraft
from signing.agreement_text import filled, paragraphs, render_text
from signing.groups import Group


class RoleUntaken(Refused):
    """Nobody takes a role. Facts: ``role``, ``what``."""

    code = "role-untaken"
    zh = "角色“{role}”还没有填写{what}；请补全后再提交。"
    en = "Nobody takes the role “{role}” yet: give its {what}."


class RolesMiscounted(Refused):
    """What was sent is for another number of roles. Facts: ``count``, ``roles``."""

    code = "roles-miscounted"
    zh = "模板有 {roles} 个角色，提交了 {count} 个；请刷新页面后重新填写。"
    en = "The template has {roles} roles, but {count} were sent; load the page again and fill it in."


class FieldUnknown(Refused):
    """A field is filled in that the template does not have. Facts: ``place``, from 1."""

    code = "field-unknown"
    zh = "模板没有第 {place} 个填入的栏目；请刷新页面后重新填写。"
    en = "The template does not have field {place} of those sent; load the page again and fill it in."


class Taking(BaseModel):
    """Who takes a role: a credit code and, where it names somebody, a name; blank takes whoever is usual.

    ``authorization`` is the number of the one under which the stamp of a qualification is put: None is the
    usual one, if any, where the usual organization takes the role; with a blank the signer's own is put.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization: str = ""
    person: str = ""
    authorization: str | None = None


class Filling(BaseModel):
    """What one agreement needs: ``takings`` in the order of the template's roles, ``fields`` by name.

    ``readers`` are all its viewers and copies; None are those whom the template names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    takings: tuple[Taking, ...]
    fields: dict[str, str] = {}
    readers: tuple[ReaderAsked, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an agreement is started with."""

    title: str
    slots: tuple[SlotDraft, ...]
    groups: tuple[Group, ...]
    readers: tuple[ReaderDraft, ...] = ()


ORGANIZATION = Term("统一社会信用代码", "credit code")
SIGNER = Term("签署人", "signer")


def taken(role: Role, taking: Taking, *, own: Uscc) -> SlotAsked:
    """Give ``role`` of a template of ``own`` as a slot of who takes it.

    Raises:
        RoleUntaken: no organization is named, or nobody where somebody must be.
        AuthorizationMalformed: what is given for one is no number.
    """
    organization = taking.organization.strip() or role.organization.strip()
    person = taking.person.strip() or (role.person or "").strip()
    if not organization:
        raise RoleUntaken(role=role.name, what=ORGANIZATION)
    if role.kind.names_person and not person:
        raise RoleUntaken(role=role.name, what=SIGNER)
    authorization = usual_grant(role, taker=organization, own=own)
    if taking.authorization is not None:
        given = taking.authorization.strip()
        authorization = number(given) if given else None
    return role.model_copy(
        update={"organization": organization, "person": person or None, "authorization": authorization}
    )


def values(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Give the values of the template's fields, by their Chinese names.

    Raises:
        FieldUnknown: one is given that the template does not have.
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: a value is missing or cannot be read.
    """
    known = {each.zh: each for each in template.content.fields}
    for place, name in enumerate(given, start=1):
        if name not in known:
            raise FieldUnknown(place=place)
    return {name: check_text(given.get(name, ""), term) for name, term in known.items()}


def title_of(template: Template, fields: Mapping[str, str]) -> str:
    """Give the title with its fields filled in; raises as ``values`` and where it is too long."""
    return check_name(filled(template.content.title, values(template, fields)), TITLE)


def proposed(session: Session, house: House, template: Template, filling: Filling) -> Proposal:
    """Find the parties of an agreement out of ``template``, and see that they can sign it.

    Raises:
        RolesMiscounted, RoleUntaken, FieldUnknown, TextEmpty, …: what is filled in does not fit.
        StampOfAnotherKind: an authorization is for another qualification than its role asks for.
        TooManyReaders, ReaderUnplaced, ReaderTwice, …: see ``reader_drafts``.
        StarterNotParty, SignerNotInOffice, …: as for any agreement, see ``draft`` and ``check_slots``.
    """
    roles = template.content.roles
    if len(filling.takings) != len(roles):
        raise RolesMiscounted(count=len(filling.takings), roles=len(roles))
    title = title_of(template, filling.fields)
    house.typesetter.check_glyphs(title)
    own = template.organization
    asking = [taken(role, taking, own=own) for role, taking in zip(roles, filling.takings, strict=True)]
    check_takes_part(asking, starter=own)
    slots = [draft(session, each, starter=own) for each in asking]
    check_stamps(session, roles, slots)
    reading = template.content.readers if filling.readers is None else filling.readers
    readers = reader_drafts(Roster(session, starter=own), reading)
    return arranged(session, house, template, title=title, slots=slots, readers=readers)


def arranged(
    session: Session,
    house: House,
    template: Template,
    *,
    title: str,
    slots: Sequence[SlotDraft],
    readers: tuple[ReaderDraft, ...] = (),
) -> Proposal:
    """Put the slots of an agreement into the template's steps and groups; raises as ``check_slots``."""
    groups, ids = grouped(template.content.roles, template.content.needs)
    placed = tuple(replace(slot, group=id_) for slot, id_ in zip(slots, ids, strict=True))
    check_slots(session, placed, groups=groups, typesetter=house.typesetter, at=house.clock.now())
    return Proposal(title=title, slots=placed, groups=groups, readers=readers)


def text_of(template: Template, fields: Mapping[str, str]) -> str | None:
    """Give the text with its fields filled in, None where a PDF is signed; raises as ``paragraphs``."""
    if template.content.text is None:
        return None
    text = filled(template.content.text, values(template, fields))
    paragraphs(text)
    return text


def document_of(house: House, template: Template, fields: Mapping[str, str]) -> bytes | None:
    """Set the text of the template with its fields filled in; None where a PDF is signed.

    Raises:
        GlyphMissing, TextTooLong, …: the text with what was filled in cannot be set.
    """
    text = text_of(template, fields)
    if text is None:
        return None
    title = title_of(template, fields)
    return render_text(house.typesetter, title=title, text=text, at=template.made_at)
