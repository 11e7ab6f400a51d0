"""Days and times as visitors give them: of the years that a certificate and the database can hold.

A day far out would overflow where a day is added to it, or where days are counted from 1970.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

FIRST, LAST = date(1970, 1, 2), date(2200, 1, 1)  # a day in the city's zone begins on the day before in UTC


def _bounded(given: date) -> date:
    day = given.date() if isinstance(given, datetime) else given
    if not FIRST <= day <= LAST:
        raise ValueError("out of bounds")
    return given


Day = Annotated[date, AfterValidator(_bounded)]
"""A day of the city's calendar."""

Moment = Annotated[AwareDatetime | date, Field(union_mode="left_to_right"), AfterValidator(_bounded)]
"""A time with its zone, or a day of the city's calendar."""
