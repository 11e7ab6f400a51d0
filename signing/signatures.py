"""Signing a slot: the legal moment of one party, decided by the database.

Parties sign at the same instant and never wait for one another: each locks its own slot only. The log is
locked for the last, short step, and whoever fills the last slot completes the agreement in the same
transaction. The steps of ``sign_slot``:

1. lock the slot; a signature that is there already under the same approval is the answer of a retry;
2. the agreement is open, the party is the one the slot expects, its key is held, its seal in use;
3. the approval activates the key, once;
4. the key signs the manifest, detached (CAdES);
5. the signature is a row and a fact; the last one completes the agreement and asks for its assembly.

    signature = sign_slot(session, agreement=id, slot="1", approval=approval, verifier=key, keyring=keyring)
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.digest import sha256
from evidence.errors import Refused, Term
from evidence.keys import VerifyingKey
from evidence.statement import StatementType
from identity.approvals import Approval
from identity.challenges import Action
from identity.commitments import commit_person
from identity.members import positions
from identity.organizations import organization
from identity.people import PersonId, person
from ledger.facts import Fact
from signing.activation import Activation, Seat, activate, sign_manifest
from signing.agreements import Agreement, AgreementExpired, AgreementState, Slot, agreement
from signing.assembly_jobs import request_assembly
from signing.held_keys import HeldKey, Keyring, held_key, hold_for_person
from signing.manifest import SlotKind
from signing.seals import Seal, usable_seal
from signing.tables import AgreementRow, SignatureRow, SlotRow


class SlotSigned(Refused):
    """The slot is filled, under another approval."""

    code = "slot-signed"
    zh = "此签署位已于 {signed_at} 签署，无需再次签署。"
    en = "This slot was signed at {signed_at}; there is nothing left to sign."


class NotThisParty(Refused):
    """The slot expects somebody else."""

    code = "not-this-party"
    zh = "签署位“{capacity}”由另一人签署，您不是该签署位指定的人员。"
    en = "The slot “{capacity}” expects another person; you are not the one it names."


class PartyLeft(Refused):
    """The person no longer acts for the organization of the slot."""

    code = "party-left"
    zh = "您已不再代表 {organization}，不能在此签署位签署，请由发起方重新发起。"
    en = "You no longer act for {organization}; the party that started the agreement must start it again."


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A party's signature: the detached CMS (DER) and the digest of its fact (32 bytes)."""

    agreement: UUID
    slot: str
    person: PersonId
    seal: UUID | None
    cms: bytes
    fact: bytes
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Party:
    """Who fills a slot, with which key; ``seal`` in a seal slot."""

    person: PersonId
    key: HeldKey
    seal: Seal | None


def sign_slot(
    session: Session,
    *,
    agreement_id: UUID,
    slot_id: str,
    approval: Approval,
    verifier: VerifyingKey,
    keyring: Keyring,
) -> Signature:
    """Sign one slot under ``approval``; the same call again gives the same signature.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired: there is nothing to sign.
        SlotSigned: it was signed under another approval.
        NotThisParty, PartyLeft, SealMissing, SealSuspended, NotTheKeeper, NotInPosition: the wrong party.
        ApprovalUsed, and the refusals of ``identity.approvals``: the approval does not allow this.
    """
    found = agreement(session, agreement_id)
    slot = found.slot(slot_id)
    _lock(session, agreement_id, slot_id)
    signed = session.get(SignatureRow, (agreement_id, slot_id), populate_existing=True)
    if signed is not None:
        return _earlier(signed, approval)
    if found.state(keyring.clock.now()) is AgreementState.EXPIRED:
        raise AgreementExpired(expires_at=found.expires_at)
    party = _party(session, slot, approval.person, keyring)
    seat = Seat(
        agreement=agreement_id,
        slot=slot_id,
        manifest=found.manifest_digest,
        person=party.person,
        key=party.key,
        action=Action.SEAL if slot.kind is SlotKind.SEAL else Action.SIGN,
    )
    activation = activate(session, seat, approval=approval, verifier=verifier, keyring=keyring)
    cms = sign_manifest(session, activation, found.manifest, keyring=keyring)
    signature = _record(session, slot, party, activation=activation, cms=cms, keyring=keyring)
    _complete_when_all_signed(session, agreement_id, keyring)
    return signature


def _lock(session: Session, agreement_id: UUID, slot_id: str) -> None:
    slot = select(SlotRow.id).where(SlotRow.agreement == agreement_id, SlotRow.id == slot_id)
    session.execute(slot.with_for_update(key_share=True))


def _earlier(row: SignatureRow, approval: Approval) -> Signature:
    if row.approval != approval.digest:
        raise SlotSigned(signed_at=row.signed_at)
    return _signature(row)


def _party(session: Session, slot: Slot, signer: PersonId, keyring: Keyring) -> _Party:
    if slot.kind is SlotKind.SEAL:
        seal = usable_seal(session, slot.organization, keeper=signer)
        return _Party(person=signer, key=held_key(session, seal.key, keyring), seal=seal)
    if slot.person != signer:
        raise NotThisParty(capacity=Term(slot.capacity_zh, slot.capacity_en))
    if not positions(session, uscc=slot.organization, person=signer):
        raise PartyLeft(organization=organization(session, slot.organization).name)
    return _Party(
        person=signer, key=hold_for_person(session, person(session, signer), keyring=keyring), seal=None
    )


def _record(
    session: Session, slot: Slot, party: _Party, *, activation: Activation, cms: bytes, keyring: Keyring
) -> Signature:
    body: dict[str, Value] = {
        "agreement": activation.agreement.bytes,
        "manifest": activation.manifest.value,
        "slot": slot.id,
        "kind": slot.kind.value,
        "organization": slot.organization.text,
        "key": party.key.key_id,
        "approval": activation.approval,
        "seal": None if party.seal is None else party.seal.id.bytes,
        "seal_state": None if party.seal is None else party.seal.state.value,
        "commitments": [commit_person(session, person(session, party.person))],
        "files": [sha256(cms).value],
    }
    fact = keyring.platform.record(
        session,
        StatementType.SIGNATURE,
        body,
        at=activation.at,
        after=(activation.approval, party.key.fact),
    )
    row = SignatureRow(
        agreement=activation.agreement,
        slot=slot.id,
        approval=activation.approval,
        person=party.person,
        seal=None if party.seal is None else party.seal.id,
        cms=cms,
        fact=fact.digest,
        signed_at=activation.at,
    )
    session.add(row)
    session.flush()
    return _signature(row)


def _complete_when_all_signed(session: Session, agreement_id: UUID, keyring: Keyring) -> None:
    """Complete the agreement if this was its last slot; parties that finish together queue here only."""
    row = session.get(AgreementRow, agreement_id, with_for_update={"key_share": True}, populate_existing=True)
    found = agreement(session, agreement_id)
    if row is None or row.fact is not None or any(slot.fact is None for slot in found.slots):
        return
    now = keyring.clock.now()
    fact = _record_agreement(session, found, now, keyring)
    row.completed_at, row.fact = now, fact.digest
    session.flush()
    request_assembly(session, agreement_id, at=now)


def _record_agreement(session: Session, found: Agreement, now: datetime, keyring: Keyring) -> Fact:
    signatures = [slot.fact for slot in found.slots if slot.fact is not None]
    body: dict[str, Value] = {
        "action": "completed",
        "agreement": found.id.bytes,
        "policy": "all",
        "signatures": signatures,
        "files": [found.manifest_digest.value, found.document.value],
    }
    return keyring.platform.record(session, StatementType.AGREEMENT, body, at=now, after=signatures)


def signatures(session: Session, agreement_id: UUID) -> tuple[Signature, ...]:
    """Return the signatures of an agreement in the order of its slots."""
    rows = session.scalars(
        select(SignatureRow)
        .join(SlotRow, (SlotRow.agreement == SignatureRow.agreement) & (SlotRow.id == SignatureRow.slot))
        .where(SignatureRow.agreement == agreement_id)
        .order_by(SlotRow.position)
    )
    return tuple(_signature(row) for row in rows)


def _signature(row: SignatureRow) -> Signature:
    return Signature(
        agreement=row.agreement,
        slot=row.slot,
        person=PersonId(row.person),
        seal=row.seal,
        cms=row.cms,
        fact=row.fact,
        signed_at=row.signed_at,
    )
