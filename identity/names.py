"""Names and short texts that people will read and sign: one line, visible, of bounded length.

A line break or an invisible character in a name or a purpose could make a text read otherwise than it is: a
right-to-left override turns a sentence round, a line feed starts a new one. Such text is refused at the
door. What is canonically the same is written in one way, Unicode's form C, so that a name typed on another
machine is the same name. What is visible and may deceive all the same is told (:mod:`identity.lookalikes`).

    check_name(" 林知远 ") == "林知远"
"""

import re
import unicodedata

from evidence.errors import Refused, Term

LONGEST_NAME = 100
"""Longest name of a person or an organization, characters."""

LONGEST_TEXT = 200
"""Longest purpose, project or reason, characters; as a use-reason in licence sharing (GB/T 36906)."""

MOST_MARKS = 2
"""Combining marks on one character."""

_BLANKS = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
"""Unicode's category Zs."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that no reader sees, or sees differently in each font; unassigned ones may be new, rare
characters of a real name and pass."""

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)
"""Characters of visible categories that show nothing: fillers, joiners, variation selectors, the blank of
Braille (Unicode, Default_Ignorable_Code_Point), and what is no character."""


NAME = Term("名称", "name")
CAPACITY = Term("身份", "capacity")
TITLE = Term("文件标题", "title of the document")
FILE_NAME = Term("文件名", "file name")
REGISTRATION_NUMBER = Term("注册号", "registration number")
PURPOSE = Term("用途", "purpose")
PROJECT = Term("项目", "project")
POSITION = Term("岗位", "position")
SCOPE = Term("使用范围", "scope")
QUESTION = Term("问题", "question")
ANSWER = Term("答复", "answer")
USED_FOR = Term("用于何事", "what it was used for")
REASON = Term("原因", "reason")
COMMENT = Term("留言", "comment")


class TextEmpty(Refused):
    """A field that must say something is blank."""

    code = "text-empty"
    zh = "“{field}”未填写；请写明后再提交。"
    en = "The {field} is empty; state it and submit again."


class TextTooLong(Refused):
    """A field is longer than a reader can weigh."""

    code = "text-too-long"
    zh = "“{field}”有 {length} 个字，上限为 {limit} 个字；请缩短后再提交。"
    en = "The {field} has {length} characters, the limit is {limit}; shorten it and submit again."


class HiddenCharacter(Refused):
    """A line break, control, direction or private-use character stands in a field."""

    code = "hidden-character"
    zh = "“{field}”的第 {position} 个字符是换行或不可见字符；请删除后再提交。"
    en = "Character {position} of the {field} is a line break or invisible; remove it and submit again."


class MarksHeaped(Refused):
    """More than two combining marks stand on a character, which then may cover its neighbours."""

    code = "marks-heaped"
    zh = "“{field}”的第 {position} 个字符是叠加在同一个字上的又一个附加符号；请删除后再提交。"
    en = "Character {position} of the {field} is one more mark on the same character; remove it."


def check_text(text: str, field: Term, *, limit: int = LONGEST_TEXT) -> str:
    """Give ``text`` in form C, each run of blanks as one, fit to stand on one line of a text that is signed.

    Raises:
        TextEmpty: nothing but blanks.
        TextTooLong: above ``limit`` characters.
        HiddenCharacter: a line break, control, direction or private-use character.
        MarksHeaped: marks upon marks.
    """
    visible = plain(text)
    if not visible:
        raise TextEmpty(field=field)
    if len(visible) > limit:
        raise TextTooLong(field=field, length=len(visible), limit=limit)
    for position, character in enumerate(visible, start=1):
        if unicodedata.category(character) in _UNSEEN or _IGNORABLE.match(character):
            raise HiddenCharacter(field=field, position=position)
    _check_marks(visible, field)
    return visible


def plain(text: str) -> str:
    """Give ``text`` in form C; a gap of many or wide blanks, which may hide what follows, becomes one."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _check_marks(text: str, field: Term) -> None:
    """Check that nothing in ``text`` covers what stands beside it; Thai and Arabic put two on a letter."""
    marks = 0
    for position, character in enumerate(text, start=1):
        marks = marks + 1 if _is_mark(character) else 0
        if marks > MOST_MARKS:
            raise MarksHeaped(field=field, position=position)


def _is_mark(character: str) -> bool:
    """Whether ``character`` is drawn over the one before it; vowels have a place of their own."""
    return unicodedata.combining(character) > 0 or unicodedata.category(character) == "Me"


def check_name(name: str, field: Term = NAME) -> str:
    """Give a name, or another short ``field``, as it will stand in texts; raises as ``check_text``."""
    return check_text(name, field, limit=LONGEST_NAME)
