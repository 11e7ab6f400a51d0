# pyHanko is typed in part.
# mypy: disable-error-code="no-untyped-call"
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter, copy_into_new_writer

from signing.pdf_contents import DocumentActive
from signing.pdf_document import (
    LARGEST_DOCUMENT,
    DocumentBroken,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentTooLarge,
    open_document,
)
from signing.pdf_pages import MOST_PAGES, DocumentTooLong, PagesMiscounted
from signing.stamps import SEAL_DIAMETER, organization_seal
from signing.typesetting import Typesetter


def written(writer: PdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def blank(pages: int) -> PdfFileWriter:
    writer = PdfFileWriter()
    for _ in range(pages):
        contents = writer.add_object(generic.StreamObject(stream_data=b""))
        writer.insert_page(PageObject(contents=contents, media_box=(10, 20, 210, 320)))
    return writer


def test_a_documents_pages_are_measured() -> None:
    (first, second) = open_document(written(blank(2))).pages
    assert first == second
    assert (first.left, first.bottom, first.width, first.height) == (10, 20, 200, 300)


def test_our_own_pages_open(typesetter: Typesetter, moment: datetime) -> None:
    (page,) = open_document(organization_seal(typesetter, name="示范公司", at=moment).content).pages
    assert page.width == pytest.approx(SEAL_DIAMETER, abs=0.01)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"PK\x03\x04 a zip", bytes(1000)])
def test_what_is_no_pdf_is_called_broken(content: bytes) -> None:
    with pytest.raises(DocumentBroken):
        open_document(content)


def test_a_cut_pdf_is_called_broken() -> None:
    content = written(blank(2))
    for length in range(0, len(content) - 2, 29):
        with pytest.raises(DocumentBroken):
            open_document(content[:length])


def test_a_damaged_pdf_opens_or_is_called_broken_but_never_fails_otherwise() -> None:
    content = written(blank(2))
    for position in range(0, len(content), 3):
        damaged = content[:position] + bytes([content[position] ^ 0x15]) + content[position + 1 :]
        try:
            open_document(damaged)
        except (DocumentBroken, DocumentEmpty, DocumentTooLong, PagesMiscounted):
            continue


def test_an_encrypted_pdf_is_refused() -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(written(blank(1)))))
    writer.encrypt(owner_pass="owner", user_pass="")  # noqa: S106  # a document's password, not ours
    with pytest.raises(DocumentEncrypted):
        open_document(written(writer))


def test_a_document_without_pages_is_refused() -> None:
    with pytest.raises(DocumentEmpty):
        open_document(written(PdfFileWriter()))


def test_a_document_of_too_many_pages_is_refused() -> None:
    with pytest.raises(DocumentTooLong):
        open_document(written(blank(MOST_PAGES + 1)))


def test_a_document_of_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(DocumentTooLarge):
        open_document(bytes(LARGEST_DOCUMENT + 1))


def script() -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("x"),
        }
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/OpenAction", script),
        ("/AA", lambda: generic.DictionaryObject({generic.pdf_name("/WC"): script()})),
        ("/Names", lambda: generic.DictionaryObject({generic.pdf_name("/JavaScript"): script()})),
        ("/AcroForm", lambda: generic.DictionaryObject({generic.pdf_name("/XFA"): generic.pdf_string("x")})),
    ],
)
def test_a_document_that_runs_by_itself_is_refused(key: str, value: Callable[[], generic.PdfObject]) -> None:
    writer = blank(1)
    writer.root[generic.pdf_name(key)] = value()
    with pytest.raises(DocumentActive):
        open_document(written(writer))
