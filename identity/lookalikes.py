"""Characters that may be taken for others: told beside a text before anybody authorizes it, and not refused.

A Cyrillic letter in a Latin name, a full-width digit, a radical in place of a character: each is visible and
may be meant, and each reads as something else than it is. Only the letters of Chinese and Latin script pass
without a word; so do Roman and circled numerals, which Chinese texts are full of.

    lookalikes("Аркада 1号楼")[0].kind.en  # "Cyrillic letter"
"""

import unicodedata
from dataclasses import dataclass

from evidence.errors import Term

_USUAL = ("LATIN", "CJK UNIFIED", "CJK COMPATIBILITY", "IDEOGRAPHIC", "DIGIT", "COMBINING")
_KINDS = {
    "CYRILLIC": Term("西里尔字母", "Cyrillic letter"),
    "GREEK": Term("希腊字母", "Greek letter"),
    "FULLWIDTH": Term("全角字符", "full-width character"),
    "HALFWIDTH": Term("半角字符", "half-width character"),
    "MATHEMATICAL": Term("数学字母", "mathematical letter"),
    "KANGXI": Term("部首符号", "radical"),
    "CJK RADICAL": Term("部首符号", "radical"),
    "HEBREW": Term("从右向左书写的字母", "letter written from right to left"),
    "ARABIC": Term("从右向左书写的字母", "letter written from right to left"),
    "CJK STROKE": Term("笔画符号", "stroke"),
    "HANGZHOU": Term("苏州码子", "Hangzhou numeral"),
}
_OTHER = Term("其他文字的字符", "character of another script")
_MARK = Term("划线或圈框符号", "overlay or enclosing mark")
_OVERLAY = 1
"""The combining class of marks that strike a character through (Unicode, Canonical_Combining_Class)."""

_PARTS = ("KANGXI RADICAL", "CJK RADICAL", "CJK STROKE", "HANGZHOU NUMERAL")
"""Parts of characters and merchants' numerals, each of which reads as a character."""


@dataclass(frozen=True)
class Lookalike:
    """One such ``character`` at ``position``, from 1, and what it is."""

    position: int
    character: str
    kind: Term

    @property
    def code_point(self) -> str:
        """The number of the character, as Unicode writes it."""
        return f"U+{ord(self.character):04X}"


def lookalikes(text: str) -> tuple[Lookalike, ...]:
    """Give the characters of ``text`` that may be taken for others, in their order."""
    return tuple(
        Lookalike(position, character, _kind(character))
        for position, character in enumerate(text, start=1)
        if _may_deceive(character)
    )


def _may_deceive(character: str) -> bool:
    name = unicodedata.name(character, "")
    if name.startswith(_PARTS) or _covers(character):
        return True
    category = unicodedata.category(character)
    return (category[0] in "LM" or category == "Nd") and not name.startswith(_USUAL)


def _covers(character: str) -> bool:
    return unicodedata.combining(character) == _OVERLAY or unicodedata.category(character) == "Me"


def _kind(character: str) -> Term:
    if _covers(character):
        return _MARK
    name = unicodedata.name(character, "")
    return next((kind for begin, kind in _KINDS.items() if name.startswith(begin)), _OTHER)
