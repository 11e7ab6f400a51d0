"""CMS SignedData with one signer (RFC 5652, section 5), for detached signatures and timestamp tokens.

A ``Suite`` says with which digest and which signature; ``signed_data`` takes that of a ``Signer``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from pyhanko.sign.general import as_signing_certificate_v2

from evidence.digest import sha256
from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.pki import Chain

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
    attributes: list[cms.CMSAttribute],
    detached: bool,
    certificates: bool = True,
) -> cms.ContentInfo:
    """Sign ``content`` and return the CMS with the content inside unless ``detached``.

    The whole chain is inside, unless a requester wants no ``certificates``. The signed attributes are
    content type, message digest, signing-certificate-v2 (RFC 5035) and ``attributes``.
    """
    suite = Suite(
        digest_name="sha256",
        digest=lambda message: sha256(message).value,
        signature=signature_algorithm(signer.key.algorithm),
        sign=lambda message: sign_asn1(signer, message),
        own=as_signing_certificate_v2,
    )
    return signed_data_by(
        suite,
        content,
        content_type=content_type,
        chain=chain,
        attributes=attributes,
        detached=detached,
        certificates=certificates,
    )


def signed_data_by(
    suite: Suite,
    content: bytes,
    *,
    content_type: str,
    chain: Chain,
    attributes: list[cms.CMSAttribute],
    detached: bool,
    certificates: bool = True,
) -> cms.ContentInfo:
    """Sign ``content`` by ``suite``, otherwise as ``signed_data`` does."""
    own = to_asn1(chain[0])
    all_attributes = cms.CMSAttributes(
        [
            attribute("content_type", content_type),
            attribute("message_digest", suite.digest(content)),
            attribute("signing_certificate_v2", suite.own(own)),
            *attributes,
        ]
    )
    digest_algorithm = algos.DigestAlgorithm({"algorithm": suite.digest_name})
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
            "digest_algorithm": digest_algorithm,
            "signature_algorithm": suite.signature,
            "signed_attrs": all_attributes,
            "signature": suite.sign(all_attributes.dump()),
        }
    )
    enclosed = {} if detached else {"content": core.ParsableOctetString(content)}
    enclosed_chain = {"certificates": [to_asn1(each) for each in chain]} if certificates else {}
    body = cms.SignedData(
        {
            "version": "v1" if content_type == "data" else "v3",  # RFC 5652, 5.1
            "digest_algorithms": [digest_algorithm],
            "encap_content_info": {"content_type": content_type, **enclosed},
            **enclosed_chain,
            "signer_infos": [signer_info],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": body})
