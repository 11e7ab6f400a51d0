"""Who sees an agreement or a certificate, and who may fill a slot now.

A firm sees what it started or is a party of; a person what names them, what their seal is asked for, or what
they speak for since it was signed; the agency of this house what all parties have signed, for that is how it
is submitted. Viewers and copies read it and do no act. For everybody else it does not exist.

    found = visible_agreement(session, agreement_id, visitor, house)
    slot = check_own_slot(session, found, "2", signer=person, at=clock.now())
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acting import acts_for_agency
from api.house import House
from api.policy import Role, Visitor
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.people import PersonId
from signing.agreement_readers import reads
from signing.agreements import Agreement, AgreementUnknown, Slot, agreement
from signing.certificate_succession import version_after
from signing.certificates import Certificate, CertificateUnknown, certificate
from signing.seal_limits import check_limits
from signing.signatures import SlotSigned, check_signable
from signing.slot_parties import answers, check_party, fills
from signing.tables import AgreementRow, CertificateRow


class ReaderOnly(Refused):
    """A viewer or a copy asks for what only the parties do or take."""

    code = "reader-only"
    zh = "您是本次签署的查阅人或抄送对象，只能查阅和下载已签署的 PDF；如需办理，请联系发起单位。"
    en = (
        "You are a viewer or a copy of this agreement: you may read it and take the signed PDF; for "
        "anything else ask the firm that started it."
    )


class NotTheStarter(Refused):
    """A party asks for what only the firm that started the agreement does."""

    code = "not-the-starter"
    zh = "只有发起单位可以指定或移除查阅人和抄送对象；请联系发起单位。"
    en = "Only the firm that started the agreement names its viewers and copies; ask that firm."


def visible_agreement(session: Session, agreement_id: UUID, visitor: Visitor, house: House) -> Agreement:
    """Return the agreement if ``visitor`` takes part in it; what only reads asks ``readable_agreement``.

    Raises:
        AgreementUnknown: there is none, or it is not the visitor's to see.
        ReaderOnly: the visitor may read it and no more.
    """
    found = agreement(session, agreement_id)
    if takes_part(session, found, visitor, house):
        return found
    if _reads(session, found, visitor):
        raise ReaderOnly
    raise AgreementUnknown(agreement=agreement_id)


def readable_agreement(session: Session, agreement_id: UUID, visitor: Visitor, house: House) -> Agreement:
    """Return the agreement if ``visitor`` takes part in it, or is a viewer or a copy who may read it now.

    Raises:
        AgreementUnknown: there is none, or it is not the visitor's to read.
    """
    found = agreement(session, agreement_id)
    if takes_part(session, found, visitor, house) or _reads(session, found, visitor):
        return found
    raise AgreementUnknown(agreement=agreement_id)


def _reads(session: Session, found: Agreement, visitor: Visitor) -> bool:
    firm = visitor.organization if Role.FIRM in visitor.roles else None
    human = visitor.person if Role.PERSON in visitor.roles else None
    return reads(
        session,
        found.id,
        organization=None if firm is None else Uscc.parse(firm),
        person=None if human is None else PersonId(human),
    )


def takes_part(session: Session, found: Agreement, visitor: Visitor, house: House) -> bool:
    """Whether the visitor sees the agreement as one of its parties, or as the agency it is submitted to."""
    concerned = {found.started_by.text} | {slot.organization.text for slot in found.slots}
    if Role.FIRM in visitor.roles and visitor.organization in concerned:
        return True
    if acts_for_agency(visitor, house) and found.completed_at is not None:
        return True
    if Role.PERSON not in visitor.roles or visitor.person is None:
        return False
    me = PersonId(visitor.person)
    return any(fills(session, slot, me) or answers(session, slot) == me for slot in found.slots)


def starts(visitor: Visitor, found: Agreement) -> bool:
    """Whether the visitor acts for the firm that started the agreement."""
    return Role.FIRM in visitor.roles and visitor.organization == found.started_by.text


def visible_certificate(session: Session, certificate_id: UUID, visitor: Visitor) -> Certificate:
    """Return the certificate if ``visitor`` may see it: its agency, its holder, who signed its agreement.

    A firm sees what it holds or signed for, a natural person what they hold.

    Raises:
        CertificateUnknown: there is none, or it is not the visitor's to see.
    """
    found = certificate(session, certificate_id)
    if Role.AGENCY in visitor.roles and visitor.organization == found.agency.text:
        return found
    if Role.FIRM in visitor.roles and visitor.organization in _concerned(session, found):
        return found
    if Role.PERSON in visitor.roles and found.person is not None and visitor.person == found.person:
        return found
    raise CertificateUnknown(certificate=certificate_id)


def _concerned(session: Session, found: Certificate) -> set[str]:
    """The organizations that hold a certificate or signed what it rests on."""
    concerned = set() if found.holder is None else {found.holder.text}
    first = found
    while first.previous is not None:
        first = certificate(session, first.previous)
    if first.agreement is not None:
        rests_on = agreement(session, first.agreement)
        concerned |= {slot.organization.text for slot in rests_on.slots if slot.id in rests_on.signed}
    return concerned


def check_own_slot(
    session: Session, found: Agreement, slot_id: str, *, signer: PersonId, at: datetime
) -> Slot:
    """Return the open slot that ``signer`` may fill now.

    Raises:
        SlotUnknown, SlotSigned, AgreementExpired, AgreementEnded, SlotDeclined: there is nothing to sign.
        SlotNotNeeded, NotYetThisTurn: its group has what it needs, or another one comes first.
        NotThisParty and the other refusals of ``signing.slot_parties.check_party``: the wrong party.
        SealUsesSpent, SealForOtherPurpose, SealOutsidePeriod: the seal is not for this use.
    """
    slot = found.slot(slot_id)
    if slot.signed_at is not None:
        raise SlotSigned(signed_at=slot.signed_at)
    check_signable(found, slot, at=at)
    seal = check_party(session, slot, signer=signer)
    if seal is not None:
        check_limits(session, seal, title=found.title, at=at)
    return slot


def certificate_for(session: Session, agreement_id: UUID) -> Certificate | None:
    """Return the newest version of the certificate that was issued for the agreement, else None."""
    id_ = session.scalar(select(CertificateRow.id).where(CertificateRow.agreement == agreement_id))
    newest = None if id_ is None else certificate(session, id_)
    while newest is not None and (after := version_after(session, newest.id)) is not None:
        if after.pdf is None:
            break
        newest = after
    return newest


def submitted(session: Session) -> tuple[Agreement, ...]:
    """Return what all parties signed, nobody voided and no certificate was issued for, the oldest first."""
    issued = select(CertificateRow.agreement).where(CertificateRow.agreement.is_not(None))
    query = select(AgreementRow.id).where(
        AgreementRow.completed_at.is_not(None),
        AgreementRow.ended_at.is_(None),
        AgreementRow.id.not_in(issued),
    )
    ids = session.scalars(query.order_by(AgreementRow.completed_at)).all()
    return tuple(agreement(session, id_) for id_ in ids)
