"""What the agency's own record says of certificates just now, for whoever asks by the digests of codes.

Many are read by one statement, and of each no more than the answer needs: at the door of a site hundreds ask
in a second.

    with database.transaction() as session:
        found = standings(session, [payload.statement])
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, select
from sqlalchemy.orm import Session

from evidence.certificate_types import LifeState
from evidence.identifiers import Uscc
from evidence.statuslist import CertificateState
from ledger.status import RegisterPlace
from signing.certificate_changes import issuer_key
from signing.tables import CertificateRow

_ROW = CertificateRow.__table__.c
_STANDINGS = select(
    _ROW.statement,
    _ROW.id,
    _ROW.certificate_type,
    _ROW.agency,
    _ROW.status_key,
    _ROW.state,
    _ROW.life,
    _ROW.pdf.is_not(None),
).where(_ROW.statement == any_(bindparam("statements", type_=ARRAY(LargeBinary))))


@dataclass(frozen=True)
class RecordedStanding:
    """A certificate in the record: ``life`` names its state, ``published`` is False while it is being made.

    ``place`` is where the chain's register keeps it, ``certificate_type`` what its statement calls its type.
    """

    id: UUID
    certificate_type: str
    place: RegisterPlace
    state: CertificateState
    life: LifeState
    published: bool


def standings(session: Session, statements: Collection[bytes]) -> Mapping[bytes, RecordedStanding]:
    """Return by the digests of their statements (32 bytes each) the certificates that there are."""
    rows = session.execute(_STANDINGS, {"statements": list(statements)})
    return {
        statement: RecordedStanding(
            id=id_,
            certificate_type=type_,
            place=(issuer_key(Uscc.parse(agency)), key),
            state=CertificateState(state),
            life=LifeState(life),
            published=published,
        )
        for statement, id_, type_, agency, key, state, life, published in rows
    }
