from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from evidence.errors import Invalid
from signing.ses_forms import SealForm
from signing.ses_refusals import (
    SealOutOfTime,
    SealSignatureWrong,
    SealUnmakeable,
    SesAlgorithmUnknown,
    SesCertificateUnfit,
    SesExtensionUnknown,
    SesMalformed,
    SesVersionUnknown,
)
from signing.ses_seal import ElectronicSeal, SealFacts, SealPicture, check_seal, make_seal
from signing.sm2 import LocalSm2Signer
from signing.sm2_certificates import Sm2Issuer
from tests.signing.ses.sealing import EXTENSION, MAKER, Make, Roots, asn1parse, openssl_verifies


def test_openssl_reads_a_seal_field_by_field(seal: ElectronicSeal, tmp_path: Path) -> None:
    shown = [line.split("prim:")[-1].strip() for line in asn1parse(seal.encoded, tmp_path).splitlines()]
    primitives = [line.split(":")[0].split("[")[0].strip() for line in shown if "cons" not in line]
    assert primitives == [
        *("IA5STRING", "INTEGER", "IA5STRING"),
        "IA5STRING",
        *("INTEGER", "UTF8STRING", "INTEGER", "OCTET STRING"),
        *("GENERALIZEDTIME", "GENERALIZEDTIME", "GENERALIZEDTIME"),
        *("IA5STRING", "OCTET STRING", "INTEGER", "INTEGER"),
        *("OCTET STRING", "OBJECT", "BIT STRING"),
    ]


def test_a_seals_header_is_that_of_the_vendors_sample(seal: ElectronicSeal) -> None:
    # A public vendor sample begins so: "ES", version 4, the vendor's name.
    assert b"\x16\x02ES\x02\x01\x04\x16\x06yinxin" in seal.encoded[:40]


def test_openssl_accepts_the_makers_signature(seal: ElectronicSeal, tmp_path: Path) -> None:
    form = SealForm.load(seal.encoded)
    message, signature = form["seal_info"].dump(), form["signed_value"].native
    assert openssl_verifies(tmp_path, MAKER.key.spki, message, signature)


def test_a_checked_seal_tells_its_facts_and_its_maker(
    seal: ElectronicSeal, facts: SealFacts, maker: x509.Certificate
) -> None:
    assert (seal.facts, seal.maker) == (facts, maker)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_seal_out_of_its_time_is_refused(
    make: Make, facts: SealFacts, roots: Roots, moment: datetime, days: int
) -> None:
    later = replace(facts, valid_from=moment + timedelta(hours=1), valid_until=moment + timedelta(days=2))
    encoded = make(later if days < 0 else facts)
    with pytest.raises(SealOutOfTime):
        check_seal(encoded, others=(), roots=roots, at=moment + timedelta(days=max(days, 0)))


def test_a_seal_signed_by_another_key_is_refused(
    facts: SealFacts, maker: x509.Certificate, roots: Roots, moment: datetime
) -> None:
    forged = make_seal(facts, maker=LocalSm2Signer.generate(), certificate=maker)
    with pytest.raises(SealSignatureWrong):
        check_seal(forged, others=(), roots=roots, at=moment)


def test_a_maker_whose_certificate_is_for_certificates_alone_is_refused(
    facts: SealFacts, sm2_issuer: Sm2Issuer, roots: Roots, moment: datetime
) -> None:
    encoded = make_seal(facts, maker=sm2_issuer.signer, certificate=sm2_issuer.chain[0])
    with pytest.raises(SesCertificateUnfit):
        check_seal(encoded, others=(), roots=roots, at=moment)


def test_a_maker_with_a_key_of_another_kind_is_refused(
    facts: SealFacts, root: x509.Certificate, moment: datetime
) -> None:
    with pytest.raises(SesCertificateUnfit):
        check_seal(make_seal(facts, maker=MAKER, certificate=root), others=(), roots=[root], at=moment)


def altered_seal(seal: ElectronicSeal, alter: Callable[[SealForm], None]) -> bytes:
    """Return the seal after ``alter``, signed anew by its maker."""
    form = SealForm.load(seal.encoded)
    alter(form)
    form["signed_value"] = MAKER.sign(form["seal_info"].dump(force=True))
    return bytes(form.dump(force=True))


def set_version(form: SealForm) -> None:
    form["seal_info"]["header"]["version"] = 5


def set_magic(form: SealForm) -> None:
    form["seal_info"]["header"]["id"] = "SE"


def add_critical_extension(form: SealForm) -> None:
    form["seal_info"]["ext_datas"] = [{**EXTENSION, "critical": True}]


def set_list_type(form: SealForm) -> None:
    form["seal_info"]["property"]["cert_list_type"] = 3


def set_no_certificate(form: SealForm) -> None:
    form["cert"] = b"\x30\x00"


@pytest.mark.parametrize(
    ("alter", "error"),
    [
        (set_version, SesVersionUnknown),
        (set_magic, SesMalformed),
        (add_critical_extension, SesExtensionUnknown),
        (set_list_type, SesMalformed),
        (set_no_certificate, SesMalformed),
    ],
    ids=["version 5", "another magic", "a critical extension", "a third kind of list", "no certificate"],
)
def test_a_seal_of_another_form_is_refused_though_its_maker_signed_it(
    seal: ElectronicSeal,
    roots: Roots,
    moment: datetime,
    alter: Callable[[SealForm], None],
    error: type[Invalid],
) -> None:
    with pytest.raises(error):
        check_seal(altered_seal(seal, alter), others=(), roots=roots, at=moment)


@pytest.mark.parametrize("critical", [{}, {"critical": False}], ids=["absent", "false"])
def test_an_extension_that_is_not_critical_is_passed_over(
    seal: ElectronicSeal, roots: Roots, moment: datetime, critical: dict[str, bool]
) -> None:
    def add(form: SealForm) -> None:
        form["seal_info"]["ext_datas"] = [{**EXTENSION, **critical}]

    assert check_seal(altered_seal(seal, add), others=(), roots=roots, at=moment).facts == seal.facts


def test_another_algorithm_claimed_by_a_seal_is_refused(
    seal: ElectronicSeal, roots: Roots, moment: datetime
) -> None:
    form = SealForm.load(seal.encoded)
    form["sign_alg_id"] = "1.2.840.10045.4.3.2"
    with pytest.raises(SesAlgorithmUnknown):
        check_seal(form.dump(force=True), others=(), roots=roots, at=moment)


UNMAKEABLE: dict[str, dict[str, object]] = {
    "no vendor": {"vendor": ""},
    "a Chinese identifier": {"seal_id": "印章一"},
    "a line break": {"seal_id": "1\n2"},
    "no name": {"name": " "},
    "no signer": {"signers": ()},
    "a picture without width": {"picture": SealPicture("PNG", b"", 0, 42)},
    "a picture without height": {"picture": SealPicture("PNG", b"", 42, 0)},
    "a picture without type": {"picture": SealPicture("", b"", 42, 42)},
}


@pytest.mark.parametrize("case", UNMAKEABLE)
def test_a_seal_is_not_made_of(make: Make, facts: SealFacts, case: str) -> None:
    with pytest.raises(SealUnmakeable):
        make(replace(facts, **UNMAKEABLE[case]))  # type: ignore[arg-type]  # of the fields' types


def test_a_seal_that_ends_before_it_begins_is_not_made(make: Make, facts: SealFacts) -> None:
    with pytest.raises(SealUnmakeable):
        make(replace(facts, valid_until=facts.valid_from))
