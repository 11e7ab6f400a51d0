"""Where marks go on the pages: where the starter put them, or else on the last page from its foot upwards.

A slot leaves a stamp, and where the starter wants that the day apart from it, texts that its party writes
and a perforation seal. A stamp that nobody placed goes beside its neighbours into the next cell that is free
of chosen marks. The same slots on the same pages always lie in the same places, so a stamp has its place
before anybody signs.

Of several documents a chosen place names one, and those that nobody chose have no such mark; a stamp that
nobody placed at all goes on each of them, and a perforation seal over each that has edges. Who leaves no
stamp may write texts all the same.

    check_marked((2, 1), slots)             # refuses what no document could bear
    laid = lay_out(pages, manifest.slots)      # one for each slot, in order: on the first document
    check_layout(pages, slots, document=1)     # refuses what cannot be drawn on the second
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from evidence.errors import Refused, Term
from signing.manifest import SlotKind
from signing.marks import Place, TextField, repeats_document
from signing.pdf import check_box
from signing.pdf_pages import Box, PageSize
from signing.perforation import Strip, check_edges, check_perforation, strips
from signing.stamps import DATE_MARK, ORGANIZATION_STAMP, PERSON_STAMP, QUALIFICATION_STAMP, TEXT_HEIGHT

MARGIN = 36.0
"""Points kept free at the left and at the foot of a page: half an inch, what a printer needs."""

GAP = 6.0
"""Points between two stamps."""

CELL = ORGANIZATION_STAMP
"""What holds either kind of stamp, width and height in points."""


class MarksOverlap(Refused):
    """Two marks would cover each other. Facts: ``page`` from 1, ``one``, ``other``."""

    code = "marks-overlap"
    zh = "第 {page} 页上“{one}”与“{other}”的位置重叠；请移开其中一个。"
    en = "On page {page} the marks “{one}” and “{other}” overlap; move one of them."


class MarkedDocumentMissing(Refused):
    """A place names a document that is not there. Facts: ``capacity``, ``document`` from 1, ``count``."""

    code = "marked-document-missing"
    zh = "“{capacity}”的标记放在第 {document} 份文件上，但只有 {count} 份文件；请重新放置。"
    en = "A mark of “{capacity}” is placed on document {document}, but there are {count}; place it again."


class MarkRepeated(Refused):
    """A slot has two stamps, or two dates, on one document. Facts: ``capacity``."""

    code = "mark-repeated"
    zh = "“{capacity}”在同一份文件上放了两个签章或两个日期；请每份文件只放一个。"
    en = "“{capacity}” has two stamps or two dates on one document; place one of each on a document."


class Marking(Protocol):
    """A slot as far as its marks go."""

    @property
    def kind(self) -> SlotKind: ...  # noqa: D102  # named by what they are
    @property
    def capacity_zh(self) -> str: ...  # noqa: D102
    @property
    def capacity_en(self) -> str: ...  # noqa: D102
    @property
    def places(self) -> tuple[Place, ...]: ...  # noqa: D102
    @property
    def dates(self) -> tuple[Place, ...]: ...  # noqa: D102
    @property
    def texts(self) -> tuple[TextField, ...]: ...  # noqa: D102
    @property
    def perforated(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Laid:
    """Where the marks of one slot lie on a document; no ``stamp`` where the slot leaves none.

    ``texts`` has one box for each text field of the slot, None for those of other documents.
    """

    stamp: Box | None
    date: Box | None
    texts: tuple[Box | None, ...] = ()
    strips: tuple[Strip, ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All of them."""
        single = tuple(box for box in (self.stamp, self.date, *self.texts) if box is not None)
        return (*single, *(strip.box for strip in self.strips))


def stamp_size(kind: SlotKind) -> tuple[float, float]:
    """Return width and height of the stamp that a slot of this kind leaves, in points."""
    return {SlotKind.SEAL: ORGANIZATION_STAMP, SlotKind.QUALIFICATION: QUALIFICATION_STAMP}.get(
        kind, PERSON_STAMP
    )


def lay_out(pages: Sequence[PageSize], slots: Sequence[Marking], *, document: int = 0) -> tuple[Laid, ...]:
    """Give each slot's marks on the document at this place, from 0, their boxes; nothing is refused.

    A last page that is full is followed by the page before it; the first page takes all that is left.
    """
    edges = strips(pages, [slot.perforated for slot in slots])
    own = list(zip(slots, edges, strict=True))
    chosen = [box for slot, edge in own for box, _ in _chosen(slot, edge, document)]
    cells = _free_cells(pages, chosen)
    return tuple(_laid(slot, edge, document, cells) for slot, edge in own)


def check_marked(pages: Sequence[int], slots: Sequence[Marking]) -> None:
    """See that documents of so many ``pages`` can bear what the slots ask for.

    Raises:
        MarkRepeated: a slot has two stamps or two dates on one document.
        MarkedDocumentMissing: a place names another document.
        PerforationNeedsSeal, PerforationNeedsPages: a perforation seal has no seal, or no edges.
    """
    for slot in slots:
        for places in (slot.places, slot.dates):
            if repeats_document(places):
                raise MarkRepeated(capacity=_capacity(slot))
        for place in (*slot.places, *slot.dates, *(text.place for text in slot.texts)):
            if not 0 <= place.document < len(pages):
                document, count = place.document + 1, len(pages)
                raise MarkedDocumentMissing(capacity=_capacity(slot), document=document, count=count)
        if slot.perforated:
            check_perforation(pages, slot.kind, _capacity(slot))


def check_layout(pages: Sequence[PageSize], slots: Sequence[Marking], *, document: int = 0) -> None:
    """See that every mark lies on its page, and that no two cover each other where somebody chose.

    Raises:
        PerforationsTooMany: the edge of a page has no room for all of them.
        BoxOutsidePage: a mark would lie outside its page, or its page is missing.
        MarksOverlap: two marks cover each other.
    """
    laid = lay_out(pages, slots, document=document)
    for slot, each in zip(slots, laid, strict=True):
        check_edges(pages, each.strips, _capacity(slot))
    for box in [box for each in laid for box in each.boxes]:
        check_box(pages, box)
    on_page: dict[int, list[tuple[Box, Term]]] = {}
    for slot, each in zip(slots, laid, strict=True):
        for box, name in _chosen(slot, each.strips, document):
            on_page.setdefault(box.page, []).append((box, name))
    for page, marks in on_page.items():
        for (box, one), (second, other) in combinations(marks, 2):
            if box.overlaps(second):
                raise MarksOverlap(page=page + 1, one=one, other=other)


def _capacity(slot: Marking) -> Term:
    return Term(slot.capacity_zh.strip(), slot.capacity_en.strip())


def _chosen(slot: Marking, edges: Sequence[Strip], document: int) -> Iterator[tuple[Box, Term]]:
    """Give the boxes that the starter chose for a slot, each with what its mark is called."""
    capacity = _capacity(slot)
    for text in slot.texts:
        if text.place.document == document:
            yield _text_box(text), Term(f"{capacity.zh}（{text.label}）", f"{capacity.en} ({text.label})")
    if not slot.kind.stamps:
        return
    for box in _placed(slot.places, stamp_size(slot.kind), document):
        yield box, capacity
    for box in _placed(slot.dates, DATE_MARK, document):
        yield box, Term(f"{capacity.zh}（日期）", f"{capacity.en} (date)")
    for strip in edges:
        yield strip.box, Term(f"{capacity.zh}（骑缝章）", f"{capacity.en} (seal over edges)")


def _laid(slot: Marking, edges: tuple[Strip, ...], document: int, cells: Iterator[Box]) -> Laid:
    texts = tuple(_text_box(text) if text.place.document == document else None for text in slot.texts)
    if not slot.kind.stamps:
        return Laid(stamp=None, date=None, texts=texts)
    stamp = next(_placed(slot.places, stamp_size(slot.kind), document), None)
    if not slot.places:
        cell, (width, height) = next(cells), stamp_size(slot.kind)
        stamp = Box(page=cell.page, left=cell.left, bottom=cell.bottom, width=width, height=height)
    date = next(_placed(slot.dates, DATE_MARK, document), None)
    return Laid(stamp=stamp, date=date, texts=texts, strips=edges)


def _placed(places: Sequence[Place], size: tuple[float, float], document: int) -> Iterator[Box]:
    return (_box(place, size) for place in places if place.document == document)


def _text_box(text: TextField) -> Box:
    return _box(text.place, (text.width, TEXT_HEIGHT))


def _box(place: Place, size: tuple[float, float]) -> Box:
    return Box(page=place.page, left=place.left, bottom=place.bottom, width=size[0], height=size[1])


def _free_cells(pages: Sequence[PageSize], chosen: Sequence[Box]) -> Iterator[Box]:
    """Give the cells that no chosen mark covers, the last page's first; then the first page's again."""
    for page in range(len(pages) - 1, -1, -1):
        for cell in _cells(pages, page):
            if not any(cell.overlaps(box) for box in chosen):
                yield cell
    while True:
        yield from _cells(pages, 0)


def _cells(pages: Sequence[PageSize], page: int) -> Iterator[Box]:
    """Give the cells of a page row by row, at least one."""
    width, height = CELL
    columns, rows = _fitting(pages[page].width, width), _fitting(pages[page].height, height)
    for row in range(rows):
        for column in range(columns):
            left, bottom = MARGIN + column * (width + GAP), MARGIN + row * (height + GAP)
            yield Box(page=page, left=left, bottom=bottom, width=width, height=height)


def _fitting(room: float, size: float) -> int:
    return max(1, int((room - 2 * MARGIN + GAP) // (size + GAP)))
