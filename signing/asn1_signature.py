"""Signatures as X.509 and CMS write them.

A ``Signer`` of ``evidence.keys`` returns an ES256 signature as r||s, 64 bytes (RFC 7518, 3.4);
certificates, CMS and timestamps want it as a DER sequence of two integers (RFC 3279, 2.2.3). Ed25519 and
RSA are the same in both.
"""

from asn1crypto import algos
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.keys import Signer
from signing.asn1_encoding import encode_once

encode_once()

COORDINATE_BYTES = 32  # of P-256

UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    x509.InvalidVersion,
)
"""What asn1crypto and ``cryptography`` raise for DER that is not what it should be, the former as late as a
part is asked for."""

_ASN1_NAMES = {
    Algorithm.ES256: "sha256_ecdsa",
    Algorithm.EDDSA: "ed25519",
    Algorithm.RS256: "sha256_rsa",
}


def sign_asn1(signer: Signer, message: bytes) -> bytes:
    """Sign ``message`` and return the signature as CMS and X.509 write it."""
    signature = signer.sign(message)
    if signer.key.algorithm is not Algorithm.ES256:
        return signature
    r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def to_raw(algorithm: Algorithm, signature: bytes) -> bytes:
    """Return a CMS signature as ``VerifyingKey.verify`` wants it.

    Raises:
        ValueError: an ES256 signature is not a DER sequence of two integers of at most 32 bytes.
    """
    if algorithm is not Algorithm.ES256:
        return signature
    try:
        return b"".join(number.to_bytes(COORDINATE_BYTES) for number in decode_dss_signature(signature))
    except OverflowError as error:
        raise ValueError(str(error)) from error


def signature_algorithm(algorithm: Algorithm) -> algos.SignedDigestAlgorithm:
    """Return the AlgorithmIdentifier that goes with signatures of ``algorithm``."""
    return algos.SignedDigestAlgorithm({"algorithm": _ASN1_NAMES[algorithm]})


def to_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """Return ``certificate`` as asn1crypto, which pyHanko speaks, has it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
