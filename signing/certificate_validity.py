"""When a certificate ends: by its type's rule, or on the day that its officer chose.

last_day(type_, first=date(2026, 5, 2), chosen=None)      # 2029-05-01 where the rule says three years
"""

from datetime import date, timedelta

from evidence.certificate_types import CertificateType, ValidityRule
from evidence.errors import Refused, Term

_FEBRUARY_29 = (2, 29)


class ValidityBackwards(Refused):
    """The last day lies before the first."""

    code = "validity-backwards"
    zh = "有效期止 {valid_until} 早于有效期起 {valid_from}，请更正。"
    en = "The validity ends ({valid_until}) before it begins ({valid_from}); correct the dates."


class ValidityUnfit(Refused):
    """The type's rule gives another last day. Facts: ``certificate_type``, ``chosen``, ``last``."""

    code = "validity-unfit"
    zh = "“{certificate_type}”的有效期止应为 {last}，填写的是 {chosen}；请改正，或留空由系统填写。"
    en = (
        "A {certificate_type} of that day ends {last}, not {chosen}; correct it, or leave it to be filled in."
    )


def last_day(type_: CertificateType, *, first: date, chosen: date | None) -> date | None:
    """Return the last day of a certificate of this type that is valid from ``first``; None where it has none.

    Raises:
        ValidityBackwards: the chosen day lies before the first.
        ValidityUnfit: the type's rule gives another.
    """
    if type_.validity is ValidityRule.CHOSEN:
        if chosen is not None and chosen < first:
            raise ValidityBackwards(valid_from=first, valid_until=chosen)
        return chosen
    ruled = _after(first, type_.years) if type_.validity is ValidityRule.YEARS else None
    if chosen is not None and chosen != ruled:
        raise ValidityUnfit(certificate_type=Term(type_.zh, type_.en), chosen=chosen, last=_told(ruled))
    return ruled


def _after(first: date, years: int) -> date:
    """The day before the same day ``years`` later; of a 29 February, 28 February."""
    same = first.replace(day=28) if (first.month, first.day) == _FEBRUARY_29 else first
    ends = same.replace(year=first.year + years)
    return ends if same != first else ends - timedelta(days=1)


def _told(last: date | None) -> date | Term:
    return Term("无（长期有效）", "on no day (it has no end)") if last is None else last
