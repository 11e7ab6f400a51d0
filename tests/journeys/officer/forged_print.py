"""PDFs of a forger: other words beside the genuine code, or a note laid over the page."""

from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from api.house import House
from signing.certificate_types import certificate_type
from signing.certificates import Certificate
from signing.rendering import CertificateSheet, PrintedField, render_certificate
from tests.permit import FIELDS


def reprinted(house: House, permit: Certificate, changed: dict[str, str]) -> bytes:
    """Set the permit's page anew with its genuine code, and with other values in some of its fields."""
    type_ = certificate_type("construction-permit")
    values = {**FIELDS, **changed}
    sheet = CertificateSheet(
        face=type_.face,
        title=type_.zh,
        grant=type_.grant,
        notes=type_.notes,
        number=permit.number,
        licence_id=permit.licence_id,
        fields=tuple(
            PrintedField(label=field.zh, value=values[field.name], paired=field.paired)
            for field in type_.fields
            if field.name in values
        ),
        agency=house.agency.speaker.name,
        issued_at=house.clock.now(),
        qr=permit.qr,
    )
    return render_certificate(house.typesetter, sheet).content


def annotated(content: bytes) -> bytes:
    """Lay a square over the first page, as a program for notes does."""
    document = pypdfium2.PdfDocument(content)
    note = pdfium.FPDFPage_CreateAnnot(document[0], pdfium.FPDF_ANNOT_SQUARE)
    pdfium.FPDFAnnot_SetRect(note, pdfium.FS_RECTF(496, 387, 546, 376))
    pdfium.FPDFPage_CloseAnnot(note)
    file = BytesIO()
    document.save(file)
    return file.getvalue()
