r"""Quoting: the words of a node or a log, as they may be shown on a terminal.

Whoever wrote them may be anybody, and a terminal obeys control characters.

    quoted("\x1b[2Jno") == "\\x1b[2Jno"
"""

LONGEST = 200  # characters of another's words that are passed on


def quoted(words: str) -> str:
    """Give ``words`` with everything escaped that does not print, at most ``LONGEST`` characters."""
    shown = (
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in words[:LONGEST]
    )
    return "".join(shown)[:LONGEST]
