"""Numbers of certificates: the number people read, the licence identifier, and the place in the status list.

Serials have no gaps and no doubles: the counter of what stands before the serial in a number (the day's or
the year's) is a row that an issuing transaction holds until it commits, and a transaction that fails gives
its serial back. The place in the status list is random, so that a list tells nobody how many certificates
were issued or which was issued when.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.certificate_types import CertificateType
from evidence.errors import Refused
from evidence.identifiers import LicenceIdentifier, Uscc
from signing.certificate_types import type_code
from signing.tables import CertificateRow, CertificateSerialRow

LIST_SIZE = 1 << 20
"""Places in an agency's status list: two bits each, 2.5 kB packed with one exception in a thousand."""


class SerialsExhausted(Refused):
    """All serials that a number has digits for are used. Facts: ``scope``, ``limit``."""

    code = "serials-exhausted"
    zh = "以“{scope}”开头的证照编号（{limit} 个）已用完；编号含日期的请次日再签发，其他请联系管理员。"
    en = "All {limit} numbers that begin with “{scope}” are used; try tomorrow, or tell the administrator."


@dataclass(frozen=True)
class Place:
    """Where and when a number is given: 6 digits of area, the city, and the day in Beijing."""

    area: str
    city: str
    day: date

    @property
    def facts(self) -> dict[str, str]:
        """What a form of number has places for."""
        day = self.day
        return {"area": self.area, "city": self.city, "date": f"{day:%Y%m%d}", "year": f"{day:%Y}"}


@dataclass(frozen=True)
class Number:
    """A certificate's number, and its serial in the licence identifier."""

    text: str
    licence: str


def next_number(session: Session, type_: CertificateType, place: Place, *, agency: Uscc) -> Number:
    """Take the next number; others who ask for one of this scope wait until this transaction ends.

    Raises:
        SerialsExhausted: the number has no digits for another.
    """
    numbering = type_.numbering
    scope = numbering.scope(place.facts)
    first = insert(CertificateSerialRow).values(agency=agency.text, scope=scope, last=1)
    counted = first.on_conflict_do_update(
        index_elements=[CertificateSerialRow.agency, CertificateSerialRow.scope],
        set_={"last": CertificateSerialRow.last + 1},
    )
    serial = session.execute(counted.returning(CertificateSerialRow.last)).scalar_one()
    limit = 10**numbering.digits - 1
    if serial > limit:
        raise SerialsExhausted(scope=scope, limit=f"{limit:,}")
    return Number(
        text=numbering.fill(numbering.form, facts=place.facts, serial=serial),
        licence=numbering.fill(numbering.licence, facts=place.facts, serial=serial),
    )


def licence_identifier(type_: CertificateType, agency: Uscc, number: Number) -> LicenceIdentifier:
    """Return the GB/T 36904 identifier of the first version of the certificate ``number``.

    Raises:
        IdentifierMalformed: the licence serial has more than 32 characters.
    """
    return LicenceIdentifier.make(type_code=type_code(type_, agency), issuer=agency, serial=number.licence)


def status_key(licence: LicenceIdentifier) -> bytes:
    """Return the 32-byte key under which the chain knows this version of the licence."""
    return hashlib.sha256(f"{licence.base}.{licence.version}".encode()).digest()


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
