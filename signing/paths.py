"""The path from an end certificate to a pinned root (RFC 5280, section 6, as far as this house's own paths need it)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from evidence.errors import Invalid
from signing.pki import Chain

LONGEST_PATH = 4  # end, issuing, root, and one to spare


class PathInvalid(Invalid):
    """A certificate does not lead to a pinned root, or was out of its time. Facts: ``serial`` number, ``reason``."""

    code = "certificate-path-invalid"
    zh = "编号 {serial} 的证书不可信（{reason}）；请核对信任的根证书和签署时间。"
    en = "The certificate with serial number {serial} is not trusted ({reason}); check the pinned roots and the signing time."


def check_path(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> Chain:
    """Find the path from ``certificate`` over ``others`` to one of ``roots`` and check it at the moment ``at``.

    Steps: 1 the certificate is in its time; 2 it is a pinned root, or one of the others or the roots signed it;
    3 that one is an authority; then the same for that one.

    Raises:
        PathInvalid: no path leads to a root, or a certificate on it was out of its time or is no authority.
    """
    candidates = [*roots, *others]
    path = [certificate]
    while len(path) <= LONGEST_PATH:
        current = path[-1]
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise PathInvalid(
                serial=f"{current.serial_number:x}", reason=f"not in its time at {at.isoformat()}"
            )
        if current in roots:
            return tuple(path)
        above = next((each for each in candidates if each != current and _signed_by(current, each)), None)
        if above is None:
            raise PathInvalid(serial=f"{current.serial_number:x}", reason="no pinned root above it")
        path.append(above)
    raise PathInvalid(serial=f"{certificate.serial_number:x}", reason="the path is too long")


def _signed_by(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    """Whether ``above`` is an authority and signed ``certificate``."""
    try:
        constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return constraints.ca
