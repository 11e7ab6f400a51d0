"""The doors below /pki, asked by openssl against the site that runs."""

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import (
    OCSPCertStatus,
    OCSPRequestBuilder,
    OCSPResponseStatus,
    load_der_ocsp_response,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.database import Base, Database
from signing.key_certificates import (
    CertificateRevokedAlready,
    KeyCertificateRow,
    KeyRevoked,
    RevocationReason,
    SerialUnknown,
    revoke,
)
from signing.keystore import KeyHandle
from tests.permit import issue_permit
from tests.quiet_city import QuietCity, open_quiet_city
from tests.signing.outside_authority import open_authority


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


def seal(city: QuietCity) -> x509.Certificate:
    return city.house.keyring.keystore.chain(KeyHandle("agency:seal"))[0]


def fetched(city: QuietCity, folder: Path) -> None:
    """Put what the site gives about its certificates into ``folder``, and the agency's seal with it."""
    for name in ("root.cer", "issuing.cer", "root.crl", "issuing.crl"):
        answer = city.visitor.get(f"/pki/{name}")
        kind = "application/pkix-cert" if name.endswith("cer") else "application/pkix-crl"
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["cache-control"].startswith("public, max-age=")
        (folder / name).write_bytes(answer.content)
        what = "x509" if name.endswith("cer") else "crl"
        openssl(folder, what, "-inform", "DER", "-in", name, "-out", f"{name}.pem")
    (folder / "seal.pem").write_bytes(pem(seal(city)))


def verified(folder: Path) -> str:
    chain = ("-CAfile", "root.cer.pem", "-untrusted", "issuing.cer.pem")
    lists = ("-CRLfile", "issuing.crl.pem", "-CRLfile", "root.crl.pem")
    return openssl(folder, "verify", "-x509_strict", "-crl_check_all", *chain, *lists, "seal.pem")


def ocsp(city: QuietCity, folder: Path, *options: str) -> str:
    url = city.visitor.base_url
    asked = ("-issuer", "issuing.cer.pem", *options, "-url", f"{url}/pki/ocsp".replace("//pki", "/pki"))
    host = ("-header", f"Host={url.host}:{url.port}", "-CAfile", "root.cer.pem")
    return openssl(folder, "ocsp", *asked, *host)


def revoke_key(city: QuietCity, handle: str) -> None:
    certificate = city.house.keyring.keystore.chain(KeyHandle(handle))[0]
    with city.house.database.transaction() as session:
        serial = f"{certificate.serial_number:X}"
        revoke(session, serial, reason=RevocationReason.KEY_COMPROMISE, at=city.house.clock.now())


def test_openssl_verifies_both_lists_and_the_chain_by_them(city: QuietCity, tmp_path: Path) -> None:
    fetched(city, tmp_path)
    for name in ("root", "issuing"):
        said = openssl(tmp_path, "crl", "-in", f"{name}.crl.pem", "-CAfile", f"{name}.cer.pem", "-noout")
        assert "verify OK" in said
    assert verified(tmp_path) == "seal.pem: OK\n"


def test_a_certificate_says_where_to_ask_about_it(city: QuietCity) -> None:
    base = city.house.settings.public_url + "/pki"
    points = seal(city).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    access = seal(city).extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [name.value for point in points for name in point.full_name or ()] == [f"{base}/issuing.crl"]
    assert [each.access_location.value for each in access] == [f"{base}/ocsp", f"{base}/issuing.cer"]


def test_openssl_asks_the_responder_about_a_good_and_an_unknown_certificate(
    city: QuietCity, tmp_path: Path
) -> None:
    fetched(city, tmp_path)
    said = ocsp(city, tmp_path, "-cert", "seal.pem", "-serial", "0x1234")
    assert "Response verify OK" in said
    assert "WARNING: no nonce" not in said
    assert "seal.pem: good" in said
    assert "0x1234: unknown" in said


def test_a_certificate_of_another_issuer_is_unknown(
    city: QuietCity, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fetched(city, tmp_path)
    other = open_authority(tmp_path_factory.mktemp("other"))
    asked = (
        OCSPRequestBuilder()
        .add_certificate(seal(city), other.root, hashes.SHA256())
        .build()
        .public_bytes(Encoding.DER)
    )
    answer = city.visitor.post("/pki/ocsp", content=asked)
    assert load_der_ocsp_response(answer.content).certificate_status is OCSPCertStatus.UNKNOWN


def test_the_responder_is_asked_by_address_too(city: QuietCity) -> None:
    issuing = city.house.keyring.authority.issuing
    asked = OCSPRequestBuilder().add_certificate(seal(city), issuing, hashes.SHA1()).build()  # noqa: S303
    encoded = b64encode(asked.public_bytes(Encoding.DER)).decode()
    answer = city.visitor.get(f"/pki/ocsp/{quote(encoded, safe='')}")
    assert load_der_ocsp_response(answer.content).serial_number == seal(city).serial_number
    assert answer.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x30\x80" * 4000, b"\x30\x00", bytes(60_000)])
def test_what_is_no_ocsp_request_is_told_so(city: QuietCity, content: bytes) -> None:
    answer = city.visitor.post("/pki/ocsp", content=content)
    told = load_der_ocsp_response(answer.content).response_status
    assert (answer.status_code, told) == (200, OCSPResponseStatus.MALFORMED_REQUEST)


def test_more_certificates_than_a_request_may_name_are_refused(city: QuietCity, tmp_path: Path) -> None:
    fetched(city, tmp_path)
    many = [option for serial in range(1, 18) for option in ("-serial", str(serial))]
    assert "malformedrequest" in ocsp(city, tmp_path, *many)


@pytest.mark.parametrize("path", ["x", "AAAA", "%00", "MAA=", "A" * 3000])
def test_an_address_that_is_no_ocsp_request_is_told_so(city: QuietCity, path: str) -> None:
    answer = city.visitor.get(f"/pki/ocsp/{path}")
    told = load_der_ocsp_response(answer.content).response_status
    assert (answer.status_code, told) == (200, OCSPResponseStatus.MALFORMED_REQUEST)


def test_a_revoked_certificate_is_revoked_everywhere_and_its_key_signs_no_more(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with open_quiet_city(tmp_path_factory.mktemp("revoked")) as city:
        revoke_key(city, "agency:seal")
        fetched(city, tmp_path)
        assert "certificate revoked" in verified(tmp_path)
        said = ocsp(city, tmp_path, "-cert", "seal.pem")
        assert "seal.pem: revoked" in said
        assert "Reason: keyCompromise" in said
        with pytest.raises(KeyRevoked):
            issue_permit(city.house)
        with pytest.raises(CertificateRevokedAlready):
            revoke_key(city, "agency:seal")
        with pytest.raises(SerialUnknown), city.house.database.transaction() as session:
            revoke(session, "ff", reason=RevocationReason.UNSPECIFIED, at=city.house.clock.now())
        with pytest.raises(DBAPIError), city.house.database.transaction() as session:
            session.execute(text("UPDATE key_certificates SET revoked_at = NULL, reason = NULL"))
        revoke_key(city, "timestamp")
        openssl(tmp_path, "ts", "-query", "-data", "seal.pem", "-sha256", "-out", "request")
        answer = city.visitor.post("/pki/timestamp", content=(tmp_path / "request").read_bytes())
        (tmp_path / "answer").write_bytes(answer.content)
        assert "Status: Rejected." in openssl(tmp_path, "ts", "-reply", "-in", "answer", "-text")


def test_the_migration_makes_the_table_that_the_code_maps(database: Database) -> None:
    table = KeyCertificateRow.__tablename__

    def included(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name == table

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": included})
        assert compare_metadata(context, Base.metadata) == []


def test_a_city_without_national_cryptography_has_no_sm2_root(city: QuietCity) -> None:
    answer = city.visitor.get("/pki/sm2-root.cer", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (404, "national-off")
