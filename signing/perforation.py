"""A perforation seal (骑缝章): one seal over the right edges of all pages, a strip of it on each.

When the pages are fanned out their strips make up the seal, and a page that was exchanged lacks its part.
More than twenty pages bear several whole seals.

    (own,) = strips(pages, [True])
    own[3].box, own[3].offset      # where page 4 bears its part, and which
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.errors import Refused, Term
from signing.manifest import SlotKind
from signing.pdf_pages import Box, PageSize
from signing.stamps import SEAL_DIAMETER

MOST_STRIPS = 20
"""Pages that share one seal: of 42 mm each bears 2 mm then, about the least that is seen."""

GAP = 6.0
"""Points between the seals of several organizations."""


class PerforationNeedsSeal(Refused):
    """Only a seal goes over the edges of pages. Facts: ``capacity``."""

    code = "perforation-needs-seal"
    zh = "“{capacity}”不是盖章位，不能加盖骑缝章；请取消骑缝章。"
    en = "“{capacity}” is no seal's slot, so it cannot seal the edges of pages; take that back."


class PerforationNeedsPages(Refused):
    """No document has more than one page, so there are no edges to seal together. Facts: ``capacity``."""

    code = "perforation-needs-pages"
    zh = "文件只有 1 页，无法加盖骑缝章；请取消“{capacity}”的骑缝章。"
    en = "A document of one page has no edges to seal together; take that back for “{capacity}”."


class PerforationsTooMany(Refused):
    """The edge of a page has no room for one seal more. Facts: ``capacity``, ``page``."""

    code = "perforations-too-many"
    zh = "第 {page} 页的边缘放不下“{capacity}”的骑缝章；请减少加盖骑缝章的印章。"
    en = (
        "The edge of page {page} has no room for the seal of “{capacity}”; let fewer seals go over the edges."
    )


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A page's part of the seal, which begins ``offset`` points right of the seal's left edge."""

    box: Box
    offset: float


def check_perforation(pages: Sequence[int], kind: SlotKind, capacity: Term) -> None:
    """See that a slot of this kind can seal the edges of a document, of which ``pages`` counts each one's.

    Raises:
        PerforationNeedsSeal, PerforationNeedsPages: it cannot.
    """
    if kind is not SlotKind.SEAL:
        raise PerforationNeedsSeal(capacity=capacity)
    if max(pages) == 1:
        raise PerforationNeedsPages(capacity=capacity)


def check_edges(pages: Sequence[PageSize], own: Sequence[Strip], capacity: Term) -> None:
    """See that the strips of one seal lie on their pages.

    Raises:
        PerforationsTooMany: the other seals leave it no room.
    """
    for strip in own:
        if not 0 <= strip.box.bottom <= pages[strip.box.page].height - strip.box.height:
            raise PerforationsTooMany(capacity=capacity, page=strip.box.page + 1)


def strips(pages: Sequence[PageSize], perforated: Sequence[bool]) -> list[tuple[Strip, ...]]:
    """Give the strips of each slot, none where ``perforated`` says no; a single page has no edges.

    The first slot's lie in the middle of the edge, the next ones' below and above in turn.
    """
    found: list[tuple[Strip, ...]] = []
    before = 0
    for asked in perforated if len(pages) > 1 else [False] * len(perforated):
        rank = (before + 1) // 2 * (-1 if before % 2 else 1)
        found.append(tuple(_cut(pages, shift=rank * (SEAL_DIAMETER + GAP))) if asked else ())
        before += asked
    return found


def _cut(pages: Sequence[PageSize], *, shift: float) -> Iterator[Strip]:
    """Cut one seal over each group of pages; ``shift`` is by how much it lies above the middle, in points."""
    groups = -(-len(pages) // MOST_STRIPS)
    first = 0
    for group in range(groups):
        count = len(pages) // groups + (group < len(pages) % groups)
        width = SEAL_DIAMETER / count
        for part in range(count):
            page = pages[first + part]
            left, bottom = page.width - width, (page.height - SEAL_DIAMETER) / 2 + shift
            box = Box(page=first + part, left=left, bottom=bottom, width=width, height=SEAL_DIAMETER)
            yield Strip(box=box, offset=part * width)
        first += count
