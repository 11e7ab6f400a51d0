"""Text fields: what the starter may ask a party to write, and what a party may write into them.

What is written stands on one line in the font of the stamps, whole: nothing is cut, broken or made smaller.

    fields = check_text_fields(asked, capacity=Term("施工单位", "contractor"))     # labels as they will stand
    texts = check_texts(["13800000000"], fields, typesetter=typesetter)      # as they will be drawn
"""

from collections.abc import Sequence
from dataclasses import replace

from evidence.errors import Refused, Term
from identity.names import check_text
from signing.marks import TextField
from signing.stamps import TEXT_MARGIN, TEXT_SIZE
from signing.typesetting import Typesetter

MOST_FIELDS = 20
"""Text fields of one slot."""

LONGEST_LABEL = 20
"""Characters: what a party reads beside the line that it fills in."""

LONGEST_TEXT = 100
"""Characters: at 11 points a line of a page holds fewer than half as many Chinese ones."""

LEAST_WIDTH = 2 * TEXT_MARGIN + TEXT_SIZE
"""Points: one Chinese character."""

LABEL = Term("文字栏名称", "name of a text field")


class TextFieldsTooMany(Refused):
    """A slot has more text fields than a party can be asked to fill. Facts: ``capacity``, ``count``."""

    code = "text-fields-too-many"
    zh = "签署位“{capacity}”有 {count} 个文字栏，上限为 {limit} 个；请减少后再提交。"
    en = "The slot “{capacity}” has {count} text fields, the limit is {limit}; remove some and submit again."


class TextFieldNarrow(Refused):
    """A text field is too narrow for a character. Facts: ``label``, ``width``, ``least``, in points."""

    code = "text-field-narrow"
    zh = "文字栏“{label}”宽 {width} 点，容不下一个字；请至少留 {least} 点。"
    en = "The text field “{label}” is {width} points wide, too narrow for a character; give it {least}."


class TextsMiscounted(Refused):
    """What was written is not for the text fields of the slot. Facts: ``count``, ``fields``."""

    code = "texts-miscounted"
    zh = "此签署位有 {fields} 个文字栏须填写，提交了 {count} 个；请在签署页逐栏填写后再办理。"
    en = "This slot has {fields} text fields to fill in, {count} were sent; fill in each on its page."


class TextTooWide(Refused):
    """What was written does not fit on its line. Facts: ``label``, ``characters``, ``fit``."""

    code = "text-too-wide"
    zh = "“{label}”填写了 {characters} 个字符，栏宽只容得下前 {fit} 个；请缩短后再提交。"
    en = "“{label}” has {characters} characters, but its line holds the first {fit}; shorten it."


def check_text_fields(fields: Sequence[TextField], *, capacity: Term) -> tuple[TextField, ...]:
    """Give the text fields that are asked of the party ``capacity``, with their labels as they will stand.

    Raises:
        TextFieldsTooMany, TextFieldNarrow: nobody could fill them in.
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: a label cannot be read.
    """
    if len(fields) > MOST_FIELDS:
        raise TextFieldsTooMany(capacity=capacity, count=len(fields), limit=MOST_FIELDS)
    read = tuple(replace(each, label=check_text(each.label, LABEL, limit=LONGEST_LABEL)) for each in fields)
    for each in read:
        if each.width < LEAST_WIDTH:
            raise TextFieldNarrow(label=each.label, width=each.width, least=LEAST_WIDTH)
    return read


def check_texts(
    texts: Sequence[str], fields: Sequence[TextField], *, typesetter: Typesetter
) -> tuple[str, ...]:
    """Give what a party wrote into its ``fields``, in their order, as it will be drawn.

    Raises:
        TextsMiscounted: there is not one text for each field.
        TextEmpty, TextTooLong, HiddenCharacter, MarksHeaped: a field is not filled in, or cannot be read.
        GlyphMissing: the font lacks a character.
        TextTooWide: a text does not fit into its field.
    """
    if len(texts) != len(fields):
        raise TextsMiscounted(count=len(texts), fields=len(fields))
    return tuple(_fitting(text, field, typesetter) for text, field in zip(texts, fields, strict=True))


def _fitting(text: str, field: TextField, typesetter: Typesetter) -> str:
    line = check_text(text, Term(field.label, field.label), limit=LONGEST_TEXT)
    room = field.width - 2 * TEXT_MARGIN
    if typesetter.width(line, size=TEXT_SIZE) > room:
        fit = next(
            end - 1 for end in range(1, len(line) + 1) if typesetter.width(line[:end], size=TEXT_SIZE) > room
        )
        raise TextTooWide(label=field.label, characters=len(line), fit=fit)
    return line
