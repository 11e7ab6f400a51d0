"""The pages that this house itself writes: electronic certificates and the document of a joint application.

rendered = render_certificate(typesetter, sheet)
sealed = add_signature(rendered.content, box=rendered.seal_box, stamp=agency_seal, …)
"""

from dataclasses import dataclass
from datetime import date, datetime

from signing.pdf import Box
from signing.typesetting import Typesetter


@dataclass(frozen=True)
class PrintedField:
    """A line of a certificate: ``建设单位`` and its value. Two ``half`` fields in a row share a line."""

    label: str
    value: str
    half: bool = False


@dataclass(frozen=True)
class CertificateSheet:
    """What stands on an electronic certificate. ``qr`` is the text of the code that is printed on it."""

    title: str
    number: str
    licence_id: str
    fields: tuple[PrintedField, ...]
    agency: str
    issued_on: date
    qr: str
    made_at: datetime


@dataclass(frozen=True)
class RenderedCertificate:
    """The certificate's page, unsealed, and where the agency's seal goes: over its name and the date."""

    content: bytes
    seal_box: Box


def render_certificate(typesetter: Typesetter, sheet: CertificateSheet) -> RenderedCertificate:
    """Set the construction permit.

    Raises:
        GlyphMissing: the font lacks a character of a name or value.
        QrTooLong: the QR text needs more than version 20 at level M.
    """
    raise NotImplementedError


def render_joint_application(
    typesetter: Typesetter, application: "JointApplication"
) -> "RenderedApplication":
    """Set the several pages of a joint application for a construction permit, with a box for each party."""
    raise NotImplementedError
