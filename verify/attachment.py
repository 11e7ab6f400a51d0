"""The evidence bundle that a PDF carries as an attachment, found without a PDF library.

It is attached uncompressed (``signing.pdf_attachment``), so its bytes stand in the file as they are, after
the length that the attachment's own dictionary names. What is verified is the bundle: the pages of the file
prove nothing, and a file that carries two bundles does not say which one its pages are about.

    bundle = evidence_in(path.read_bytes())
"""

import re

from evidence.bundle import Bundle
from verify.errors import PdfWithoutBundle

PDF = b"%PDF-"
HEAD_LIMIT = 512  # bytes of the dictionary before an attachment; ours has about 90

_LENGTH = re.compile(rb"/Length (\d{1,9})\b")
_STREAM = re.compile(rb"stream\r?\n" + re.escape(Bundle.MAGIC))


def is_pdf(data: bytes) -> bool:
    """Whether ``data`` begins as a PDF does."""
    return data.startswith(PDF)


def evidence_in(data: bytes) -> bytes:
    """Return ``data``, or, where it is a PDF, the one bundle attached to it.

    Raises:
        PdfWithoutBundle: it is a PDF that carries no bundle, or more than one.
    """
    if not is_pdf(data):
        return data
    found = [match.end() - len(Bundle.MAGIC) for match in _STREAM.finditer(data)]
    if len(found) != 1:
        raise PdfWithoutBundle(count=len(found))
    (start,) = found
    lengths = _LENGTH.findall(data, max(0, start - HEAD_LIMIT), start)
    if not lengths:
        raise PdfWithoutBundle(count=0)
    return data[start : start + int(lengths[-1])]
