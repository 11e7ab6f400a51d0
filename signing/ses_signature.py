"""A signature by an electronic seal (电子签章, GB/T 38540-2020): this document, sealed with that seal, then.

The document's digest is SM3. ``protected`` says what of the document it covers; the standard asks for that
and leaves the words to the format, so it is shown and not interpreted. The moment is the signer's own word
until a timestamp over the signature value says the same.

    encoded = sign_with_seal(
        content, seal=seal, signer=signer, certificate=chain[0], protected="/Doc_0", at=now
    )
    sealed = check_sealed(encoded, content, others=chain[1:], roots=(root,))
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.errors import SignatureInvalid
from signing.paths import check_path
from signing.ses_certificates import check_signing_usage, read_certificate, signing_key
from signing.ses_forms import (
    VERSION,
    SealForm,
    SignatureForm,
    ToSign,
    check_algorithm,
    check_extensions,
    read,
)
from signing.ses_refusals import (
    SEAL,
    SIGNATURE,
    SealedDataDiffers,
    SealingSignatureWrong,
    SealUnmakeable,
    SesVersionUnknown,
)
from signing.ses_seal import ElectronicSeal, read_seal, whole_second
from signing.sm2 import SM2_WITH_SM3_OID, Sm2Signer
from signing.sm3 import sm3

Timestamping = Callable[[bytes], bytes]
"""Takes the signature value and returns a timestamp token over it, DER (GB/T 20520, as RFC 3161)."""


@dataclass(frozen=True)
class SealedDocument:
    """What a checked signature says. ``timestamp`` is the token over the signature value, not judged here."""

    seal: ElectronicSeal
    certificate: x509.Certificate
    signed_at: datetime
    protected: str
    timestamp: bytes | None


def sign_with_seal(
    content: bytes,
    *,
    seal: ElectronicSeal,
    signer: Sm2Signer,
    certificate: x509.Certificate,
    protected: str,
    at: datetime,
    timestamping: Timestamping | None = None,
) -> bytes:
    """Seal ``content`` with the checked ``seal`` at ``at`` and return the SES_Signature, DER.

    Raises:
        SealOutOfTime: the seal is not in its time.
        SignerNotInSeal: it does not list ``certificate``.
        SealUnmakeable: ``protected`` is no printable ASCII.
    """
    moment = whole_second(at)
    seal.check_time(moment)
    seal.check_signer(certificate)
    if not (protected and protected.isascii() and protected.isprintable()):
        raise SealUnmakeable(place="propertyInfo")
    to_sign = ToSign(
        {
            "version": VERSION,
            "eseal": SealForm.load(seal.encoded),
            "time_info": moment,
            "data_hash": sm3(content),
            "property_info": protected,
        }
    )
    value = signer.sign(to_sign.dump())
    form = SignatureForm(
        {
            "to_sign": to_sign,
            "cert": certificate.public_bytes(Encoding.DER),
            "signature_alg_id": SM2_WITH_SM3_OID,
            "signature": value,
        }
    )
    if timestamping is not None:
        form["time_stamp"] = timestamping(value)
    return bytes(form.dump())


def check_sealed(
    encoded: bytes,
    content: bytes,
    *,
    others: Iterable[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> SealedDocument:
    """Check a signature by a seal over ``content``, at the moment that it states.

    1. It is DER, it and its seal are of version 4, and neither has a critical extension.
    2. The signature is SM2 with SM3 and holds under the signer's certificate.
    3. The seal's own signature holds, its maker may sign, and leads to a pinned root.
    4. The seal lists the signer's certificate.
    5. The signer's certificate lets its key sign, and leads to a pinned root.
    6. The seal was in its time.
    7. The digest is the content's.

    Raises:
        SesTrailingBytes, SesMalformed, SesNotDer, SesVersionUnknown, SesExtensionUnknown: step 1 fails.
        SesAlgorithmUnknown, SesCertificateUnfit, SealingSignatureWrong: step 2 fails.
        SesAlgorithmUnknown, SesCertificateUnfit, SealSignatureWrong, PathInvalid: step 3 fails.
        SignerNotInSeal: step 4 fails.
        SesCertificateUnfit, PathInvalid: step 5 fails.
        SealOutOfTime: step 6 fails.
        SealedDataDiffers: step 7 fails.
    """
    form = read(SignatureForm, encoded, what=SIGNATURE)
    certificate = _check_value(form)
    to_sign = form["to_sign"]
    signed_at, between = to_sign["time_info"].native, tuple(others)
    seal = read_seal(to_sign["eseal"])
    check_signing_usage(seal.maker, what=SEAL)
    check_path(seal.maker, between, roots=roots, at=signed_at)
    seal.check_signer(certificate)
    check_signing_usage(certificate, what=SIGNATURE)
    check_path(certificate, between, roots=roots, at=signed_at)
    seal.check_time(signed_at)
    if to_sign["data_hash"].native != sm3(content):
        raise SealedDataDiffers(seal=seal.facts.seal_id)
    return SealedDocument(
        seal=seal,
        certificate=certificate,
        signed_at=signed_at,
        protected=to_sign["property_info"].native,
        timestamp=form["time_stamp"].native,
    )


def _check_value(form: SignatureForm) -> x509.Certificate:
    """Check what stands around the seal and the signature value; return the signer's certificate."""
    to_sign = form["to_sign"]
    if to_sign["version"].native != VERSION:
        raise SesVersionUnknown(what=SIGNATURE, version=to_sign["version"].native)
    check_extensions(to_sign["ext_datas"], what=SIGNATURE)
    check_algorithm(form["signature_alg_id"], what=SIGNATURE)
    certificate = read_certificate(form["cert"].native, what=SIGNATURE)
    try:
        signing_key(certificate, what=SIGNATURE).verify(to_sign.dump(), form["signature"].native)
    except SignatureInvalid as error:
        raise SealingSignatureWrong(serial=f"{certificate.serial_number:x}") from error
    return certificate
