"""Portraits that a policy has kept for a while: sealed like templates, erased when their time is over.

By default none is kept. Where a policy says so, the reference portrait of an enrollment is sealed under a key
of its own, bound to person and version, and erased by destroying that key: by the worker once ``keep_until``
is over, with the template it belongs to, and on withdrawal.

    keep(session, portrait, person=person_id, version=1, days=30, vault=vault, clock=clock)
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from identity.people import PersonId
from identity.vault import Kind, SealedTemplate, TemplateVault
from ledger.database import Base


class KeptPortraitRow(Base):
    """One sealed portrait; its sealed columns are empty once it is erased."""

    __tablename__ = "kept_portraits"
    __table_args__ = (
        ForeignKeyConstraint(["person", "version"], ["enrollments.person", "enrollments.version"]),
    )

    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    keep_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    key_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


_KEPT = KeptPortraitRow.erased_at.is_(None)


def keep(
    session: Session,
    portrait: bytes,
    *,
    person: PersonId,
    version: int,
    days: int,
    vault: TemplateVault,
    clock: Clock,
) -> None:
    """Keep the encoded ``portrait`` of an enrollment for ``days`` days; for none, nothing is kept."""
    if not days:
        return
    sealed = vault.seal(portrait, person=person, version=version, kind=Kind.PORTRAIT)
    session.add(
        KeptPortraitRow(
            person=person,
            version=version,
            keep_until=clock.now() + timedelta(days=days),
            key_id=sealed.key_id,
            wrapped_key=sealed.wrapped_key,
            ciphertext=sealed.ciphertext,
        )
    )
    session.flush()


def find_portrait(session: Session, *, person: PersonId, version: int, vault: TemplateVault) -> bytes | None:
    """Give the portrait that is kept of an enrollment, None when none is.

    Raises:
        TemplateKeyChanged, TemplateUnreadable: it does not open.
    """
    row = session.get(KeptPortraitRow, (person, version))
    if row is None or row.key_id is None or row.wrapped_key is None or row.ciphertext is None:
        return None
    sealed = SealedTemplate(row.key_id, row.wrapped_key, row.ciphertext)
    return vault.open(sealed, person=person, version=version, kind=Kind.PORTRAIT)


def erase(session: Session, *, person: PersonId, clock: Clock) -> None:
    """Destroy the keys and portraits that are kept of ``person``."""
    _erase(session, KeptPortraitRow.person == person, clock)


def erase_due(session: Session, *, clock: Clock) -> int:
    """Erase every portrait whose time is over; give how many. A step for the worker."""
    return _erase(session, KeptPortraitRow.keep_until <= clock.now(), clock)


def _erase(session: Session, which: ColumnElement[bool], clock: Clock) -> int:
    erased = session.execute(
        update(KeptPortraitRow)
        .where(_KEPT, which)
        .values(key_id=None, wrapped_key=None, ciphertext=None, erased_at=clock.now())
        .returning(KeptPortraitRow.version)
    )
    return len(erased.all())
