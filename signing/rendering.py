"""The faces of certificates, each one page with a place for the issuing agency's seal.

rendered = render_certificate(typesetter, sheet)
sealed = add_signature(rendered.content, visible=VisibleStamp(stamp=seal, box=rendered.seal_box), …)
"""

from dataclasses import dataclass
from datetime import date, datetime

from evidence.certificate_types import Face
from signing.pdf import Box
from signing.qr_image import qr_svg
from signing.stamps import MILLIMETRE, SEAL_DIAMETER, chinese_date, chinese_day
from signing.typesetting import Fact, Typesetter
from verify.words import quoted

EMPTY = "／"  # an empty line is struck out, so that nobody writes into it later


@dataclass(frozen=True)
class _Form:
    """A face of certificates: its template, the page's height, and the seal's centre from left and top."""

    template: str
    page_height: float
    seal_centre: tuple[float, float]


_FORMS = {
    Face.TWO_LEAF: _Form("certificate-two-leaf.typ", 210 * MILLIMETRE, (115 * MILLIMETRE, 160 * MILLIMETRE)),
    Face.PLAQUE: _Form("certificate-plaque.typ", 210 * MILLIMETRE, (242 * MILLIMETRE, 158 * MILLIMETRE)),
    Face.SHEET: _Form("certificate-sheet.typ", 297 * MILLIMETRE, (152 * MILLIMETRE, 247 * MILLIMETRE)),
}


@dataclass(frozen=True)
class PrintedField:
    """A line of a certificate: a label such as ``建设单位`` and its value, which may be empty.

    A field that is ``paired`` stands in the same line, to the right of the field before it.
    """

    label: str
    value: str
    paired: bool = False


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What binds a copy to one use, printed above and across the page; ``qr`` is the text of its own code."""

    recipient: str
    purpose: str
    until: date
    qr: str

    @property
    def use(self) -> str:
        """For whom and for what alone the copy is."""
        return f"仅供{quoted(self.recipient)}用于{quoted(self.purpose)}"


@dataclass(frozen=True, kw_only=True)
class CertificateSheet:
    """What stands on a certificate, printed on the form ``face``.

    ``grant`` is the sentence that grants, ``notes`` may be empty, ``qr`` is the text of the printed code;
    ``issued_at`` gives the printed day, in Beijing time, and dates the file. A ``sample`` says across the
    page that it has no legal effect. With a ``remark`` it is a copy.
    """

    face: Face
    title: str
    grant: str
    notes: tuple[str, ...]
    number: str
    licence_id: str
    fields: tuple[PrintedField, ...]
    agency: str
    issued_at: datetime
    qr: str
    sample: bool = False
    remark: Remark | None = None


@dataclass(frozen=True)
class RenderedCertificate:
    """The page, unsealed, and where the agency's seal goes: over its name and the date."""

    content: bytes
    seal_box: Box


def render_certificate(typesetter: Typesetter, sheet: CertificateSheet) -> RenderedCertificate:
    """Set a certificate on its one A4 page.

    Raises:
        GlyphMissing: the font lacks a character of a name or value.
        QrTooLong: the QR text needs more than version 20 at level M.
        TypesettingFailed: the values are so long that they do not fit the page at its smallest setting.
    """
    facts: dict[str, Fact] = {
        "title": sheet.title,
        "number": sheet.number,
        "licence_id": sheet.licence_id,
        "grant": sheet.grant,
        "notes": sheet.notes,
        "rows": _rows(sheet.fields),
        "agency": sheet.agency,
        "issued": chinese_date(sheet.issued_at),
        "qr": qr_svg(sheet.qr),
        "sample": sheet.sample,
        "remark": None if sheet.remark is None else _remark(sheet.remark),
    }
    form = _FORMS[sheet.face]
    content = typesetter.set(form.template, facts, at=sheet.issued_at, archival=True)
    return RenderedCertificate(content, _seal_box(form))


def _remark(remark: Remark) -> Fact:
    use = f"{remark.use}，有效期至{chinese_day(remark.until)}"
    return {"line": f"加注件　{use}，他用无效", "across": use}


def _rows(fields: tuple[PrintedField, ...]) -> list[list[Fact]]:
    rows: list[list[Fact]] = []
    for field in fields:
        line: Fact = {"label": field.label, "value": field.value or EMPTY}
        if field.paired and rows and len(rows[-1]) == 1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _seal_box(form: _Form) -> Box:
    from_left, from_top = form.seal_centre
    return Box(
        page=0,
        left=from_left - SEAL_DIAMETER / 2,
        bottom=form.page_height - from_top - SEAL_DIAMETER / 2,
        width=SEAL_DIAMETER,
        height=SEAL_DIAMETER,
    )
