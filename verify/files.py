"""A file that holds evidence, whichever way: a bundle, a pack, or a PDF with a bundle attached.

report = verify_file(path.read_bytes(), trust, as_of=now)
"""

from datetime import datetime

from verify.attachment import evidence_in
from verify.bundle import verify_bundle
from verify.pack import is_pack, verify_pack
from verify.report import Report
from verify.trust import TrustAnchors


def verify_file(data: bytes, trust: TrustAnchors, *, as_of: datetime) -> Report:
    """Verify the bytes of a file as of ``as_of``.

    Raises:
        NoBundle, PdfWithoutBundle, PackWithoutBundle, PackTooLarge: there is no evidence in it.
    """
    if is_pack(data):
        return verify_pack(data, trust, as_of=as_of)
    return verify_bundle(evidence_in(data), trust, as_of=as_of)
