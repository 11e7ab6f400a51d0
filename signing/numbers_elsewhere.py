"""The number that a platform beside the agency gives a certificate, such as the national one of permits.

The agency learns it after the issue and notes it once, for all versions of the certificate; a type says by
its description which form it has. The certificate is found by it as by its own number. It stands beside the
certificate, not in it: what was stated and printed stays as it was.

    note(session, found, "1410021605130102-SX-001", clock=clock)
    number_elsewhere(session, found)
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused, Term
from ledger.database import Base
from signing.certificates import Certificate, certificates_numbered
from signing.tables import CertificateRow


class NoNumberElsewhere(Refused):
    """Certificates of the type have no number on another platform. Facts: ``certificate_type``."""

    code = "no-number-elsewhere"
    zh = "“{certificate_type}”没有其他平台的编号，无需登记。"
    en = "A {certificate_type} has no number on another platform; there is none to note."


class NumberElsewhereUnfit(Refused):
    """The number has not the form that the type's description gives. Facts: ``form``."""

    code = "number-elsewhere-unfit"
    zh = "平台编号应写作 {form}，请核对后重新填写。"
    en = "The platform's number is written as {form}; check it and enter it again."


class NumberElsewhereNoted(Refused):
    """Another number was noted for the certificate. Facts: ``number``."""

    code = "number-elsewhere-noted"
    zh = "本证照已登记平台编号 {number}，不能改为别的编号；请核对。"
    en = "The number {number} was noted for this certificate already and is not replaced; check it."


class NumberElsewhereTaken(Refused):
    """The number was noted for another certificate. Facts: ``number``."""

    code = "number-elsewhere-taken"
    zh = "平台编号 {number} 已登记给另一份证照，请核对。"
    en = "The number {number} was noted for another certificate; check it."


class NumberElsewhereRow(Base):
    """A certificate's number on another platform."""

    __tablename__ = "numbers_elsewhere"
    __table_args__ = (UniqueConstraint("agency", "number"),)
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    agency: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def note(session: Session, found: Certificate, number: str, *, clock: Clock) -> None:
    """Note the number that another platform gave ``found``; the same again changes nothing.

    Raises:
        NoNumberElsewhere, NumberElsewhereUnfit: its type has none, or another form.
        NumberElsewhereNoted, NumberElsewhereTaken: it has another, or another certificate has this.
    """
    numbering = found.type.numbering
    if not numbering.elsewhere:
        raise NoNumberElsewhere(certificate_type=Term(found.type.zh, found.type.en))
    if not numbering.fits_elsewhere(number):
        raise NumberElsewhereUnfit(form=numbering.sample_elsewhere)
    noted = number_elsewhere(session, found)
    if noted == number:
        return
    if noted is not None:
        raise NumberElsewhereNoted(number=noted)
    row = {
        "certificate": found.id,
        "agency": found.agency.text,
        "number": number,
        "noted_at": clock.now(),
    }
    kept = insert(NumberElsewhereRow).values(row).on_conflict_do_nothing()
    if session.execute(kept.returning(NumberElsewhereRow.number)).scalar() is None:
        raise NumberElsewhereTaken(number=number)


def number_elsewhere(session: Session, found: Certificate) -> str | None:
    """Return the number that was noted for a version of a certificate, else None."""
    return session.scalar(
        select(NumberElsewhereRow.number)
        .join(CertificateRow, CertificateRow.id == NumberElsewhereRow.certificate)
        .where(CertificateRow.agency == found.agency.text, CertificateRow.number == found.number)
    )


def certificates_numbered_elsewhere(session: Session, number: str) -> tuple[Certificate, ...]:
    """Return the versions of the certificate that has this number on another platform, the newest first."""
    noted = session.scalar(
        select(CertificateRow.number)
        .join(NumberElsewhereRow, NumberElsewhereRow.certificate == CertificateRow.id)
        .where(NumberElsewhereRow.number == number)
    )
    return () if noted is None else certificates_numbered(session, noted)
