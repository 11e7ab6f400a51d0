"""The file that names the registers is read whole or refused by the setting's name, unquoted."""

import base64
from pathlib import Path

import pytest

from api.register_file import read_places
from api.settings import SettingMalformed
from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from registers.questions import Register
from tests.registers.places import KEY, tables, written


def test_each_register_has_its_place_and_its_pinned_key(tmp_path: Path) -> None:
    places = read_places(written(tmp_path, tables(*Register)))
    assert {place.authority.key for place in places.values()} == {KEY}
    assert places[Register.ENTERPRISE].address == "https://registers.example/enterprise"


def test_former_keys_are_pinned_for_earlier_receipts(tmp_path: Path) -> None:
    old = base64.b64encode(LocalSigner.generate(Algorithm.ES256).key.spki).decode()
    text = tables(*Register).replace("name =", f'former = ["{old}"]\nname =')
    place = read_places(written(tmp_path, text))[Register.POPULATION]
    assert [base64.b64encode(key.spki).decode() for key in place.authority.former] == [old]
    assert place.authority.key == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml",
        tables("population", "enterprise"),
        tables(*Register, key="bm9uZQ=="),
        tables(*Register, key="*"),
        tables(*Register).replace('url = "https', "url = 1 #", 1),
    ],
)
def test_a_file_that_says_less_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingMalformed) as refused:
        read_places(written(tmp_path, text))
    assert refused.value.facts["setting"] == "YINXIN_REGISTERS"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingMalformed):
        read_places(tmp_path / "registers.toml")
