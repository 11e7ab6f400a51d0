"""What an approval lets happen: a grant, a filled slot, a device key, another keeper of a seal, a void.

The subject of the approval alone says what it is about: the digest of an authorization's text, of one slot of
an agreement's manifest, of a device key that waits, of the text that appoints a keeper, or of a proposal to
void; all are unique.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import agreement_notices, notices, void_notices
from api.house import House
from api.webhooks import events
from evidence.digest import Digest
from identity import authorizations, passkey_adding
from identity.approvals import Approval
from identity.authorization_records import AuthorizationRow
from identity.authorizations import AuthorizationId, AuthorizationUnknown
from identity.challenges import Action
from registers import receipts
from registers.answers import Answer
from signing import seal_keepers, voids
from signing.agreements import Agreement, AgreementUnknown, agreement
from signing.qualification_stamps import asked_of
from signing.signatures import sign_slot
from signing.tables import SlotRow
from signing.void_rows import VoidAnswerRow


@dataclass(frozen=True)
class Effect:
    """What came of the approval: the new state, and the page that shows it."""

    state: str
    next: str


def take_effect(
    session: Session, house: House, approval: Approval, *, answers: Sequence[Answer] = ()
) -> Effect:
    """Do what ``approval`` allows, in the transaction that recorded it.

    ``answers`` are what registers said just now about the qualification that is granted, or whose stamp is
    put (``api.inquiry``).

    Raises:
        AuthorizationUnknown, AgreementUnknown, PasskeyUnknown, AppointmentUnknown: its subject is no more.
        Refused: a refusal of ``identity.authorizations.grant``, ``signing.signatures.sign_slot``,
            ``identity.passkey_adding.add``, ``signing.seal_keepers.appoint`` or ``signing.voids.consent``.
    """
    if approval.action is Action.AUTHORIZE:
        return _grant(session, house, approval, answers)
    if approval.action is Action.ADD_PASSKEY:
        return _add_passkey(session, house, approval)
    if approval.action is Action.APPOINT_KEEPER:
        return _appoint_keeper(session, house, approval)
    if approval.action is Action.VOID:
        return _consent_to_void(session, house, approval)
    return _sign(session, house, approval, answers)


def _grant(session: Session, house: House, approval: Approval, answers: Sequence[Answer]) -> Effect:
    granting = _authorization_of(session, approval.subject)
    receipts.keep(session, answers, authorization=granting)
    granted = authorizations.grant(
        session,
        granting,
        approval=approval,
        registers=receipts.digests(session, granting),
        issuer=house.issuer,
        signer=house.verifier_signer,
        clock=house.clock,
    )
    notices.tell_answer(session, house, granted)
    events.tell_authorization(session, house, granted)
    return Effect(state=granted.state.value, next=f"/authorizations/{granted.id}")


def _add_passkey(session: Session, house: House, approval: Approval) -> Effect:
    passkey_adding.add(
        session, approval=approval, issuer=house.issuer, signer=house.verifier_signer, clock=house.clock
    )
    return Effect(state="added", next="/engineer#devices")


def _appoint_keeper(session: Session, house: House, approval: Approval) -> Effect:
    entrusted = seal_keepers.appoint(
        session, approval=approval, verifier=house.verifier_key, keyring=house.keyring
    )
    agreement_notices.tell_keeper(session, house, entrusted)
    return Effect(state="appointed", next=f"/firm/seals/{entrusted.id}")


def _consent_to_void(session: Session, house: House, approval: Approval) -> Effect:
    asked = select(VoidAnswerRow.agreement).where(VoidAnswerRow.subject == approval.subject.value)
    about = session.scalar(asked)
    if about is None:
        raise AgreementUnknown(agreement=approval.subject)
    before = agreement(session, about)
    after = voids.consent(session, approval=approval, verifier=house.verifier_key, keyring=house.keyring)
    if after.ended is not None:
        agreement_notices.tell_turn(session, house, after, before=before.wanted)
        void_notices.tell_voided(session, house, after)
    events.tell_agreement(session, house, after, before=before)
    return Effect(state="consented" if after.ended is None else "voided", next=f"/agreements/{about}")


def _sign(session: Session, house: House, approval: Approval, answers: Sequence[Answer]) -> Effect:
    slot = session.scalar(select(SlotRow).where(SlotRow.subject == approval.subject.value))
    if slot is None:
        raise AgreementUnknown(agreement=approval.subject)
    before = agreement(session, slot.agreement)
    sign_slot(
        session,
        agreement_id=slot.agreement,
        slot_id=slot.id,
        approval=approval,
        verifier=house.verifier_signer,
        keyring=house.keyring,
        registers=receipts.keep(session, answers),
    )
    _tell_stamp(session, house, before, slot.id)
    signed = agreement(session, slot.agreement)
    agreement_notices.tell_turn(session, house, signed, before=before.wanted)
    agreement_notices.tell_over(session, house, signed)
    void_notices.tell_signed_meanwhile(session, house, signed, slot.id)
    events.tell_agreement(session, house, signed, before=before)
    return Effect(state="signed", next=f"/agreements/{slot.agreement}")


def _tell_stamp(session: Session, house: House, found: Agreement, slot_id: str) -> None:
    """Tell the holder of a qualification that their authorization was used for its stamp."""
    asked = asked_of(session, found.id, slot_id)
    if asked is not None and asked.authorization is not None:
        notices.tell_use(session, house, authorizations.authorization(session, asked.authorization))


def _authorization_of(session: Session, text: Digest) -> AuthorizationId:
    found = session.scalar(select(AuthorizationRow.id).where(AuthorizationRow.text_digest == text.value))
    if found is None:
        raise AuthorizationUnknown(authorization=text)
    return AuthorizationId(found)
