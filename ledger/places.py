"""A place in a list that is ordered by moment and id, the newest first, so that its pages never shift.

query = below(query, after, moment=Row.created_at, id_=Row.id, limit=50)
lines, then = cut([Place(at, id_) for at, id_ in session.execute(query)], limit=50)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Query = TypeVar("Query", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True)
class Place:
    """Where a line stands."""

    moment: datetime
    id: UUID


def below(
    query: Query,
    after: Place | None,
    *,
    moment: InstrumentedAttribute[datetime],
    id_: InstrumentedAttribute[UUID],
    limit: int,
) -> Query:
    """Order ``query`` and take the lines below ``after``, from the top where that is None.

    One more than ``limit`` is taken: it tells that there is a next page.
    """
    if after is not None:
        query = query.where(tuple_(moment, id_) < (after.moment, after.id))
    return query.order_by(moment.desc(), id_.desc()).limit(limit + 1)


def cut(lines: Sequence[Place], *, limit: int) -> tuple[Sequence[Place], Place | None]:
    """Cut what ``below`` took to its page; give the place below which the next one begins, if any."""
    shown = lines[:limit]
    return shown, shown[-1] if len(lines) > limit else None
