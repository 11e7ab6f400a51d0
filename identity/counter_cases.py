"""Cases of the counter: a person asks to be recognised by an officer instead of by a face scan.

The life of a case, all of it within :data:`LIFETIME`:

    waiting ──► confirmed ──► approved        the officer checked the document; the code (and the device key)
       │            ├───────► failed          the code was tried too often
       ├──► refused └───────► withdrawn       refused by the officer; withdrawn by the person
       └──────────────────────lapsed          the time was over

The case names the act and the digest of its subject, as a challenge does, and its own digest binds both to
the person, a nonce and the expiry. Its number is what the person shows: whoever knows it can do nothing with
it but, as an officer, look the case up.

    case = open_case(session, person=person_id, action=Action.AUTHORIZE, subject=text.digest, clock=clock)
    case_by_number(session, case.number, clock=clock)
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value, encode
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from identity import passkeys
from identity.challenges import Action
from identity.counter_facts import Presence
from identity.counter_refusals import CaseUnknown, TooManyCases
from identity.people import PersonId, PersonRow, PersonUnknown
from ledger.database import Base

CaseId = NewType("CaseId", UUID)

LIFETIME = timedelta(minutes=30)
"""How long a case lives: a queue at a counter, the document, a code that is slow to arrive."""

MOST_TRIES = 5
"""How often the code of a case may be tried: one guess in two hundred thousand succeeds."""

MOST_OPENED = 60
"""Cases of one person opened within the hour, also those taken back before anybody looked."""

MOST_CASES = 10
"""Cases of one person within :data:`CASE_WINDOW` that are open or that an officer decided on.

Each confirmed one brings five guesses at most. One given up before anybody looked at it brings none, and does
not count: who holds a stolen session cannot shut the counter by opening and giving up.
"""

CASE_WINDOW = timedelta(hours=1)

SHOWN_FOR = timedelta(days=1)
"""How long officers can open a case after it was: the day on which somebody may come back about it."""

NUMBER_DIGITS = 9
NONCE_BYTES = 32

_DOMAIN = "yinxin/case/1"


class CaseState(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Case:
    """A case as it stands; ``subject`` is the digest of the text, ``nonce`` 32 bytes.

    ``decision`` is the digest (32 bytes) of the fact that the officer confirmed or refused; ``code_until`` is
    when the code that was sent last ends.
    """

    id: CaseId
    number: str
    person: PersonId
    action: Action
    subject: Digest
    nonce: bytes = field(repr=False)
    opened_at: datetime
    expires_at: datetime
    state: CaseState
    presence: Presence | None
    decided_at: datetime | None
    decision: bytes | None
    reason: str | None
    code_until: datetime | None
    tries: int

    @property
    def digest(self) -> Digest:
        """SHA-256 over deterministic CBOR of [domain, person, action, subject, nonce, expiry]."""
        asked: list[Value] = [
            _DOMAIN,
            self.person.bytes,
            self.action.value,
            str(self.subject),
            self.nonce,
            microseconds(self.expires_at),
        ]
        return sha256(encode(asked))


class CaseRow(Base):
    """One case; ``officer`` is who confirmed or refused it, ``code`` a keyed hash, the rest as in Case.

    ``client_data``, ``authenticator_data`` and ``signature`` are what the device key answered.
    """

    __tablename__ = "counter_cases"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    officer: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    presence: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    code: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    code_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    codes_sent: Mapped[int] = mapped_column(Integer)
    tries: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approval: Mapped[bytes | None] = mapped_column(ForeignKey("approvals.fact"), unique=True)
    passkey: Mapped[UUID | None] = mapped_column(ForeignKey("passkeys.id"))
    client_data: Mapped[bytes | None] = mapped_column(LargeBinary)
    authenticator_data: Mapped[bytes | None] = mapped_column(LargeBinary)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)


Index("counter_cases_of_person", CaseRow.person, CaseRow.opened_at)

LIVING = (CaseState.WAITING, CaseState.CONFIRMED)


def open_case(session: Session, *, person: PersonId, action: Action, subject: Digest, clock: Clock) -> Case:
    """Open a case about ``subject``, or give the one that is open already.

    Raises:
        PersonUnknown: the person is not registered.
        TooManyCases: there are :data:`MOST_CASES` that count.
    """
    now = clock.now()
    locked = select(PersonRow.id).where(PersonRow.id == person).with_for_update(key_share=True)
    if session.scalar(locked) is None:
        raise PersonUnknown(person=person)
    recent = session.scalars(
        select(CaseRow)
        .where(CaseRow.person == person, CaseRow.opened_at > now - CASE_WINDOW)
        .order_by(CaseRow.opened_at.desc())
        .execution_options(populate_existing=True)
    ).all()
    same = (row for row in recent if row.action == action.value and row.subject == str(subject))
    open_already = next((row for row in same if state_of(row, now) in LIVING), None)
    if open_already is not None:
        return read_case(open_already, now)
    counted = [row for row in recent if row.decided_at is not None or state_of(row, now) in LIVING]
    if len(recent) >= MOST_OPENED:
        raise TooManyCases(limit=MOST_OPENED, retry_at=recent[MOST_OPENED - 1].opened_at + CASE_WINDOW)
    if len(counted) >= MOST_CASES:
        raise TooManyCases(limit=MOST_CASES, retry_at=min(_counts_until(row) for row in counted))
    row = CaseRow(
        id=uuid4(),
        number=_new_number(session),
        person=person,
        action=action.value,
        subject=str(subject),
        nonce=secrets.token_bytes(NONCE_BYTES),
        opened_at=now,
        expires_at=now + LIFETIME,
        codes_sent=0,
        tries=0,
    )
    session.add(row)
    session.flush()
    return read_case(row, now)


def case_of_person(session: Session, case_id: CaseId, *, person: PersonId, clock: Clock) -> Case:
    """Give a case of ``person``.

    Raises:
        CaseUnknown: there is none, or it is another person's.
    """
    row = session.get(CaseRow, case_id, populate_existing=True)
    if row is None or row.person != person:
        raise CaseUnknown
    return read_case(row, clock.now())


def case_for_officer(session: Session, case_id: CaseId, *, clock: Clock) -> Case:
    """Give a case to an officer.

    Raises:
        CaseUnknown: there is none, or it was opened longer ago than :data:`SHOWN_FOR`.
    """
    return _for_officer(session.get(CaseRow, case_id, populate_existing=True), clock)


def case_by_number(session: Session, shown: str, *, clock: Clock) -> Case:
    """Find the case whose number, or the address in whose QR code, was ``shown``.

    Raises:
        CaseUnknown: there is none, or it was opened longer ago than :data:`SHOWN_FOR`.
    """
    number = re.search(rf"[0-9]{{{NUMBER_DIGITS}}}$", "".join(shown.split()))
    found = None if number is None else session.scalar(select(CaseRow).where(CaseRow.number == number[0]))
    return _for_officer(found, clock)


def withdraw(session: Session, case_id: CaseId, *, person: PersonId, clock: Clock) -> Case:
    """End a case because its person no longer wants it; one that has ended stays as it is.

    Raises:
        CaseUnknown: there is none, or it is another person's.
    """
    row = locked_case(session, case_id, person=person)
    if state_of(row, clock.now()) in LIVING:
        end(row, CaseState.WITHDRAWN, at=clock.now())
        session.flush()
    return read_case(row, clock.now())


def needs_device(session: Session, case: Case) -> bool:
    """Whether a device key must confirm beside the code: its person has one, and is not adding another."""
    return case.action is not Action.ADD_PASSKEY and bool(passkeys.standing(session, case.person))


def locked_case(session: Session, case_id: CaseId, *, person: PersonId | None = None) -> CaseRow:
    """Lock a case, of ``person`` where one is given.

    Raises:
        CaseUnknown: there is none, or it is another person's.
    """
    query = select(CaseRow).where(CaseRow.id == case_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None or (person is not None and row.person != person):
        raise CaseUnknown
    return row


def end(row: CaseRow, outcome: CaseState, *, at: datetime) -> None:
    """Let the case end; its code is forgotten."""
    row.outcome, row.ended_at, row.code = outcome.value, at, None


def state_of(row: CaseRow, now: datetime) -> CaseState:
    """Tell where the case stands at ``now``."""
    if row.outcome is not None:
        return CaseState(row.outcome)
    if now >= row.expires_at:
        return CaseState.LAPSED
    if row.tries >= MOST_TRIES:
        return CaseState.FAILED
    return CaseState.WAITING if row.decided_at is None else CaseState.CONFIRMED


def read_case(row: CaseRow, now: datetime) -> Case:
    """Read the value of a row as it stands at ``now``."""
    return Case(
        id=CaseId(row.id),
        number=row.number,
        person=PersonId(row.person),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        nonce=row.nonce,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        state=state_of(row, now),
        presence=None if row.presence is None else Presence(row.presence),
        decided_at=row.decided_at,
        decision=row.decision,
        reason=row.reason,
        code_until=row.code_until,
        tries=row.tries,
    )


def _for_officer(row: CaseRow | None, clock: Clock) -> Case:
    if row is None or clock.now() >= row.opened_at + SHOWN_FOR:
        raise CaseUnknown
    return read_case(row, clock.now())


def _counts_until(row: CaseRow) -> datetime:
    return row.expires_at if row.decided_at is None else row.opened_at + CASE_WINDOW


def _new_number(session: Session) -> str:
    while True:
        number = f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
        if session.scalar(select(CaseRow.id).where(CaseRow.number == number)) is None:
            return number
