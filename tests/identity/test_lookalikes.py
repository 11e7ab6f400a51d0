"""What may deceive the eye is refused when it is invisible and told when it is visible."""

import unicodedata
from collections.abc import Callable

import pytest

from identity.authorizations import Authorization
from identity.lookalikes import lookalikes
from identity.names import PROJECT, HiddenCharacter, MarksHeaped, check_text

INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u1160\u17b4\u180e\u2800"
    "\u3164\uffa0\ufe0f\U000e0041\U000e0100\ufffe"
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("character", INVISIBLE + BIDI + "\n\r\u0085\u2028\u2029\0\ue000\ud800", ids=ascii)
@pytest.mark.parametrize("field", ["purpose", "project", "position", "scope"])
def test_an_invisible_character_is_refused_by_name(
    request_of: Callable[..., Authorization], field: str, character: str
) -> None:
    with pytest.raises(HiddenCharacter) as refused:
        request_of(**{field: f"示范{character}工程"})
    assert refused.value.facts["position"] == 3


@pytest.mark.parametrize(
    "text", ["甲  乙", "甲\u3000乙", "甲\u00a0\u3000 乙", "甲\u2003乙", "甲\u202f乙", "甲\u1680乙"], ids=ascii
)
def test_blanks_that_make_a_gap_become_one_plain_blank(text: str) -> None:
    assert check_text(text, PROJECT) == "甲 乙"


@pytest.mark.parametrize("text", ["q\u0323\u0336\u0336", "甲\u20e0\u20e0\u20e0"], ids=ascii)
def test_marks_heaped_on_one_character_are_refused_by_name(text: str) -> None:
    with pytest.raises(MarksHeaped) as refused:
        check_text(text, PROJECT)
    assert refused.value.facts["position"] == 4


@pytest.mark.parametrize("text", ["Nguyễn Thế Phương", "བཀྲ་ཤིས", "x\u0304 座", "林 知远", "กี่"])
def test_marks_and_blanks_of_real_names_pass(text: str) -> None:
    assert check_text(text, PROJECT) == text


def test_a_name_typed_on_another_machine_is_the_same_name(request_of: Callable[..., Authorization]) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Hôtel Amélie") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert request_of(project=decomposed).project == composed == request_of(project=composed).project


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Pаrk Plaza", {"Cyrillic letter"}),
        ("А座", {"Cyrillic letter"}),
        ("Ρlaza", {"Greek letter"}),
        ("１号楼", {"full-width character"}),
        ("ＡＢＣ", {"full-width character"}),
        ("𝐀座", {"mathematical letter"}),
        ("⼀号楼", {"radical"}),
        ("שלום", {"letter written from right to left"}),
        ("ᏢLAZA", {"character of another script"}),
        ("٣号楼", {"letter written from right to left"}),
        ("不\u0336同意", {"overlay or enclosing mark"}),
        ("A\u20e0座", {"overlay or enclosing mark"}),
        ("㇐号楼", {"stroke"}),
        ("\u31e3号楼", {"stroke"}),
        ("〡号楼", {"Hangzhou numeral"}),
        ("〩号楼", {"Hangzhou numeral"}),
    ],
)
def test_what_looks_like_another_is_told(text: str, kinds: set[str]) -> None:
    assert {each.kind.en for each in lookalikes(text)} == kinds
    assert check_text(text, PROJECT) == text


@pytest.mark.parametrize(
    "text",
    ["示范市第一中学教学楼（二期）Ⅱ标段①区，A座1号楼·60%", "Hôtel Amélie", "㐂𠮷〇、“引号”—《》㎡", "林知远"],
)
def test_what_chinese_and_latin_texts_hold_passes_without_a_word(text: str) -> None:
    assert lookalikes(text) == ()


def test_a_lookalike_says_where_it_stands() -> None:
    (found,) = lookalikes("Pаrk")
    assert (found.position, found.character, found.code_point) == (2, "\u0430", "U+0430")
