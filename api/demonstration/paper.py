"""The paper of the main job: the application that is signed, and the code read off a printed certificate."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pypdfium2
import zxingcpp

from api.demonstration.client import StepFailed
from api.demonstration.people import CONTRACTOR, DESIGNER, OWNER
from signing.joint_application import (
    JointApplication,
    SigningPlace,
    TakingPart,
    render_joint_application,
)
from signing.rendering import PrintedField
from signing.stamps import ORGANIZATION_STAMP, PERSON_STAMP
from signing.typesetting import Typesetter

DOTS_PER_INCH = 150
POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Paper:
    """The application as PDF, and for each party the place of its stamp as the doors take it."""

    content: bytes
    places: tuple[dict[str, int], ...]


def application(project: str) -> Paper:
    """Set the joint application of the three firms, four pages; the contractor seals, the others sign."""
    said = JointApplication(
        project_name=project,
        owner=OWNER.name,
        project=(
            PrintedField(label="工程名称", value=project),
            PrintedField(label="建设地址", value="示范市滨河路 1 号"),
            PrintedField(label="建设规模", value="建筑面积 12,600 平方米"),
            PrintedField(label="合同价格", value="5,280 万元"),
            PrintedField(label="合同工期", value="480 天"),
        ),
        organizations=(
            TakingPart("建设单位", OWNER.name, OWNER.uscc),
            TakingPart("施工单位", CONTRACTOR.name, CONTRACTOR.uscc),
            TakingPart("设计单位", DESIGNER.name, DESIGNER.uscc),
        ),
        places=(
            SigningPlace("建设单位（签名）", OWNER.name),
            SigningPlace("施工单位（盖章）", CONTRACTOR.name),
            SigningPlace("设计单位（签名）", DESIGNER.name),
        ),
        at=datetime.now(UTC),
    )
    rendered = render_joint_application(Typesetter(), said)
    heights = (PERSON_STAMP[1], ORGANIZATION_STAMP[1], PERSON_STAMP[1])
    places = tuple(
        {"page": box.page, "left": int(box.left), "bottom": int(box.bottom + (box.height - height) / 2)}
        for box, height in zip(rendered.boxes, heights, strict=True)
    )
    return Paper(rendered.content, places)


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
