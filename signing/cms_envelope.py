"""CMS SignedData with one signer (RFC 5652, section 5), for detached signatures and timestamp tokens.

A ``Suite`` says with which digest and which signature; ``signed_data`` takes that of a ``Signer``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2

from evidence.digest import sha256
from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.der_writing import identifier, integer, octets, sequence, set_of, tagged
from signing.pki import Chain

Stamp: TypeAlias = Callable[[bytes], bytes]
"""Gives a timestamp token, DER, over a signature value."""

_CERTIFICATES = 64
"""Certificates of which the encoding is kept."""

ARC = "2.25.88350023783449466137878811701786901374"  # ours: a random UUID needs no registration (X.667, 6.3)


def attribute(kind: str, value: object) -> cms.CMSAttribute:
    """Return the attribute ``kind``, a name of asn1crypto or a dotted identifier, with its one value."""
    return cms.CMSAttribute({"type": kind, "values": [value]})


@dataclass(frozen=True)
class Suite:
    """One way to make a SignedData: the digest and its name, what signs, and the name of the signature.

    Names are of asn1crypto, or dotted. ``own`` is the digest's attribute that names a certificate.
    """

    digest_name: str
    digest: Callable[[bytes], bytes]
    signature: algos.SignedDigestAlgorithm
    sign: Callable[[bytes], bytes]
    own: Callable[[asn1.Certificate], tsp.SigningCertificateV2]


def signed_data(
    content: bytes,
    *,
    content_type: str,
    signer: Signer,
    chain: Chain,
    attributes: Sequence[cms.CMSAttribute] = (),
    detached: bool,
    certificates: bool = True,
) -> bytes:
    """Sign ``content`` and return the CMS, DER, with the content inside unless ``detached``.

    The whole chain is inside, unless a requester wants no ``certificates``. The signed attributes are
    content type, message digest, signing-certificate-v2 (RFC 5035) and ``attributes``.
    """
    return signed_data_by(
        suite_of(signer),
        content,
        content_type=content_type,
        chain=chain,
        attributes=attributes,
        detached=detached,
        certificates=certificates,
    )


def suite_of(signer: Signer) -> Suite:
    """Return the way in which ``signer`` signs, with SHA-256."""
    return Suite(
        digest_name="sha256",
        digest=lambda message: sha256(message).value,
        signature=signature_algorithm(signer.key.algorithm),
        sign=lambda message: sign_asn1(signer, message),
        own=as_signing_certificate_v2,
    )


def signed_data_by(
    suite: Suite,
    content: bytes,
    *,
    content_type: str,
    chain: Chain,
    attributes: Sequence[cms.CMSAttribute],
    detached: bool,
    certificates: bool = True,
) -> bytes:
    """Sign ``content`` by ``suite``, otherwise as ``signed_data`` does."""
    info = _signed(
        suite, suite.digest(content), content_type=content_type, chain=chain, attributes=attributes
    )
    inside = None if detached else content
    return _wrapped(suite, info, content_type, inside, chain if certificates else ())


def signed_digest(digest: bytes, *, signer: Signer, chain: Chain, stamp: Stamp) -> bytes:
    """Sign data of the SHA-256 ``digest`` as PAdES has it: detached, with a timestamp over the signature.

    ``stamp`` gives the token, DER, for the signature value (RFC 3161, appendix A).
    """
    suite = suite_of(signer)
    info = _signed(suite, digest, content_type="data", chain=chain, attributes=(), stamp=stamp)
    return _wrapped(suite, info, "data", None, chain)


def _signed(
    suite: Suite,
    digest: bytes,
    *,
    content_type: str,
    chain: Chain,
    attributes: Sequence[cms.CMSAttribute],
    stamp: Stamp | None = None,
) -> bytes:
    """Give the SignerInfo (RFC 5652, 5.3)."""
    signed = (
        _attribute("content_type", _type(content_type)),
        _attribute("message_digest", octets(digest)),
        _attribute("signing_certificate_v2", _named(suite.own, chain[0])),
        *(bytes(each.dump()) for each in attributes),
    )
    whole = set_of(signed)
    value = suite.sign(whole)
    unsigned = () if stamp is None else (_attribute("signature_time_stamp_token", stamp(value)),)
    return sequence(
        integer(1),
        _issuer_and_serial(chain[0]),
        _digest_algorithm(suite),
        tagged(0, b"".join(sorted(signed))),
        bytes(suite.signature.dump()),
        octets(value),
        *(tagged(1, each) for each in unsigned),
    )


def _wrapped(suite: Suite, info: bytes, content_type: str, content: bytes | None, chain: Chain) -> bytes:
    """Give the ContentInfo with the one SignerInfo ``info`` (RFC 5652, 5.1)."""
    data = sequence(
        integer(1 if content_type == "data" else 3),
        set_of((_digest_algorithm(suite),)),
        sequence(_type(content_type), *(() if content is None else (tagged(0, octets(content)),))),
        *((tagged(0, b"".join(sorted(map(_encoded, chain)))),) if chain else ()),
        set_of((info,)),
    )
    return sequence(_type("signed_data"), tagged(0, data))


def _attribute(kind: str, value: bytes) -> bytes:
    return sequence(identifier(cms.CMSAttributeType.unmap(kind)), set_of((value,)))


def _type(name: str) -> bytes:
    return identifier(cms.ContentType.unmap(name))


def _digest_algorithm(suite: Suite) -> bytes:
    return bytes(algos.DigestAlgorithm({"algorithm": suite.digest_name}).dump())


@lru_cache(_CERTIFICATES)
def _encoded(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@lru_cache(_CERTIFICATES)
def _issuer_and_serial(certificate: x509.Certificate) -> bytes:
    return sequence(certificate.issuer.public_bytes(), integer(certificate.serial_number))


@lru_cache(_CERTIFICATES)
def _named(
    own: Callable[[asn1.Certificate], tsp.SigningCertificateV2], certificate: x509.Certificate
) -> bytes:
    return bytes(own(to_asn1(certificate)).dump())
