"""Purpose-bound copies of a certificate (加注件): for whom, for what, until when.

A copy is the certificate's page set anew, with the remark and words across it, a code of its own, and the
agency's seal. It is registered first, with its record in the log and its code, and printed outside of any
transaction; one whose printing died is printed when it is next asked for. The record names the certificate
and the last day, and commits to recipient and purpose under salts. Its holder may withdraw it; what becomes
of it says nothing about the certificate.

    copy = register(session, found, CopyRequest(…), press=press, clock=clock)
    pdf = printed(database, copy.id, press=press)
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.certificate_types import LifeState
from evidence.clock import EPOCH, Clock
from evidence.commitment import commit_fields, new_salt
from evidence.copy_state import CopyState, sign_copy_state
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused, Term
from evidence.qr import read_qr
from evidence.shown_codes import PURPOSE_LIMIT, RECIPIENT_LIMIT, CopyTerms, sign_fitting
from evidence.statement import StatementType
from identity.names import check_text
from ledger.database import Base, Database
from signing.certificate_changes import CertificateUnpublished, locked
from signing.certificate_enclosures import described
from signing.certificate_issue import Press, print_certificate
from signing.certificate_metadata import copy_metadata, metadata
from signing.certificate_refusals import CertificateErased
from signing.certificate_registration import today
from signing.certificates import Agency, Certificate, certificate
from signing.key_certificates import check_standing, revocations
from signing.rendering import Remark

LONGEST = timedelta(days=366)
"""How far ahead the last day of a copy may lie."""

MOST = 50
"""Copies of one certificate that are valid at one time."""

RECIPIENT, PURPOSE = Term("使用单位", "recipient"), Term("用途", "purpose")


class CopyDayUnfit(Refused):
    """The last day of the copy is over, or too far ahead. Facts: ``first``, ``last``."""

    code = "copy-day-unfit"
    zh = "加注件的有效期止应在 {first} 至 {last} 之间，请另选。"
    en = "The last day of a copy lies between {first} and {last}; choose another."


class CopyOfNothing(Refused):
    """The certificate is not in force. Facts: ``number``."""

    code = "copy-of-nothing"
    zh = "证照 {number} 现不在有效状态，不能制作加注件。"
    en = "Certificate {number} is not in force; no copies of it are made."


class TooManyCopies(Refused):
    """Too many copies are valid already. Facts: ``most``."""

    code = "too-many-copies"
    zh = "有效的加注件已有 {most} 份；请先收回不用的。"
    en = "{most} copies of this certificate are valid already; withdraw those that are not needed."


class CopyUnknown(Refused):
    """The certificate has no such copy."""

    code = "copy-unknown"
    zh = "没有找到这份加注件，请刷新页面后重试。"
    en = "There is no such copy; reload the page and try again."


class CopyWithdrawn(Refused):
    """The copy was withdrawn. Facts: ``withdrawn_at``."""

    code = "copy-withdrawn"
    zh = "这份加注件已于 {withdrawn_at} 收回；需要时请另制一份。"
    en = "This copy was withdrawn at {withdrawn_at}; have another one made if it is needed."


class CopyRow(Base):
    """One copy; recipient, purpose, their 16-byte salts and the code are empty once they were erased."""

    __tablename__ = "certificate_copies"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), index=True)
    recipient: Mapped[str] = mapped_column(Text)
    recipient_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(Text)
    purpose_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    until: Mapped[date]
    statement: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    code: Mapped[str] = mapped_column(Text)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_fact: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, kw_only=True)
class CopyRequest:
    """For whom a copy is, for what, and its last day in Beijing."""

    recipient: str
    purpose: str
    until: date


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copy as it stands; ``statement`` is the 32-byte digest of its record."""

    id: UUID
    recipient: str
    purpose: str
    until: date
    statement: bytes
    code: str
    made_at: datetime
    withdrawn_at: datetime | None


def register(
    session: Session, found: Certificate, request: CopyRequest, *, press: Press, clock: Clock
) -> Copy:
    """Record a copy and sign its code; it is not printed yet.

    Raises:
        CertificateErased, CertificateUnpublished, CopyOfNothing: there is nothing to copy.
        TextEmpty, TextTooLong, HiddenCharacter, GlyphMissing, …: recipient or purpose cannot be printed.
        CopyDayUnfit, TooManyCopies: it would be good for too long, or beside too many.
        QrTooLarge: its code cannot be printed.
    """
    recipient = check_text(request.recipient, RECIPIENT, limit=RECIPIENT_LIMIT)
    purpose = check_text(request.purpose, PURPOSE, limit=PURPOSE_LIMIT)
    for text in (recipient, purpose):
        press.typesetter.check_glyphs(text)
    locked(session, found.id)
    found = certificate(session, found.id)  # as it is under the lock: it may have ended, or been erased
    _check(session, found, request.until, clock=clock)
    now = clock.now()
    texts = {"recipient": recipient, "purpose": purpose}
    salts = {name: new_salt() for name in texts}
    body: dict[str, Value] = {
        "action": "made",
        "certificate": found.statement,
        "until": (request.until - EPOCH.date()).days,
        "commitments": list(commit_fields(texts, salts)),
    }
    speaker = press.agency.speaker
    fact = speaker.record(session, StatementType.CERTIFICATE_COPY, body, at=now, after=(found.statement,))
    terms = CopyTerms(fact.digest, recipient, purpose, request.until, now)
    code = sign_fitting(read_qr(found.qr).payload, terms, speaker.signer, host=press.agency.qr_host)
    row = CopyRow(
        id=uuid4(),
        certificate=found.id,
        recipient=recipient,
        recipient_salt=salts["recipient"],
        purpose=purpose,
        purpose_salt=salts["purpose"],
        until=request.until,
        statement=fact.digest,
        code=code,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return _read(row)


def printed(database: Database, copy_id: UUID, *, press: Press) -> bytes:
    """Return the sealed PDF of a copy, printed now if it was not before.

    Raises:
        CopyUnknown, CopyWithdrawn, CertificateErased: it is not to be had.
        KeyRevoked: the certificate of the agency's seal was revoked.
        ObjectMissing, ObjectAltered: the store lost it.
    """
    with database.transaction() as session:
        row = session.get(CopyRow, copy_id, populate_existing=True)
        if row is None:
            raise CopyUnknown
        if row.withdrawn_at is not None:
            raise CopyWithdrawn(withdrawn_at=row.withdrawn_at)
        copy, kept, found = _read(row), row.pdf, certificate(session, row.certificate)
        _check_kept(found)
        check_standing(session, press.agency.speaker.seal)
        revoked = revocations(session)
        members = metadata(session, found)
    if kept is not None:
        return press.store.get(Digest(HashAlgorithm.SHA256, kept))
    remark = Remark(recipient=copy.recipient, purpose=copy.purpose, until=copy.until, qr=copy.code)
    told = copy_metadata(
        members, made_at=copy.made_at, maker=press.agency.speaker.name, use=remark.use, until=copy.until
    )
    content = print_certificate(found, (described(told),), press=press, revoked=revoked, remark=remark)
    digest = press.store.put(content)
    with database.transaction() as session:
        row = session.get(CopyRow, copy_id, with_for_update=True, populate_existing=True)
        if row is not None and row.pdf is None and row.code:
            row.pdf = digest.value
            return content
    press.store.remove(digest)
    return printed(database, copy_id, press=press)


def copies_of(session: Session, found: Certificate) -> tuple[Copy, ...]:
    """Return the copies of a certificate, the newest first."""
    query = select(CopyRow).where(CopyRow.certificate == found.id).order_by(CopyRow.made_at.desc())
    return tuple(_read(row) for row in session.scalars(query))


def copy_of_statement(session: Session, statement: bytes) -> Copy | None:
    """Find the copy whose record has this digest (32 bytes), as a code names it."""
    row = session.scalar(select(CopyRow).where(CopyRow.statement == statement))
    return None if row is None else _read(row)


def withdraw(session: Session, found: Certificate, copy_id: UUID, *, agency: Agency, clock: Clock) -> Copy:
    """Withdraw a copy: a fact of the log, told to whoever asks online; a second time changes nothing.

    Raises:
        CopyUnknown: the certificate has none of this id.
    """
    row = _own(session, found, copy_id)
    if row.withdrawn_at is None:
        now = clock.now()
        body: dict[str, Value] = {
            "action": "withdrawn",
            "certificate": found.statement,
            "made": row.statement,
        }
        fact = agency.speaker.record(
            session, StatementType.CERTIFICATE_COPY, body, at=now, after=(row.statement,)
        )
        row.withdrawn_at, row.withdrawn_fact = now, fact.digest
        session.flush()
    return _read(row)


def copy_state(session: Session, statement: bytes, *, agency: Agency, clock: Clock) -> bytes:
    """Return what became of the copy whose record has this digest (32 bytes), as of now and signed.

    Raises:
        CopyUnknown: the agency made none.
    """
    row = session.scalar(select(CopyRow).where(CopyRow.statement == statement))
    if row is None or certificate(session, row.certificate).agency != agency.speaker.uscc:
        raise CopyUnknown
    state = CopyState(agency.speaker.uscc.text, row.statement, clock.now(), row.withdrawn_at)
    return sign_copy_state(state, agency.speaker.signer)


def own_copy(session: Session, found: Certificate, copy_id: UUID) -> Copy:
    """Return a copy of this certificate.

    Raises:
        CopyUnknown: it has none of this id.
    """
    return _read(_own(session, found, copy_id))


def erase_of(session: Session, certificate_id: UUID) -> None:
    """Erase for whom and for what the copies of a certificate were; their days stay."""
    query = select(CopyRow).where(CopyRow.certificate == certificate_id).order_by(CopyRow.id)
    for row in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        row.recipient = row.purpose = row.code = ""
        row.recipient_salt = row.purpose_salt = None


def _own(session: Session, found: Certificate, copy_id: UUID) -> CopyRow:
    row = session.get(CopyRow, copy_id, with_for_update=True, populate_existing=True)
    if row is None or row.certificate != found.id:
        raise CopyUnknown
    return row


def _check_kept(found: Certificate) -> None:
    if found.erased_at is not None:
        raise CertificateErased(number=found.number, erased_at=found.erased_at)
    if found.pdf is None:
        raise CertificateUnpublished(number=found.number)


def _check(session: Session, found: Certificate, until: date, *, clock: Clock) -> None:
    _check_kept(found)
    day = today(clock)
    if found.life is not LifeState.IN_FORCE or (found.valid_until is not None and day > found.valid_until):
        raise CopyOfNothing(number=found.number)
    last = min(day + LONGEST, found.valid_until or day + LONGEST)
    if not day <= until <= last:
        raise CopyDayUnfit(first=day, last=last)
    valid = (CopyRow.certificate == found.id, CopyRow.withdrawn_at.is_(None), CopyRow.until >= day)
    if (session.scalar(select(func.count()).select_from(CopyRow).where(*valid)) or 0) >= MOST:
        raise TooManyCopies(most=MOST)


def _read(row: CopyRow) -> Copy:
    return Copy(
        id=row.id,
        recipient=row.recipient,
        purpose=row.purpose,
        until=row.until,
        statement=row.statement,
        code=row.code,
        made_at=row.made_at,
        withdrawn_at=row.withdrawn_at,
    )
