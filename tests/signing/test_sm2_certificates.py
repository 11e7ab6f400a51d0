import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.paths import PathInvalid, check_path
from signing.pki import Chain
from signing.profiles import Profile
from signing.sm2 import LocalSm2Signer, Sm2KeyUnsupported
from signing.sm2_certificates import Sm2Issuer, certified_key, found_sm2

DEFAULT_ID = ["-vfyopt", "distid:1234567812345678"]


def openssl_verify(folder: Path, chain: Chain, moment: datetime, *options: str) -> int:
    for name, certificate in zip(("end", "root"), chain, strict=True):
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", *options, "-attime", str(int(moment.timestamp())), "-x509_strict"]
    outcome = subprocess.run([*command, "-CAfile", "root", "end"], cwd=folder, check=False)
    return outcome.returncode


def test_openssl_accepts_the_chain_under_the_default_identifier(
    tmp_path: Path, sm2_chain: Chain, moment: datetime
) -> None:
    assert openssl_verify(tmp_path, sm2_chain, moment, *DEFAULT_ID) == 0


def test_openssl_refuses_the_chain_without_the_default_identifier(
    tmp_path: Path, sm2_chain: Chain, moment: datetime
) -> None:
    assert openssl_verify(tmp_path, sm2_chain, moment) != 0


def test_a_certificate_tells_its_key(sm2_chain: Chain, sm2_signer: LocalSm2Signer) -> None:
    assert certified_key(sm2_chain[0]) == sm2_signer.key


def test_a_certificate_of_another_kind_of_key_tells_no_sm2_key(root: x509.Certificate) -> None:
    with pytest.raises(Sm2KeyUnsupported):
        certified_key(root)


def test_an_sm2_chain_leads_to_its_root(sm2_chain: Chain, moment: datetime) -> None:
    end, root = sm2_chain
    assert check_path(end, (), roots=[root], at=moment) == sm2_chain


def test_an_sm2_chain_leads_to_no_other_root(
    sm2_chain: Chain, root: x509.Certificate, moment: datetime
) -> None:
    elsewhere = found_sm2(LocalSm2Signer.generate(), city="示范市", at=moment).chain[0]
    with pytest.raises(PathInvalid):
        check_path(sm2_chain[0], sm2_chain[1:], roots=[root, elsewhere], at=moment)


def test_an_sm2_certificate_that_names_another_issuer_is_refused(
    sm2_issuer: Sm2Issuer, sm2_signer: LocalSm2Signer, moment: datetime
) -> None:
    renamed = found_sm2(sm2_issuer.signer, city="邻市", at=moment)
    end = renamed.issue(sm2_signer.key, name="局", profile=Profile.SEAL, at=moment)[0]
    with pytest.raises(PathInvalid):
        check_path(end, (), roots=sm2_issuer.chain, at=moment)


def test_an_altered_sm2_certificate_is_refused(sm2_chain: Chain, moment: datetime) -> None:
    der = sm2_chain[0].public_bytes(Encoding.DER).replace("住房".encode(), "住宅".encode())
    with pytest.raises(PathInvalid):
        check_path(x509.load_der_x509_certificate(der), (), roots=sm2_chain[1:], at=moment)


def test_an_end_certificate_issues_none(
    sm2_chain: Chain, sm2_signer: LocalSm2Signer, moment: datetime
) -> None:
    false_issuer = Sm2Issuer(sm2_signer, sm2_chain)
    end = false_issuer.issue(LocalSm2Signer.generate().key, name="局", profile=Profile.SEAL, at=moment)[0]
    with pytest.raises(PathInvalid):
        check_path(end, sm2_chain[:1], roots=sm2_chain[1:], at=moment)


def test_a_certificate_that_claims_sm2_under_a_p256_root_is_refused(
    sm2_chain: Chain, root: x509.Certificate, moment: datetime
) -> None:
    claimed = asn1.Certificate.load(sm2_chain[0].public_bytes(Encoding.DER))
    claimed["tbs_certificate"]["issuer"] = asn1.Name.load(root.subject.public_bytes())
    end = x509.load_der_x509_certificate(claimed.dump(force=True))
    with pytest.raises(PathInvalid):
        check_path(end, (), roots=[root], at=moment)


def test_a_certificate_out_of_its_time_is_refused(sm2_chain: Chain, moment: datetime) -> None:
    with pytest.raises(PathInvalid):
        check_path(sm2_chain[0], (), roots=sm2_chain[1:], at=moment + timedelta(days=4 * 365))
