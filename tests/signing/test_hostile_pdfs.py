"""Files made to exhaust or confuse a reader are refused in one sentence, or read as they are."""

import zlib

import pytest

from evidence.errors import Refused
from signing.pdf_contents import DocumentActive
from signing.pdf_document import DocumentBroken, open_document
from signing.pdf_pages import PagesMiscounted
from tests.signing import hostile_pdf as hostile
from tests.signing.hostile_pdf import CATALOGUE, HELD, MIB, PAGE, PAGES, file_of, page_with, stream, zeros
from tests.signing.written_pdf import one_page

SOUND = page_with(stream(b"q Q"))
DEEP = 200_000

BROKEN = {
    "objects that inflate a thousand times": hostile.packed(zeros(400 * MIB)),
    "objects compressed twice": hostile.packed(zeros(400 * MIB, layers=2), layers=2),
    "objects within themselves": hostile.packed(zlib.compress(HELD), within=3),
    "a table that inflates to 400 MB": hostile.indexed("/Size 7 /W [1 4 2]", zeros(400 * MIB)),
    "a table of fields without end": hostile.indexed("/Size 7 /W [1 9999999999 2]", zeros(MIB)),
    "a table that precedes itself": file_of(
        CATALOGUE,
        PAGES,
        PAGE,
        stream(b""),
        trailer=f"/Prev {len(file_of(CATALOGUE, PAGES, PAGE, stream(b'')))}",
    ),
    "a table elsewhere": SOUND.replace(b"startxref\n", b"startxref\n1"),
    "two tables": hostile.hybrid(),
    "a length too short": page_with(stream(b"q 1 0 0 1 0 0 cm Q", length=2)),
    "a length too long": page_with(stream(b"q Q", length=10**9)),
    "a length below nothing": page_with(stream(b"q Q", length=-5)),
    "a length within its own stream": page_with(b"<< /Length 4 0 R >>\nstream\nq Q\nendstream"),
    "brackets without end": page_with(b"[" * DEEP + b"]" * DEEP),
    "brackets that never close": page_with(b"[" * 10 * MIB),
    "a reference to itself": page_with(b"4 0 R"),
    "references in a ring": page_with(b"5 0 R", b"4 0 R"),
    "pages in a ring": file_of(CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", PAGE, b"null"),
    "pages that branch without end": hostile.branching(),
    "a page that is its own parent": file_of(CATALOGUE, PAGES, b"<< /Type /Page /Parent 3 0 R >>", b"null"),
    "no pages at all": file_of(b"<< /Type /Catalog >>"),
    "a number of 100,000 digits": page_with(b"null", page=PAGE.replace(b"842", b"9" * 100_000)),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_file_that_contradicts_or_exhausts_is_called_broken(content: bytes) -> None:
    with pytest.raises(DocumentBroken):
        open_document(content)


def test_a_page_packed_with_others_opens() -> None:
    assert len(open_document(hostile.packed(zlib.compress(HELD))).pages) == 1


def test_streams_that_nobody_reads_are_not_inflated() -> None:
    inflating = stream(zeros(10 * 1024 * MIB, layers=2), hostile.deflated(layers=2))
    assert len(open_document(page_with(inflating)).pages) == 1


def test_a_document_that_says_2000_pages_and_has_one_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        open_document(one_page(pages="/Kids [3 0 R] /Count 2000"))
    assert refused.value.facts == {"pages": 2000, "most": 300}


def test_a_branch_of_pages_is_counted_where_it_hangs() -> None:
    branch = "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>"
    assert len(open_document(one_page(branch, pages="/Kids [4 0 R] /Count 1")).pages) == 1
    with pytest.raises(PagesMiscounted):
        open_document(one_page(branch, pages="/Kids [4 0 R] /Count 2"))


SCRIPT = "<< /S /JavaScript /JS (x) >>"


@pytest.mark.parametrize(
    ("content", "feature"),
    [
        (one_page("/JavaScript", page="/Annots [<< /Subtype /Link /A << /S 4 0 R >> >>]"), "JavaScript"),
        (one_page(page="/Annots [<< /Subtype /Link /A << /S /J#61vaScript >> >>]"), "JavaScript"),
        (one_page(page="/Annots [<< /Subtype /Widget /A#41 << >> >>]"), "AA"),
        (one_page(catalogue=f"/AcroForm << /Fields [<< /T (a) /FT /Tx /A {SCRIPT} >>] >>"), "JS"),
        (
            one_page(f"[{SCRIPT}]", catalogue="/Outlines << /First << /Title (a) /A << /Next 4 0 R >> >> >>"),
            "JS",
        ),
        (one_page(catalogue="/Names << /EmbeddedFiles << >> /JavaScript << >> >>"), "JavaScript"),
    ],
    ids=["by reference", "escaped", "escaped entry", "a field's", "an outline's next", "beside attachments"],
)
def test_a_script_is_found_however_it_is_written(content: bytes, feature: str) -> None:
    with pytest.raises(DocumentActive) as refused:
        open_document(content)
    assert refused.value.facts == {"feature": feature}


def test_attachments_that_nothing_opens_are_accepted() -> None:
    file = "<< /Type /EmbeddedFile /Length 2 >>\nstream\nhi\nendstream"
    spec = "<< /Type /Filespec /F (a.txt) /EF << /F 4 0 R >> >>"
    names = "/Names << /EmbeddedFiles << /Names [(a.txt) 5 0 R] >> >>"
    assert len(open_document(one_page(file, spec, catalogue=names)).pages) == 1
