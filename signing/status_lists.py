"""The agency's status list: the exceptions of all its certificates, signed, good for one day.

A list that is served is kept, so that many fetch the same bytes: a new one is signed when a certificate was
changed since, a minute after one was issued, or after an hour. A device that has one asks for its delta,
which is as of now. The exceptions behind a list are public by their keys on the chain, so that anyone derives
the list from there.

    encoded = status_list(session, agency=agency, clock=clock)
    encoded = kept_list(session, agency=agency, clock=clock)
    delta = delta_since(session, digest, agency=agency, clock=clock)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.status_delta import CHANGES_LIMIT, delta_between, digest_of, sign_delta
from evidence.statuslist import CertificateState, StatusList, read_status_list, sign_status_list
from ledger.chain_point import chain_point
from signing.certificate_numbers import LIST_SIZE
from signing.certificates import Agency
from signing.status_list_rows import StatusListRow
from signing.tables import CertificateRow

LIFETIME = timedelta(hours=24)
"""How long a list is an answer: an officer fetches one in the morning and is out all day (personas, 4)."""
SERVED_FOR = timedelta(hours=1)
"""How long the same list is served while nothing changes."""
RENEWED_EVERY = timedelta(minutes=1)
"""How soon a list is replaced for certificates that are newer; a change of state replaces it at once."""
_LOCK = 0x5374  # of the advisory locks by which one list is signed at a time


class StatusListUnknown(Refused):
    """No delta can be given of this list. Facts: ``digest``."""

    code = "status-list-unknown"
    zh = "没有可接续的状态清单 {digest}（可能已过旧），请下载完整清单。"
    en = "No delta can be given of the status list {digest}, it may be too old; fetch the whole list."


@dataclass(frozen=True)
class StatedException:
    """A certificate that is not as it was issued: its 32-byte key on the chain, its place in the list."""

    key: bytes
    place: int
    state: CertificateState


def exceptions(session: Session, agency: Agency) -> tuple[StatedException, ...]:
    """Return the agency's suspended, ended and superseded certificates, by their keys."""
    rows = session.execute(
        select(CertificateRow.status_key, CertificateRow.status_index, CertificateRow.state)
        .where(
            CertificateRow.agency == agency.speaker.uscc.text, CertificateRow.state != CertificateState.NONE
        )
        .order_by(CertificateRow.status_key)
    )
    return tuple(StatedException(key, place, CertificateState(state)) for key, place, state in rows)


def status_list(session: Session, *, agency: Agency, clock: Clock) -> bytes:
    """Return a list as of now, signed."""
    return sign_status_list(_now(session, agency, clock.now()), agency.speaker.signer)


def kept_list(session: Session, *, agency: Agency, clock: Clock) -> bytes:
    """Return the list that is served now: the newest kept one, or a new one that is kept from now on."""
    served = _served(session, _now(session, agency, clock.now()))
    if served is not None:
        return served
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(agency.speaker.uscc.text))))
    current = _now(session, agency, clock.now())
    served = _served(session, current)  # somebody else may have signed it meanwhile
    if served is not None:
        return served
    encoded = sign_status_list(current, agency.speaker.signer)
    session.add(
        StatusListRow(
            agency=current.issuer,
            digest=digest_of(encoded),
            encoded=encoded,
            issued_at=current.issued_at,
        )
    )
    session.flush()
    over = StatusListRow.issued_at < current.issued_at - LIFETIME
    session.execute(delete(StatusListRow).where(StatusListRow.agency == current.issuer, over))
    return encoded


def delta_since(session: Session, digest: bytes, *, agency: Agency, clock: Clock) -> bytes:
    """Return what changed since the list whose signed bytes have this SHA-256, signed as of now.

    Raises:
        StatusListUnknown: that list was not served by this agency, is not kept any longer, or is so different
            that the whole list is no larger.
    """
    row = session.scalar(_kept(agency.speaker.uscc.text).where(StatusListRow.digest == digest))
    if row is None:
        raise StatusListUnknown(digest=digest.hex())
    delta = delta_between(read_status_list(row.encoded), row.encoded, _now(session, agency, clock.now()))
    if len(delta.changes) > CHANGES_LIMIT:
        raise StatusListUnknown(digest=digest.hex())
    return sign_delta(delta, agency.speaker.signer)


def _now(session: Session, agency: Agency, now: datetime) -> StatusList:
    return StatusList.of(
        issuer=agency.speaker.uscc.text,
        issued_at=now,
        expires_at=now + LIFETIME,
        size=LIST_SIZE,
        exceptions={each.place: each.state for each in exceptions(session, agency)},
        chain=chain_point(session),
    )


def _kept(issuer: str) -> Select[StatusListRow]:
    return select(StatusListRow).where(StatusListRow.agency == issuer)


def _served(session: Session, current: StatusList) -> bytes | None:
    """Return the newest kept list if it still says all of ``current``, and no certificate is long newer."""
    row = session.scalar(_kept(current.issuer).order_by(StatusListRow.issued_at.desc()).limit(1))
    if row is None or current.issued_at - row.issued_at >= SERVED_FOR:
        return None
    newest = session.scalar(
        select(func.max(CertificateRow.created_at)).where(CertificateRow.agency == current.issuer)
    )
    issued_after = newest is None or newest < row.issued_at
    if not issued_after and current.issued_at - row.issued_at >= RENEWED_EVERY:
        return None
    return row.encoded if read_status_list(row.encoded).states == current.states else None
