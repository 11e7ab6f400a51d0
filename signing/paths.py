"""The path from an end certificate to a pinned root: RFC 5280, section 6, as far as our own need it.

A certificate on the path may be signed by an SM2 key (``signing.sm2``), which ``cryptography`` cannot check.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from evidence.errors import Invalid, SignatureInvalid, Term
from signing.pki import Chain
from signing.sm2 import SM2_WITH_SM3_OID, Sm2KeyUnsupported
from signing.sm2_certificates import certified_key

LONGEST_PATH = 4  # end, issuing, root, and one to spare

OUT_OF_TIME = Term("签署时不在有效期内", "it was out of its time")
NO_ROOT = Term("其上没有信任的根证书", "no pinned root stands above it")
TOO_LONG = Term("证书链过长", "its path is too long")


class PathInvalid(Invalid):
    """A certificate leads to no pinned root, or was out of its time. Facts: ``serial`` number, ``reason``."""

    code = "certificate-path-invalid"
    zh = "编号 {serial} 的证书不可信（{reason}）；请核对信任的根证书和签署时间。"
    en = "The certificate {serial} is not trusted ({reason}); check the pinned roots and the signing time."


def check_path(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> Chain:
    """Find the path from ``certificate`` over ``others`` to one of ``roots`` and check it as of ``at``.

    Steps: 1 the certificate is in its time; 2 it is a pinned root, or one of the others or the roots signed
    it; 3 that one is an authority; then the same for that one.

    Raises:
        PathInvalid: no path leads to a root, or a certificate on it was out of its time or is no authority.
    """
    candidates = [*roots, *others]
    path = [certificate]
    while len(path) <= LONGEST_PATH:
        current = path[-1]
        serial = f"{current.serial_number:x}"
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise PathInvalid(serial=serial, reason=OUT_OF_TIME)
        if current in roots:
            return tuple(path)
        above = next((each for each in candidates if each != current and _signed_by(current, each)), None)
        if above is None:
            raise PathInvalid(serial=serial, reason=NO_ROOT)
        path.append(above)
    raise PathInvalid(serial=f"{certificate.serial_number:x}", reason=TOO_LONG)


def _signed_by(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    """Whether ``above`` is an authority and signed ``certificate``."""
    try:
        constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
        if certificate.signature_algorithm_oid.dotted_string == SM2_WITH_SM3_OID:
            _check_issued_by_sm2(certificate, above)
        else:
            certificate.verify_directly_issued_by(above)
    except (
        ValueError,
        TypeError,
        InvalidSignature,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.ExtensionNotFound,
        SignatureInvalid,
        Sm2KeyUnsupported,
    ):
        return False
    return constraints.ca


def _check_issued_by_sm2(certificate: x509.Certificate, above: x509.Certificate) -> None:
    """Check that the SM2 key of ``above`` signed ``certificate``, which names it as its issuer.

    Raises:
        ValueError: it names another issuer.
        Sm2KeyUnsupported: the key of ``above`` is no SM2 key.
        SignatureInvalid: the signature does not hold.
    """
    if certificate.issuer != above.subject:
        raise ValueError(certificate.issuer)
    certified_key(above).verify(certificate.tbs_certificate_bytes, certificate.signature)
