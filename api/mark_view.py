"""Where the marks of an agreement will lie on its pages, as a party sees it before signing.

marks = marks_on(content, found.manifest, document=0)
marks[2].boxes      # those of page 2; a page without any is not there
"""

from collections.abc import Mapping
from dataclasses import dataclass

from signing.manifest import Manifest
from signing.pdf_document import open_document
from signing.pdf_pages import Box
from signing.placement import lay_out


@dataclass(frozen=True, kw_only=True)
class MarkShown:
    """A mark's box in points from the page's upper left corner, and whose it is; ``what`` is its sort."""

    left: float
    top: float
    width: float
    height: float
    slot: str
    what: str


@dataclass(frozen=True, kw_only=True)
class PageMarks:
    """The marks of a page of this size, in points."""

    width: float
    height: float
    boxes: tuple[MarkShown, ...]


def marks_on(content: bytes, manifest: Manifest, *, document: int) -> Mapping[int, PageMarks]:
    """Give the marks of each page that bears any, the pages counted from 1; ``document`` is its place from 0.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    pages = open_document(content).pages
    found: dict[int, list[tuple[Box, str, str]]] = {}
    for slot, laid in zip(manifest.slots, lay_out(pages, manifest.slots, document=document), strict=True):
        for what, boxes in (
            ("stamp", (laid.stamp,)),
            ("date", (laid.date,)),
            ("text", laid.texts),
            ("edge", tuple(strip.box for strip in laid.strips)),
        ):
            for box in boxes:
                if box is not None and box.page < len(pages):
                    found.setdefault(box.page, []).append((box, slot.id, what))
    return {
        page + 1: PageMarks(
            width=pages[page].width,
            height=pages[page].height,
            boxes=tuple(_shown(pages[page].height, *mark) for mark in marks),
        )
        for page, marks in found.items()
    }


def _shown(height: float, box: Box, slot: str, what: str) -> MarkShown:
    top = height - box.bottom - box.height
    return MarkShown(left=box.left, top=top, width=box.width, height=box.height, slot=slot, what=what)
