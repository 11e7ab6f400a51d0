"""Adding a device key: the browser is asked, the device makes a key, its person approves exactly that key.

1. :func:`ask` draws a challenge for the browser, for one key of a name that the person chose;
2. :func:`keep_key` checks what the device made, and keeps it aside; it counts for nothing yet;
3. a face scan about :attr:`Pending.subject` follows, confirmed by an older device key where there is one:
   the first key is worth what the enrolled face is worth; or an officer at a counter confirms a case about it
   (:mod:`identity.counter_cases`), which needs neither face nor older key;
4. :func:`add` lets the key stand, by that approval, in its transaction.

All within :data:`LONGEST`. Who begins again leaves what was begun before.

    asked = ask(session, person=person_id, label="手机", clock=clock)
    keep_key(session, asked.id, person=person_id, answer=attestation, party=party, clock=clock)
    add(session, approval=approval, issuer=issuer, signer=signer, clock=clock)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.canonical import Value, encode
from evidence.clock import Clock
from evidence.digest import Digest, sha256
from evidence.errors import Term
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import names
from identity.approvals import Approval, check_approval
from identity.challenges import Action
from identity.passkey_refusals import (
    PasskeyAddedAlready,
    PasskeyAskedTooLongAgo,
    PasskeyKnown,
    PasskeyNotMade,
    PasskeyUnknown,
    TooManyPasskeys,
)
from identity.passkeys import Passkey, PasskeyId, PasskeyRow, passkeys_of, read_row, standing
from identity.people import PersonId, PersonRow
from identity.webauthn import Attestation, RelyingParty, check_attestation, new_challenge
from ledger import facts

LONGEST = timedelta(minutes=10)
"""How long adding may take: a prompt of the device and a few face scans."""

MOST = 10
"""Device keys of one person that stand at a time: a phone, a computer, a spare, with room."""

LONGEST_LABEL = 40
"""Longest name of a device, characters: one line of a phone."""

LABEL = Term("设备名称", "name of the device")

_DOMAIN = "yinxin/passkey/1"


@dataclass(frozen=True)
class Asked:
    """What the browser is asked: ``challenge`` and ``user`` of the new key; ``known`` names the old ones."""

    id: PasskeyId
    challenge: bytes
    user: bytes
    known: tuple[bytes, ...]


@dataclass(frozen=True)
class Pending:
    """A key that the device made and nobody approved; ``subject`` is what its person is to approve."""

    id: PasskeyId
    label: str
    key: Digest
    subject: Digest
    synced: bool
    until: datetime


def ask(session: Session, *, person: PersonId, label: str, clock: Clock) -> Asked:
    """Begin to add a device key that its person calls ``label``.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter: the label cannot be shown on one line.
        TooManyPasskeys: there are :data:`MOST` already.
    """
    called = names.check_text(label, LABEL, limit=LONGEST_LABEL)
    session.execute(select(PersonRow.id).where(PersonRow.id == person).with_for_update(key_share=True))
    if len(standing(session, person)) >= MOST:
        raise TooManyPasskeys(limit=MOST)
    session.execute(delete(PasskeyRow).where(PasskeyRow.person == person, PasskeyRow.added_at.is_(None)))
    row = PasskeyRow(
        id=uuid4(),
        person=person,
        label=called,
        challenge=new_challenge(),
        asked_at=clock.now(),
        sign_count=0,
        synced=False,
    )
    session.add(row)
    session.flush()
    return Asked(
        id=PasskeyId(row.id),
        challenge=row.challenge,
        user=person.bytes,
        known=tuple(each.credential for each in passkeys_of(session, person) if each.revoked_at is None),
    )


def keep_key(
    session: Session,
    passkey_id: PasskeyId,
    *,
    person: PersonId,
    answer: Attestation,
    party: RelyingParty,
    clock: Clock,
) -> Pending:
    """Check what the device made, and keep it until its person approves it.

    Raises:
        PasskeyUnknown, PasskeyAddedAlready, PasskeyAskedTooLongAgo: nothing waits for this key.
        PasskeyKnown: the key was registered before.
        Refused: a named refusal of :func:`identity.webauthn.check_attestation`.
    """
    row = _begun(session, passkey_id, person=person, clock=clock)
    made = check_attestation(answer, party, challenge=row.challenge)
    if row.credential == made.credential:  # sent again because the answer was lost
        return _pending(row)
    if row.credential is not None:
        raise PasskeyAddedAlready
    try:
        with session.begin_nested():
            row.credential, row.public_key = made.credential, made.public_key
            row.sign_count, row.synced = made.sign_count, made.synced
            row.subject = _subject(row).value
            session.flush()
    except IntegrityError as error:
        raise PasskeyKnown from error
    return _pending(row)


def pending(session: Session, passkey_id: PasskeyId, *, person: PersonId, clock: Clock) -> Pending:
    """Give the key that ``person`` is to approve.

    Raises:
        PasskeyUnknown, PasskeyAddedAlready, PasskeyAskedTooLongAgo: nothing waits under this id.
        PasskeyNotMade: the device has not made a key yet.
    """
    return _pending(_begun(session, passkey_id, person=person, clock=clock))


def add(session: Session, *, approval: Approval, issuer: str, signer: Signer, clock: Clock) -> Passkey:
    """Let the key stand that ``approval`` is about; ``signer`` holds the identity verifier's key.

    Raises:
        PasskeyUnknown, PasskeyAddedAlready, PasskeyAskedTooLongAgo: nothing waits for this approval.
        ApprovalForAnotherAction, ApprovalForAnotherSubject, ApprovalTooOld, SignatureInvalid: it approves
            something else, was made too long ago, or not by the verifier.
    """
    found = session.scalar(select(PasskeyRow.id).where(PasskeyRow.subject == approval.subject.value))
    if found is None:
        raise PasskeyUnknown(passkey=approval.subject)
    row = _begun(session, PasskeyId(found), person=approval.person, clock=clock)
    waiting = _pending(row)
    approved = check_approval(
        approval.signed, signer.key, action=Action.ADD_PASSKEY, subject=_subject(row), clock=clock
    )
    body: dict[str, Value] = {
        "change": "added",
        "person": approved.person,
        "commitments": [approved.person],
        "key": str(waiting.key),
        "approval": approval.digest,
    }
    statement = Statement(StatementType.PASSKEY, issuer, clock.now(), body)
    fact = facts.record(session, statement, signer=signer, after=(approval.digest,))
    row.approval, row.added_at, row.added_fact = approval.digest, clock.now(), fact.digest
    session.flush()
    return read_row(row)


def _begun(session: Session, passkey_id: PasskeyId, *, person: PersonId, clock: Clock) -> PasskeyRow:
    """Lock the row of what ``person`` began and may still finish."""
    query = select(PasskeyRow).where(PasskeyRow.id == passkey_id, PasskeyRow.person == person)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise PasskeyUnknown(passkey=passkey_id)
    if row.added_at is not None:
        raise PasskeyAddedAlready
    if clock.now() >= row.asked_at + LONGEST:
        raise PasskeyAskedTooLongAgo(minutes=int(LONGEST.total_seconds()) // 60)
    return row


def _pending(row: PasskeyRow) -> Pending:
    if row.public_key is None:
        raise PasskeyNotMade
    return Pending(
        id=PasskeyId(row.id),
        label=row.label,
        key=sha256(row.public_key),
        subject=_subject(row),
        synced=row.synced,
        until=row.asked_at + LONGEST,
    )


def _subject(row: PasskeyRow) -> Digest:
    """SHA-256 over deterministic CBOR of [domain, id, person, credential, public key, label]."""
    content: list[Value] = [
        _DOMAIN,
        row.id.bytes,
        row.person.bytes,
        row.credential,
        row.public_key,
        row.label,
    ]
    return sha256(encode(content))
