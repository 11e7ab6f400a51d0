"""What an officer does at a counter, as facts of the log (``yinxin/counter/1``).

A fact names the act, the person and the officer by salted commitments, how the officer saw the person and the
kind of document that was checked; of the document no number and no picture. That an officer acted stands
there for good; which officer, only for who may open the commitment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.errors import Term
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import people
from identity.commitments import commit_person
from identity.counter_refusals import OwnCase
from identity.people import PersonId
from ledger import facts


class Act(StrEnum):
    """What an officer does."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CHANGED_CONTACT = "changed-contact"
    REVOKED_PASSKEY = "revoked-passkey"
    LET_REPLACE_FACE = "let-replace-face"


class Presence(StrEnum):
    """How the officer saw the person."""

    COUNTER = "counter"
    VIDEO = "video"

    @property
    def term(self) -> Term:
        """As a reader of either language calls it."""
        return _PRESENCES[self]


class DocumentKind(StrEnum):
    """Which document the officer checked."""

    CITIZEN_CARD = "citizen-card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence-permit"
    MILITARY_CARD = "military-card"

    @property
    def term(self) -> Term:
        """As a reader of either language calls it."""
        return _DOCUMENTS[self]


_PRESENCES = {Presence.COUNTER: Term("窗口当面", "at the counter"), Presence.VIDEO: Term("视频", "on video")}

_DOCUMENTS = {
    DocumentKind.CITIZEN_CARD: Term("居民身份证", "citizen identity card"),
    DocumentKind.PASSPORT: Term("护照", "passport"),
    DocumentKind.RESIDENCE_PERMIT: Term("居住证或永久居留身份证", "residence permit"),
    DocumentKind.MILITARY_CARD: Term("军人证件", "military identity card"),
}


@dataclass(frozen=True)
class Seen:
    """An officer who saw a person with a document; both words are None where the officer refused."""

    officer: PersonId
    person: PersonId
    presence: Presence | None
    document: DocumentKind | None


def record_act(
    session: Session,
    act: Act,
    seen: Seen,
    *,
    about: Mapping[str, Value],
    after: tuple[bytes, ...] = (),
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> bytes:
    """Record ``act``; ``about`` are its own fields, all digests. Give the digest of the fact, 32 bytes.

    Raises:
        OwnCase: the officer is the person.
        PersonUnknown: one of them is not registered.
    """
    if seen.officer == seen.person:
        raise OwnCase
    person = commit_person(session, people.person(session, seen.person))
    officer = commit_person(session, people.person(session, seen.officer))
    body: dict[str, Value] = {
        "act": act.value,
        "person": person,
        "officer": officer,
        "commitments": sorted([person, officer]),
        "presence": None if seen.presence is None else seen.presence.value,
        "document": None if seen.document is None else seen.document.value,
        **about,
    }
    statement = Statement(StatementType.COUNTER, issuer, clock.now(), body)
    return facts.record(session, statement, signer=signer, after=after).digest
