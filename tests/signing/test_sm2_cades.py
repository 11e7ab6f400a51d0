import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.digest import sha256
from evidence.errors import Invalid
from evidence.keys import LocalSigner
from signing.cades import (
    DetachedSignatureMalformed,
    DetachedSignatureWrong,
    check_detached,
    sign_detached,
)
from signing.paths import PathInvalid
from signing.pki import Chain
from signing.sm2 import LocalSm2Signer, Sm2Signer
from signing.sm2_cades import check_detached_sm2, sign_detached_sm2
from signing.sm2_certificates import found_sm2
from signing.sm3 import sm3

MANIFEST = b"manifest\r\nwith \x00 bytes"
APPROVAL = sha256(b"approval")
DEFAULT_ID = ["-sigopt", "distid:1234567812345678"]


def sign(signer: Sm2Signer, chain: Chain, moment: datetime) -> bytes:
    return sign_detached_sm2(
        MANIFEST, signer=signer, chain=chain, slot="design", approval=APPROVAL, at=moment
    )


@pytest.fixture(scope="session")
def signed(sm2_signer: LocalSm2Signer, sm2_chain: Chain, moment: datetime) -> bytes:
    return sign(sm2_signer, sm2_chain, moment)


@pytest.fixture(scope="session")
def roots(sm2_chain: Chain) -> Sequence[x509.Certificate]:
    return sm2_chain[-1:]


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, check=False, capture_output=True)


def signed_attributes(encoded: bytes) -> bytes:
    signer_info = cms.ContentInfo.load(encoded)["content"]["signer_infos"][0]
    return bytes(signer_info["signed_attrs"].untag().dump())


def with_signature(encoded: bytes, signature: bytes) -> bytes:
    envelope = cms.ContentInfo.load(encoded)
    envelope["content"]["signer_infos"][0]["signature"] = signature
    return bytes(envelope.dump(force=True))


def test_openssl_accepts_the_signature_over_the_attributes(
    tmp_path: Path, signed: bytes, sm2_signer: LocalSm2Signer
) -> None:
    signer_info = cms.ContentInfo.load(signed)["content"]["signer_infos"][0]
    (tmp_path / "attributes").write_bytes(signed_attributes(signed))
    (tmp_path / "signature").write_bytes(signer_info["signature"].native)
    (tmp_path / "spki").write_bytes(sm2_signer.key.spki)
    command = ["dgst", "-sm3", *DEFAULT_ID, "-keyform", "DER", "-verify", "spki", "-signature", "signature"]
    assert openssl(tmp_path, *command, "attributes").returncode == 0


def test_openssl_reads_the_algorithms_and_the_digest(tmp_path: Path, signed: bytes) -> None:
    (tmp_path / "signature").write_bytes(signed)
    shown = openssl(
        tmp_path, "cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature"
    ).stdout.decode()
    assert "SM2-with-SM3 (1.2.156.10197.1.501)" in shown
    assert "sm3 (1.2.156.10197.1.401)" in shown
    (tmp_path / "manifest").write_bytes(MANIFEST)
    digest = openssl(tmp_path, "dgst", "-sm3", "-binary", "manifest").stdout
    assert digest == sm3(MANIFEST)
    assert digest in signed


def test_openssl_cms_accepts_the_envelope_but_for_the_identifier(
    tmp_path: Path, signed: bytes, sm2_signer: LocalSm2Signer, roots: Sequence[x509.Certificate]
) -> None:
    # Its cms command takes no identifier: what it accepts is a signature under the empty one.
    (tmp_path / "key").write_bytes(sm2_signer.pkcs8())
    (tmp_path / "attributes").write_bytes(signed_attributes(signed))
    (tmp_path / "manifest").write_bytes(MANIFEST)
    no_identifier = openssl(tmp_path, "dgst", "-sm3", "-keyform", "DER", "-sign", "key", "attributes").stdout
    (tmp_path / "signature").write_bytes(with_signature(signed, no_identifier))
    command = ["cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "signature"]
    assert openssl(tmp_path, *command, "-content", "manifest").stdout == MANIFEST
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2((tmp_path / "signature").read_bytes(), MANIFEST, roots=roots)


def test_a_signature_made_by_openssl_is_accepted(
    tmp_path: Path, signed: bytes, sm2_signer: LocalSm2Signer, roots: Sequence[x509.Certificate]
) -> None:
    (tmp_path / "key").write_bytes(sm2_signer.pkcs8())
    (tmp_path / "attributes").write_bytes(signed_attributes(signed))
    command = ["dgst", "-sm3", *DEFAULT_ID, "-keyform", "DER", "-sign", "key", "attributes"]
    theirs = with_signature(signed, openssl(tmp_path, *command).stdout)
    assert check_detached_sm2(theirs, MANIFEST, roots=roots).slot == "design"


def test_a_checked_signature_tells_slot_approval_moment_and_signer(
    signed: bytes, sm2_chain: Chain, moment: datetime
) -> None:
    found = check_detached_sm2(signed, MANIFEST, roots=sm2_chain[-1:])
    assert (found.slot, found.approval, found.signed_at) == ("design", APPROVAL, moment)
    assert found.certificate == sm2_chain[0]


def test_a_signature_over_other_content_is_refused(signed: bytes, roots: Sequence[x509.Certificate]) -> None:
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(signed, MANIFEST + b"x", roots=roots)


def test_a_signature_by_another_key_than_the_certificates_is_refused(
    sm2_chain: Chain, moment: datetime
) -> None:
    forged = sign(LocalSm2Signer.generate(), sm2_chain, moment)
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(forged, MANIFEST, roots=sm2_chain[-1:])


def test_a_signature_under_another_root_is_refused(signed: bytes, moment: datetime) -> None:
    elsewhere = found_sm2(LocalSm2Signer.generate(), city="邻市", at=moment)
    with pytest.raises(PathInvalid):
        check_detached_sm2(signed, MANIFEST, roots=elsewhere.chain)


@pytest.mark.parametrize("field", ["digest_algorithm", "signature_algorithm"])
def test_another_algorithm_claimed_is_refused(
    signed: bytes, roots: Sequence[x509.Certificate], field: str
) -> None:
    envelope = cms.ContentInfo.load(signed)
    name = "sha256" if field == "digest_algorithm" else "sha256_ecdsa"
    envelope["content"]["signer_infos"][0][field] = {"algorithm": name}
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(envelope.dump(force=True), MANIFEST, roots=roots)


def test_another_slot_written_into_the_attributes_is_refused(
    signed: bytes, roots: Sequence[x509.Certificate]
) -> None:
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(signed.replace(b"design", b"owner_"), MANIFEST, roots=roots)


def test_an_altered_certificate_of_the_signer_is_refused(signed: bytes, sm2_chain: Chain) -> None:
    altered = signed.replace(sm2_chain[0].signature[-8:], bytes(8))
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(altered, MANIFEST, roots=sm2_chain[-1:])


def test_a_missing_attribute_is_refused(signed: bytes, roots: Sequence[x509.Certificate]) -> None:
    envelope = cms.ContentInfo.load(signed)
    signer_info = envelope["content"]["signer_infos"][0]
    signer_info["signed_attrs"] = cms.CMSAttributes(list(signer_info["signed_attrs"])[:-1])
    with pytest.raises(DetachedSignatureMalformed):
        check_detached_sm2(envelope.dump(force=True), MANIFEST, roots=roots)


def test_no_cut_of_a_signature_is_accepted(signed: bytes, roots: Sequence[x509.Certificate]) -> None:
    for length in range(0, len(signed), 37):
        with pytest.raises(DetachedSignatureMalformed):
            check_detached_sm2(signed[:length], MANIFEST, roots=roots)


def test_neither_check_takes_the_others_signature(
    signed: bytes, sm2_chain: Chain, root: x509.Certificate, moment: datetime
) -> None:
    signer = LocalSigner.generate(Algorithm.ES256)
    first = sign_detached(
        MANIFEST, signer=signer, chain=sm2_chain, slot="design", approval=APPROVAL, at=moment
    )
    with pytest.raises(DetachedSignatureWrong):
        check_detached_sm2(first, MANIFEST, roots=sm2_chain[-1:])
    with pytest.raises(DetachedSignatureWrong):
        check_detached(signed, MANIFEST, roots=[root])


def test_an_es256_signature_that_encloses_an_sm2_certificate_is_refused(
    sm2_chain: Chain, moment: datetime
) -> None:
    signer = LocalSigner.generate(Algorithm.ES256)
    forged = sign_detached(
        MANIFEST, signer=signer, chain=sm2_chain, slot="design", approval=APPROVAL, at=moment
    )
    with pytest.raises(DetachedSignatureWrong):
        check_detached(forged, MANIFEST, roots=sm2_chain[-1:])


def test_the_certificate_travels_inside(signed: bytes, sm2_chain: Chain) -> None:
    assert all(certificate.public_bytes(Encoding.DER) in signed for certificate in sm2_chain)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_flipped_bit_of_a_signature_is_accepted(signed: bytes, roots: Sequence[x509.Certificate]) -> None:
    for bit in range(0, 8 * len(signed), 7):
        flipped = bytearray(signed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Invalid):
            check_detached_sm2(bytes(flipped), MANIFEST, roots=roots)


def test_a_certificate_that_is_not_on_the_path_is_refused(
    sm2_signer: LocalSm2Signer, sm2_chain: Chain, root: x509.Certificate, moment: datetime
) -> None:
    longer = sign(sm2_signer, (*sm2_chain, root), moment)
    with pytest.raises(DetachedSignatureMalformed):
        check_detached_sm2(longer, MANIFEST, roots=sm2_chain[-1:])
