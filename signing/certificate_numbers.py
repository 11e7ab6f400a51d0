"""Numbers of certificates: the permit's own number, its licence identifier, and its place in the status list.

Serials have no gaps and no doubles: the day's counter is a row that an issuing transaction holds until it
commits, and a transaction that fails gives its serial back. The place in the status list is random, so that a
list tells nobody how many certificates were issued or which was issued when.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.errors import Refused
from evidence.identifiers import LicenceIdentifier, PermitNumber, Uscc
from signing.certificate_types import CertificateType
from signing.tables import CertificateRow, CertificateSerialRow

MOST_SERIALS = 99
"""Certificates of one administrative area in one day: the number has two digits for them (standards 2.2)."""

LIST_SIZE = 1 << 20
"""Places in an agency's status list: two bits each, 2.5 kB packed with one exception in a thousand."""


class DaySerialsExhausted(Refused):
    """The day's two-digit serials are used up."""

    code = "day-serials-exhausted"
    zh = "{day} 的证照流水号（{limit} 个）已用完，请次日再签发。"
    en = "All {limit} serials of {day} are used; issue this certificate tomorrow."


def next_number(
    session: Session, *, agency: Uscc, administrative_code: str, certificate_type: CertificateType, day: date
) -> PermitNumber:
    """Take the next number of the day; others who ask wait until this transaction ends.

    ``administrative_code`` is the 6 digits of the area.

    Raises:
        DaySerialsExhausted: 99 were taken.
        IdentifierMalformed: the parts do not make a number.
    """
    scope = f"{administrative_code}{day:%Y%m%d}"
    first = insert(CertificateSerialRow).values(agency=agency.text, scope=scope, last=1)
    counted = first.on_conflict_do_update(
        index_elements=[CertificateSerialRow.agency, CertificateSerialRow.scope],
        set_={"last": CertificateSerialRow.last + 1},
    )
    serial = session.execute(counted.returning(CertificateSerialRow.last)).scalar_one()
    if serial > MOST_SERIALS:
        raise DaySerialsExhausted(day=day, limit=MOST_SERIALS)
    return PermitNumber.parse(f"{scope}{serial:02}{certificate_type.number_class}")


def licence_identifier(
    certificate_type: CertificateType, agency: Uscc, number: PermitNumber
) -> LicenceIdentifier:
    """Return the GB/T 36904 identifier of the first version of the certificate ``number``."""
    return LicenceIdentifier.make(
        type_code=certificate_type.type_code(agency), issuer=agency, serial=number.text
    )


def status_key(licence: LicenceIdentifier) -> bytes:
    """Return the 32-byte key under which the chain knows all versions of one licence."""
    return hashlib.sha256(licence.base.encode()).digest()


def free_status_index(
    session: Session, agency: Uscc, *, random: Callable[[int], int] = secrets.randbelow
) -> int:
    """Return a random place that no certificate of ``agency`` has; the unique constraint decides a race."""
    while True:
        index = random(LIST_SIZE)
        taken = select(CertificateRow.id).where(
            CertificateRow.agency == agency.text, CertificateRow.status_index == index
        )
        if session.scalar(taken) is None:
            return index
