"""The agreements of a visitor page by page, the newest first.

found, then = agreement_page(session, organization=uscc, signer=None, after=None, limit=50)
"""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from evidence.identifiers import Uscc
from identity.people import PersonId
from ledger.places import Place, below, cut
from signing.agreement_readers import read_by
from signing.agreements import Agreement, agreement, concerns
from signing.inbox import may_expect
from signing.slot_parties import fills
from signing.tables import AgreementRow


def agreement_page(
    session: Session, *, organization: Uscc | None, signer: PersonId | None, after: Place | None, limit: int
) -> tuple[tuple[Agreement, ...], Place | None]:
    """Give what concerns ``organization`` or may expect ``signer`` below ``after``, and where more begins.

    A page may hold fewer than ``limit``, even none, and be followed by another: some that may have expected
    the person do not any more.
    """
    whose = [] if organization is None else [concerns(organization)]
    whose += [] if signer is None else [may_expect(session, signer)]
    found, then = _page(session, or_(*whose), after=after, limit=limit)
    return tuple(each for each in found if _theirs(session, each, organization, signer)), then


def reading_page(
    session: Session, *, organization: Uscc | None, person: PersonId | None, after: Place | None, limit: int
) -> tuple[tuple[Agreement, ...], Place | None]:
    """Give what ``organization`` or ``person`` reads as a viewer or a copy, and where more begins."""
    mine = read_by(session, organization=organization, person=person)
    return _page(session, AgreementRow.id.in_(mine), after=after, limit=limit)


def _page(
    session: Session, which: ColumnElement[bool], *, after: Place | None, limit: int
) -> tuple[tuple[Agreement, ...], Place | None]:
    query = below(
        select(AgreementRow.created_at, AgreementRow.id).where(which),
        after,
        moment=AgreementRow.created_at,
        id_=AgreementRow.id,
        limit=limit,
    )
    lines, then = cut([Place(at, id_) for at, id_ in session.execute(query)], limit=limit)
    return tuple(agreement(session, each.id) for each in lines), then


def _theirs(session: Session, found: Agreement, organization: Uscc | None, signer: PersonId | None) -> bool:
    parties = {found.started_by} | {slot.organization for slot in found.slots}
    if organization in parties:
        return True
    return signer is not None and any(fills(session, slot, signer) for slot in found.slots)
