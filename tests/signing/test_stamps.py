import subprocess
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from signing.qr_image import QrTooLong, qr_svg
from signing.stamps import Stamp, organization_seal, organization_stamp, person_stamp, qualification_stamp
from signing.typesetting import HANDWRITING, FontsMissing, GlyphMissing, Typesetter, TypesettingFailed

ADDRESS = "http://localhost:8000/a/3f2b8c1e-9d7a-4b61-8a51-0d2f6b7c9e10"


def text_of(stamp: Stamp) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    outcome = subprocess.run(command, input=stamp.content, check=True, capture_output=True)
    return outcome.stdout.decode()


def fonts_of(stamp: Stamp) -> str:
    return subprocess.run(
        ["pdffonts", "-"], input=stamp.content, check=True, capture_output=True
    ).stdout.decode()


def picture(content: bytes, folder: Path, *, dpi: int) -> Image.Image:
    command = ["pdftoppm", "-r", str(dpi), "-png", "-", "page"]
    subprocess.run(command, input=content, cwd=folder, check=True, capture_output=True)
    (path,) = folder.glob("page*.png")
    return Image.open(path).convert("RGB")


@pytest.fixture
def person(typesetter: Typesetter, moment: datetime) -> Stamp:
    return person_stamp(typesetter, name="林知远", capacity="设计单位项目负责人", at=moment, qr=ADDRESS)


@pytest.fixture
def organization(typesetter: Typesetter, moment: datetime) -> Stamp:
    name = "示范建设集团有限公司"
    return organization_stamp(
        typesetter, name=name, keeper="周明哲", capacity="施工单位", at=moment, qr=ADDRESS
    )


@pytest.mark.parametrize("words", ["林知远", "设计单位项目负责人", "2026年05月02日", "10:21:33 北京时间"])
def test_a_persons_stamp_says_who_as_what_and_when(person: Stamp, words: str) -> None:
    assert words in text_of(person)


@pytest.mark.parametrize("words", ["用印人 周明哲", "施工单位", "2026年05月02日"])
def test_an_organizations_stamp_says_who_sealed_and_when(organization: Stamp, words: str) -> None:
    assert words in text_of(organization)


@pytest.fixture
def qualification(typesetter: Typesetter, moment: datetime) -> Stamp:
    printed = {
        "title": "中华人民共和国一级注册建造师执业印章",
        "name": "林知远",
        "registration_number": "京111050700001",
        "until": "2028.05.05",
        "employer": "示范建设集团有限公司",
    }
    return qualification_stamp(
        typesetter, printed=printed, by="本人加盖", capacity="项目负责人", at=moment, qr=ADDRESS
    )


@pytest.mark.parametrize("words", ["林知远", "京111050700001", "有效期至 2028.05.05", "本人加盖"])
def test_a_qualifications_stamp_says_whose_which_until_when_and_who_put_it(
    qualification: Stamp, words: str
) -> None:
    assert words in text_of(qualification)


def test_the_rim_of_a_qualifications_stamp_holds_its_title_and_employer(qualification: Stamp) -> None:
    letters = set(text_of(qualification))
    assert set("中华人民共和国一级注册建造师执业印章示范建设集团有限公司") <= letters


@pytest.mark.parametrize("stamp", ["person", "organization", "qualification"])
def test_the_code_of_a_stamp_is_read_from_paper(
    stamp: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    content = request.getfixturevalue(stamp).content
    (code,) = zxingcpp.read_barcodes(picture(content, tmp_path, dpi=150))
    assert code.text == ADDRESS


def test_a_seal_is_cinnabar_at_its_rim_and_its_star(
    typesetter: Typesetter, moment: datetime, tmp_path: Path
) -> None:
    seal = organization_seal(typesetter, name="示范市行政审批服务局", at=moment)
    image = picture(seal.content, tmp_path, dpi=254)  # ten dots a millimetre
    for point in [(210, 6), (6, 210), (210, 414), (210, 210)]:
        red, green, blue = image.getpixel(point)  # type: ignore[misc]  # an RGB image has three bands
        assert red > 180
        assert max(green, blue) < 80


def test_a_seal_leaves_the_paper_free_between_rim_and_star(
    typesetter: Typesetter, moment: datetime, tmp_path: Path
) -> None:
    seal = organization_seal(typesetter, name="示范市行政审批服务局", at=moment)
    assert picture(seal.content, tmp_path, dpi=254).getpixel((210, 310)) == (255, 255, 255)


@pytest.mark.parametrize("length", [2, 4, 10, 18, 30])
def test_a_seal_holds_short_and_long_names(typesetter: Typesetter, moment: datetime, length: int) -> None:
    name = ("示范市滨海新区住房和城乡建设管理综合行政执法局直属第一分局机关工会")[:length]
    found = text_of(organization_seal(typesetter, name=name, at=moment))
    assert set(name) <= set(found)


def test_a_seal_bears_its_caption_and_number(typesetter: Typesetter, moment: datetime) -> None:
    seal = organization_seal(
        typesetter, name="示范市行政审批服务局", at=moment, caption="电子证照专用章", code="3702990012345"
    )
    assert "电子证照专用章" in text_of(seal)


def test_a_character_that_the_font_lacks_is_refused_by_name(typesetter: Typesetter, moment: datetime) -> None:
    with pytest.raises(GlyphMissing) as caught:
        person_stamp(typesetter, name="林\U0002b9a2", capacity="设计师", at=moment, qr=ADDRESS)
    assert caught.value.facts == {"character": "\U0002b9a2", "code_point": "U+2B9A2"}


def test_a_rare_character_that_the_font_has_is_set(typesetter: Typesetter, moment: datetime) -> None:
    stamp = person_stamp(typesetter, name="林翀喆", capacity="设计师", at=moment, qr=ADDRESS)
    assert "林翀喆" in text_of(stamp)


def test_a_typed_name_is_written_by_hand_over_the_name_as_it_is_set(
    typesetter: Typesetter, moment: datetime
) -> None:
    stamp = person_stamp(typesetter, name="林知远", capacity="设计师", at=moment, qr=ADDRESS, typed="林知远")
    assert HANDWRITING.split("_")[0] in fonts_of(stamp)
    assert text_of(stamp).count("林知远") == 2


@pytest.mark.parametrize("name", ["林翀喆", "阿迪力·买买提"])
def test_a_typed_name_of_which_the_handwriting_lacks_a_character_is_set_whole(
    typesetter: Typesetter, moment: datetime, name: str
) -> None:
    by_hand, plain = (
        person_stamp(typesetter, name=name, capacity="设计师", at=moment, qr=ADDRESS, typed=typed)
        for typed in (name, "")
    )
    assert by_hand == plain
    assert HANDWRITING.split("_")[0] not in fonts_of(by_hand)


def test_what_a_person_is_called_is_never_read_as_markup(typesetter: Typesetter, moment: datetime) -> None:
    name = '#panic("x")*'
    stamp = person_stamp(typesetter, name=name, capacity="$a$ \\ <b>", at=moment, qr=ADDRESS)
    assert name in text_of(stamp)


def test_too_much_text_for_a_code_is_refused() -> None:
    with pytest.raises(QrTooLong):
        qr_svg("https://host/c#1" + "7" * 1800)


def test_far_too_much_text_for_any_code_is_refused() -> None:
    with pytest.raises(QrTooLong):
        qr_svg("x" * 10_000)


def test_missing_fonts_are_named(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing) as caught:
        Typesetter(fonts=tmp_path)
    assert "make assets" in caught.value.sentence("en")


def test_a_template_that_does_not_compile_is_named(tmp_path: Path, moment: datetime) -> None:
    (tmp_path / "broken.typ").write_text("#let")
    with pytest.raises(TypesettingFailed):
        Typesetter(templates=tmp_path).set("broken.typ", {}, at=moment)


def test_the_same_facts_give_the_same_bytes(typesetter: Typesetter, moment: datetime) -> None:
    first = organization_seal(typesetter, name="示范公司", at=moment)
    assert organization_seal(Typesetter(), name="示范公司", at=moment) == first
