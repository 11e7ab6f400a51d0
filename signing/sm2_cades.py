"""A second detached signature over the same manifest: the CMS of ``signing.cades``, by SM2 with SM3.

Signed attributes, slot and approval are those of the first signature; the message digest and the name of the
certificate are SM3, the digest of the approval stays SHA-256. Neither signature covers or needs the other.

The content types are those of RFC 5652, not the arc 1.2.156.10197.6.1.4.2 of GM/T 0010 and GB/T 35275:
every CMS reader opens these (``openssl cms -cmsout -print`` among them), and nothing signed would differ but
one attribute. GB/T 35275 is known here from public code alone; it names the signature algorithm by the SM2
identifier, where we write SM2 with SM3, 1.2.156.10197.1.501, as certificates do (confidence: medium).

``openssl cms -verify`` cannot take the default identifier of SM2; the digest and the signature are checked
by ``openssl dgst -sm3 -sigopt distid:1234567812345678 -verify`` over the signed attributes.

    encoded = sign_detached_sm2(manifest, signer=signer, chain=chain, slot="owner", approval=digest, at=now)
    signature = check_detached_sm2(encoded, manifest, roots=(root,))
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509

from evidence.digest import Digest
from evidence.errors import SignatureInvalid
from signing.cades import (
    ALGORITHM_DIFFERS,
    VALUE_WRONG,
    DetachedSignature,
    DetachedSignatureMalformed,
    DetachedSignatureWrong,
    Envelope,
    check_detached_by,
    own_attributes,
    read_envelope,
)
from signing.cms_envelope import Suite, signed_data_by
from signing.paths import check_path
from signing.pki import Chain
from signing.sm2 import SM2_WITH_SM3_OID, Sm2KeyUnsupported, Sm2Signer
from signing.sm2_certificates import certified_key
from signing.sm3 import SM3_OID, sm3


def sign_detached_sm2(
    content: bytes, *, signer: Sm2Signer, chain: Chain, slot: str, approval: Digest, at: datetime
) -> bytes:
    """Sign ``content`` for ``slot`` and return the detached CMS, DER, about 2 kB with its chain."""
    return _envelope(
        content, sign=signer.sign, chain=chain, attributes=own_attributes(slot=slot, approval=approval, at=at)
    )


def _envelope(
    content: bytes, *, sign: Callable[[bytes], bytes], chain: Chain, attributes: list[cms.CMSAttribute]
) -> bytes:
    suite = Suite(
        digest_name=SM3_OID,
        digest=sm3,
        signature=algos.SignedDigestAlgorithm({"algorithm": SM2_WITH_SM3_OID}),
        sign=sign,
        own=_signing_certificate,
    )
    envelope = signed_data_by(
        suite, content, content_type="data", chain=chain, attributes=attributes, detached=True
    )
    return bytes(envelope.dump())


def check_detached_sm2(
    encoded: bytes, content: bytes, *, roots: Sequence[x509.Certificate]
) -> DetachedSignature:
    """Check a detached SM2 signature over ``content`` up to one of ``roots``, at the moment that it states.

    1. The CMS has one signer and exactly the attributes that ``sign_detached_sm2`` puts in.
    2. The message digest, SM3, is the content's.
    3. signing-certificate-v2 names the enclosed certificate of the signer by SM3.
    4. It claims SM3 and SM2 with SM3, and the signature over the attributes holds.
    5. The chain leads to a pinned root, and every certificate was in its time at the signing time.
    6. The bytes are the one encoding of all this with that chain up to the root: what no signature covers
       (versions, the outer algorithm, the issuer beside the serial number, other certificates) is as it is
       always written.

    Raises:
        DetachedSignatureMalformed: step 1 or 6 fails.
        DetachedSignatureWrong: step 2, 3 or 4 fails.
        PathInvalid: step 5 fails.
    """
    signature = check_detached_by(encoded, content, roots=roots, digest=sm3, check_signature=_check_signature)
    envelope = read_envelope(encoded)
    chain = check_path(envelope.certificate, envelope.others, roots=roots, at=envelope.signed_at)
    attributes = own_attributes(slot=signature.slot, approval=signature.approval, at=signature.signed_at)
    if encoded != _envelope(content, sign=lambda _: envelope.signature, chain=chain, attributes=attributes):
        raise DetachedSignatureMalformed
    return signature


def _check_signature(envelope: Envelope) -> None:
    if (envelope.digest_algorithm, envelope.algorithm) != (SM3_OID, SM2_WITH_SM3_OID):
        raise DetachedSignatureWrong(reason=ALGORITHM_DIFFERS)
    try:
        certified_key(envelope.certificate).verify(envelope.attributes, envelope.signature)
    except (Sm2KeyUnsupported, SignatureInvalid) as error:
        raise DetachedSignatureWrong(reason=VALUE_WRONG) from error


def _signing_certificate(own: asn1.Certificate) -> tsp.SigningCertificateV2:
    """Return what names ``own`` by its SM3 (signing-certificate-v2, RFC 5035, section 3)."""
    named = {"hash_algorithm": {"algorithm": SM3_OID}, "cert_hash": sm3(own.dump())}
    return tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(named)]})
