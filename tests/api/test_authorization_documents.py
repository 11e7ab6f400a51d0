"""The readable authorization: read, scanned and verified by outside tools, and the page its code opens."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pypdfium2
import pytest

from api.commands import main
from api.commands.verify import UNUSABLE
from api.demonstration.people import ENGINEER
from evidence.bundle import Bundle
from tests.api.joint import granted_authorization, request_of_engineer
from tests.quiet_city import QuietCity
from verify.attachment import evidence_in

Verify = Callable[..., dict[str, object]]


@pytest.fixture(scope="module")
def used_once(city: QuietCity, clerk: httpx.Client) -> str:
    """An authorization of which one of three uses was taken, anchored."""
    id_ = granted_authorization(city, clerk, uses=3)
    clerk.post(f"/api/authorizations/{id_}/uses", json={"used_for": "第一标段投标"}).raise_for_status()
    city.anchor()
    return id_


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory, engineer: httpx.Client, used_once: str) -> Path:
    """Its PDF, as the person downloads it."""
    path = tmp_path_factory.mktemp("document") / "authorization.pdf"
    answer = engineer.get(f"/authorizations/{used_once}/authorization.pdf")
    path.write_bytes(answer.raise_for_status().content)
    return path


@pytest.fixture
def trust(tmp_path: Path, city: QuietCity) -> Path:
    """The trust file of the city."""
    path = tmp_path / "trust.json"
    path.write_bytes(city.visitor.get("/trust.json").content)
    return path


@pytest.fixture
def verified(trust: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Verify a file with nothing but the trust file."""

    def verify(path: Path, *more: str) -> dict[str, object]:
        main(["verify", str(path), "--trust", str(trust), "--json", *more])
        report: dict[str, object] = json.loads(capsys.readouterr().out)
        return report

    return verify


def _read(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def test_pdftotext_reads_the_exact_text_and_the_record(
    pdf: Path, engineer: httpx.Client, used_once: str
) -> None:
    read = re.sub(r"\s+", "", _read("pdftotext", pdf, "-"))
    seen = engineer.get(f"/api/authorizations/{used_once}").json()
    for line in (*seen["text_zh"].split("\n"), *seen["text_en"].split("\n")):
        assert re.sub(r"\s+", "", line) in read
    assert seen["digest"].split(":")[1] in read
    assert "已使用1次" in read
    assert "刷脸" in read
    assert "第一标段投标" in read


def test_the_code_opens_the_page_that_says_how_it_stands(pdf: Path, city: QuietCity, used_once: str) -> None:
    picture = pdf.with_suffix(".png")
    page = pypdfium2.PdfDocument(pdf)[0]
    page.render(scale=3).to_pil().save(picture)
    address = _read("zbarimg", "--quiet", "--raw", picture).strip()
    assert address == f"{city.house.settings.public_url}/a/{used_once}"
    shown = city.visitor.get(f"/a/{used_once}").raise_for_status().text
    assert "有效" in shown
    assert ENGINEER.name not in shown


def test_the_pdf_carries_evidence_that_verifies_offline(
    pdf: Path, verified: Verify, city: QuietCity, clerk: httpx.Client, used_once: str
) -> None:
    at = ("--as-of", city.house.clock.now().isoformat())
    detached = pdf.with_suffix(".bundle")
    _read("pdfdetach", "-save", "1", "-o", detached, pdf)
    report = verified(pdf, *at)
    assert report == verified(detached, *at)
    found = (report["kind"], report["conclusion"], report["answer"])
    assert found == ("authorization", "TOTAL-PASSED", "UNKNOWN")
    assert "1 uses (of 3 granted)" in json.dumps(report)
    bundle = clerk.get(f"/authorizations/{used_once}/evidence.bundle").raise_for_status().content
    assert bundle.startswith(b"yinxin-bundle/1")


def test_a_pdf_with_no_evidence_or_with_two_is_refused(
    pdf: Path, tmp_path: Path, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two, none = tmp_path / "two.pdf", tmp_path / "none.pdf"
    two.write_bytes(pdf.read_bytes() * 2)
    none.write_bytes(b"%PDF-1.7\n")
    for path in (two, none):
        assert main(["verify", str(path), "--trust", str(trust)]) == UNUSABLE
        assert "PDF" in capsys.readouterr().err


def test_what_was_not_granted_has_neither_document_nor_page(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = clerk.post("/api/authorizations", json=request_of_engineer(city.house)).json()["id"]
    for name in ("authorization.pdf", "evidence.bundle"):
        answer = clerk.get(f"/authorizations/{id_}/{name}")
        assert answer.json()["title"] == "authorization-without-grant"
    assert city.visitor.get(f"/a/{id_}").json()["title"] == "authorization-unknown"


def test_a_revocation_is_told_online_and_offline(
    *, city: QuietCity, clerk: httpx.Client, engineer: httpx.Client, tmp_path: Path, verified: Verify
) -> None:
    id_ = granted_authorization(city, clerk)
    engineer.post(f"/api/authorizations/{id_}/revocation", json={"reason": "只告诉单位的原因"})
    city.anchor()
    shown = city.visitor.get(f"/a/{id_}").text
    assert "本人已撤销" in shown
    assert "只告诉单位的原因" not in shown
    path = tmp_path / "revoked.pdf"
    path.write_bytes(engineer.get(f"/authorizations/{id_}/authorization.pdf").content)
    report = verified(path)
    assert (report["answer"], report["state"]) == ("NOT_IN_FORCE", "revoked")


def test_a_character_that_the_font_lacks_is_spelled_and_takes_no_document_away(
    city: QuietCity, clerk: httpx.Client, engineer: httpx.Client, tmp_path: Path
) -> None:
    id_ = granted_authorization(city, clerk, project="滨河\U0001f3d7中心", uses=3)
    clerk.post(f"/api/authorizations/{id_}/uses", json={"used_for": "投标\U00030edd"}).raise_for_status()
    path = tmp_path / "rare.pdf"
    path.write_bytes(engineer.get(f"/authorizations/{id_}/authorization.pdf").raise_for_status().content)
    printed = _read("pdftotext", path, "-")
    assert "滨河[U+1F3D7]中心" in printed
    assert "投标[U+30EDD]" in printed
    assert "以 [U+…] 代替" in printed
    assert "滨河\U0001f3d7中心".encode() in path.read_bytes()


def test_the_command_prints_the_enclosed_text_or_that_it_is_absent(
    *,
    pdf: Path,
    engineer: httpx.Client,
    used_once: str,
    tmp_path: Path,
    trust: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = engineer.get(f"/api/authorizations/{used_once}").json()
    main(["verify", str(pdf), "--trust", str(trust)])
    printed = capsys.readouterr().out
    assert seen["text_zh"] in printed
    assert seen["text_en"] in printed
    whole, without = Bundle.decode(evidence_in(pdf.read_bytes())), tmp_path / "without.bundle"
    without.write_bytes(replace(whole, files={}).encode())
    main(["verify", str(without), "--trust", str(trust), "--lang", "en"])
    assert "does not enclose the exact text" in capsys.readouterr().out


def test_the_command_prints_no_text_of_what_does_not_hold(
    pdf: Path, tmp_path: Path, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, altered = Bundle.decode(evidence_in(pdf.read_bytes())), tmp_path / "altered.bundle"
    altered.write_bytes(replace(whole, exhibits=whole.exhibits[:1]).encode())
    main(["verify", str(altered), "--trust", str(trust)])
    assert "授权文本" not in capsys.readouterr().out
