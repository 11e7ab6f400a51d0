"""How many faces took on the light of the page (identity.flash), day by day: of nobody in particular.

count(session, seen=True, clock=clock)
"""

from datetime import date

from sqlalchemy import Date
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from ledger.database import Base


class ReflectionRow(Base):
    """One day, in UTC: the scans passed in which the light was and was not seen."""

    __tablename__ = "reflections"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    seen: Mapped[int]
    unseen: Mapped[int]


def count(session: Session, *, seen: bool, clock: Clock) -> None:
    """Count one more scan that passed by the light of the page."""
    one = insert(ReflectionRow).values(day=clock.now().date(), seen=int(seen), unseen=int(not seen))
    more = {
        "seen": ReflectionRow.seen + one.excluded.seen,
        "unseen": ReflectionRow.unseen + one.excluded.unseen,
    }
    session.execute(one.on_conflict_do_update(index_elements=[ReflectionRow.day], set_=more))
