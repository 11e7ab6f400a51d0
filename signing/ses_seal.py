"""An electronic seal of GB/T 38540-2020: an image, who may sign with it and until when, signed by its maker.

It is a structure that another city's program reads. Whether an organization's seal is in use, suspended or
revoked stays with ``signing.seals``: nothing in this structure can say so.

    encoded = make_seal(facts, maker=signer, certificate=chain[0])
    seal = check_seal(encoded, others=chain[1:], roots=(root,), at=clock.now())
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.errors import SignatureInvalid, Term
from signing.paths import check_path
from signing.ses_certificates import check_signing_usage, read_certificate, signing_key
from signing.ses_forms import (
    CERTIFICATES,
    DIGESTS,
    MAGIC,
    VERSION,
    CertDigests,
    Certificates,
    SealForm,
    SealInfo,
    check_algorithm,
    check_extensions,
    read,
)
from signing.ses_refusals import (
    SEAL,
    SealOutOfTime,
    SealSignatureWrong,
    SealUnmakeable,
    SesMalformed,
    SesVersionUnknown,
    SignerNotInSeal,
)
from signing.sm2 import SM2_WITH_SM3_OID, Sm2Signer
from signing.sm3 import SM3_OID, sm3


class SealKind(IntEnum):
    """The type of a seal as it is written (confidence: medium)."""

    ORGANIZATION = 1
    PERSON = 2


@dataclass(frozen=True)
class SealPicture:
    """What is shown: ``kind`` such as ``PNG`` or ``OFD``, its bytes, width and height in millimetres."""

    kind: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class SealFacts:
    """What a seal says. Moments are to the second; ``kind`` may be a number that ``SealKind`` lacks.

    ``signers`` are certificates in DER, or with ``by_digest`` their SM3, 32 bytes each.
    """

    vendor: str
    seal_id: str
    kind: int
    name: str
    signers: tuple[bytes, ...]
    by_digest: bool
    picture: SealPicture
    created_at: datetime
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class ElectronicSeal:
    """A seal whose own signature holds: its facts, its maker's certificate and its bytes, DER."""

    facts: SealFacts
    maker: x509.Certificate
    encoded: bytes

    def check_time(self, at: datetime) -> None:
        """Check that the seal is in its time at ``at``; both ends belong to it.

        Raises:
            SealOutOfTime: it is not.
        """
        start, end = self.facts.valid_from, self.facts.valid_until
        if not start <= at <= end:
            raise SealOutOfTime(seal=self.facts.seal_id, at=at, start=start, end=end)

    def check_signer(self, certificate: x509.Certificate) -> None:
        """Check that the seal lists ``certificate``, by itself or by its SM3.

        Raises:
            SignerNotInSeal: it does not.
        """
        der = certificate.public_bytes(Encoding.DER)
        if (sm3(der) if self.facts.by_digest else der) not in self.facts.signers:
            raise SignerNotInSeal(seal=self.facts.seal_id, serial=f"{certificate.serial_number:x}")


def make_seal(facts: SealFacts, *, maker: Sm2Signer, certificate: x509.Certificate) -> bytes:
    """Make the seal of ``facts`` by ``maker``, whom ``certificate`` certifies, and return it, DER.

    Raises:
        SealUnmakeable: an identifier is no printable ASCII, nobody is listed, the end is before the start,
            or the picture has no size.
    """
    _check_facts(facts)
    seal_info = _seal_info(facts)
    seal = SealForm(
        {
            "seal_info": seal_info,
            "cert": certificate.public_bytes(Encoding.DER),
            "sign_alg_id": SM2_WITH_SM3_OID,
            "signed_value": maker.sign(seal_info.dump()),
        }
    )
    return bytes(seal.dump())


def check_seal(
    encoded: bytes, *, others: Iterable[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> ElectronicSeal:
    """Check a seal as of ``at``; ``others`` may stand between its maker's certificate and ``roots``.

    1. It is DER, of version 4, and has no critical extension.
    2. Its maker's signature is SM2 with SM3, and holds.
    3. The maker's certificate lets its key sign, and leads to a pinned root.
    4. The seal is in its time.

    Revocation is not looked at: neither the maker's certificate nor the seal says where to ask.

    Raises:
        SesTrailingBytes, SesMalformed, SesNotDer, SesVersionUnknown, SesExtensionUnknown: step 1 fails.
        SesAlgorithmUnknown, SesCertificateUnfit, SealSignatureWrong: step 2 fails.
        SesCertificateUnfit, PathInvalid: step 3 fails.
        SealOutOfTime: step 4 fails.
    """
    seal = read_seal(read(SealForm, encoded, what=SEAL))
    check_signing_usage(seal.maker, what=SEAL)
    check_path(seal.maker, others, roots=roots, at=at)
    seal.check_time(at)
    return seal


def read_seal(form: SealForm) -> ElectronicSeal:
    """Take a strictly read seal apart and check its maker's signature: steps 1 and 2 of ``check_seal``."""
    header = form["seal_info"]["header"]
    if header["id"].native != MAGIC:
        raise SesMalformed(what=SEAL, place="header")
    if header["version"].native != VERSION:
        raise SesVersionUnknown(what=SEAL, version=header["version"].native)
    check_extensions(form["seal_info"]["ext_datas"], what=SEAL)
    check_algorithm(form["sign_alg_id"], what=SEAL)
    facts = _facts(form["seal_info"])
    maker = read_certificate(form["cert"].native, what=SEAL)
    try:
        signing_key(maker, what=SEAL).verify(form["seal_info"].dump(), form["signed_value"].native)
    except SignatureInvalid as error:
        raise SealSignatureWrong(seal=facts.seal_id) from error
    return ElectronicSeal(facts, maker, form.dump())


def whole_second(moment: datetime) -> datetime:
    """Return ``moment`` as a seal writes it: UTC, without a fraction of a second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _check_facts(facts: SealFacts) -> None:
    checks = {
        Term("厂商标识", "the vendor's identifier"): _is_identifier(facts.vendor),
        Term("印章标识", "the seal's identifier"): _is_identifier(facts.seal_id),
        Term("图像类型", "the picture's type"): _is_identifier(facts.picture.kind),
        Term("印章名称", "the seal's name"): facts.name.strip() != "",
        Term("签章者名单", "the list of signers"): len(facts.signers) > 0,
        Term("有效期", "the time of validity"): facts.valid_from < facts.valid_until,
        Term("图像尺寸", "the picture's size"): facts.picture.width > 0 < facts.picture.height,
    }
    for place, holds in checks.items():
        if not holds:
            raise SealUnmakeable(place=place)


def _is_identifier(text: str) -> bool:
    return text != "" and text.isascii() and text.isprintable()


def _seal_info(facts: SealFacts) -> SealInfo:
    listed: core.SequenceOf = Certificates(list(facts.signers))
    if facts.by_digest:
        listed = CertDigests([{"type": SM3_OID, "value": digest} for digest in facts.signers])
    return SealInfo(
        {
            "header": {"id": MAGIC, "version": VERSION, "vid": facts.vendor},
            "es_id": facts.seal_id,
            "property": {
                "type": int(facts.kind),
                "name": facts.name,
                "cert_list_type": DIGESTS if facts.by_digest else CERTIFICATES,
                "cert_list": listed,
                "create_date": whole_second(facts.created_at),
                "valid_start": whole_second(facts.valid_from),
                "valid_end": whole_second(facts.valid_until),
            },
            "picture": {
                "type": facts.picture.kind,
                "data": facts.picture.content,
                "width": facts.picture.width,
                "height": facts.picture.height,
            },
        }
    )


def _facts(seal_info: SealInfo) -> SealFacts:
    owner, picture = seal_info["property"], seal_info["picture"]
    by_digest = owner["cert_list_type"].native == DIGESTS
    listed = owner["cert_list"].native
    return SealFacts(
        vendor=seal_info["header"]["vid"].native,
        seal_id=seal_info["es_id"].native,
        kind=owner["type"].native,
        name=owner["name"].native,
        signers=tuple(each["value"] for each in listed) if by_digest else tuple(listed),
        by_digest=by_digest,
        picture=SealPicture(
            kind=picture["type"].native,
            content=picture["data"].native,
            width=picture["width"].native,
            height=picture["height"].native,
        ),
        created_at=owner["create_date"].native,
        valid_from=owner["valid_start"].native,
        valid_until=owner["valid_end"].native,
    )
