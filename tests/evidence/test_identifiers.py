import pytest

from evidence.errors import CheckDigitWrong, IdentifierMalformed
from evidence.identifiers import CitizenNumber, LicenceIdentifier, PermitNumber, Uscc

AGENCY = Uscc("11430000006122244L")
MADE = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


def test_a_licence_identifier_is_made_with_its_check_character() -> None:
    made = LicenceIdentifier.make(type_code="11100000000013338W011", issuer=AGENCY, serial="20230000403")
    assert str(made) == MADE


def test_a_new_version_has_another_check_character_and_the_same_base() -> None:
    first = LicenceIdentifier.parse(MADE)
    second = LicenceIdentifier.make(
        type_code=first.type_code, issuer=first.issuer, serial=first.serial, version="002"
    )
    assert second.base == first.base == MADE.removesuffix(".001.U")
    assert str(second).endswith(".002.S")


def test_the_parts_of_a_licence_identifier_are_told_apart() -> None:
    parsed = LicenceIdentifier.parse(MADE)
    assert parsed.issuer == AGENCY
    assert (parsed.type_code, parsed.serial, parsed.version, parsed.check) == (
        "11100000000013338W011",
        "20230000403",
        "001",
        "U",
    )


@pytest.mark.parametrize("serial", ["", "2023-1", "A" * 33, "a"])
def test_a_serial_of_another_form_makes_no_identifier(serial: str) -> None:
    with pytest.raises(IdentifierMalformed):
        LicenceIdentifier.make(type_code="11100000000013338W011", issuer=AGENCY, serial=serial)


def test_a_code_and_a_permit_number_are_written_plainly() -> None:
    assert f"{AGENCY} {PermitNumber('330109202101080201')}" == "11430000006122244L 330109202101080201"


def test_a_citizen_number_is_not_shown() -> None:
    assert "34052419800101001X" not in repr(CitizenNumber.parse("34052419800101001X"))


@pytest.mark.parametrize("text", ["340524198001010019", "34052419801301001X"])
def test_a_refused_citizen_number_is_not_repeated(text: str) -> None:
    with pytest.raises((CheckDigitWrong, IdentifierMalformed)) as refusal:
        CitizenNumber.parse(text)
    assert text not in refusal.value.sentence("zh") + refusal.value.sentence("en")
    assert text not in str(refusal.value.facts)


def test_a_refusal_names_the_identifier_in_the_language_of_the_reader() -> None:
    with pytest.raises(CheckDigitWrong) as refusal:
        Uscc.parse("91350100M000100Y44")
    assert refusal.value.sentence("zh").startswith("统一社会信用代码的第18位")
    assert "Character 18 of the unified social credit code" in refusal.value.sentence("en")
