"""The pages of a PDF as every reader counts and shows them: measured, or refused where readers differ.

A page may be turned when it is shown (``/Rotate``). Boxes are told as the page is shown, upright to its
reader; ``PageSize.rectangle`` gives the same box in the page's own coordinates.

    sizes = tuple(page_sizes(reader))
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence.errors import Refused

MOST_PAGES = 300
DEEPEST = 50
"""Levels of the page tree; programs write two or three."""

TOLERANCE = 1.0
"""Points that a visible area may fall short of its page by: what programs round away."""


class DocumentTooLong(Refused):
    """The document has more pages than the limit. Facts: ``pages``, ``most``."""

    code = "document-too-long"
    zh = "文件有 {pages} 页，超过上限 {most} 页；请拆分后再提交。"
    en = "The document has {pages} pages, more than the {most} allowed; split it."


class PagesMiscounted(Refused):
    """The document says another number of pages than it has. Facts: ``count`` as said, ``pages``."""

    code = "pages-miscounted"
    zh = "该 PDF 标明 {count} 页，实际有 {pages} 页，各人看到的页数可能不同；请重新导出后再提交。"
    en = "This PDF says {count} pages and has {pages}, so readers may show different ones; export it again."


class PageHidden(Refused):
    """Part of a page is cut off when it is shown, or its scale is changed. Facts: ``page`` from 1."""

    code = "page-hidden"
    zh = "第 {page} 页设有裁剪或缩放，部分内容可能不显示；请重新导出完整页面后再提交。"
    en = "Page {page} is cropped or scaled, so part of it may not be shown; export the whole page again."


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place on ``page``, counted from 0, in points; ``left`` and ``bottom`` from its lower left corner.

    The corner is that of the page as it is shown.
    """

    page: int
    left: float
    bottom: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether both cover a common part of one page; boxes that only touch do not."""
        return (
            self.page == other.page
            and self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.bottom < other.bottom + other.height
            and other.bottom < self.bottom + self.height
        )


@dataclass(frozen=True)
class PageSize:
    """A page in points (1/72 inch): the lower left corner of its media box, and its size as it is shown.

    ``turned`` is by how many degrees it is turned clockwise to be shown: 0, 90, 180 or 270.
    """

    left: float
    bottom: float
    width: float
    height: float
    turned: int = 0

    def rectangle(self, box: Box) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of ``box`` in the page's own coordinates (ISO 32000-2, 7.7.3.3)."""
        right, top = self.width - box.left - box.width, self.height - box.bottom - box.height
        left, bottom = {
            0: (box.left, box.bottom),
            90: (top, box.left),
            180: (right, top),
            270: (box.bottom, right),
        }[self.turned]
        width, height = upright(self.turned, box.width, box.height)
        x, y = self.left + left, self.bottom + bottom
        return x, y, x + width, y + height


def page_sizes(reader: PdfFileReader) -> Iterator[PageSize]:
    """Measure each page.

    Raises:
        DocumentTooLong, PagesMiscounted, PageHidden: see there.
    """
    tree = reader.root["/Pages"]
    if int(tree["/Count"]) > MOST_PAGES:
        raise DocumentTooLong(pages=int(tree["/Count"]), most=MOST_PAGES)
    leaves = _leaves(tree, 0, set())
    for number, page in enumerate(leaves, start=1):
        whole, crop = _inherited(page, "/MediaBox"), _inherited(page, "/CropBox")
        turned = int(_inherited(page, "/Rotate") or 0) % 360
        if whole is None or turned % 90:
            raise ValueError(number)
        x1, y1, x2, y2 = media = _box(generic.ArrayObject(whole))
        if ("/UserUnit" in page and page["/UserUnit"] != 1) or _crops(crop, media):
            raise PageHidden(page=number)
        width, height = upright(turned, x2 - x1, y2 - y1)
        yield PageSize(left=x1, bottom=y1, width=width, height=height, turned=turned)


def upright(turned: int, width: float, height: float) -> tuple[float, float]:
    """Return width and height as they are after a turn by ``turned`` degrees, a multiple of 90."""
    return (width, height) if turned % 180 == 0 else (height, width)


def _leaves(
    node: generic.DictionaryObject, depth: int, branches: set[tuple[int, int]]
) -> list[generic.DictionaryObject]:
    """Give the pages below ``node``; a branch that hangs from two others would be walked without end."""
    if "/Kids" not in node and depth > 0:
        return [node]
    if depth > DEEPEST:
        raise ValueError(depth)
    found: list[generic.DictionaryObject] = []
    kids = generic.ArrayObject(node["/Kids"])
    for index in range(len(kids)):
        kid, reference = kids[index], kids.raw_get(index)  # by its index a reference is followed
        if isinstance(reference, generic.IndirectObject) and "/Kids" in kid:
            branch = (reference.idnum, reference.generation)
            if branch in branches:
                raise ValueError(branch)
            branches.add(branch)
        found += _leaves(kid, depth + 1, branches)
        if len(found) > MOST_PAGES:
            break
    if int(node["/Count"]) != len(found):
        raise PagesMiscounted(count=int(node["/Count"]), pages=len(found))
    return found


def _inherited(page: generic.DictionaryObject, key: str) -> Any:
    """Return the page's box or turn, or its nearest ancestor's (ISO 32000-2, 7.7.3.4); None without any."""
    for _ in range(DEEPEST + 1):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            break
        page = page["/Parent"]
    return None


def _crops(crop: Any, media: tuple[float, float, float, float]) -> bool:
    return crop is not None and not _contains(_box(generic.ArrayObject(crop)), media)


def _box(corners: generic.ArrayObject) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of two opposite corners."""
    x1, y1, x2, y2 = (float(corners[index]) for index in range(len(corners)))
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _contains(outer: tuple[float, float, float, float], inner: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = outer
    return (
        left <= inner[0] + TOLERANCE
        and bottom <= inner[1] + TOLERANCE
        and right >= inner[2] - TOLERANCE
        and top >= inner[3] - TOLERANCE
    )
