"""What reports print: rows of words in both languages under headings; Beijing's time, digests in groups."""

from dataclasses import dataclass
from datetime import datetime

from evidence.errors import Term
from identity.authorization_text import BEIJING
from signing.authorization_sheet import Row

GROUP = 4  # characters of a digest printed together


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: Term
    rows: tuple[Row, ...]


def same(text: str) -> Term:
    """Say the same in both languages."""
    return Term(text, text)


def time_said(at: datetime | None) -> str:
    """Give a moment to the second, as Beijing's clocks show it; a dash for none."""
    return "—" if at is None else at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def grouped(text: str) -> str:
    """Part a digest in hex into groups that can be read out."""
    return " ".join(text[place : place + GROUP] for place in range(0, len(text), GROUP))
