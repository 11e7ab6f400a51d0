"""How an agreement ends before it is complete: a party declines, or who started it withdraws it.

A party that declines says why, once and for all. The agreement goes on where its policy can still be met
without that party, and ends where it cannot. Who started it may take it back until the first party has
signed: from then on somebody relies on it. Both are facts; the reasons stay in the database, and the log has
no words.

    decline(session, agreement_id, "2", by=person_id, reason="金额有误", keyring=keyring)
    withdraw(session, agreement_id, by=uscc, reason="附件放错", keyring=keyring)
"""

from uuid import UUID

from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.statement import StatementType
from identity.names import REASON, check_name
from identity.people import PersonId
from signing.agreements import (
    Agreement,
    AgreementState,
    AgreementUnknown,
    SlotDeclined,
    agreement,
)
from signing.held_keys import Keyring
from signing.policy import check_needed, lost
from signing.signatures import SlotSigned
from signing.slot_locks import lock_slots
from signing.slot_parties import NotThisParty, check_party, expected
from signing.tables import AgreementRow, DeclineRow


class AgreementSigned(Refused):
    """A party has signed; who started the agreement cannot take it back alone any more."""

    code = "agreement-signed"
    zh = "已有一方于 {signed_at} 签署，发起方不能再单独撤回；未签的一方可以拒签，已签的各方可以一致同意作废。"
    en = (
        "A party signed at {signed_at}; its starter cannot withdraw it alone. Who has not signed may "
        "decline, and all who signed may void it together."
    )


def decline(
    session: Session, agreement_id: UUID, slot_id: str, *, by: PersonId, reason: str, keyring: Keyring
) -> Agreement:
    """Decline to fill a slot, for good; the same again changes nothing.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded: there is nothing to decline.
        SlotSigned, SlotNotNeeded: it is signed, or its group is satisfied without it.
        SlotDeclined: somebody else declined it before.
        NotThisParty and the other refusals of ``signing.slot_parties.check_party``: the wrong party.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown.
    """
    lock_slots(session, agreement_id)
    found = agreement(session, agreement_id)
    slot, now = found.slot(slot_id), keyring.clock.now()
    earlier = session.get(DeclineRow, (agreement_id, slot_id))
    if earlier is not None:
        if earlier.person != by:
            raise SlotDeclined(declined_at=earlier.declined_at)
        return found
    if slot.signed_at is not None:
        raise SlotSigned(signed_at=slot.signed_at)
    found.check_open(at=now)
    check_needed(found.manifest, slot_id, signed=found.signed)
    if expected(session, slot) != by:  # a keeper whose seal is suspended may still decline
        check_party(session, slot, signer=by)
        raise NotThisParty(capacity=slot.capacity)
    why = check_name(reason, REASON)
    body: dict[str, Value] = {"slot": slot.id, "organization": slot.organization.text}
    session.add(
        DeclineRow(
            agreement=agreement_id,
            slot=slot_id,
            person=by,
            reason=why,
            fact=_state(session, found, "slot-declined", body, keyring),
            declined_at=now,
        )
    )
    session.flush()
    declined = {each.id for each in found.slots if each.declined_at is not None} | {slot_id}
    if lost(found.manifest, declined=declined):
        _end(session, found, AgreementState.DECLINED, why, keyring)
    return agreement(session, agreement_id)


def withdraw(session: Session, agreement_id: UUID, *, by: Uscc, reason: str, keyring: Keyring) -> Agreement:
    """Take an agreement back that nobody has signed; the same again changes nothing.

    Raises:
        AgreementUnknown: there is none, or ``by`` did not start it.
        AgreementSigned: a party has signed.
        AgreementExpired, AgreementEnded: it is over.
        TextEmpty, TextTooLong, HiddenCharacter: the reason cannot be shown.
    """
    lock_slots(session, agreement_id)
    found = agreement(session, agreement_id)
    if found.started_by != by:
        raise AgreementUnknown(agreement=agreement_id)
    if found.ended is AgreementState.WITHDRAWN:
        return found
    signed = [slot.signed_at for slot in found.slots if slot.signed_at is not None]
    if signed:
        raise AgreementSigned(signed_at=min(signed))
    found.check_open(at=keyring.clock.now())
    _end(session, found, AgreementState.WITHDRAWN, check_name(reason, REASON), keyring)
    return agreement(session, agreement_id)


def _end(session: Session, found: Agreement, how: AgreementState, reason: str, keyring: Keyring) -> None:
    row = session.get_one(AgreementRow, found.id, with_for_update={"key_share": True}, populate_existing=True)
    row.ended_at, row.ended_how, row.ended_reason = keyring.clock.now(), how.value, reason
    row.ended_fact = _state(session, found, how.value, {}, keyring)
    session.flush()


def _state(
    session: Session, found: Agreement, action: str, body: dict[str, Value], keyring: Keyring
) -> bytes:
    said: dict[str, Value] = {
        "action": action,
        "agreement": found.id.bytes,
        "files": [found.manifest_digest.value],
        **body,
    }
    now = keyring.clock.now()
    return keyring.platform.record(session, StatementType.AGREEMENT, said, at=now, after=()).digest
