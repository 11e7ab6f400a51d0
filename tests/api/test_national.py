"""A city with national cryptography in use, over HTTP and on the command line; and one without."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api import commands
from api.national import NationalInToken, sm2_keys_of
from api.settings import Settings
from signing.evidence_pack import zipped
from tests.api.joint import CLERK, assembled, enter, signed_by_all, started
from tests.quiet_city import QuietCity, open_quiet_city
from tests.signing.joint.test_evidence_pack import unpacked


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("city"), national_cryptography=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


@pytest.fixture(scope="module")
def waiting(city: QuietCity, clerk: httpx.Client) -> tuple[str, list[str | None], str]:
    """An agreement, and how its slots and its page stood when all had signed and nothing was assembled."""
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    slots = clerk.get(f"/api/agreements/{id_}").json()["slots"]
    page = clerk.get(f"/agreements/{id_}").text
    assembled(city.house, id_)
    city.anchor()
    return id_, [each["national"] for each in slots], page


def test_the_page_shows_how_each_partys_national_signature_stands(
    clerk: httpx.Client, waiting: tuple[str, list[str | None], str]
) -> None:
    id_, before, page = waiting
    assert before == ["waiting"] * 3
    assert page.count("合成文件时签署") == 3
    slots = clerk.get(f"/api/agreements/{id_}").json()["slots"]
    assert [each["national"] for each in slots] == ["made", "sealed", "made"]
    page = clerk.get(f"/agreements/{id_}").text
    assert (page.count("已签（SM2）"), page.count("已盖电子签章")) == (3, 1)


@pytest.fixture
def pack(clerk: httpx.Client, waiting: tuple[str, list[str | None], str], tmp_path: Path) -> Path:
    file = tmp_path / "pack.zip"
    file.write_bytes(clerk.post(f"/agreements/{waiting[0]}/evidence-pack").raise_for_status().content)
    return file


def test_the_command_checks_a_pack_and_refuses_what_was_altered(
    city: QuietCity,
    pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("YINXIN_LANGUAGE", "en")
    content, root = pack.read_bytes(), tmp_path / "root.cer"
    root.write_bytes(city.visitor.get("/pki/sm2-root.cer").raise_for_status().content)
    national = ["national", str(pack)]
    monkeypatch.setenv("YINXIN_FOLDER", str(tmp_path))
    assert commands.main(national) == 3
    assert "/pki/sm2-root.cer" in capsys.readouterr().err
    assert commands.main([*national, "--root", str(root)]) == 0
    assert capsys.readouterr().out.count("✓") == 7
    monkeypatch.setenv("YINXIN_FOLDER", str(city.house.folder))
    assert commands.main(national) == 0
    place = content.index(b"national/2.p7s") + 1000
    pack.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert commands.main([*national, "--root", str(root)]) == 3  # the ZIP itself says so
    assert "damaged" in capsys.readouterr().err
    files = unpacked(content)
    pack.write_bytes(zipped({**files, "national/2.ses": files["national/2.ses"] + b"0"}))
    assert commands.main([*national, "--root", str(root)]) == 1
    assert "1 bytes follow the seal signature" in capsys.readouterr().out
    assert commands.main([*national, "--root", str(pack)]) == 3
    assert "no certificate" in capsys.readouterr().err


def test_the_verifier_says_that_it_checks_no_national_signature(
    city: QuietCity, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = tmp_path / "trust.json"
    trust.write_bytes(city.visitor.get("/trust.json").raise_for_status().content)
    verify = ["verify", str(pack), "--trust", str(trust)]
    codes = {commands.main(verify), commands.main([*verify, "--json", "--lang", "en"])}
    assert codes <= {0, 2}  # undecided while nothing is on the chain
    said = capsys.readouterr()
    assert "随附国密签名 4 份" in said.out
    assert "4 national signatures enclosed" in said.err


def test_the_sm2_root_is_published(city: QuietCity, tmp_path: Path) -> None:
    (tmp_path / "root.cer").write_bytes(city.visitor.get("/pki/sm2-root.cer").raise_for_status().content)
    said = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", "root.cer", "-noout", "-text"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "SM2-with-SM3" in said
    assert "CA:TRUE" in said


def test_a_token_and_national_cryptography_refuse_each_other(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, national_cryptography=True, pkcs11_module=tmp_path / "module.so")
    with pytest.raises(NationalInToken):
        sm2_keys_of(settings, bytes(32))
    assert list(tmp_path.iterdir()) == []


def test_switched_off_there_are_no_keys(tmp_path: Path) -> None:
    assert sm2_keys_of(Settings(folder=tmp_path), bytes(32)) is None
    assert list(tmp_path.iterdir()) == []
