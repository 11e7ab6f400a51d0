"""Presentations: who holds a certificate proves it by their device key, and shows a code good for a minute.

1. ask: a nonce, and the digest that binds certificate, presenter, nonce and moment;
2. present: the device key signed that digest after it recognised its owner; the agency signs the code.

A natural person presents their own; for an organization its legal representative or another member in office
does. Presenting is no fact: where somebody showed a licence is nobody's business later, and the rows go after
a day.

    asked = ask(session, found, person=me, clock=clock)
    code = present(session, asked.id, answer, person=me, party=party, agency=agency, clock=clock)
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, LargeBinary, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import encode
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from evidence.errors import Refused
from evidence.qr import read_qr
from evidence.shown_codes import NONCE_BYTES, Bearer, Presentation, sign_fitting
from identity import passkeys
from identity.members import Position, memberships, positions
from identity.passkeys import Passkey
from identity.people import PersonId
from identity.webauthn import Assertion, RelyingParty
from ledger.database import Base
from signing.certificate_changes import CertificateUnpublished
from signing.certificate_refusals import CertificateErased
from signing.certificates import Agency, Certificate, CertificateUnknown, certificate, certificates_of

ANSWERED_WITHIN = timedelta(seconds=120)
"""How long a device may take to recognise its owner."""

KEPT = timedelta(days=1)
"""How long the row of a presentation is kept."""

_DOMAIN = "yinxin/presentation/1"


class DeviceKeyNeeded(Refused):
    """The person has no device key to prove themselves by."""

    code = "presentation-needs-device-key"
    zh = "出示码要用设备密钥证明您本人在场；您还没有设备密钥，请先在“我的授权”中添加。"
    en = "A presentation is proved by your device key, and you have none yet; add one on your own page first."


class PresentationUnknown(Refused):
    """The presentation was not asked for by this person, was used, or waited too long."""

    code = "presentation-unknown"
    zh = "这次出示已用过或等待太久，请重新点击“生成出示码”。"
    en = "This presentation was used or waited too long; begin it again."


class PresentationRow(Base):
    """One presentation; ``nonce`` has 16 bytes, ``presented_at`` is set once its code was made."""

    __tablename__ = "certificate_presentations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    presented_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class PresentationAsked:
    """What a device key is to sign, by one of ``devices``."""

    id: UUID
    digest: Digest
    devices: tuple[Passkey, ...]


def bearer_of(session: Session, found: Certificate, person: PersonId) -> Bearer | None:
    """Return as whom ``person`` presents the certificate now; None where they cannot."""
    if found.holder is None:
        return Bearer.HOLDER if found.person == person else None
    held = positions(session, uscc=found.holder, person=person)
    if not held:
        return None
    return Bearer.LEGAL_REPRESENTATIVE if Position.LEGAL_REPRESENTATIVE in held else Bearer.MEMBER


def presentable(session: Session, certificate_id: UUID, person: PersonId) -> tuple[Certificate, Bearer]:
    """Return the certificate that ``person`` may present, and as whom.

    Raises:
        CertificateUnknown: there is none, or it is not theirs to present.
        CertificateUnpublished, CertificateErased: it cannot be shown.
    """
    found = certificate(session, certificate_id)
    bearer = bearer_of(session, found, person)
    if bearer is None:
        raise CertificateUnknown(certificate=certificate_id)
    if found.pdf is None:
        raise CertificateUnpublished(number=found.number)
    if found.erased_at is not None:
        raise CertificateErased(number=found.number, erased_at=found.erased_at)
    return found, bearer


def of_offices(session: Session, person: PersonId) -> tuple[Certificate, ...]:
    """Return what the organizations hold in which ``person`` is in office, ready to be presented."""
    held = dict.fromkeys(member.organization for member in memberships(session, person))
    return tuple(
        each for uscc in held for each in certificates_of(session, holder=uscc) if each.pdf is not None
    )


def ask(session: Session, found: Certificate, *, person: PersonId, clock: Clock) -> PresentationAsked:
    """Begin a presentation by ``person``, who may present the certificate.

    Raises:
        DeviceKeyNeeded: they have no device key.
    """
    devices = passkeys.standing(session, person)
    if not devices:
        raise DeviceKeyNeeded
    forget_due(session, clock=clock)
    row = PresentationRow(
        id=uuid4(),
        certificate=found.id,
        person=person,
        nonce=secrets.token_bytes(NONCE_BYTES),
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return PresentationAsked(row.id, _digest(row, found), devices)


def present(
    session: Session,
    presentation_id: UUID,
    answer: Assertion,
    *,
    person: PersonId,
    party: RelyingParty,
    agency: Agency,
    clock: Clock,
) -> str:
    """Return the text of the code that proves that ``person`` presents the certificate now; once.

    Raises:
        PresentationUnknown: it was not asked for by them, was used, or waited too long.
        CertificateUnknown, CertificateErased: they may not present it any more.
        PasskeyForeign, PasskeyRevoked, SignCountWentBack, Refused: the device's answer does not hold.
    """
    row = session.get(PresentationRow, presentation_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if row is None or row.person != person or row.presented_at is not None:
        raise PresentationUnknown
    if now > row.asked_at + ANSWERED_WITHIN:
        raise PresentationUnknown
    found, bearer = presentable(session, row.certificate, person)
    digest = _digest(row, found)
    passkeys.confirm(session, answer, person=person, digest=digest, party=party, clock=clock)
    row.presented_at = now
    session.flush()
    signed = sha256(encode([answer.client_data, answer.authenticator_data, answer.signature]))
    shown = Presentation(now, row.nonce, signed.value, bearer)
    return sign_fitting(read_qr(found.qr).payload, shown, agency.speaker.signer, host=agency.qr_host)


def forget_of(session: Session, certificate_id: UUID) -> None:
    """Forget every presentation of a certificate."""
    session.execute(delete(PresentationRow).where(PresentationRow.certificate == certificate_id))


def forget_due(session: Session, *, clock: Clock) -> None:
    """Forget the presentations of yesterday."""
    session.execute(delete(PresentationRow).where(PresentationRow.asked_at < clock.now() - KEPT))


def _digest(row: PresentationRow, found: Certificate) -> Digest:
    """What the device signs as its challenge: certificate, presenter, nonce and moment."""
    asked_at = microseconds(row.asked_at)
    return sha256(encode([_DOMAIN, found.statement, row.person.bytes, row.nonce, asked_at]))
