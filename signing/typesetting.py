"""Setting type: templates, fonts and one compiler that every page and stamp comes from.

The templates are the ``.typ`` files beside this module. Facts reach them as one JSON text in
``sys.inputs.facts``, so that nothing a person typed is ever read as markup. Only the fonts of
``signing/fonts`` are used; the compiler puts into each PDF just the characters it needs. A character that
the font lacks is refused by name before anything is set: a box in place of a person's name would be worse
than no page. A page that nobody may be refused spells it instead, by its number in brackets. Beside the face
that everything is set in there is a handwriting (行书), for signatures that were typed; it has the 6,763
characters of GB 2312, and ``can_write`` tells whether a name is among them.

    typesetter = Typesetter()
    pdf = typesetter.set("certificate-two-leaf.typ", facts, at=clock.now())
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fontTools ships no types

from evidence.errors import Refused, Unavailable

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parent / "fonts"
FONT_FILES = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf")
HANDWRITING = "ZhiMangXing_400Regular.ttf"

ARCHIVAL = "a-3b"
"""ISO 19005-3, level b: what is shown is the same in decades, and files may be attached."""

Fact = str | int | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]


class GlyphMissing(Refused):
    """The font has no sign for a character. Facts: ``character``, ``code_point``."""

    code = "glyph-missing"
    zh = "字体中没有“{character}”（{code_point}）这个字；请换用规范汉字，或补充字库。"
    en = "The font has no sign for {character} ({code_point}); use a standard character or add a font."


class FontsMissing(Unavailable):
    """The fonts were not brought in. Facts: ``path``."""

    code = "fonts-missing"
    zh = "缺少字体文件 {path}；请运行 make assets。"
    en = "The font file {path} is missing; run make assets."


class TypesettingFailed(Unavailable):
    """The compiler refused a template. Facts: ``template``, ``reason``."""

    code = "typesetting-failed"
    zh = "版式 {template} 无法生成（{reason}）；请联系管理员。"
    en = "The template {template} could not be set ({reason}); tell the administrator."


class Typesetter:
    """Turns a template and facts into a PDF; safe to share between threads, one page at a time.

    Raises:
        FontsMissing: ``fonts`` lacks one of ``FONT_FILES``, or ``HANDWRITING``.
    """

    def __init__(self, *, fonts: Path = FONTS, templates: Path = TEMPLATES) -> None:
        for name in (*FONT_FILES, HANDWRITING):
            if not (fonts / name).is_file():
                raise FontsMissing(path=fonts / name)
        self._fonts = fonts
        self._templates = templates
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(
            root=str(templates),
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]
            ),
        )

    def set(self, template: str, facts: Mapping[str, Fact], *, at: datetime, archival: bool = False) -> bytes:
        """Set ``template`` with ``facts`` and return the PDF, dated ``at``; ``archival`` as PDF/A-3b.

        Raises:
            GlyphMissing: a text among the facts holds a character that the font lacks.
            TypesettingFailed: the template does not compile.
        """
        standards = [ARCHIVAL] if archival else []
        made = self._compiled(template, facts, at=at, format="pdf", pdf_tags=False, pdf_standards=standards)
        # What is appended later begins on a line of its own (ISO 19005-3, 6.1.9).
        return made + b"\n" if archival and not made.endswith(b"\n") else made

    def draw(self, template: str, facts: Mapping[str, Fact], *, at: datetime, dots: int) -> bytes:
        """Set the one page of ``template`` as PNG of ``dots`` an inch, otherwise as ``set`` does."""
        return self._compiled(template, facts, at=at, format="png", ppi=dots)

    def _compiled(self, template: str, facts: Mapping[str, Fact], *, at: datetime, **form: Any) -> bytes:
        for text in _texts(facts):
            self.check_glyphs(text)
        inputs = {"facts": json.dumps(facts, ensure_ascii=False)}
        with self._lock:
            try:
                made = self._compiler.compile(
                    self._templates / template,
                    sys_inputs=inputs,
                    timestamp=at.astimezone(UTC).replace(microsecond=0),  # typst dates files to the second
                    **form,
                )
            except typst.TypstError as error:
                raise TypesettingFailed(template=template, reason=error.message) from error
        if not isinstance(made, bytes):
            raise TypesettingFailed(template=template, reason="not one file")
        return made

    def check_glyphs(self, text: str) -> None:
        """Refuse ``text`` if the font lacks one of its characters; line breaks are none.

        Raises:
            GlyphMissing: names the first such character and its code point.
        """
        if self._glyphs.issuperset(map(ord, set(text) - {"\n"})):
            return
        for character in text:
            if character != "\n" and ord(character) not in self._glyphs:
                code_point = f"U+{ord(character):04X}"
                raise GlyphMissing(character=character, code_point=code_point)

    def width(self, text: str, *, size: float) -> float:
        """Give how many points ``text`` is wide in one line of the regular font, ``size`` points high.

        Raises:
            GlyphMissing: the font lacks a character.
        """
        self.check_glyphs(text)
        return sum(self._widths[ord(one)] for one in text) * size

    def spelled(self, text: str) -> str:
        """Give ``text`` with ``[U+XXXX]`` in the place of each character that the font lacks."""
        return "".join(
            one if one == "\n" or ord(one) in self._glyphs else f"[U+{ord(one):04X}]" for one in text
        )

    def can_write(self, text: str) -> bool:
        """Tell whether the handwriting has every character of ``text``."""
        return self._handwritten.issuperset(map(ord, text))

    @cached_property
    def _glyphs(self) -> frozenset[int]:
        """The code points that every one of the fonts has."""
        return frozenset.intersection(*(_code_points(self._fonts / name) for name in FONT_FILES))

    @cached_property
    def _handwritten(self) -> frozenset[int]:
        return _code_points(self._fonts / HANDWRITING)

    @cached_property
    def _widths(self) -> Mapping[int, float]:
        """How wide each character of the regular font is, in parts of its height."""
        with _opened(self._fonts / FONT_FILES[0]) as font:
            advances, unit = font["hmtx"].metrics, font["head"].unitsPerEm
            return {point: advances[name][0] / unit for point, name in font.getBestCmap().items()}


def _opened(font: Path) -> TTFont:
    """Open a font whose glyphs are called by their places: fontTools would make up names for a second."""
    opened = TTFont(font, lazy=True)
    opened.setGlyphOrder([str(place) for place in range(opened["maxp"].numGlyphs)])
    return opened


def _code_points(font: Path) -> frozenset[int]:
    with _opened(font) as opened:
        return frozenset(opened.getBestCmap())


def _texts(fact: Fact) -> Iterator[str]:
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, Mapping):
        for each in fact.values():
            yield from _texts(each)
    elif isinstance(fact, Sequence):
        for each in fact:
            yield from _texts(each)
