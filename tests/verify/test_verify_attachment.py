"""The bundle that a PDF carries is found as it is, or the file is refused."""

import pytest

from tests.verify import altered
from verify.attachment import evidence_in
from verify.errors import PdfWithoutBundle

PDF = b"%PDF-1.7\n"


def attached(data: bytes, *, length: bytes) -> bytes:
    return b"<< /Type /EmbeddedFile " + length + b" >>\nstream\n" + data + b"\nendstream\n"


@pytest.fixture(scope="module")
def bundle() -> bytes:
    """A whole bundle."""
    return next(data for _, data in altered.sound())


def test_the_attached_bundle_is_found_to_the_byte(bundle: bytes) -> None:
    length = b"/Length %d" % len(bundle)
    assert evidence_in(PDF + attached(bundle, length=length)) == bundle


def test_what_is_no_pdf_stays_as_it_is(bundle: bytes) -> None:
    assert evidence_in(bundle) == bundle
    assert evidence_in(b"") == b""


def test_a_pdf_with_two_bundles_is_refused(bundle: bytes) -> None:
    one = attached(bundle, length=b"/Length %d" % len(bundle))
    with pytest.raises(PdfWithoutBundle) as refused:
        evidence_in(PDF + one + one)
    assert refused.value.facts == {"count": 2}


@pytest.mark.parametrize("length", [b"", b"/Length -1", b"/Length 7"])
def test_a_bundle_whose_length_is_not_told_is_refused(bundle: bytes, length: bytes) -> None:
    with pytest.raises(PdfWithoutBundle):
        evidence_in(PDF + length + b" " * 600 + attached(bundle, length=b""))


def test_a_pdf_without_a_bundle_is_refused() -> None:
    with pytest.raises(PdfWithoutBundle):
        evidence_in(PDF)
