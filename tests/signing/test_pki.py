import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence.identifiers import Uscc, organization_check, uscc_check
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.paths import PathInvalid, check_path
from signing.pki import Authority, Subject, found
from signing.profiles import Profile
from signing.pyhanko_adapter import SigningParty

Parties = Callable[[str, str], SigningParty]


def make_uscc() -> Uscc:
    body = "91370299MA3C1A2B"
    body += organization_check(body[8:16])
    return Uscc.parse(body + uscc_check(body))


def test_a_signers_key_is_for_content_commitment_alone(party: Parties) -> None:
    certificate = party("person:1", "林知远").chain[0]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.digital_signature
    assert not usage.key_cert_sign


def test_the_timestamp_key_is_for_timestamps_alone(authority: Authority, moment: datetime) -> None:
    handle = KeyHandle("timestamp")
    certificate = authority.ensure(handle, Subject("时间戳"), Profile.TIMESTAMP, at=moment)[0]
    extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert extension.critical
    assert list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_a_seals_certificate_names_the_organization_and_its_code(
    authority: Authority, moment: datetime
) -> None:
    subject = Subject("示范建设集团有限公司", organization="示范建设集团有限公司", uscc=make_uscc())
    certificate = authority.ensure(KeyHandle("seal:1"), subject, Profile.SEAL, at=moment)[0]
    (identifier,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    assert identifier.value == f"NTRCN-{make_uscc().text}"


def test_founding_again_changes_nothing(
    authority: Authority, moment: datetime, keystore: MemoryKeyStore
) -> None:
    again = found(keystore, city="示范市", at=moment + timedelta(days=1))
    assert again.root == authority.root
    assert again.issuing == authority.issuing


def test_ensuring_again_changes_nothing(party: Parties) -> None:
    first = party("person:again", "林知远")
    assert party("person:again", "林知远").chain == first.chain


def test_openssl_accepts_the_chain(party: Parties, moment: datetime, tmp_path: Path) -> None:
    own, issuing, root = party("person:1", "林知远").chain
    for name, certificate in {"own": own, "issuing": issuing, "root": root}.items():
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-attime", str(int(moment.timestamp()))]
    command += ["-CAfile", "root", "-untrusted", "issuing", "own"]
    assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout == b"own: OK\n"


def test_the_revocation_lists_are_signed_by_their_authorities(authority: Authority, moment: datetime) -> None:
    lists = [x509.load_der_x509_crl(each) for each in authority.revocation_lists(at=moment)]
    authorities = [authority.root, authority.issuing]
    for revocation_list, signer in zip(lists, authorities, strict=True):
        key = signer.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert revocation_list.is_signature_valid(key)


def test_a_path_leads_to_the_pinned_root(party: Parties, moment: datetime) -> None:
    own, issuing, root = party("person:1", "林知远").chain
    assert check_path(own, [issuing], roots=[root], at=moment) == (own, issuing, root)


def test_a_path_to_another_citys_root_is_refused(
    party: Parties, moment: datetime, another_root: x509.Certificate
) -> None:
    own, issuing, root = party("person:1", "林知远").chain
    with pytest.raises(PathInvalid):
        check_path(own, [issuing, root], roots=[another_root], at=moment)


def test_a_path_without_its_middle_is_refused(party: Parties, moment: datetime) -> None:
    own, _, root = party("person:1", "林知远").chain
    with pytest.raises(PathInvalid):
        check_path(own, [], roots=[root], at=moment)


def test_a_certificate_out_of_its_time_is_refused(party: Parties, moment: datetime) -> None:
    own, issuing, root = party("person:1", "林知远").chain
    with pytest.raises(PathInvalid):
        check_path(own, [issuing], roots=[root], at=moment + timedelta(days=4 * 365))


def test_a_person_is_no_authority(party: Parties, authority: Authority, moment: datetime) -> None:
    person = party("person:1", "林知远")
    with pytest.raises(PathInvalid):
        check_path(authority.issuing, [person.chain[0]], roots=[person.chain[0]], at=moment)
