"""The paper of the main job: the application that is signed, and the code read off a printed certificate."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import zxingcpp

from api.demonstration.client import StepFailed
from api.demonstration.people import (
    CONTRACTOR,
    DESIGNER,
    ENGINEER,
    OWNER,
    OWNERS_REPRESENTATIVE,
    DemonstrationFirm,
    DemonstrationPerson,
)
from api.demonstration.ready_application import ReadyParty, ready_application
from evidence.errors import Term
from signing.manifest import SlotKind
from signing.typesetting import Typesetter

DOTS_PER_INCH = 150
POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Paper:
    """The application as PDF, and its slots as the doors take them."""

    content: bytes
    slots: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Party:
    firm: DemonstrationFirm
    capacity: Term
    person: DemonstrationPerson | None = None

    @property
    def kind(self) -> SlotKind:
        return SlotKind.SEAL if self.person is None else SlotKind.PERSON


PARTIES = (
    _Party(OWNER, Term("建设单位代表", "owner's representative"), OWNERS_REPRESENTATIVE),
    _Party(CONTRACTOR, Term("施工单位（盖章）", "contractor (seal)")),
    _Party(DESIGNER, Term("设计单位项目负责人", "design leader"), ENGINEER),
)


def application() -> Paper:
    """Set the joint application of the three firms, four pages: two persons sign, the contractor seals."""
    chosen = tuple(
        ReadyParty(kind=each.kind, uscc=each.firm.uscc, name=each.firm.name, capacity_zh=each.capacity.zh)
        for each in PARTIES
    )
    ready = ready_application(Typesetter(), chosen, at=datetime.now(UTC))
    slots = tuple(
        {
            "kind": each.kind,
            "organization": each.firm.uscc.text,
            "person": None if each.person is None else each.person.name,
            "capacity_zh": each.capacity.zh,
            "capacity_en": each.capacity.en,
            "place": {"page": place.page, "left": place.left, "bottom": place.bottom},
        }
        for each, place in zip(PARTIES, ready.places, strict=True)
    )
    return Paper(ready.content, slots)


def printed_code(certificate: bytes) -> str:
    """Print the first page of a certificate and read its QR code off the picture, as a camera would.

    Raises:
        StepFailed: there is no code to be read.
    """
    page = pypdfium2.PdfDocument(certificate)[0]
    picture = page.render(scale=DOTS_PER_INCH / POINTS_PER_INCH).to_pil()
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if not codes:
        raise StepFailed(request="certificate.pdf", status=200, detail="no QR code can be read off the page")
    text: str = codes[0].text
    return text
