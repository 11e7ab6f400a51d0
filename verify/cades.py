"""A party's detached signature (CAdES), of the one shape that the platform makes, up to its own certificate.

1. The CMS has one signer, SHA-256 alone, and exactly six signed attributes.
2. The message digest is the manifest's, the slot and the approval are those of the signature's statement, and
   the signing time is its moment, to the second.
3. signing-certificate-v2 names one enclosed certificate, whose key is the one of the statement.
4. That key signed the attributes.

The statement is what ties the key to its party. The chain above the certificate, and whether it was revoked,
are for ``openssl cms -verify`` with a root that the reader pinned: the trust file pins none.
Source: RFC 5652, sections 5.1 to 5.4; RFC 5035, section 3; ETSI EN 319 122-1, 6.3.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from evidence.algorithms import Algorithm
from evidence.digest import sha256
from evidence.errors import KeyUnsupported, SignatureInvalid
from evidence.keys import VerifyingKey
from verify.der import (
    CONTEXT_0,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    UTC_TIME,
    UTF8,
    DerMalformed,
    Element,
    elements,
    identifier,
    only,
    read,
)

ARC = "2.25.88350023783449466137878811701786901374"
"""The platform's own (``signing.cms_envelope``)."""

SIGNED_DATA, DATA = identifier("1.2.840.113549.1.7.2"), identifier("1.2.840.113549.1.7.1")
SHA256 = identifier("2.16.840.1.101.3.4.2.1")
CONTENT_TYPE, MESSAGE_DIGEST = identifier("1.2.840.113549.1.9.3"), identifier("1.2.840.113549.1.9.4")
SIGNING_TIME = identifier("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE = identifier("1.2.840.113549.1.9.16.2.47")
SLOT, APPROVAL = identifier(f"{ARC}.2"), identifier(f"{ARC}.3")
ATTRIBUTES = {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERTIFICATE, SLOT, APPROVAL}
ALGORITHMS = {
    identifier("1.2.840.10045.4.3.2"): Algorithm.ES256,
    identifier("1.3.101.112"): Algorithm.EDDSA,
    identifier("1.2.840.113549.1.1.11"): Algorithm.RS256,
}
COORDINATE_BYTES = 32  # of P-256
VERSION_1 = b"\x01"
SPKI = 6  # place of the public key in a certificate of version 3 (RFC 5280, 4.1)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the statement says that was signed; ``manifest``, ``approval`` and ``key`` are 32 bytes."""

    manifest: object
    slot: object
    approval: object
    key: object
    at: datetime


def refusal(encoded: bytes, wanted: Wanted) -> str | None:
    """The key of the sentence that says why the signature does not hold (``detached-…``), or None."""
    try:
        return _differing(_signer(encoded), wanted)
    except (DerMalformed, IndexError, ValueError):
        return "detached-malformed"


@dataclass(frozen=True)
class _Signer:
    """What the CMS says, nothing of it believed."""

    serial: bytes
    attributes: dict[bytes, Element]
    signed: bytes
    algorithm: bytes
    signature: bytes
    certificates: tuple[Element, ...]


def _signer(encoded: bytes) -> _Signer:
    content_type, content = elements(read(encoded, SEQUENCE))
    _same(content_type, OID, SIGNED_DATA)
    version, digests, enclosed, certificates, infos = elements(only(content, SEQUENCE))
    _same(version, INTEGER, VERSION_1)
    _sha256(only(digests, SEQUENCE))
    _same(only(enclosed, OID), OID, DATA)
    if (content.tag, digests.tag, certificates.tag, infos.tag) != (CONTEXT_0, SET, CONTEXT_0, SET):
        raise DerMalformed
    version, sid, digest, attributes, algorithm, signature = elements(only(infos, SEQUENCE))
    _same(version, INTEGER, VERSION_1)
    _sha256(digest)
    _, serial = elements(sid)
    if attributes.tag != CONTEXT_0 or signature.tag != OCTETS:
        raise DerMalformed
    return _Signer(
        serial=serial.content,
        attributes=_attributes(attributes),
        signed=bytes([SET]) + attributes.encoded[1:],  # RFC 5652, 5.4
        algorithm=elements(algorithm)[0].content,
        signature=signature.content,
        certificates=elements(certificates),
    )


def _attributes(outer: Element) -> dict[bytes, Element]:
    pairs = [elements(each) for each in elements(outer)]
    found = {kind.content: values for kind, values in pairs if (kind.tag, values.tag) == (OID, SET)}
    if len(pairs) != len(ATTRIBUTES) or set(found) != ATTRIBUTES:
        raise DerMalformed
    _same(only(found[CONTENT_TYPE], OID), OID, DATA)
    return found


def _sha256(algorithm: Element) -> None:
    _same(elements(algorithm)[0], OID, SHA256)


def _same(element: Element, tag: int, content: bytes) -> None:
    if (element.tag, element.content) != (tag, content):
        raise DerMalformed


def _differing(signer: _Signer, wanted: Wanted) -> str | None:
    attributes = signer.attributes
    said = (
        ("manifest", only(attributes[MESSAGE_DIGEST], OCTETS).content, wanted.manifest),
        ("slot", only(attributes[SLOT], UTF8).content.decode(), wanted.slot),
        ("approval", only(attributes[APPROVAL], OCTETS).content, wanted.approval),
        ("time", only(attributes[SIGNING_TIME], UTC_TIME).content, _utc_time(wanted.at)),
    )
    differing = next((name for name, value, needed in said if value != needed), None)
    if differing is not None:
        return f"detached-{differing}"
    key = _key(signer)
    if key is None or key.key_id != wanted.key:
        return "detached-key"
    return None if _holds(signer, key) else "detached-broken"


def _holds(signer: _Signer, key: VerifyingKey) -> bool:
    if ALGORITHMS.get(signer.algorithm) is not key.algorithm:
        return False
    try:
        key.verify(signer.signed, _raw(key.algorithm, signer.signature))
    except (SignatureInvalid, ValueError, OverflowError):
        return False
    return True


def _utc_time(at: datetime) -> bytes:
    return at.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode()


def _key(signer: _Signer) -> VerifyingKey | None:
    """The key of the enclosed certificate that signing-certificate-v2 names, or None."""
    (certs,) = elements(only(signer.attributes[SIGNING_CERTIFICATE], SEQUENCE))
    named, *_ = elements(only(certs, SEQUENCE))
    own = [each for each in signer.certificates if sha256(each.encoded).value == named.content]
    if named.tag != OCTETS or len(own) != 1:
        return None
    body = elements(elements(own[0])[0])
    if len(body) <= SPKI or body[1].content != signer.serial:
        return None
    try:
        return VerifyingKey.from_spki(body[SPKI].encoded)
    except (KeyUnsupported, ValueError):
        return None


def _raw(algorithm: Algorithm, signature: bytes) -> bytes:
    if algorithm is not Algorithm.ES256:
        return signature
    return b"".join(number.to_bytes(COORDINATE_BYTES) for number in decode_dss_signature(signature))
