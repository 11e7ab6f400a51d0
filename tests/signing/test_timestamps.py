import subprocess
from pathlib import Path

import pytest
from asn1crypto import tsp
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


def openssl_request(folder: Path, *options: str) -> bytes:
    (folder / "content").write_bytes(CONTENT)
    command = ["openssl", "ts", "-query", "-data", "content", "-out", "request", *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "request").read_bytes()


def told(folder: Path, response: bytes) -> str:
    (folder / "response").write_bytes(response)
    command = ["openssl", "ts", "-reply", "-in", "response", "-text"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("function", ["-sha256", "-sha384", "-sha512"])
def test_an_imprint_of_each_function_is_stamped(
    timestamps: TimestampAuthority, root: x509.Certificate, tmp_path: Path, function: str
) -> None:
    request = openssl_request(tmp_path, function, "-cert")
    (tmp_path / "response").write_bytes(timestamps.answer(request))
    assert b"Verification: OK" in verify(tmp_path, root, "content").stdout


def test_a_token_carries_certificates_only_where_they_are_asked_for(
    timestamps: TimestampAuthority, tmp_path: Path
) -> None:
    for options, count in (((), 0), (("-cert",), 3)):
        token = tsp.TimeStampResp.load(timestamps.answer(openssl_request(tmp_path, "-sha256", *options)))
        assert len(token["time_stamp_token"]["content"]["certificates"].native or ()) == count


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        (("-sha1",), "unrecognized or unsupported algorithm identifier"),
        (("-md5",), "unrecognized or unsupported algorithm identifier"),
        (("-sha256", "-tspolicy", "1.2.3.4"), "the requested TSA policy is not supported by the TSA"),
    ],
)
def test_what_is_not_stamped_is_rejected_by_its_failure(
    timestamps: TimestampAuthority, tmp_path: Path, options: tuple[str, ...], failure: str
) -> None:
    said = told(tmp_path, timestamps.answer(openssl_request(tmp_path, *options)))
    assert "Status: Rejected." in said
    assert failure in said


def altered(**changes: object) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
    return bytes(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, **changes}).dump())


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"\x00",
        b"garbage",
        b"\x30\x80" * 2000,
        b"\x30\x82\xff\xff",
        bytes(100_000),
        altered() + b"\x00",
        altered(version=2),
        altered()[:-1],
    ],
    ids=["empty", "nul", "text", "nested", "short", "huge", "trailing", "version", "cut"],
)
def test_bytes_that_are_no_request_are_rejected_as_such(
    timestamps: TimestampAuthority, tmp_path: Path, request_: bytes
) -> None:
    said = told(tmp_path, timestamps.answer(request_))
    assert "Status: Rejected." in said
    assert "the data submitted has the wrong format" in said


def test_an_imprint_of_the_wrong_length_is_rejected(timestamps: TimestampAuthority, tmp_path: Path) -> None:
    imprint = {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": bytes(32)}
    said = told(tmp_path, timestamps.answer(altered(message_imprint=imprint)))
    assert "unrecognized or unsupported algorithm identifier" in said


def test_an_extension_is_rejected(timestamps: TimestampAuthority, tmp_path: Path) -> None:
    extension = {"extn_id": "1.2.3.4", "critical": False, "extn_value": b"\x05\x00"}
    said = told(tmp_path, timestamps.answer(altered(extensions=[extension])))
    assert "the requested extension is not supported by the TSA" in said
