"""Detached signatures over a manifest: CMS in the CAdES baseline profile B (ETSI EN 319 122-1, 6.3).

The signature covers the manifest's bytes, the moment, the signer's certificate (signing-certificate-v2, RFC 5035)
and, as signed attributes of our own, the slot of the agreement that it fills and the digest of the approval that let
the key sign. It stands outside the manifest, so that all parties sign the same bytes at once and in any order.
Anybody checks it with

    openssl cms -verify -binary -inform DER -in signature.p7s -content manifest -CAfile root.pem

    encoded = sign_detached(manifest, signer=signer, chain=chain, slot="contractor-seal", approval=digest, at=now)
    signature = check_detached(encoded, manifest, roots=(root,))
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute

from evidence.digest import Digest, sha256
from evidence.errors import Invalid
from evidence.keys import Signer, VerifyingKey
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1, to_raw
from signing.paths import check_path
from signing.pki import Chain

SLOT_ATTRIBUTE = (
    "2.25.137018421650143879125019864319771835001"  # UTF8String; ours, from a random UUID (X.667)
)
APPROVAL_ATTRIBUTE = "2.25.137018421650143879125019864319771835002"  # OCTET STRING, SHA-256


class DetachedSignatureMalformed(Invalid):
    """The bytes are no CMS of the shape that ``sign_detached`` makes. Facts: ``reason``."""

    code = "detached-signature-malformed"
    zh = "签名数据格式不对（{reason}）；请重新取得签名文件。"
    en = "The signature is malformed ({reason}); fetch the signature file again."


class DetachedSignatureWrong(Invalid):
    """The signature does not hold for this content. Facts: ``reason``."""

    code = "detached-signature-wrong"
    zh = "签名与内容不符（{reason}）；内容或签名被改动过，请向签署方核实。"
    en = "The signature does not match the content ({reason}); one was altered, ask the signer."


@dataclass(frozen=True)
class DetachedSignature:
    """What a checked signature says. ``approval`` is the digest of the approval that let the key sign."""

    slot: str
    approval: Digest
    signed_at: datetime
    certificate: x509.Certificate


def sign_detached(
    content: bytes, *, signer: Signer, chain: Chain, slot: str, approval: Digest, at: datetime
) -> bytes:
    """Sign ``content`` for ``slot`` and return the detached CMS, DER, about 2 kB with its chain."""
    own = to_asn1(chain[0])
    attributes = cms.CMSAttributes(
        [
            simple_cms_attribute("content_type", "data"),
            simple_cms_attribute("message_digest", sha256(content).value),
            simple_cms_attribute(
                "signing_time", cms.Time({"utc_time": at.astimezone(UTC).replace(microsecond=0)})
            ),
            simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(own)),
            cms.CMSAttribute({"type": SLOT_ATTRIBUTE, "values": [core.Any(core.UTF8String(slot))]}),
            cms.CMSAttribute(
                {"type": APPROVAL_ATTRIBUTE, "values": [core.Any(core.OctetString(approval.value))]}
            ),
        ]
    )
    digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
            "digest_algorithm": digest_algorithm,
            "signature_algorithm": signature_algorithm(signer.key.algorithm),
            "signed_attrs": attributes,
            "signature": sign_asn1(signer, attributes.dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [digest_algorithm],
            "encap_content_info": {"content_type": "data"},
            "certificates": [to_asn1(certificate) for certificate in chain],
            "signer_infos": [signer_info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def check_detached(encoded: bytes, content: bytes, *, roots: Sequence[x509.Certificate]) -> DetachedSignature:
    """Check a detached signature over ``content`` up to one of ``roots``, at the moment that it states.

    Steps: 1 the CMS has one signer; 2 the message digest is the content's; 3 signing-certificate-v2 names the
    enclosed certificate; 4 the signature over the attributes holds; 5 the chain leads to a pinned root and was valid
    at the signing time.

    Raises:
        DetachedSignatureMalformed: the bytes are not such a CMS.
        DetachedSignatureWrong: digest, certificate or signature do not match.
        PathInvalid: the chain does not lead to a root, or a certificate was out of its time.
    """
    raise NotImplementedError
