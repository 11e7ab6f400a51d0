"""The agency's status list: the exceptions of all its certificates, signed, as of now, for one day.

encoded = status_list(session, agency=agency, clock=clock)
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.statuslist import CertificateState, StatusList, sign_status_list
from signing.certificate_numbers import LIST_SIZE
from signing.certificates import Agency
from signing.tables import CertificateRow

LIFETIME = timedelta(hours=24)
"""How long a list is an answer: an officer fetches one in the morning and is out all day (personas, 4)."""


def status_list(session: Session, *, agency: Agency, clock: Clock) -> bytes:
    """Return the signed list of the agency's suspended, revoked and superseded certificates."""
    uscc, now = agency.speaker.uscc.text, clock.now()
    rows = session.execute(
        select(CertificateRow.status_index, CertificateRow.state).where(
            CertificateRow.agency == uscc, CertificateRow.state != CertificateState.NONE
        )
    )
    stated = StatusList.of(
        issuer=uscc,
        issued_at=now,
        expires_at=now + LIFETIME,
        size=LIST_SIZE,
        exceptions={index: CertificateState(state) for index, state in rows},
    )
    return sign_status_list(stated, agency.speaker.signer)
