"""What an evidence pack's report says of national signatures: who signed by SM2 too, and how it is checked.

sections = national_sections(session, found)
"""

from collections.abc import Iterator, Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy.orm import Session

from evidence.errors import Term
from signing.agreements import Agreement
from signing.authorization_sheet import Row
from signing.cades import read_envelope
from signing.national_pack import national_root
from signing.national_signatures import national_signatures
from signing.national_signing import NationalSignature, covered
from signing.pdf_evidence import asn1_name
from signing.report_rows import Section, grouped, same, time_said


def national_sections(session: Session, found: Agreement) -> Iterator[Section]:
    """Give who signed by SM2 too, and how it is checked; nothing where nobody did."""
    made = national_signatures(session, found.id)
    if made:
        yield Section(Term("国密签名", "National signatures"), tuple(_rows(found, made)))


def _rows(found: Agreement, made: Mapping[str, NationalSignature]) -> Iterator[Row]:
    for slot in found.filled:
        if slot.id in made:
            envelope = read_envelope(made[slot.id].cms)
            signer = f"{asn1_name(envelope.certificate)}　{envelope.certificate.serial_number:x}"
            said = f"{signer}　{time_said(envelope.signed_at)}"
            by_seal = made[slot.id].ses is not None
            over = covered(found.manifest, found.manifest_bytes)[0]
            by = Term(f"　另有电子签章（{over}）", f", and an electronic seal over {over}")
            sealed = by if by_seal else Term("", "")
            label = Term(f"签署位 {slot.id}　SM2 与 SM3", f"Slot {slot.id}, SM2 with SM3")
            yield Row(label, Term(f"{said}{sealed.zh}", f"{said}{sealed.en}"))
    root = national_root(made)
    yield Row(same(asn1_name(root)), same(grouped(root.fingerprint(SHA256()).hex())))
    yield Row(
        Term("如何核验", "How to check"),
        Term(
            "先由其他途径核对上列国密根证书指纹；再用 yinxin national 核验本证据包，或用 OpenSSL "
            "逐行执行 national/openssl.txt。yinxin verify 只核对这些文件的摘要。",
            "Compare the fingerprint of this SM2 root by another way; check the pack by yinxin national, "
            "or run each line of national/openssl.txt with OpenSSL. yinxin verify compares digests alone.",
        ),
    )
