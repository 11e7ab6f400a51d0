"""Marks as a reader sees them: in their places on turned pages too, and every signature stays valid."""

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing.agreements import Agreement
from signing.asn1_signature import to_asn1
from signing.assembly import assemble
from signing.marks import Place
from signing.pdf_document import open_document
from signing.pdf_pages import Box
from signing.perforation import PerforationNeedsPages
from signing.placement import MarksOverlap, lay_out
from signing.stamps import SEAL_DIAMETER, organization_seal
from tests.signing.written_pdf import one_page, written_pdf

from .conftest import Town
from .small_pdf import small_pdf

PLACE, DATE = Place(page=0, left=300, bottom=120), Place(page=0, left=60, bottom=400)
SCALE = 4  # pixels a point
PAPER = 250
"""What is darker than this, of 255, is ink."""


def turned_pdf(degrees: int) -> bytes:
    """Two pages that are turned when they are shown, and whose corner is not at 0."""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [7 9 602 851] /Rotate {degrees} /Resources << >> >>"
    pages = "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"
    return written_pdf("<< /Type /Catalog /Pages 2 0 R >>", pages, page, page)


def assembled(town: Town, opened: Agreement) -> bytes:
    for slot in opened.slots:
        town.sign(opened, slot.id)
    job = assemble(town.database, opened.id, workshop=town.workshop)
    assert job.results, job.reason
    return town.store.get(job.results[0])


def three_pages() -> bytes:
    """Three pages of which the second is turned when it is shown."""
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>"
    turned = page.replace("/Resources", "/Rotate 90 /Resources")
    pages = "<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>"
    return written_pdf("<< /Type /Catalog /Pages 2 0 R >>", pages, page, turned, page)


def inked(content: bytes, page: int, *, scale: int = 1) -> Image.Image:
    """The page as it is shown, ``scale`` pixels a point, ink in white on black."""
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    picture: Image.Image = document[page].render(scale=scale).to_pil().convert("L")
    return picture.point(lambda value: 0 if value > PAPER else 255)


def edges(picture: Image.Image, box: Box) -> tuple[int, int, int, int]:
    left, top = int(box.left), int(picture.height - box.bottom - box.height)
    return left, top, left + int(box.width) + 1, top + int(box.height) + 1


def cut(picture: Image.Image, box: Box) -> Image.Image:
    """What lies in ``box`` of a picture drawn with ``SCALE``."""
    left, top = round(box.left * SCALE), round(picture.height - (box.bottom + box.height) * SCALE)
    return picture.crop((left, top, left + round(box.width * SCALE), top + round(box.height * SCALE)))


def check_signatures(town: Town, content: bytes, folder: Path, *, count: int) -> None:
    """See that pdfsig and pyHanko call every signature valid."""
    file = folder / "assembled.pdf"
    file.write_bytes(content)
    said = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    ).stdout
    assert said.count("Signature Validation: Signature is Valid.") == count
    context = ValidationContext(
        trust_roots=[to_asn1(town.authority.root)], moment=town.clock.now(), allow_fetching=False
    )
    signatures = PdfFileReader(BytesIO(content)).embedded_regular_signatures
    assert len(signatures) == count
    for signature in signatures:
        assert validate_pdf_signature(signature, context, context).bottom_line, signature.field_name


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_marks_are_seen_in_their_places_however_the_page_is_turned(
    town: Town, degrees: int, tmp_path: Path
) -> None:
    slot = replace(town.slots()[0], places=(PLACE,), dates=(DATE,))
    opened = town.open(content=turned_pdf(degrees), slots=(slot,))
    content = assembled(town, opened)
    picture = inked(content, 0)
    assert picture.size == ((595, 842) if degrees % 180 == 0 else (842, 595))
    (laid,) = lay_out(open_document(turned_pdf(degrees)).pages, opened.manifest.slots)
    for box in laid.boxes:
        drawn = picture.crop(edges(picture, box)).getbbox()
        assert drawn is not None
        assert drawn[2] - drawn[0] > box.width * 0.7  # upright: as wide as the mark itself
        picture.paste(0, edges(picture, box))
    assert picture.getbbox() is None
    check_signatures(town, content, tmp_path, count=2)


def test_every_party_fills_its_own_date_and_all_signatures_stay_valid(town: Town, tmp_path: Path) -> None:
    town.seal()
    slots = tuple(
        replace(slot, dates=(Place(page=0, left=60, bottom=100 * number),))
        for number, slot in enumerate(town.slots(), start=1)
    )
    content = assembled(town, town.open(slots=slots))
    assert content.startswith(small_pdf())
    check_signatures(town, content, tmp_path, count=4)
    command = ["pdftotext", "-f", "1", "-l", "1", "-", "-"]
    said = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    assert said.count("2026年05月02日") == len(slots)


def test_a_document_keeps_its_own_form(town: Town, tmp_path: Path) -> None:
    form = one_page(
        "<< /FT /Tx /T (name) /Type /Annot /Subtype /Widget /Rect [50 700 150 720] /P 3 0 R >>",
        catalogue="/AcroForm << /Fields [4 0 R] >>",
        page="/Annots [4 0 R]",
    )
    content = assembled(town, town.open(content=form, slots=(replace(town.slots()[0], dates=(DATE,)),)))
    check_signatures(town, content, tmp_path, count=2)


def test_marks_that_cover_each_other_are_refused_at_once(town: Town) -> None:
    one, other, _ = town.slots()
    with pytest.raises(MarksOverlap):
        town.open(slots=(replace(one, places=(PLACE,)), replace(other, dates=(replace(PLACE, left=310),))))


def test_the_strips_of_a_perforation_seal_make_it_up(town: Town, tmp_path: Path) -> None:
    town.seal()
    owner, contractor, designer = town.slots()
    slots = (owner, replace(contractor, perforated=True), designer)
    original = three_pages()
    opened = town.open(content=original, slots=slots)
    content = assembled(town, opened)
    check_signatures(town, content, tmp_path, count=4)
    laid = lay_out(open_document(original).pages, opened.manifest.slots)[1]
    whole = Image.new("L", (int(SEAL_DIAMETER) * SCALE, int(SEAL_DIAMETER) * SCALE))
    for strip in laid.strips:
        part = cut(inked(content, strip.box.page, scale=SCALE), strip.box)
        whole.paste(part, (round(strip.offset * SCALE), 0))
    seal = organization_seal(town.typesetter, name="示范建设集团有限公司", at=town.clock.now())
    expected = inked(seal.content, 0, scale=SCALE).crop((0, 0, *whole.size))
    different = ImageChops.difference(whole, expected).histogram()[255]
    assert different < 0.04 * whole.width * whole.height  # what falls between pixels


def test_a_perforation_seal_over_one_page_is_refused_at_once(town: Town) -> None:
    contractor = replace(town.slots()[1], perforated=True)
    with pytest.raises(PerforationNeedsPages):
        town.open(content=small_pdf(pages=1), slots=(contractor,))
