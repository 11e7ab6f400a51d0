import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.digest import sha256
from evidence.keys import LocalSigner, Signer
from signing.cades import (
    DetachedSignatureMalformed,
    DetachedSignatureWrong,
    check_detached,
    sign_detached,
)
from signing.paths import PathInvalid
from signing.pyhanko_adapter import SigningParty

MANIFEST = b"manifest\r\nwith \x00 bytes"
APPROVAL = sha256(b"approval")
Parties = Callable[[str, str], SigningParty]


@pytest.fixture(scope="session")
def lin(party: Parties) -> SigningParty:
    return party("person:1", "林知远")


def sign(signer: Signer, lin: SigningParty, moment: datetime) -> bytes:
    return sign_detached(
        MANIFEST, signer=signer, chain=lin.chain, slot="design", approval=APPROVAL, at=moment
    )


@pytest.fixture(scope="session")
def signed(lin: SigningParty, moment: datetime) -> bytes:
    return sign(lin.signer, lin, moment)


@dataclass(frozen=True)
class Openssl:
    """OpenSSL's own judgement of a detached signature, as of ``moment``."""

    folder: Path
    root: x509.Certificate
    moment: datetime

    def verify(self, encoded: bytes, content: bytes) -> subprocess.CompletedProcess[bytes]:
        (self.folder / "signature").write_bytes(encoded)
        (self.folder / "content").write_bytes(content)
        (self.folder / "root").write_bytes(self.root.public_bytes(Encoding.PEM))
        command = ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature"]
        command += ["-content", "content", "-CAfile", "root"]
        command += ["-attime", str(int(self.moment.timestamp()))]
        return subprocess.run(command, cwd=self.folder, check=False, capture_output=True)


@pytest.fixture
def openssl(tmp_path: Path, root: x509.Certificate, moment: datetime) -> Openssl:
    return Openssl(tmp_path, root, moment)


def test_openssl_accepts_a_detached_signature(openssl: Openssl, signed: bytes) -> None:
    outcome = openssl.verify(signed, MANIFEST)
    assert (outcome.returncode, outcome.stdout) == (0, MANIFEST)


def test_openssl_refuses_other_content(openssl: Openssl, signed: bytes) -> None:
    assert openssl.verify(signed, MANIFEST + b"x").returncode != 0


def test_a_checked_signature_tells_slot_approval_moment_and_signer(
    signed: bytes, root: x509.Certificate, lin: SigningParty, moment: datetime
) -> None:
    found = check_detached(signed, MANIFEST, roots=[root])
    assert (found.slot, found.approval, found.signed_at) == ("design", APPROVAL, moment)
    assert found.certificate == lin.chain[0]


def test_a_signature_over_other_content_is_refused(signed: bytes, root: x509.Certificate) -> None:
    with pytest.raises(DetachedSignatureWrong):
        check_detached(signed, MANIFEST + b"x", roots=[root])


def test_a_signature_by_another_key_than_the_certificates_is_refused(
    lin: SigningParty, root: x509.Certificate, moment: datetime
) -> None:
    forged = sign(LocalSigner.generate(Algorithm.ES256), lin, moment)
    with pytest.raises(DetachedSignatureWrong):
        check_detached(forged, MANIFEST, roots=[root])


def test_a_signature_that_claims_another_algorithm_is_refused(
    lin: SigningParty, root: x509.Certificate, moment: datetime
) -> None:
    forged = sign(LocalSigner.generate(Algorithm.EDDSA), lin, moment)
    with pytest.raises(DetachedSignatureWrong):
        check_detached(forged, MANIFEST, roots=[root])


def test_a_signature_under_another_citys_root_is_refused(
    signed: bytes, another_root: x509.Certificate
) -> None:
    with pytest.raises(PathInvalid):
        check_detached(signed, MANIFEST, roots=[another_root])


def test_another_slot_written_into_the_attributes_is_refused(signed: bytes, root: x509.Certificate) -> None:
    with pytest.raises(DetachedSignatureWrong):
        check_detached(signed.replace(b"design", b"owner_"), MANIFEST, roots=[root])


def test_an_altered_certificate_of_the_signer_is_refused(
    signed: bytes, lin: SigningParty, root: x509.Certificate
) -> None:
    tail = lin.chain[0].signature[-8:]
    with pytest.raises(DetachedSignatureWrong):
        check_detached(signed.replace(tail, bytes(8)), MANIFEST, roots=[root])


def test_a_certificate_of_a_version_that_x509_lacks_is_called_malformed(
    signed: bytes, lin: SigningParty, root: x509.Certificate
) -> None:
    der = lin.chain[0].public_bytes(Encoding.DER)
    version = der.index(b"\xa0\x03\x02\x01\x02")
    altered = der[: version + 4] + b"\x06" + der[version + 5 :]
    with pytest.raises(DetachedSignatureMalformed):
        check_detached(signed.replace(der, altered), MANIFEST, roots=[root])


def test_a_missing_attribute_is_refused(signed: bytes, root: x509.Certificate) -> None:
    envelope = cms.ContentInfo.load(signed)
    signer_info = envelope["content"]["signer_infos"][0]
    signer_info["signed_attrs"] = cms.CMSAttributes(list(signer_info["signed_attrs"])[:-1])
    with pytest.raises(DetachedSignatureMalformed):
        check_detached(envelope.dump(force=True), MANIFEST, roots=[root])


def test_a_second_signer_is_refused(signed: bytes, root: x509.Certificate) -> None:
    envelope = cms.ContentInfo.load(signed)
    infos = envelope["content"]["signer_infos"]
    infos.append(infos[0].copy())
    with pytest.raises(DetachedSignatureMalformed):
        check_detached(envelope.dump(force=True), MANIFEST, roots=[root])


@pytest.mark.parametrize("encoded", [b"", b"0", b"\x30\x80", b"not CMS at all", bytes(3000)])
def test_what_is_no_cms_is_called_malformed(encoded: bytes, root: x509.Certificate) -> None:
    with pytest.raises(DetachedSignatureMalformed):
        check_detached(encoded, MANIFEST, roots=[root])


def test_no_cut_of_a_signature_is_accepted(signed: bytes, root: x509.Certificate) -> None:
    for length in range(0, len(signed), 37):
        with pytest.raises(DetachedSignatureMalformed):
            check_detached(signed[:length], MANIFEST, roots=[root])
