"""How often an authorization may be used: a number from 1, None for any number within the validity.

check_uses(3)       # 3
uses_term(None).zh  # "有效期内不限次数"
"""

from evidence.errors import Refused, Term

MOST_USES = 100
"""Largest number that a text counts out; more than that is any number, and the text then says so."""


class UsesOutOfRange(Refused):
    """The number of uses is none that a text can promise."""

    code = "uses-out-of-range"
    zh = "使用次数只能是 1 到 {most} 次，或有效期内不限次数；请改正后重新申请。"
    en = "The uses are 1 to {most}, or any number within the validity; correct it and request again."


def check_uses(uses: int | None) -> int | None:
    """Give ``uses`` when a text can promise it.

    Raises:
        UsesOutOfRange: below 1 or above ``MOST_USES``.
    """
    if uses is not None and not 1 <= uses <= MOST_USES:
        raise UsesOutOfRange(most=MOST_USES)
    return uses


def uses_term(uses: int | None) -> Term:
    """Say how often, as a phrase of either language."""
    if uses is None:
        return Term("有效期内不限次数", "any number within the validity")
    if uses == 1:
        return Term("一次，用后即终止", "once, and then no more")
    return Term(f"共 {uses} 次，用完即终止", f"{uses} times in all, and then no more")
