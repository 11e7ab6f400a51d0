"""The stamps of qualifications in templates: a role says of which kind, a use says whose.

Whose it is, is found as when an agreement is started from its form: the signer's own, or that of the holder
who granted the firm the authorization that is named.

    content = settled(session, content, own=uscc)            # when a template is kept
    check_stamps(session, content.roles, slots)              # when it is used
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from api.agreement_templates.content import Content, Role
from api.slot_forms import stamp_asked
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.authorization_records import AuthorizationId, authorization_of_firm
from identity.people import PersonId
from identity.qualifications import QualificationId, QualificationKind, qualification
from signing.agreement_drafting import SlotDraft
from signing.qualification_stamps import StampAsked

AUTHORIZATION = Term("授权编号", "authorization")
NO_AUTHORIZATION = ("无", "none")
"""What a cell of a sheet says where the holder puts the stamp; a blank one takes the usual authorization."""


class StampOfAnotherKind(Refused):
    """An authorization is for another qualification than the role asks for. Facts: ``role``, ``wanted``."""

    code = "stamp-of-another-kind"
    zh = (
        "角色“{role}”须盖{wanted}的执业印章，所填授权不是这类资格；请改填相应的授权；"
        "由持证人本人加盖的，在页面上留空，在批量表格里填“无”。"
    )
    en = (
        "The role “{role}” asks for the stamp of: {wanted}. The authorization is for another qualification; "
        "name one that fits, or where the holder stamps leave it empty on the page and write “none” in a "
        "sheet."
    )


class AuthorizationMalformed(Refused):
    """What stands for an authorization is no number of one. It is not repeated."""

    code = "authorization-malformed"
    zh = "授权编号的格式不对；请从授权页面复制编号；由持证人本人加盖的，在页面上留空，在批量表格里填“无”。"
    en = (
        "This is no number of an authorization; copy it from its page, or where the holder stamps leave it "
        "empty on the page and write “none” in a sheet."
    )


def settled(session: Session, content: Content, *, own: Uscc) -> Content:
    """Give ``content`` with the kind of each stamp said, where only an authorization is named.

    Raises:
        AuthorizationUnknown: the role's organization, or ``own`` where none is named, has no such one.
        StampOfAnotherKind: it is for another kind than the role says.
    """
    return content.model_copy(update={"roles": tuple(_settled(session, each, own) for each in content.roles)})


def _settled(session: Session, role: Role, own: Uscc) -> Role:
    if role.authorization is None:
        return role
    firm = role.uscc if role.organization.strip() else own
    granted = authorization_of_firm(session, AuthorizationId(role.authorization), firm=firm)
    _check_kind(session, role, granted.qualification)
    return role.model_copy(update={"qualification": _kind(session, granted.qualification)})


def usual_grant(role: Role, *, taker: str, own: Uscc) -> UUID | None:
    """Give the role's usual authorization, if the credit code ``taker`` is of the firm to which it was given.

    That is the role's usual organization, or ``own``, whose template it is, where none is named.
    """
    firm = role.organization.strip() or own.text
    return role.authorization if taker.strip().upper() == firm.upper() else None


def grant_in_row(role: Role, *, given: str, taker: Uscc, own: Uscc) -> UUID | None:
    """Read under which authorization ``taker`` stamps by a row of a sheet; None: the signer's own stamp.

    A blank cell is the usual one, if any; 无 or none says that there is none.

    Raises:
        AuthorizationMalformed: it is neither blank nor a number nor one of these words.
    """
    if not given:
        return usual_grant(role, taker=taker.text, own=own)
    return None if given.casefold() in NO_AUTHORIZATION else number(given)


def stamp_of(
    session: Session, role: Role, *, taker: Uscc, signer: PersonId, granted: UUID | None
) -> StampAsked | None:
    """Find the stamp that a role asks for, as ``signer`` of ``taker`` puts it, ``granted`` or their own.

    Raises:
        AuthorizationUnknown, QualificationUnknown: there is no such stamp.
        StampOfAnotherKind: the authorization is for another qualification.
    """
    asked = role.model_copy(update={"organization": taker.text, "authorization": granted})
    stamp = stamp_asked(session, asked, signer)
    if stamp is not None:
        _check_kind(session, role, stamp.qualification)
    return stamp


def check_stamps(session: Session, roles: Sequence[Role], slots: Sequence[SlotDraft]) -> None:
    """Check that each stamp is of the kind that its role asks for.

    Raises:
        StampOfAnotherKind: one is not.
    """
    for role, slot in zip(roles, slots, strict=True):
        if slot.stamp is not None:
            _check_kind(session, role, slot.stamp.qualification)


def number(text: str) -> UUID:
    """Read the number of an authorization.

    Raises:
        AuthorizationMalformed: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise AuthorizationMalformed from None


def _kind(session: Session, held: QualificationId) -> QualificationKind:
    return qualification(session, held).kind


def _check_kind(session: Session, role: Role, held: QualificationId) -> None:
    if role.qualification not in (None, _kind(session, held)):
        raise StampOfAnotherKind(role=role.name, wanted=role.qualification.term)
