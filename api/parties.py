"""Who sees an agreement or a certificate, and who may fill a slot now.

A firm sees what it started or is a party of; a person what names them, what their seal is asked for, or what
they speak for since it was signed; the agency of this house what all parties have signed, for that is how it
is submitted. For everybody else it does not exist.

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
from identity.people import PersonId
from signing.agreements import Agreement, AgreementUnknown, Slot, agreement
from signing.certificates import Certificate, CertificateUnknown, certificate
from signing.seal_limits import check_limits
from signing.signatures import SlotSigned, check_signable
from signing.slot_parties import answers, check_party, fills
from signing.tables import AgreementRow, CertificateRow


def visible_agreement(session: Session, agreement_id: UUID, visitor: Visitor, house: House) -> Agreement:
    """Return the agreement if ``visitor`` may see it.

    Raises:
        AgreementUnknown: there is none, or it is not the visitor's to see.
    """
    found = agreement(session, agreement_id)
    if not _sees(session, found, visitor, house):
        raise AgreementUnknown(agreement=agreement_id)
    return found


def _sees(session: Session, found: Agreement, visitor: Visitor, house: House) -> bool:
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

    Raises:
        CertificateUnknown: there is none, or it is not the visitor's to see.
    """
    found = certificate(session, certificate_id)
    if Role.AGENCY in visitor.roles and visitor.organization == found.agency.text:
        return found
    rests_on = agreement(session, found.agreement)
    signers = {slot.organization.text for slot in rests_on.slots if slot.id in rests_on.signed}
    if Role.FIRM in visitor.roles and visitor.organization in {found.holder.text} | signers:
        return found
    raise CertificateUnknown(certificate=certificate_id)


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
    """Return the certificate that was issued for the agreement, else None."""
    id_ = session.scalar(select(CertificateRow.id).where(CertificateRow.agreement == agreement_id))
    return None if id_ is None else certificate(session, id_)


def submitted(session: Session) -> tuple[Agreement, ...]:
    """Return what all parties signed, nobody voided and no certificate was issued for, the oldest first."""
    issued = select(CertificateRow.agreement)
    query = select(AgreementRow.id).where(
        AgreementRow.completed_at.is_not(None),
        AgreementRow.ended_at.is_(None),
        AgreementRow.id.not_in(issued),
    )
    ids = session.scalars(query.order_by(AgreementRow.completed_at)).all()
    return tuple(agreement(session, id_) for id_ in ids)
