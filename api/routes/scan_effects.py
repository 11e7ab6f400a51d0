"""What an approval lets happen: authorizing grants, signing and sealing fill a slot.

The subject of the approval alone says what it is about: the digest of an authorization's text, or of an
agreement's manifest; both are unique.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.house import House
from evidence.digest import Digest
from identity import authorizations
from identity.approvals import Approval
from identity.authorization_records import AuthorizationRow
from identity.authorizations import AuthorizationId, AuthorizationUnknown
from identity.challenges import Action
from identity.members import Position, positions
from identity.people import PersonId
from signing.agreements import Agreement, AgreementUnknown, Slot, SlotUnknown, agreement
from signing.manifest import SlotKind
from signing.signatures import sign_slot
from signing.tables import AgreementRow


@dataclass(frozen=True)
class Effect:
    """What came of the approval: the new state, and the page that shows it."""

    state: str
    next: str


def take_effect(session: Session, house: House, approval: Approval, *, slot: str | None = None) -> Effect:
    """Do what ``approval`` allows, in the transaction that recorded it.

    Raises:
        AuthorizationUnknown, AgreementUnknown, SlotUnknown: its subject is no more.
        Refused: a refusal of ``identity.authorizations.grant`` or ``signing.signatures.sign_slot``.
    """
    if approval.action is Action.AUTHORIZE:
        return _grant(session, house, approval)
    return _sign(session, house, approval, slot=slot)


def _grant(session: Session, house: House, approval: Approval) -> Effect:
    granted = authorizations.grant(
        session,
        _authorization_of(session, approval.subject),
        approval=approval,
        issuer=house.issuer,
        signer=house.verifier_signer,
        clock=house.clock,
    )
    return Effect(state=granted.state.value, next=f"/authorizations/{granted.id}")


def _sign(session: Session, house: House, approval: Approval, *, slot: str | None) -> Effect:
    found = _agreement_of(session, approval.subject)
    chosen = found.slot(slot) if slot else _own_open_slot(session, found, approval)
    sign_slot(
        session,
        agreement_id=found.id,
        slot_id=chosen.id,
        approval=approval,
        verifier=house.verifier_key,
        keyring=house.keyring,
    )
    return Effect(state="signed", next=f"/agreements/{found.id}")


def _authorization_of(session: Session, text: Digest) -> AuthorizationId:
    found = session.scalar(select(AuthorizationRow.id).where(AuthorizationRow.text_digest == text.value))
    if found is None:
        raise AuthorizationUnknown(authorization=text)
    return AuthorizationId(found)


def _agreement_of(session: Session, manifest: Digest) -> Agreement:
    found = session.scalar(select(AgreementRow.id).where(AgreementRow.manifest_digest == manifest.value))
    if found is None:
        raise AgreementUnknown(agreement=manifest)
    return agreement(session, found)


def _own_open_slot(session: Session, found: Agreement, approval: Approval) -> Slot:
    """Give the first slot that waits for this person in this role."""
    for slot in found.slots:
        if slot.signed_at is None and _waits_for(session, slot, approval.person, approval.action):
            return slot
    raise SlotUnknown(slot="—")


def _waits_for(session: Session, slot: Slot, person: PersonId, action: Action) -> bool:
    if slot.kind is SlotKind.SEAL:
        kept = positions(session, uscc=slot.organization, person=person)
        return action is Action.SEAL and Position.SEAL_KEEPER in kept
    return action is Action.SIGN and slot.person == person
