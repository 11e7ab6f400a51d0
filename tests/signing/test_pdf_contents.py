"""Documents that could show another text than was signed, each written by hand."""

import pytest

from evidence.errors import Refused
from signing import pdf_contents
from signing.pdf_contents import DocumentActive, DocumentLayered, DocumentTangled
from signing.pdf_document import DocumentBroken, open_document
from signing.pdf_pages import DocumentTooLong, PageHidden, PagesMiscounted
from tests.signing.written_pdf import one_page

SCRIPT = "<< /S /JavaScript /JS (x) >>"


@pytest.mark.parametrize(
    ("content", "feature"),
    [
        (one_page(catalogue=f"/OpenAction {SCRIPT}"), "JS"),
        (one_page(catalogue=f"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next {SCRIPT} >>"), "JS"),
        (one_page("<< /S /JavaScript >>", catalogue="/OpenAction 4 0 R"), "JavaScript"),
        (one_page(catalogue="/Names << /JavaScript << /Names [(a) 4 0 R] >> >>"), "JavaScript"),
        (one_page(page=f"/AA << /O {SCRIPT} >>"), "AA"),
        (one_page(catalogue="/AcroForm << /Fields [] /XFA (x) >>"), "XFA"),
        (one_page(page="/Annots [<< /Subtype /Link /A << /S /Launch /F (a.exe) >> >>]"), "Launch"),
        (one_page(page="/Annots [<< /Subtype /Link /A << /S /SubmitForm /F (http://a) >> >>]"), "SubmitForm"),
        (one_page(page="/Annots [<< /Subtype /Link /A << /S /ImportData /F (a) >> >>]"), "ImportData"),
        (one_page(page="/Annots [<< /Subtype /RichMedia >>]"), "RichMedia"),
        (one_page("<< /Subtype /Screen >>", page="/Annots [4 0 R]"), "Screen"),
    ],
)
def test_what_runs_anywhere_in_a_document_is_refused_by_its_name(content: bytes, feature: str) -> None:
    with pytest.raises(DocumentActive) as refused:
        open_document(content)
    assert refused.value.facts == {"feature": feature}


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (one_page(catalogue="/OCProperties << /OCGs [] /D << >> >>"), DocumentLayered),
        (one_page(page="/CropBox [0 400 595 842]"), PageHidden),
        (one_page(pages="/Kids [3 0 R] /Count 1 /CropBox [0 400 595 842]"), PageHidden),
        (one_page(page="/UserUnit 2"), PageHidden),
        (one_page(pages="/Kids [3 0 R 3 0 R] /Count 1"), PagesMiscounted),
        (one_page(pages="/Kids [3 0 R] /Count 2"), PagesMiscounted),
        (one_page("<< /Kids [3 0 R] /Count 5 >>", pages="/Kids [4 0 R] /Count 1"), PagesMiscounted),
        (one_page(pages="/Kids [3 0 R] /Count 301"), DocumentTooLong),
        (one_page(pages="/Kids [2 0 R] /Count 1"), DocumentBroken),
        (one_page(pages="/Kids 7 /Count 1"), DocumentBroken),
    ],
)
def test_what_readers_may_show_differently_is_refused(content: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        open_document(content)


@pytest.mark.parametrize(
    "content",
    [
        one_page(catalogue="/OpenAction [3 0 R /XYZ null null 0]"),
        one_page(page="/Annots [<< /Subtype /Link /A << /S /URI /URI (https://example.org) >> >>]"),
        one_page(page="/CropBox [0 0 595.3 841.9] /UserUnit 1.0"),
        one_page("<< /Type /Font /Subtype /Type1 >>", resources="/Font << /AA 4 0 R >>"),
    ],
    ids=["opens at a page", "links", "visible whole", "a font called AA"],
)
def test_what_only_looks_alike_is_accepted(content: bytes) -> None:
    assert len(open_document(content).pages) == 1


def test_a_document_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_contents, "MOST_NODES", 100)
    with pytest.raises(DocumentTangled):
        open_document(one_page(catalogue=f"/Many [{'1 ' * 101}]"))
