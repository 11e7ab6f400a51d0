import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.timestamps import TimestampAuthority

CONTENT = b"what existed at that moment"


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    (tmp_path / "content").write_bytes(CONTENT)
    command = ["openssl", "ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "request"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "request"


def verify(folder: Path, root: x509.Certificate, data: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "root").write_bytes(root.public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-data", data, "-in", "response", "-CAfile", "root"]
    command += ["-attime", "1777688493"]  # 2026-05-02 02:21:33 UTC
    return subprocess.run(command, cwd=folder, check=False, capture_output=True)


def test_openssl_accepts_the_answer_to_its_own_request(
    timestamps: TimestampAuthority, root: x509.Certificate, request_file: Path
) -> None:
    folder = request_file.parent
    (folder / "response").write_bytes(timestamps.answer(request_file.read_bytes()))
    assert b"Verification: OK" in verify(folder, root, "content").stdout


def test_openssl_refuses_the_answer_for_other_content(
    timestamps: TimestampAuthority, root: x509.Certificate, request_file: Path
) -> None:
    folder = request_file.parent
    (folder / "response").write_bytes(timestamps.answer(request_file.read_bytes()))
    (folder / "other").write_bytes(b"other content")
    assert verify(folder, root, "other").returncode != 0


def test_the_answer_tells_the_clocks_moment(timestamps: TimestampAuthority, request_file: Path) -> None:
    folder = request_file.parent
    (folder / "response").write_bytes(timestamps.answer(request_file.read_bytes()))
    command = ["openssl", "ts", "-reply", "-in", "response", "-text"]
    text = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert "May  2 02:21:33 2026 GMT" in text
