"""Device keys of people: which stand, when one must confirm, its use for one challenge, its revocation.

The life of a device key: it is added by an approval (:mod:`identity.passkey_adding`), confirms challenges
beside the face, and is revoked by its person, at once and for good. Adding and revoking are facts of the log,
which name the key by the digest of its public key and the person by a salted commitment. A use is none: an
approval names its method alone, so that two approvals by one device cannot be linked. The assertions
themselves are kept in a table, one for a challenge at most.

When the device must confirm:

- a person with a device key that stands approves nothing without it, whatever the challenge was issued for,
  and whenever;
- for :data:`WAIT` after the last one was revoked, nothing is approved: who stole the session may have done
  that, and a stolen session and a warped photograph must not be enough;
- everybody else approves by the face alone.

    demanded(session, person_id, clock=clock)   # the keys of which one must confirm; none: the face is enough
    use(session, challenge, answer, party=party, clock=clock)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import Digest, sha256
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity.challenges import Challenge, ChallengeId
from identity.passkey_refusals import (
    FaceAloneLater,
    PasskeyForeign,
    PasskeyNeeded,
    PasskeyRevoked,
    PasskeyUnknown,
    SignCountWentBack,
)
from identity.people import PersonId
from identity.webauthn import Assertion, CheckedAssertion, RelyingParty, check_assertion
from ledger import facts
from ledger.database import Base

PasskeyId = NewType("PasskeyId", UUID)

WAIT = timedelta(hours=24)
"""How long nothing is approved after the last device key was revoked: twice what a session lives."""


@dataclass(frozen=True)
class Passkey:
    """A device key that was added; ``public_key`` is its SubjectPublicKeyInfo (DER, 91 bytes).

    ``fact`` and ``revoked_fact`` are digests (32 bytes) of ledger facts; ``synced`` tells that the
    authenticator may copy the key to other devices of its owner.
    """

    id: PasskeyId
    person: PersonId
    label: str
    credential: bytes
    public_key: bytes
    synced: bool
    added_at: datetime
    fact: bytes
    used_at: datetime | None
    revoked_at: datetime | None
    revoked_fact: bytes | None

    @property
    def digest(self) -> Digest:
        """SHA-256 of the public key, as the log names it."""
        return sha256(self.public_key)


class PasskeyRow(Base):
    """One device key, from the question to the browser to its revocation; it stands from ``added_at`` on."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    label: Mapped[str] = mapped_column(Text)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    credential: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    synced: Mapped[bool] = mapped_column(Boolean)
    subject: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    approval: Mapped[bytes | None] = mapped_column(ForeignKey("approvals.fact"), unique=True)
    added_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    added_fact: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_fact: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))


Index("passkeys_of_person", PasskeyRow.person)

_ADDED = PasskeyRow.added_at.is_not(None)


class AssertionRow(Base):
    """What a device key answered to one challenge, as it came; nobody can make it without the device."""

    __tablename__ = "assertions"

    challenge: Mapped[UUID] = mapped_column(ForeignKey("challenges.id"), primary_key=True)
    passkey: Mapped[UUID] = mapped_column(ForeignKey("passkeys.id"))
    client_data: Mapped[bytes] = mapped_column(LargeBinary)
    authenticator_data: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def passkeys_of(session: Session, person: PersonId) -> tuple[Passkey, ...]:
    """Give every device key that ``person`` ever added, the newest first."""
    rows = session.scalars(
        select(PasskeyRow)
        .where(PasskeyRow.person == person, _ADDED)
        .order_by(PasskeyRow.added_at.desc(), PasskeyRow.id)
        .execution_options(populate_existing=True)
    )
    return tuple(read_row(row) for row in rows)


def standing(session: Session, person: PersonId) -> tuple[Passkey, ...]:
    """Give the device keys of ``person`` that were not revoked, the newest first."""
    return tuple(each for each in passkeys_of(session, person) if each.revoked_at is None)


def demanded(session: Session, person: PersonId, *, clock: Clock) -> tuple[Passkey, ...]:
    """Give the device keys of which one must confirm; none when the face alone is enough.

    Raises:
        FaceAloneLater: the last one was revoked less than :data:`WAIT` ago.
    """
    ever = passkeys_of(session, person)
    standing = tuple(each for each in ever if each.revoked_at is None)
    revoked_at = max((each.revoked_at for each in ever if each.revoked_at is not None), default=None)
    if not standing and revoked_at is not None and clock.now() < revoked_at + WAIT:
        raise FaceAloneLater(revoked_at=revoked_at, again_at=revoked_at + WAIT)
    return standing


def check(
    session: Session, challenge: Challenge, answer: Assertion | None, *, party: RelyingParty, clock: Clock
) -> None:
    """Check that ``answer`` is what ``challenge`` needs of a device key now; nothing is used by that.

    Raises:
        PasskeyNeeded, FaceAloneLater: there is no answer, and the face alone is not enough.
        PasskeyForeign, PasskeyRevoked: it is of no device key of the person that stands.
        SignCountWentBack: its counter did not grow.
        Refused: a named refusal of :func:`identity.webauthn.check_assertion`.
    """
    _check(session, challenge, answer, party=party, clock=clock)


def use(
    session: Session, challenge: Challenge, answer: Assertion | None, *, party: RelyingParty, clock: Clock
) -> None:
    """Check ``answer`` again and keep it, in the transaction that has consumed ``challenge``.

    A revocation waits for this transaction or is seen by it.

    Raises:
        Refused: as :func:`check`.
    """
    checked = _check(session, challenge, answer, party=party, clock=clock)
    if checked is None or answer is None:
        return
    row, assertion = checked
    row.sign_count, row.used_at = assertion.sign_count, clock.now()
    session.add(
        AssertionRow(
            challenge=challenge.id,
            passkey=row.id,
            client_data=answer.client_data,
            authenticator_data=answer.authenticator_data,
            signature=answer.signature,
            answered_at=clock.now(),
        )
    )
    session.flush()


def confirm(
    session: Session,
    answer: Assertion,
    *,
    person: PersonId,
    digest: Digest,
    party: RelyingParty,
    clock: Clock,
) -> None:
    """Check that a standing device key of ``person`` signed ``digest``, and count its use.

    Raises:
        PasskeyForeign, PasskeyRevoked, SignCountWentBack, Refused: as :func:`check`.
    """
    row, checked = check_answer(session, answer, person=person, digest=digest, party=party)
    row.sign_count, row.used_at = checked.sign_count, clock.now()
    session.flush()


def confirmed(session: Session, challenge: ChallengeId) -> bool:
    """Tell whether a device key confirmed ``challenge``."""
    return session.get(AssertionRow, challenge) is not None


def revoke(
    session: Session,
    passkey_id: PasskeyId,
    *,
    person: PersonId,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Passkey:
    """Revoke a device key of ``person``: it confirms nothing from now on, open challenges included.

    Raises:
        PasskeyUnknown: none of this person's has this id.
        PasskeyRevoked: it was revoked before.
    """
    query = select(PasskeyRow).where(PasskeyRow.id == passkey_id, PasskeyRow.person == person, _ADDED)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise PasskeyUnknown(passkey=passkey_id)
    if row.revoked_at is not None:
        raise PasskeyRevoked(revoked_at=row.revoked_at)
    added = read_row(row)
    body: dict[str, Value] = {"change": "revoked", "passkey": added.fact, "key": str(added.digest)}
    statement = Statement(StatementType.PASSKEY, issuer, clock.now(), body)
    fact = facts.record(session, statement, signer=signer, after=(added.fact,))
    row.revoked_at, row.revoked_fact = clock.now(), fact.digest
    session.flush()
    return read_row(row)


def read_row(row: PasskeyRow) -> Passkey:
    """Read the value of a row whose key was added."""
    if row.credential is None or row.public_key is None or row.added_at is None or row.added_fact is None:
        raise PasskeyUnknown(passkey=row.id)
    return Passkey(
        id=PasskeyId(row.id),
        person=PersonId(row.person),
        label=row.label,
        credential=row.credential,
        public_key=row.public_key,
        synced=row.synced,
        added_at=row.added_at,
        fact=row.added_fact,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
        revoked_fact=row.revoked_fact,
    )


def _check(
    session: Session, challenge: Challenge, answer: Assertion | None, *, party: RelyingParty, clock: Clock
) -> tuple[PasskeyRow, CheckedAssertion] | None:
    """Give the row, locked, and what was checked; None when the face alone is enough."""
    if answer is None:
        if demanded(session, challenge.person, clock=clock):
            raise PasskeyNeeded
        return None
    return check_answer(session, answer, person=challenge.person, digest=challenge.digest, party=party)


def check_answer(
    session: Session, answer: Assertion, *, person: PersonId, digest: Digest, party: RelyingParty
) -> tuple[PasskeyRow, CheckedAssertion]:
    """Check that a standing device key of ``person`` signed ``digest``; give its row, locked.

    Raises:
        PasskeyForeign, PasskeyRevoked, SignCountWentBack, Refused: as :func:`check`.
    """
    query = select(PasskeyRow).where(
        PasskeyRow.credential == answer.credential, PasskeyRow.person == person, _ADDED
    )
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise PasskeyForeign
    if row.revoked_at is not None:
        raise PasskeyRevoked(revoked_at=row.revoked_at)
    checked = check_assertion(
        answer, party, challenge=digest.value, public_key=read_row(row).public_key, user=person.bytes
    )
    if checked.sign_count <= row.sign_count and (checked.sign_count or row.sign_count):
        raise SignCountWentBack  # Web Authentication, 7.2, step 21; synced keys stay at zero
    return row, checked
