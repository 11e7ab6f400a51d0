"""The doors below /pki, asked by openssl against the site that runs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.quiet_city import QuietCity, open_quiet_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("pki")) as opened:
        yield opened


def openssl(folder: Path, *arguments: str) -> str:
    command = ["openssl", *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def test_openssl_takes_a_timestamp_from_the_site(city: QuietCity, tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(b"what existed")
    (tmp_path / "root.pem").write_bytes(pem(city.house.keyring.authority.root))
    openssl(tmp_path, "ts", "-query", "-data", "content", "-sha512", "-cert", "-out", "request")
    answer = city.visitor.post(
        "/pki/timestamp",
        content=(tmp_path / "request").read_bytes(),
        headers={"content-type": "application/timestamp-query"},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/timestamp-reply")
    (tmp_path / "answer").write_bytes(answer.content)
    said = openssl(tmp_path, "ts", "-verify", "-data", "content", "-in", "answer", "-CAfile", "root.pem")
    assert "Verification: OK" in said


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x30\x80" * 4000, bytes(60_000)])
def test_what_is_no_timestamp_request_is_rejected_as_the_standard_says(
    city: QuietCity, tmp_path: Path, content: bytes
) -> None:
    answer = city.visitor.post("/pki/timestamp", content=content)
    assert answer.status_code == 200
    (tmp_path / "answer").write_bytes(answer.content)
    assert "Status: Rejected." in openssl(tmp_path, "ts", "-reply", "-in", "answer", "-text")


def test_a_huge_request_is_refused_at_the_door(city: QuietCity) -> None:
    answer = city.visitor.post("/pki/timestamp", content=bytes(70_000))
    assert (answer.status_code, answer.json()["title"]) == (413, "form-too-large")
