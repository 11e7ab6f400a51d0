"""A sentence in both languages, and the few ways a moment or a number is written inside one.

A sentence is stored once per language and filled once; the languages are never mixed. Times are shown in
Beijing time, because the people who read them stand there; the report's data fields carry UTC.

    Words("截至{at}有效。", "In force as of {at}.").filled(at=moment(list_time))
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from evidence.errors import Language, YinxinError

BEIJING = timezone(timedelta(hours=8))
"""China standard time, one offset for the whole country and no summer time since 1991."""

EPOCH = date(1970, 1, 1)
_MOMENTS_KEPT = 256


@dataclass(frozen=True)
class Words:
    """One sentence or phrase, in Chinese and in English."""

    zh: str
    en: str

    def filled(self, **facts: "str | int | Words") -> "Words":
        """Put ``facts`` in the places named; a ``Words`` fact gives each language its own."""
        zh = {name: fact.zh if isinstance(fact, Words) else fact for name, fact in facts.items()}
        en = {name: fact.en if isinstance(fact, Words) else fact for name, fact in facts.items()}
        return Words(self.zh.format_map(zh), self.en.format_map(en))

    def said(self, language: Language) -> str:
        """The sentence in ``language``."""
        return self.zh if language == "zh" else self.en


def told(error: YinxinError) -> Words:
    """The sentence of ``error`` as a phrase that can stand inside another: without its final stop."""
    return Words(error.sentence("zh").rstrip("。"), error.sentence("en").rstrip("."))


def quoted(text: str) -> str:
    """``text`` between quotation marks, its own doubled: where it ends, it does not say itself."""
    return f"“{text.replace('“', '““').replace('”', '””')}”"


@lru_cache(_MOMENTS_KEPT)
def moment(at: datetime) -> Words:
    """``at`` to the second, in Beijing time."""
    text = at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return Words(f"北京时间{text}", f"{text} Beijing time")


def instant(at: datetime) -> str:
    """``at`` to the second as RFC 3339 in UTC, for the data fields of a report."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(at: datetime) -> date:
    """The calendar day on which ``at`` falls in Beijing."""
    return at.astimezone(BEIJING).date()


def day_from_count(days: int) -> date:
    """The day that lies ``days`` days after 1970-01-01, the form in which statements carry dates.

    Raises:
        OverflowError: the count leaves the calendar of years 1 to 9999.
    """
    return EPOCH + timedelta(days=days)
