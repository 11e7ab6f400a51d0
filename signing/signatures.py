"""Signing a slot: the legal moment of one party, decided by the database.

Parties sign at the same instant and wait for one another only where the log makes everybody queue, from the
approval to the end of the transaction: each locks its own slot and the seal that it asks for, before the log
is locked (``signing.slot_locks``), and the agreement last. Whoever meets the policy completes it in the same
transaction. The steps of ``sign_slot``:

1. lock the slot; a signature that is there already under the same approval is the answer of a retry;
2. the agreement is open, it is the slot's turn, the party is the one the slot expects, its key is held, its
   seal in use and within its limits; the stamp of a qualification has its authority, which is taken;
3. the approval activates the key, once;
4. the key signs the manifest, detached (CAdES);
5. the signature is a row and a fact; the last one that is needed completes the agreement and asks for its
   assembly.

    signature = sign_slot(session, agreement=id, slot="1", approval=approval, verifier=key, keyring=keyring)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.digest import sha256
from evidence.errors import Refused
from evidence.keys import Signer
from evidence.statement import StatementType, read
from identity.approvals import Approval
from identity.people import PersonId, person
from ledger import facts
from ledger.facts import Fact
from signing import slot_persons, slot_texts
from signing.activation import Activation, Seat, activate, sign_manifest
from signing.agreements import Agreement, Slot, SlotDeclined, agreement
from signing.assembly_jobs import request_assembly
from signing.held_keys import HeldKey, Keyring, held_key, hold_for_person
from signing.manifest import SlotKind
from signing.policy import check_needed, check_turn, complete
from signing.qualification_stamps import Stamped, stamp
from signing.seal_changes import history
from signing.seal_limits import check_limits
from signing.seals import Seal
from signing.slot_locks import lock_slot
from signing.slot_parties import check_party, expected
from signing.tables import AgreementRow, DeclineRow, SignatureRow, SlotRow


class SlotSigned(Refused):
    """The slot is filled, under another approval."""

    code = "slot-signed"
    zh = "此签署位已于 {signed_at} 签署，无需再次签署。"
    en = "This slot was signed at {signed_at}; there is nothing left to sign."


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
    verifier: Signer,
    keyring: Keyring,
    registers: Sequence[bytes] = (),
) -> Signature:
    """Sign one slot under ``approval``; the same call again gives the same signature.

    ``verifier`` holds the identity verifier's key, which signed the approval; ``registers`` are the facts
    (32 bytes each) of what registers said just now about the qualification whose stamp is put.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded: there is nothing to sign.
        SlotDeclined, SlotSigned: it was declined, or signed under another approval.
        SlotNotNeeded, NotYetThisTurn: its group has what it needs, or another one comes first.
        PersonNotTied: what opens the slot's commitment to its person was erased.
        NotThisParty and the other refusals of ``signing.slot_parties.check_party``: the wrong party.
        SealUsesSpent, SealForOtherPurpose, SealOutsidePeriod: the seal is not for this use.
        TextsUnapproved: the approval does not name what the text fields of the slot say.
        The refusals of ``signing.qualification_stamps.stamp``: there is no authority to put the stamp.
        ApprovalUsed, and the refusals of ``identity.approvals``: the approval does not allow this.
    """
    lock_slot(session, agreement_id, slot_id)
    signed = session.get(SignatureRow, (agreement_id, slot_id), populate_existing=True)
    if signed is not None:
        return _earlier(signed, approval)
    found = agreement(session, agreement_id)
    slot = found.slot(slot_id)
    check_signable(found, slot, at=keyring.clock.now())
    party = _party(session, slot, approval.person, keyring)
    if party.seal is not None:
        check_limits(session, party.seal, title=found.title, at=keyring.clock.now())
    slot_texts.use(session, found.manifest.slot(slot_id), approval)
    stamped = stamp(session, found, slot, registers=registers, verifier=verifier, keyring=keyring)
    seat = Seat(
        agreement=agreement_id,
        slot=slot_id,
        manifest=found.manifest_digest,
        person=party.person,
        key=party.key,
        action=slot.kind.action,
    )
    activation = activate(session, seat, approval=approval, verifier=verifier.key, keyring=keyring)
    committed = slot_persons.approved_as(session, found, slot, approval)
    cms = sign_manifest(session, activation, approval, found.manifest_bytes, keyring=keyring)
    signature = _record(
        session,
        slot,
        party,
        committed=committed,
        stamped=stamped,
        activation=activation,
        cms=cms,
        keyring=keyring,
    )
    _complete_when_policy_met(session, agreement_id, slot_id, keyring)
    return signature


def check_signable(found: Agreement, slot: Slot, *, at: datetime) -> None:
    """Check that a slot, which is not signed, may be signed now by whoever it expects.

    Raises:
        AgreementExpired, AgreementEnded, SlotDeclined, SlotNotNeeded, NotYetThisTurn: it may not.
    """
    found.check_open(at=at)
    if slot.declined_at is not None:
        raise SlotDeclined(declined_at=slot.declined_at)
    check_turn(found.manifest, slot.id, signed=found.signed)


def _earlier(row: SignatureRow, approval: Approval) -> Signature:
    if row.approval != approval.digest:
        raise SlotSigned(signed_at=row.signed_at)
    return _signature(row)


def _party(session: Session, slot: Slot, signer: PersonId, keyring: Keyring) -> _Party:
    seal = check_party(session, slot, signer=signer)
    if seal is not None:
        return _Party(person=signer, key=held_key(session, seal.key, keyring), seal=seal)
    key = hold_for_person(session, person(session, signer), keyring=keyring)
    return _Party(person=signer, key=key, seal=None)


def _record(
    session: Session,
    slot: Slot,
    party: _Party,
    *,
    committed: bytes,
    stamped: Stamped | None,
    activation: Activation,
    cms: bytes,
    keyring: Keyring,
) -> Signature:
    """State the signature; ``delegations`` are the steps by which the slot came to the signer."""
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
        "delegations": [step.fact for step in slot.chain],
        "commitments": [committed],
        "files": [sha256(cms).value],
        **({} if stamped is None else stamped.members),
    }
    fact = keyring.platform.record(
        session,
        StatementType.SIGNATURE,
        body,
        at=activation.at,
        after=(
            activation.approval,
            party.key.fact,
            *_before(session, slot, party.seal),
            *(() if stamped is None else stamped.before),
        ),
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


def _before(session: Session, slot: Slot, seal: Seal | None) -> tuple[bytes, ...]:
    """Give the facts by which the slot is the signer's, and the seal in the state that it is in."""
    life = () if seal is None else history(session, seal.id)
    return (*(step.fact for step in slot.chain[-1:]), *(step.fact for step in life[-1:]))


def _complete_when_policy_met(session: Session, agreement_id: UUID, slot_id: str, keyring: Keyring) -> None:
    """Complete the agreement if no more slot is needed; parties that finish together queue here.

    Raises:
        SlotNotNeeded: others satisfied the group of the slot meanwhile.
    """
    row = session.get(AgreementRow, agreement_id, with_for_update={"key_share": True}, populate_existing=True)
    found = agreement(session, agreement_id)
    check_needed(found.manifest, slot_id, signed=found.signed - {slot_id})
    if row is None or row.fact is not None or not complete(found.manifest, signed=found.signed):
        return
    now = keyring.clock.now()
    fact = _record_agreement(session, found, now, keyring)
    row.completed_at, row.fact = now, fact.digest
    session.flush()
    request_assembly(session, agreement_id, at=now)


def _record_agreement(session: Session, found: Agreement, now: datetime, keyring: Keyring) -> Fact:
    """State that the policy is met; ``left`` are the slots whose representative has left office since.

    ``declined`` are the facts by which parties declined without whom it could be met.
    """
    signatures = [slot.fact for slot in found.filled if slot.fact is not None]
    body: dict[str, Value] = {
        "action": "completed",
        "agreement": found.id.bytes,
        "signatures": signatures,
        "left": [slot.id for slot in found.filled if _left(session, slot)],
        "declined": [*_declined(session, found)],
        "files": [found.manifest_digest.value, *(document.value for document in found.documents)],
    }
    return keyring.platform.record(session, StatementType.AGREEMENT, body, at=now, after=signatures)


def _declined(session: Session, found: Agreement) -> Iterator[bytes]:
    """Give the digests (32 bytes) of the facts by which parties declined, in the order of their slots."""
    for slot in found.slots:
        if slot.declined_at is not None:
            yield session.get_one(DeclineRow, (found.id, slot.id)).fact


def _left(session: Session, slot: Slot) -> bool:
    signed = slot.kind is SlotKind.REPRESENTATIVE and slot.signer is not None
    return signed and expected(session, slot) != slot.signer


def left_at_closing(session: Session, found: Agreement) -> frozenset[str]:
    """Give the slots whose legal representative had left office when the agreement was completed."""
    if found.fact is None:
        return frozenset()
    body = read(facts.signed_statement(session, found.fact)).statement.body
    said = body.get("left") if isinstance(body, Mapping) else None
    return frozenset(str(slot) for slot in said) if isinstance(said, Sequence) else frozenset()


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
