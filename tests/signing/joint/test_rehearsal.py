"""What assembly could not do is refused when the agreement is opened."""

from dataclasses import replace

import pytest

from evidence.errors import Refused
from signing.marks import Place
from signing.pdf import BoxOutsidePage
from signing.pdf_document import DocumentBroken
from signing.rehearsal import DocumentUnsignable, FieldReserved
from tests.signing.written_pdf import one_page

from .conftest import Town
from .small_pdf import small_pdf


@pytest.mark.parametrize(
    "place",
    [
        Place(page=99, left=0, bottom=0),
        Place(page=-1, left=0, bottom=0),
        Place(page=0, left=-50, bottom=0),
        Place(page=0, left=10**19, bottom=0),
        Place(page=0, left=0, bottom=800),
    ],
)
def test_a_place_outside_the_pages_is_refused_at_once(town: Town, place: Place) -> None:
    with pytest.raises(BoxOutsidePage):
        town.open(slots=(replace(town.slots()[0], places=(place,)),))


@pytest.mark.parametrize("size", [b"[0 0 050 050]", b"[0 0 000 000]"])
def test_pages_too_small_for_a_stamp_are_refused_at_once(town: Town, size: bytes) -> None:
    with pytest.raises(BoxOutsidePage):
        town.open(content=small_pdf().replace(b"[0 0 595 842]", size))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (one_page("<< /FT /Tx /T (slot-1) >>", catalogue="/AcroForm << /Fields [4 0 R] >>"), FieldReserved),
        (
            one_page("<< /FT /Sig /T (closing-seal) >>", catalogue="/AcroForm << /Fields [4 0 R] >>"),
            FieldReserved,
        ),
        (one_page("<< /Fields [<< /T 5 0 R >>] >>", "(slot-1)", catalogue="/AcroForm 4 0 R"), FieldReserved),
        (one_page(catalogue="/AcroForm << /Fields 3 >>"), DocumentUnsignable),
        (one_page(catalogue="/AcroForm 3"), DocumentBroken),
        (one_page(catalogue="/DSS 7"), DocumentUnsignable),
        (one_page(page="/Annots 7"), DocumentUnsignable),
    ],
)
def test_a_document_that_takes_no_signature_is_refused_at_once(
    town: Town, content: bytes, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        town.open(content=content)


def test_a_form_with_fields_of_its_own_is_accepted(town: Town) -> None:
    form = one_page("<< /FT /Tx /T (name) >>", catalogue="/AcroForm << /Fields [4 0 R] >>")
    assert town.open(content=form).slots
