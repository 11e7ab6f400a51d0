"""The text of an agreement with named fields: what a template says, filled in and set for one agreement.

A field is a name in braces, with its English name after a bar where it has one. What is filled in is text:
braces in it are no fields, and nothing in it is read as markup.

    fields("{项目名称|project}的承诺书") == (Term("项目名称", "project"),)
    filled("{项目名称|project}的承诺书", {"项目名称": "滨河社区活动中心"}) == "滨河社区活动中心的承诺书"
    pdf = render_text(typesetter, title="…", text="…", at=moment)
"""

import re
from collections.abc import Mapping
from datetime import datetime

from evidence.errors import Refused, Term
from identity.names import TextEmpty, TextTooLong, check_text
from signing.typesetting import Typesetter

MOST_FIELDS = 20
"""Fields of one title and text: as many as a clerk fills in at a glance."""

LONGEST_FIELD_NAME = 20
"""Characters of a field's name: it stands at the head of a column."""

LONGEST_TEXT = 20_000
"""Characters of a whole text: about 15 pages."""

LONGEST_PARAGRAPH = 2_000
"""Characters of one paragraph."""

TEXT = Term("正文", "text of the document")

_FIELD = re.compile(r"\{([^{}|:：\n]+)(?:\|([^{}|:：\n]+))?\}")


class FieldMalformed(Refused):
    """A brace stands alone, or a field's name cannot be one. Facts: ``what``."""

    code = "field-malformed"
    zh = (
        "{what}里的花括号用法不对：栏目写作“{{名称}}”或“{{名称|英文名}}”，名称不超过 {limit} 个字，不含冒号。"
    )
    en = (
        "A brace in the {what} is wrong: write a field as {{name}} or {{name|English name}}, at most {limit} "
        "characters and no colon."
    )


class TooManyFields(Refused):
    """More fields than are filled in at a glance. Facts: ``count``, ``limit``."""

    code = "too-many-fields"
    zh = "模板有 {count} 个栏目，上限为 {limit} 个；请合并或删去一些。"
    en = "The template has {count} fields, the limit is {limit}; merge or remove some."


def fields(*texts: str) -> tuple[Term, ...]:
    """Give the fields of ``texts`` in their order, each once; without an English name the Chinese serves.

    Raises:
        TooManyFields: more than ``MOST_FIELDS``.
    """
    found: dict[str, Term] = {}
    for each in texts:
        for zh, en in _FIELD.findall(each):
            name = zh.strip()
            if name not in found or en:
                found[name] = Term(name, en.strip() or name)
    if len(found) > MOST_FIELDS:
        raise TooManyFields(count=len(found), limit=MOST_FIELDS)
    return tuple(found.values())


def check_fields(text: str, what: Term) -> None:
    """Check that every brace of ``text`` belongs to a field.

    Raises:
        FieldMalformed: one does not, or a name is blank or too long.
    """
    names = [name.strip() for pair in _FIELD.findall(text) for name in pair if name]
    if re.search("[{}]", _FIELD.sub("", text)) or not all(
        0 < len(each) <= LONGEST_FIELD_NAME for each in names
    ):
        raise FieldMalformed(what=what, limit=LONGEST_FIELD_NAME)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Give ``text`` with the value of each field, which is there by its Chinese name."""
    return _FIELD.sub(lambda field: values[field[1].strip()], text)


def paragraphs(text: str) -> tuple[str, ...]:
    """Give the paragraphs of ``text``, one a line; blank lines are none.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: the text, or a paragraph of it, cannot be read.
    """
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(field=TEXT, length=len(text), limit=LONGEST_TEXT)
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines:
        raise TextEmpty(field=TEXT)
    return tuple(
        check_text(line, Term(f"正文第 {number} 段", f"paragraph {number}"), limit=LONGEST_PARAGRAPH)
        for number, line in enumerate(lines, start=1)
    )


def render_text(typesetter: Typesetter, *, title: str, text: str, at: datetime) -> bytes:
    """Set ``text`` under ``title``, A4, with a page for the marks at the end; dated ``at``.

    Raises:
        GlyphMissing: the font lacks a character.
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: see ``paragraphs``.
    """
    return typesetter.set("agreement-text.typ", {"title": title, "paragraphs": paragraphs(text)}, at=at)
