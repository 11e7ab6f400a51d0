"""The certificates that this house writes, each one page with a place for the issuing agency's seal.

rendered = render_certificate(typesetter, sheet)
sealed = add_signature(rendered.content, visible=VisibleStamp(stamp=seal, box=rendered.seal_box), …)
"""

from dataclasses import dataclass
from datetime import datetime

from signing.pdf import Box
from signing.qr_image import qr_svg
from signing.stamps import MILLIMETRE, SEAL_DIAMETER, chinese_date
from signing.typesetting import Fact, Typesetter

PAGE_HEIGHT = 210 * MILLIMETRE  # A4 in landscape
SEAL_CENTRE = (112 * MILLIMETRE, 160 * MILLIMETRE)  # from the left and from the top: between agency and date

EMPTY = "／"  # an empty line is struck out, so that nobody writes into it later

GRANT = "根据《中华人民共和国建筑法》第八条规定，经审查，本建筑工程符合施工条件，准予施工。"

# The notes of the national form, in our own order of printing (2014 form; general knowledge).
NOTES = (
    "一、本证放置施工现场，作为准予施工的凭证。",
    "二、未经发证机关许可，本证的各项内容不得变更。",
    "三、住房城乡建设行政主管部门可以对本证进行查验。",
    "四、本证自发证之日起三个月内应予施工，逾期应办理延期手续；不办理延期或延期次数、时间超过法定时间的，本证自行废止。",
    "五、在建的建筑工程因故中止施工的，建设单位应当自中止之日起一个月内向发证机关报告，并按照规定做好建筑工程的维护管理工作。",
    "六、建筑工程恢复施工时，应当向发证机关报告；中止施工满一年的工程恢复施工前，建设单位应当报发证机关核验施工许可证。",
    "七、凡未取得本证擅自施工的属违法建设，将按《中华人民共和国建筑法》的规定予以处罚。",
)


@dataclass(frozen=True)
class PrintedField:
    """A line of a certificate: a label such as ``建设单位`` and its value, which may be empty.

    A field that is ``paired`` stands in the same line, to the right of the field before it.
    """

    label: str
    value: str
    paired: bool = False


@dataclass(frozen=True, kw_only=True)
class CertificateSheet:
    """What stands on a construction permit.

    ``qr`` is the text of the printed code; ``issued_at`` gives the printed day, in Beijing time, and dates
    the file. A ``sample`` says across the page that it has no legal effect.
    """

    title: str
    number: str
    licence_id: str
    fields: tuple[PrintedField, ...]
    agency: str
    issued_at: datetime
    qr: str
    sample: bool = False


@dataclass(frozen=True)
class RenderedCertificate:
    """The page, unsealed, and where the agency's seal goes: over its name and the date."""

    content: bytes
    seal_box: Box


def render_certificate(typesetter: Typesetter, sheet: CertificateSheet) -> RenderedCertificate:
    """Set a construction permit on one A4 page in landscape.

    Raises:
        GlyphMissing: the font lacks a character of a name or value.
        QrTooLong: the QR text needs more than version 20 at level M.
        TypesettingFailed: the values are so long that they do not fit the page at 5.5 points.
    """
    facts: dict[str, Fact] = {
        "title": sheet.title,
        "number": sheet.number,
        "licence_id": sheet.licence_id,
        "grant": GRANT,
        "notes": NOTES,
        "rows": _rows(sheet.fields),
        "agency": sheet.agency,
        "issued": chinese_date(sheet.issued_at),
        "qr": qr_svg(sheet.qr),
        "sample": sheet.sample,
    }
    content = typesetter.set("construction-permit.typ", facts, at=sheet.issued_at)
    return RenderedCertificate(content, _seal_box())


def _rows(fields: tuple[PrintedField, ...]) -> list[list[Fact]]:
    rows: list[list[Fact]] = []
    for field in fields:
        line: Fact = {"label": field.label, "value": field.value or EMPTY}
        if field.paired and rows and len(rows[-1]) == 1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _seal_box() -> Box:
    from_left, from_top = SEAL_CENTRE
    return Box(
        page=0,
        left=from_left - SEAL_DIAMETER / 2,
        bottom=PAGE_HEIGHT - from_top - SEAL_DIAMETER / 2,
        width=SEAL_DIAMETER,
        height=SEAL_DIAMETER,
    )
