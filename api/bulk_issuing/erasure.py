"""Erasing what rows still say of a certificate whose holder's data is erased.

erase_of(session, found.number, agency=found.agency)
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.bulk_issuing.tables import IssueLineRow
from evidence.identifiers import Uscc
from signing.tables import CertificateRow


def erase_of(session: Session, number: str, *, agency: Uscc) -> None:
    """Erase what rows still say of the certificate with this number, all its versions."""
    versions = select(CertificateRow.id).where(
        CertificateRow.agency == agency.text, CertificateRow.number == number
    )
    rows = update(IssueLineRow).where(IssueLineRow.certificate.in_(versions))
    session.execute(rows.values(reference=None, asked=None))
