"""Where stamps go when nobody chose: side by side from the foot of the last page upwards.

box_for(pages, stamp, place=None, position=0)
"""

from collections.abc import Sequence

from signing.manifest import Place
from signing.pdf import Box
from signing.pdf_pages import PageSize
from signing.stamps import ORGANIZATION_STAMP, Stamp

MARGIN = 36.0
"""Points kept free at the left and at the foot of a page: half an inch, what a printer needs."""

GAP = 6.0
"""Points between two stamps."""

CELL = (ORGANIZATION_STAMP[0] + GAP, ORGANIZATION_STAMP[1] + GAP)
"""A place that holds either kind of stamp, points."""


def box_for(pages: Sequence[PageSize], stamp: Stamp, *, place: Place | None, position: int) -> Box:
    """Return the box of the stamp at its chosen place, or else in the cell for slot ``position``, from 0.

    A last page that is full is followed by the page before it; the first page takes all that is left.
    """
    if place is not None:
        return _box(stamp, page=place.page, left=place.left, bottom=place.bottom)
    page, cell = len(pages) - 1, position
    while page > 0 and cell >= _cells(pages[page]):
        cell -= _cells(pages[page])
        page -= 1
    row, column = divmod(cell % _cells(pages[page]), _columns(pages[page]))
    return _box(stamp, page=page, left=MARGIN + column * CELL[0], bottom=MARGIN + row * CELL[1])


def _box(stamp: Stamp, *, page: int, left: float, bottom: float) -> Box:
    return Box(page=page, left=left, bottom=bottom, width=stamp.width, height=stamp.height)


def _columns(page: PageSize) -> int:
    return max(1, int((page.width - 2 * MARGIN + GAP) // CELL[0]))


def _cells(page: PageSize) -> int:
    return _columns(page) * max(1, int((page.height - 2 * MARGIN + GAP) // CELL[1]))
