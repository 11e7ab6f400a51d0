"""Enrollment: the one protected template of a person that face scans are compared with.

The life of a reference: consent to face processing is in force; the portrait of an authority is examined
(:mod:`identity.portraits`) and forgotten; its template is sealed for the person under the next version
number; a fact records that it happened. A new enrollment erases the former template. A withdrawal erases it
too. Erasing is destroying the key: the row stays, so that "enrolled from when to when" has an answer, and
holds nothing of the face.

    keep(session, person=person_id, template=template, origin=origin, vault=vault, issuer=issuer, …)
    reference(session, person=person_id, model=matcher.model, vault=vault, clock=clock)  # the template

Source: GB/T 35273-2020, 6.3; 人脸识别技术应用安全管理办法, article 8.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    exists,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.errors import Invalid, Refused
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import consent, kept_portraits, people
from identity.commitments import commit_person
from identity.consent import Consent, ConsentRow
from identity.consent_text import Purpose
from identity.face import Template
from identity.people import PersonId
from identity.scan_refusals import TemplateOfAnotherModel
from identity.vault import SealedTemplate, TemplateVault
from ledger import facts
from ledger.database import Base


class NotEnrolled(Refused):
    """No template is kept for the person."""

    code = "not-enrolled"
    zh = "此人尚未登记人脸，或已删除登记；请先登记人脸，或改用其他办理方式。"
    en = "This person has no enrolled face, or it was erased; enroll first, or use another way."


class EnrolledAlready(Refused):
    """A template is kept; whoever merely holds the session must not put another face in its place."""

    code = "enrolled-already"
    zh = "您已于 {enrolled_at} 登记人脸。如需更换，请到政务服务窗口办理，或先撤回同意、删除现有登记。"
    en = "Your face was enrolled at {enrolled_at}; to replace it, use the service window or withdraw consent."


class Method(StrEnum):
    """Where the reference portrait came from."""

    REGISTER = "register-portrait"
    DOCUMENT = "document-portrait"


@dataclass(frozen=True)
class Origin:
    """How a template came about: whose portrait, what the register said of it, against how many captures.

    ``registers`` are digests (32 bytes each) of facts; ``policy`` is the version of the rules.
    """

    method: Method
    registers: tuple[bytes, ...]
    captures: int
    policy: str


@dataclass(frozen=True)
class Enrollment:
    """One enrollment; ``fact`` is the digest (32 bytes) of its ledger fact, ``version`` counts from 1."""

    person: PersonId
    version: int
    enrolled_at: datetime
    erased_at: datetime | None
    fact: bytes


class EnrollmentRow(Base):
    """One sealed template; its three sealed columns are empty once it is erased."""

    __tablename__ = "enrollments"

    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"))
    key_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)


_LOCK = 0x59494E58_00000005  # advisory lock: one template is kept at a time
_CURRENT = EnrollmentRow.erased_at.is_(None)

Index("enrollments_current", EnrollmentRow.person, unique=True, postgresql_where=_CURRENT)


def keep(
    session: Session,
    *,
    person: PersonId,
    template: Template,
    origin: Origin,
    vault: TemplateVault,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Enrollment:
    """Keep ``template`` as the reference of ``person``; a former one is erased.

    Whoever keeps one found by :mod:`identity.duplicates` that it is nobody else's.

    Raises:
        ConsentMissing: no consent to face processing is in force.
        PersonUnknown: the person is not registered.
    """
    lock(session)
    given = consent.require(session, person=person, purpose=Purpose.FACE_PROCESSING, clock=clock)
    erase(session, person=person, clock=clock)
    version = _last_version(session, person) + 1
    body: dict[str, Value] = {
        "person": commit_person(session, people.person(session, person)),
        "consent": given.given_fact,
        "method": origin.method.value,
        "registers": sorted(origin.registers),
        "captures": origin.captures,
        "policy": origin.policy,
        "version": version,
    }
    statement = Statement(StatementType.ENROLLMENT, issuer, clock.now(), body)
    fact = facts.record(
        session, statement, signer=signer, after=(given.given_fact, *sorted(origin.registers))
    )
    sealed = vault.seal(template.value, person=person, version=version)
    row = EnrollmentRow(
        person=person,
        version=version,
        enrolled_at=clock.now(),
        fact=fact.digest,
        key_id=sealed.key_id,
        wrapped_key=sealed.wrapped_key,
        ciphertext=sealed.ciphertext,
        erased_at=None,
    )
    session.add(row)
    session.flush()
    return _enrollment(row)


def lock(session: Session) -> None:
    """Let nobody else keep a template until the transaction ends: their numbers follow the keeping."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def check_not_enrolled(session: Session, person: PersonId) -> None:
    """Check that no template of ``person`` is kept.

    Raises:
        EnrolledAlready: one is.
    """
    current = enrollment(session, person)
    if current is not None:
        raise EnrolledAlready(enrolled_at=current.enrolled_at)


def reference(
    session: Session, *, person: PersonId, model: str, vault: TemplateVault, clock: Clock
) -> Template:
    """Give the template against which scans of ``person`` are compared by ``model``.

    Raises:
        TemplateOfAnotherModel: it was enrolled by another model; the person has to enroll again.
        ConsentMissing: no consent to face processing is in force.
        NotEnrolled: no template is kept.
        TemplateKeyChanged, TemplateUnreadable: it does not open.
    """
    consent.require(session, person=person, purpose=Purpose.FACE_PROCESSING, clock=clock)
    row = _current(session, person)
    if row is None:
        raise NotEnrolled
    template = _opened(row, vault)
    template.check_model(model)
    return template


def outdated(session: Session, *, person: PersonId, model: str, vault: TemplateVault) -> bool:
    """Whether a template is kept for ``person`` that another model made, so that no scan can use it."""
    row = _current(session, person)
    if row is None:
        return False
    try:
        _opened(row, vault).check_model(model)
    except TemplateOfAnotherModel:
        return True
    except Invalid:  # the scan says by its own name what is wrong with it
        return False
    return False


def enrollment(session: Session, person: PersonId) -> Enrollment | None:
    """Give the current enrollment of ``person``, None when there is none."""
    row = _current(session, person)
    return None if row is None else _enrollment(row)


def withdraw(session: Session, *, person: PersonId, issuer: str, signer: Signer, clock: Clock) -> Consent:
    """Withdraw the consent to face processing and erase the template in the same transaction.

    Raises:
        ConsentMissing, ConsentWithdrawn: there is nothing to withdraw.
    """
    withdrawn = consent.withdraw(
        session,
        person=person,
        purpose=Purpose.FACE_PROCESSING,
        issuer=issuer,
        signer=signer,
        clock=clock,
    )
    erase(session, person=person, clock=clock)
    return withdrawn


def erase(session: Session, *, person: PersonId, clock: Clock) -> None:
    """Destroy key and ciphertext of the current template, and of a portrait kept with it."""
    row = _current(session, person, lock=True)
    if row is None:
        return
    kept_portraits.erase(session, person=person, clock=clock)
    row.key_id = row.wrapped_key = row.ciphertext = None
    row.erased_at = clock.now()
    session.flush()


def erase_due(session: Session, *, clock: Clock, limit: int = 100) -> int:
    """Erase up to ``limit`` templates that no consent covers any more; give how many.

    A step for the worker: what a notice says about keeping comes true without anybody asking.
    """
    covered = exists().where(
        ConsentRow.person == EnrollmentRow.person,
        ConsentRow.purpose == Purpose.FACE_PROCESSING.value,
        ConsentRow.withdrawn_at.is_(None),
        ConsentRow.keep_until > clock.now(),
    )
    due = session.scalars(select(EnrollmentRow.person).where(_CURRENT, ~covered).limit(limit)).all()
    for person in due:
        erase(session, person=PersonId(person), clock=clock)
    return len(due)


def _current(session: Session, person: PersonId, *, lock: bool = False) -> EnrollmentRow | None:
    query = select(EnrollmentRow).where(EnrollmentRow.person == person, _CURRENT)
    return session.scalar(query.with_for_update() if lock else query)


def _opened(row: EnrollmentRow, vault: TemplateVault) -> Template:
    if row.key_id is None or row.wrapped_key is None or row.ciphertext is None:
        raise NotEnrolled
    sealed = SealedTemplate(row.key_id, row.wrapped_key, row.ciphertext)
    return Template(vault.open(sealed, person=PersonId(row.person), version=row.version))


def _last_version(session: Session, person: PersonId) -> int:
    versions = (
        select(EnrollmentRow.version)
        .where(EnrollmentRow.person == person)
        .order_by(EnrollmentRow.version.desc())
        .limit(1)
    )
    return session.scalar(versions) or 0


def _enrollment(row: EnrollmentRow) -> Enrollment:
    return Enrollment(
        person=PersonId(row.person),
        version=row.version,
        enrolled_at=row.enrolled_at,
        erased_at=row.erased_at,
        fact=row.fact,
    )
