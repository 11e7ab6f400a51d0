from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from signing.paths import PathInvalid
from signing.pki import Chain
from signing.profiles import Profile
from signing.ses_forms import SignatureForm
from signing.ses_refusals import (
    SealedDataDiffers,
    SealingSignatureWrong,
    SealOutOfTime,
    SealSignatureWrong,
    SealUnmakeable,
    SesAlgorithmUnknown,
    SesCertificateUnfit,
    SesExtensionUnknown,
    SesVersionUnknown,
    SignerNotInSeal,
)
from signing.ses_seal import ElectronicSeal, SealFacts, check_seal, make_seal
from signing.ses_signature import check_sealed, sign_with_seal
from signing.sm2 import LocalSm2Signer
from signing.sm2_certificates import Sm2Issuer, found_sm2
from signing.sm3 import sm3
from tests.signing.ses.sealing import (
    CONTENT,
    EXTENSION,
    MAKER,
    Make,
    Roots,
    Sign,
    asn1parse,
    der,
    openssl_verifies,
)


def test_openssl_reads_a_signature_by_a_seal(signed: bytes, tmp_path: Path) -> None:
    shown = asn1parse(signed, tmp_path)
    assert shown.count("SM2-with-SM3") == 2
    assert "GENERALIZEDTIME   :20260502022133Z" in shown


def test_openssl_accepts_the_signers_signature(
    signed: bytes, sm2_signer: LocalSm2Signer, tmp_path: Path
) -> None:
    form = SignatureForm.load(signed)
    message, signature = form["to_sign"].dump(), form["signature"].native
    assert openssl_verifies(tmp_path, sm2_signer.key.spki, message, signature)


def test_a_seal_may_list_its_signers_by_digest(
    by_digest: ElectronicSeal, sign: Sign, sm2_chain: Chain, roots: Roots
) -> None:
    assert by_digest.facts.signers == (sm3(der(sm2_chain[0])),)
    assert check_sealed(sign(by_digest), CONTENT, others=(), roots=roots).seal == by_digest


def test_a_signer_whom_the_digests_do_not_name_seals_nothing(
    by_digest: ElectronicSeal, maker: x509.Certificate, moment: datetime
) -> None:
    with pytest.raises(SignerNotInSeal):
        sign_with_seal(
            CONTENT, seal=by_digest, signer=MAKER, certificate=maker, protected="/Doc_0", at=moment
        )


def test_a_checked_signature_tells_seal_signer_moment_and_range(
    signed: bytes, seal: ElectronicSeal, sm2_chain: Chain, roots: Roots, moment: datetime
) -> None:
    found = check_sealed(signed, CONTENT, others=(), roots=roots)
    assert (found.seal, found.certificate) == (seal, sm2_chain[0])
    assert (found.signed_at, found.protected, found.timestamp) == (moment, "/Doc_0", None)


def test_a_timestamp_over_the_signature_value_is_carried(
    seal: ElectronicSeal, sm2_signer: LocalSm2Signer, sm2_chain: Chain, roots: Roots, moment: datetime
) -> None:
    encoded = sign_with_seal(
        CONTENT,
        seal=seal,
        signer=sm2_signer,
        certificate=sm2_chain[0],
        protected="/Doc_0",
        at=moment,
        timestamping=lambda value: b"token over " + sm3(value),
    )
    value = SignatureForm.load(encoded)["signature"].native
    assert check_sealed(encoded, CONTENT, others=(), roots=roots).timestamp == b"token over " + sm3(value)


def test_a_seal_out_of_its_time_seals_nothing(
    seal: ElectronicSeal, sm2_signer: LocalSm2Signer, sm2_chain: Chain, moment: datetime
) -> None:
    with pytest.raises(SealOutOfTime):
        sign_with_seal(
            CONTENT,
            seal=seal,
            signer=sm2_signer,
            certificate=sm2_chain[0],
            protected="/Doc_0",
            at=moment + timedelta(days=366),
        )


def test_a_signer_whom_the_seal_does_not_list_seals_nothing(
    seal: ElectronicSeal, maker: x509.Certificate, moment: datetime
) -> None:
    with pytest.raises(SignerNotInSeal):
        sign_with_seal(CONTENT, seal=seal, signer=MAKER, certificate=maker, protected="/Doc_0", at=moment)


def resealed(seal: ElectronicSeal, **facts: object) -> ElectronicSeal:
    """Return the seal claiming other facts to its user, its bytes unchanged."""
    return replace(seal, facts=replace(seal.facts, **facts))  # type: ignore[arg-type]  # of the fields' types


def test_a_signature_by_whom_the_seal_does_not_list_is_refused(
    seal: ElectronicSeal, maker: x509.Certificate, roots: Roots, moment: datetime
) -> None:
    deceived = resealed(seal, signers=(der(maker),))
    forged = sign_with_seal(
        CONTENT, seal=deceived, signer=MAKER, certificate=maker, protected="/Doc_0", at=moment
    )
    with pytest.raises(SignerNotInSeal):
        check_sealed(forged, CONTENT, others=(), roots=roots)


def test_a_signature_outside_the_seals_time_is_refused(
    seal: ElectronicSeal, sm2_signer: LocalSm2Signer, sm2_chain: Chain, roots: Roots, moment: datetime
) -> None:
    late = moment + timedelta(days=366)
    forged = sign_with_seal(
        CONTENT,
        seal=resealed(seal, valid_until=late),
        signer=sm2_signer,
        certificate=sm2_chain[0],
        protected="/Doc_0",
        at=late,
    )
    with pytest.raises(SealOutOfTime):
        check_sealed(forged, CONTENT, others=(), roots=roots)


def test_another_document_is_refused(signed: bytes, roots: Roots) -> None:
    with pytest.raises(SealedDataDiffers):
        check_sealed(signed, CONTENT + b"x", others=(), roots=roots)


def test_an_altered_seal_inside_a_signature_is_refused(
    sign: Sign, seal: ElectronicSeal, roots: Roots
) -> None:
    altered = replace(seal, encoded=seal.encoded.replace(b"37020000000001", b"37020000000002"))
    with pytest.raises(SealSignatureWrong):
        check_sealed(sign(altered), CONTENT, others=(), roots=roots)


def test_a_signature_by_another_key_is_refused(
    seal: ElectronicSeal, sm2_chain: Chain, roots: Roots, moment: datetime
) -> None:
    forged = sign_with_seal(
        CONTENT,
        seal=seal,
        signer=LocalSm2Signer.generate(),
        certificate=sm2_chain[0],
        protected="/Doc_0",
        at=moment,
    )
    with pytest.raises(SealingSignatureWrong):
        check_sealed(forged, CONTENT, others=(), roots=roots)


def test_an_altered_range_is_refused(signed: bytes, roots: Roots) -> None:
    with pytest.raises(SealingSignatureWrong):
        check_sealed(signed.replace(b"/Doc_0", b"/Doc_1"), CONTENT, others=(), roots=roots)


def test_a_seal_under_another_root_is_refused(
    make: Make, facts: SealFacts, signed: bytes, moment: datetime
) -> None:
    elsewhere = found_sm2(LocalSm2Signer.generate(), city="邻市", at=moment).chain
    with pytest.raises(PathInvalid):
        check_seal(make(facts), others=(), roots=elsewhere, at=moment)
    with pytest.raises(PathInvalid):
        check_sealed(signed, CONTENT, others=(), roots=elsewhere)


def test_a_signer_under_another_root_is_refused(
    make: Make, facts: SealFacts, sm2_signer: LocalSm2Signer, roots: Roots, moment: datetime
) -> None:
    elsewhere = found_sm2(LocalSm2Signer.generate(), city="邻市", at=moment)
    stranger = elsewhere.issue(sm2_signer.key, name="局", profile=Profile.SEAL, at=moment)[0]
    seal = check_seal(make(replace(facts, signers=(der(stranger),))), others=(), roots=roots, at=moment)
    encoded = sign_with_seal(
        CONTENT, seal=seal, signer=sm2_signer, certificate=stranger, protected="/Doc_0", at=moment
    )
    with pytest.raises(PathInvalid):
        check_sealed(encoded, CONTENT, others=(), roots=roots)


def test_another_algorithm_claimed_by_a_signature_is_refused(signed: bytes, roots: Roots) -> None:
    form = SignatureForm.load(signed)
    form["signature_alg_id"] = "1.2.840.10045.4.3.2"
    with pytest.raises(SesAlgorithmUnknown):
        check_sealed(form.dump(force=True), CONTENT, others=(), roots=roots)


def test_another_version_of_a_signature_is_refused(
    signed: bytes, sm2_signer: LocalSm2Signer, roots: Roots
) -> None:
    form = SignatureForm.load(signed)
    form["to_sign"]["version"] = 5
    form["signature"] = sm2_signer.sign(form["to_sign"].dump(force=True))
    with pytest.raises(SesVersionUnknown):
        check_sealed(form.dump(force=True), CONTENT, others=(), roots=roots)


def test_a_critical_extension_of_a_signature_is_refused(
    signed: bytes, sm2_signer: LocalSm2Signer, roots: Roots
) -> None:
    form = SignatureForm.load(signed)
    form["to_sign"]["ext_datas"] = [{**EXTENSION, "critical": True}]
    form["signature"] = sm2_signer.sign(form["to_sign"].dump(force=True))
    with pytest.raises(SesExtensionUnknown):
        check_sealed(form.dump(force=True), CONTENT, others=(), roots=roots)


def test_a_range_that_is_not_ascii_is_not_sealed(
    seal: ElectronicSeal, sm2_signer: LocalSm2Signer, sm2_chain: Chain, moment: datetime
) -> None:
    with pytest.raises(SealUnmakeable):
        sign_with_seal(
            CONTENT, seal=seal, signer=sm2_signer, certificate=sm2_chain[0], protected="全文", at=moment
        )


def test_a_seal_whose_makers_certificate_is_for_certificates_alone_is_refused_in_a_signature(
    facts: SealFacts, sign: Sign, sm2_issuer: Sm2Issuer, roots: Roots
) -> None:
    certificate = sm2_issuer.chain[0]
    encoded = make_seal(facts, maker=sm2_issuer.signer, certificate=certificate)
    with pytest.raises(SesCertificateUnfit):
        check_sealed(sign(ElectronicSeal(facts, certificate, encoded)), CONTENT, others=(), roots=roots)


def test_a_seal_of_a_maker_under_another_root_is_refused_in_a_signature(
    facts: SealFacts, sign: Sign, roots: Roots, moment: datetime
) -> None:
    elsewhere = found_sm2(LocalSm2Signer.generate(), city="邻市", at=moment)
    stranger = elsewhere.issue(MAKER.key, name="制作中心", profile=Profile.PLATFORM, at=moment)[0]
    encoded = make_seal(facts, maker=MAKER, certificate=stranger)
    with pytest.raises(PathInvalid):
        check_sealed(sign(ElectronicSeal(facts, stranger, encoded)), CONTENT, others=(), roots=roots)


def test_a_signer_whose_certificate_is_for_certificates_alone_is_refused(
    facts: SealFacts, make: Make, sm2_issuer: Sm2Issuer, roots: Roots, moment: datetime
) -> None:
    certificate = sm2_issuer.chain[0]
    seal = check_seal(make(replace(facts, signers=(der(certificate),))), others=(), roots=roots, at=moment)
    encoded = sign_with_seal(
        CONTENT,
        seal=seal,
        signer=sm2_issuer.signer,
        certificate=certificate,
        protected="/Doc_0",
        at=moment,
    )
    with pytest.raises(SesCertificateUnfit):
        check_sealed(encoded, CONTENT, others=(), roots=roots)
