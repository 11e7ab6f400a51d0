import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from evidence.certificate_types import Face
from signing.pdf_document import open_document
from signing.rendering import CertificateSheet, PrintedField, RenderedCertificate, render_certificate
from signing.typesetting import GlyphMissing, Typesetter, TypesettingFailed
from verify.shipped_types import SHIPPED

from .camera_frame import camera_frame

CODE = "http://localhost:8000/c#1" + str(7**1300)[:1050]  # as long as the code of seven printed fields
PERMIT = SHIPPED["construction-permit"]
SHEET = CertificateSheet(
    face=PERMIT.face,
    grant=PERMIT.grant,
    notes=PERMIT.notes,
    title="建筑工程施工许可证",
    number="370299202605020101",
    licence_id="1.2.156.3005.2.11370200MB0000000X001.11370200MB0000000X.370299202605020101.001.7",
    fields=(
        PrintedField("建设单位", "示范城市发展有限公司"),
        PrintedField("工程名称", "示范市滨海新区文化艺术中心一期工程"),
        PrintedField("建设地址", "示范市滨海新区海晏路以东、明德大道以北"),
        PrintedField("建设规模", "地上 12 层、地下 2 层，总建筑面积 38,224.90 平方米"),
        PrintedField("合同价格", "人民币 26,815.30 万元"),
        PrintedField("设计单位", "示范市建筑设计研究院有限公司"),
        PrintedField("项目负责人", "林知远", paired=True),
        PrintedField("备注", ""),
    ),
    agency="示范市行政审批服务局",
    issued_at=datetime(2026, 5, 2, 2, 21, 33, tzinfo=UTC),
    qr=CODE,
)


@pytest.fixture(scope="module")
def rendered(typesetter: Typesetter) -> RenderedCertificate:
    return render_certificate(typesetter, SHEET)


def text_of(content: bytes) -> str:
    outcome = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, check=True, capture_output=True
    )
    return outcome.stdout.decode()


@pytest.mark.parametrize(
    "words",
    [
        "建筑工程施工许可证",
        "370299202605020101",
        "示范城市发展有限公司",
        "示范市滨海新区海晏路以东、明德大道以北",
        "人民币 26,815.30 万元",
        "林知远",
        "示范市行政审批服务局",
        "2026年05月02日",
        "1.2.156.3005.2.11370200MB0000000X001.11370200MB0000000X.370299202605020101.001.7",
        "未经发证机关许可，本证的各项内容不得变更",
    ],
)
def test_the_certificate_says_in_text_what_it_shows(rendered: RenderedCertificate, words: str) -> None:
    assert words in text_of(rendered.content)


def test_the_certificate_is_one_page_of_a4_in_landscape(rendered: RenderedCertificate) -> None:
    (page,) = open_document(rendered.content).pages
    assert (round(page.width), round(page.height)) == (842, 595)


@pytest.fixture(scope="module", params=SHIPPED)
def any_type(request: pytest.FixtureRequest, typesetter: Typesetter) -> RenderedCertificate:
    """A certificate of each type, every line filled."""
    type_ = SHIPPED[request.param]
    fields = tuple(PrintedField(field.zh, f"示例{field.zh}", field.paired) for field in type_.fields)
    sheet = replace(SHEET, face=type_.face, title=type_.zh, grant=type_.grant, notes=type_.notes)
    return render_certificate(typesetter, replace(sheet, fields=fields, sample=True))


def page_picture(content: bytes, folder: Path) -> Path:
    """The page as a scanner sees it whose dots are as coarse as the code may be read with."""
    subprocess.run(
        ["pdftoppm", "-r", "90", "-png", "-singlefile", "-", "page"],
        input=content,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "page.png"


def test_the_bands_of_waves_lie_between_the_hairlines_on_all_four_sides(
    any_type: RenderedCertificate, tmp_path: Path
) -> None:
    page = Image.open(page_picture(any_type.content, tmp_path)).convert("L")
    dots = 90 / 25.4
    width, height = (side / dots for side in page.size)
    for left, top, right, bottom in (
        (16, 10.5, width - 16, 14.5),
        (16, height - 14.5, width - 16, height - 10.5),
        (10.5, 16, 14.5, height - 16),
        (width - 14.5, 16, width - 10.5, height - 16),
    ):
        band = page.crop((int(left * dots), int(top * dots), int(right * dots), int(bottom * dots)))
        inked = sum(dot < 245 for dot in band.tobytes())
        assert inked > 0.3 * band.width * band.height


def test_zxing_reads_the_code_of_every_type_at_90_dpi(any_type: RenderedCertificate, tmp_path: Path) -> None:
    (code,) = zxingcpp.read_barcodes(Image.open(page_picture(any_type.content, tmp_path)))
    assert code.text == CODE


def test_zbar_reads_the_code_of_every_type_at_90_dpi(any_type: RenderedCertificate, tmp_path: Path) -> None:
    path = page_picture(any_type.content, tmp_path)
    outcome = subprocess.run(["zbarimg", "--quiet", "--raw", str(path)], check=True, capture_output=True)
    assert outcome.stdout.decode().strip() == CODE


def test_both_read_the_code_of_every_type_off_a_blurred_frame(
    any_type: RenderedCertificate, tmp_path: Path
) -> None:
    frame = camera_frame(any_type.content)
    frame.save(tmp_path / "frame.png")
    command = ["zbarimg", "--quiet", "--raw", str(tmp_path / "frame.png")]
    by_zbar = subprocess.run(command, check=True, capture_output=True).stdout.decode().strip()
    assert [by_zbar, *(code.text for code in zxingcpp.read_barcodes(frame))] == [CODE, CODE]


def test_the_seals_place_covers_agency_and_date(any_type: RenderedCertificate) -> None:
    box = any_type.seal_box
    (page,) = open_document(any_type.content).pages
    top = page.height - box.bottom - box.height
    command = ["pdftotext", "-x", f"{box.left:.0f}", "-y", f"{top:.0f}"]
    command += ["-W", f"{box.width:.0f}", "-H", f"{box.height:.0f}", "-", "-"]
    outcome = subprocess.run(command, input=any_type.content, check=True, capture_output=True)
    found = outcome.stdout.decode()
    assert "审批服务局" in found
    assert "月02日" in found


@pytest.mark.parametrize("face", Face)
@pytest.mark.parametrize("length", [60, 200])
def test_long_values_still_fit_one_page(typesetter: Typesetter, length: int, face: Face) -> None:
    fields = tuple(PrintedField(f"第{number}项", "字" * length) for number in range(1, 12))
    content = render_certificate(typesetter, replace(SHEET, face=face, fields=fields)).content
    assert len(open_document(content).pages) == 1


def test_values_that_cannot_fit_are_refused(typesetter: Typesetter) -> None:
    fields = (PrintedField("备注", "字" * 20_000),)
    with pytest.raises(TypesettingFailed):
        render_certificate(typesetter, replace(SHEET, fields=fields))


def test_a_character_that_the_font_lacks_is_named(typesetter: Typesetter) -> None:
    fields = (PrintedField("项目负责人", "林\U0002b9a2"),)
    with pytest.raises(GlyphMissing) as caught:
        render_certificate(typesetter, replace(SHEET, fields=fields))
    assert caught.value.facts["code_point"] == "U+2B9A2"


def test_a_day_is_the_day_in_beijing(typesetter: Typesetter) -> None:
    late = datetime(2026, 5, 2, 16, 30, tzinfo=UTC)
    assert "2026年05月03日" in text_of(render_certificate(typesetter, replace(SHEET, issued_at=late)).content)


def test_an_empty_field_is_struck_out(rendered: RenderedCertificate) -> None:
    assert re.search(r"备注\s+／", text_of(rendered.content))
