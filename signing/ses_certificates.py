"""The certificates in an electronic seal: its maker's and its users', each for SM2 signatures."""

from cryptography import x509

from evidence.errors import Term
from signing.ses_refusals import SesCertificateUnfit, SesMalformed
from signing.sm2 import Sm2KeyUnsupported, Sm2VerifyingKey
from signing.sm2_certificates import certified_key


def read_certificate(der: bytes, *, what: Term) -> x509.Certificate:
    """Read the certificate of who made or used a seal.

    Raises:
        SesMalformed: it is none.
    """
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion) as error:
        raise SesMalformed(what=what, place="cert") from error


def signing_key(certificate: x509.Certificate, *, what: Term) -> Sm2VerifyingKey:
    """Return the SM2 key of ``certificate``.

    Raises:
        SesCertificateUnfit: its key is of another kind.
    """
    try:
        return certified_key(certificate)
    except Sm2KeyUnsupported as error:
        raise SesCertificateUnfit(what=what, serial=f"{certificate.serial_number:x}") from error


def check_signing_usage(certificate: x509.Certificate, *, what: Term) -> None:
    """Check that the key usage has digitalSignature or contentCommitment (RFC 5280, 4.2.1.3).

    Raises:
        SesCertificateUnfit: it has neither, or there is none.
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise SesCertificateUnfit(what=what, serial=f"{certificate.serial_number:x}") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise SesCertificateUnfit(what=what, serial=f"{certificate.serial_number:x}")
