"""The pages of a PDF as every reader counts and shows them: measured, or refused where readers differ.

sizes = tuple(page_sizes(reader))
"""

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True)
class PageSize:
    """A page's media box in points (1/72 inch), its lower left corner included."""

    left: float
    bottom: float
    width: float
    height: float


def page_sizes(reader: PdfFileReader) -> Iterator[PageSize]:
    """Measure each page.

    Raises:
        DocumentTooLong, PagesMiscounted, PageHidden: see there.
    """
    tree = reader.root["/Pages"]
    if int(tree["/Count"]) > MOST_PAGES:
        raise DocumentTooLong(pages=int(tree["/Count"]), most=MOST_PAGES)
    leaves = _leaves(tree, 0)
    for number, page in enumerate(leaves, start=1):
        whole, crop = _inherited(page, "/MediaBox"), _inherited(page, "/CropBox")
        if whole is None:
            raise ValueError(number)
        x1, y1, x2, y2 = media = _box(whole)
        if page.get("/UserUnit", 1) != 1 or (crop is not None and not _contains(_box(crop), media)):
            raise PageHidden(page=number)
        yield PageSize(left=x1, bottom=y1, width=x2 - x1, height=y2 - y1)


def _leaves(node: generic.DictionaryObject, depth: int) -> list[generic.DictionaryObject]:
    if "/Kids" not in node and depth > 0:
        return [node]
    if depth > DEEPEST:
        raise ValueError(depth)
    found: list[generic.DictionaryObject] = []
    kids = generic.ArrayObject(node["/Kids"])
    for index in range(len(kids)):
        found += _leaves(kids[index], depth + 1)  # by its index a reference is followed
        if len(found) > MOST_PAGES:
            break
    if int(node["/Count"]) != len(found):
        raise PagesMiscounted(count=int(node["/Count"]), pages=len(found))
    return found


def _inherited(page: generic.DictionaryObject, key: str) -> generic.ArrayObject | None:
    """Return the page's box, or its nearest ancestor's (ISO 32000-2, 7.7.3.4)."""
    for _ in range(DEEPEST + 1):
        if key in page:
            return generic.ArrayObject(page[key])
        if "/Parent" not in page:
            break
        page = page["/Parent"]
    return None


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
