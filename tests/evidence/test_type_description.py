import re
from pathlib import Path

import pytest

from evidence.certificate_types import Basis, Face, Holder, HolderKind, LifeState, ValidityRule
from evidence.errors import Term
from evidence.type_description import (
    MOST_BYTES,
    MOST_FIELDS,
    TypeMalformed,
    canonical_description,
    read_canonical,
    read_type,
)

SHIPPED = Path(__file__).resolve().parents[2] / "verify" / "types"
WHOLE = """
code = "fishing-licence"
zh = "捕捞许可证"
en = "Fishing licence"
holder = { kind = "organization", name = "boat" }
basis = "none"
face = "sheet"
grant = "准予在下列水域捕捞。"
notes = ["一、本证随船携带。"]
field = [
  { name = "boat", zh = "渔船", en = "Boat", metadata = "KZ_YC", qr = true },
  { name = "waters", zh = "水域", en = "Waters", metadata = "KZ_SY", required = false, paired = true },
  { name = "skipper", zh = "船长", en = "Skipper", metadata = "KZ_CZ", person = true },
]
[identifier]
national = "11100000000013338W999"
confirmed = false
local_sequence = "017"
[number]
form = "（{year}）{city}捕字第{serial:4}号"
licence = "BL{area}{date}{serial:4}"
[validity]
rule = "years"
years = 2
[states]
in-force = { zh = "有效", en = "in force", code = "01" }
cancelled = { zh = "注销", en = "cancelled" }
"""
FACTS = {"area": "990100", "city": "示范市", "date": "20260502", "year": "2026"}


def test_the_number_of_another_platform_has_a_form_of_its_own() -> None:
    numbered = WHOLE.replace("[validity]", 'elsewhere = "{digits:4}-YY-{digits:2}"\n[validity]')
    read = read_type(numbered.encode())
    assert (read.numbering.sample_elsewhere, read.numbering.elsewhere) == (
        "0000-YY-00",
        "{digits:4}-YY-{digits:2}",
    )
    assert read_canonical(canonical_description(read)) == read
    fitting = [
        text
        for text in ("1234-YY-56", "1234-XY-56", "123-YY-56", "１２３４-YY-56", "0000-YY-00\n")
        if read.numbering.fits_elsewhere(text)
    ]
    assert fitting == ["1234-YY-56"]
    assert not read_type(WHOLE.encode()).numbering.fits_elsewhere("")
    with pytest.raises(TypeMalformed, match="elsewhere"):
        read_type(numbered.replace("{digits:2}", "{serial:2}").encode())


def test_a_description_is_read_whole() -> None:
    read = read_type(WHOLE.encode())
    assert (read.code, read.zh, read.en) == ("fishing-licence", "捕捞许可证", "Fishing licence")
    assert read.holder == Holder(kind=HolderKind.ORGANIZATION, name="boat")
    assert (read.basis, read.face) == (Basis.NONE, Face.SHEET)
    assert (read.national_code, read.confirmed, read.local_sequence) == (
        "11100000000013338W999",
        False,
        "017",
    )
    assert (read.validity, read.years) == (ValidityRule.YEARS, 2)
    assert read.states[LifeState.IN_FORCE].code == "01"
    assert read.states[LifeState.CANCELLED].words == Term("注销", "cancelled")
    assert read.in_qr == ("boat",)
    assert [field.person for field in read.fields] == [False, False, True]


def test_a_number_is_counted_within_what_stands_before_its_serial() -> None:
    numbering = read_type(WHOLE.encode()).numbering
    assert numbering.scope(FACTS) == "BL99010020260502"
    assert numbering.fill(numbering.form, facts=FACTS, serial=7) == "（2026）示范市捕字第0007号"
    assert numbering.fill(numbering.licence, facts=FACTS, serial=7) == "BL990100202605020007"


@pytest.mark.parametrize(
    ("written", "wrong", "place"),
    [
        ('code = "fishing-licence"', "", "code"),
        ('code = "fishing-licence"', 'code = "Fishing"', "code"),
        ('kind = "organization"', 'kind = "ship"', "holder.kind"),
        ('kind = "organization"', 'kind = "person"', "holder.number"),
        ('kind = "organization", name = "boat"', 'kind = "organization", name = "waters"', "holder"),
        ("grant =", "unknown = 1\ngrant =", "unknown"),
        ('notes = ["一、本证随船携带。"]', "notes = [1]", "notes"),
        ('notes = ["一、本证随船携带。"]', "notes = [" + '"一",' * 21 + "]", "notes"),
        ('national = "11100000000013338W999"\nconfirmed = false', "confirmed = true", "identifier.confirmed"),
        ('national = "11100000000013338W999"', 'national = "1"', "identifier.national"),
        ("confirmed = false", 'confirmed = "no"', "identifier.confirmed"),
        ("{year}）{city}", "{month}）{city}", "number.form"),
        ("{serial:4}号", "号", "number.form"),
        ("BL{area}", "bl{area}", "number.licence"),
        ("BL{area}", "BL{city}", "number.licence"),
        ("{date}{serial:4}", "{date}{serial:5}", "number.licence"),
        ("years = 2", "years = 0", "validity.years"),
        ('rule = "years"', 'rule = "open"', "validity.years"),
        ('in-force = { zh = "有效", en = "in force", code = "01" }', "", "states.in-force"),
        ("cancelled =", "gone =", "states.gone"),
        ('zh = "注销", en = "cancelled"', 'zh = "注销"', "states.cancelled.en"),
        ('name = "boat", zh', 'name = "Boat", zh', "field.0.name"),
        ("person = true }", "person = true, qr = true }", "field.2.qr"),
        ("required = false, ", "required = false, qr = true, ", "field.1.qr"),
        ('name = "waters"', 'name = "boat"', "field"),
        ("qr = true },", "qr = true, paired = true },", "field"),
        ("field = [", "field = [[", Term("TOML 第 15 行", "line 15 of the TOML")),
    ],
)
def test_what_does_not_fit_is_named(written: str, wrong: str, place: str | Term) -> None:
    altered = WHOLE.replace(written, wrong, 1)
    assert altered != WHOLE
    with pytest.raises(TypeMalformed) as refused:
        read_type(altered.encode())
    assert refused.value.facts == {"place": place}


def test_a_description_longer_than_any_is_not_read() -> None:
    with pytest.raises(TypeMalformed, match="size"):
        read_type(WHOLE.encode() + b"#" * MOST_BYTES)


def test_a_type_has_at_least_one_field_and_not_too_many() -> None:
    line = '{{ name = "f{}", zh = "项", en = "Field", metadata = "KZ_X" }},'
    for count in (0, MOST_FIELDS + 1):
        fields = "".join(line.format(number) for number in range(count))
        altered = re.sub(r"field = \[.*?\n\]", f"field = [{fields}]", WHOLE, flags=re.DOTALL)
        with pytest.raises(TypeMalformed, match="field"):
            read_type(altered.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(TypeMalformed, match="UTF-8"):
        read_type(b"\xff")


def test_what_ends_too_early_is_no_toml() -> None:
    with pytest.raises(TypeMalformed, match="at TOML"):
        read_type(b"code =")


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_a_description_reads_back_from_its_canonical_form(file: Path) -> None:
    described = read_type(file.read_bytes())
    assert read_canonical(canonical_description(described)) == described
    with pytest.raises(TypeMalformed, match="JSON"):
        read_canonical(file.read_bytes())


def test_the_canonical_form_is_the_same_however_the_file_is_written() -> None:
    rewritten = WHOLE.replace('basis = "none"\n', "", 1).replace("grant =", 'basis = "none"\ngrant =', 1)
    assert rewritten != WHOLE
    canonical, again = (canonical_description(read_type(each.encode())) for each in (WHOLE, rewritten))
    assert canonical == again


def test_a_version_has_a_name_of_its_own_and_its_kin() -> None:
    second = read_type(WHOLE.encode()).versioned(1).versioned(2)
    assert (second.code, second.kin) == ("fishing-licence@2", "fishing-licence")


def test_every_shipped_file_is_named_by_its_code() -> None:
    files = sorted(SHIPPED.glob("*.toml"))
    assert [read_type(each.read_bytes()).code for each in files] == [each.stem for each in files]
    assert len(files) == 9
