"""CMS SignedData with one signer (RFC 5652, section 5), for detached signatures and timestamp tokens."""

from asn1crypto import algos, cms, core
from pyhanko.sign.general import as_signing_certificate_v2

from evidence.digest import sha256
from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.pki import Chain

ARC = "2.25.88350023783449466137878811701786901374"  # ours: a random UUID needs no registration (X.667, 6.3)


def attribute(kind: str, value: object) -> cms.CMSAttribute:
    """Return the attribute ``kind``, a name of asn1crypto or a dotted identifier, with its one value."""
    return cms.CMSAttribute({"type": kind, "values": [value]})


def signed_data(
    content: bytes,
    *,
    content_type: str,
    signer: Signer,
    chain: Chain,
    attributes: list[cms.CMSAttribute],
    detached: bool,
) -> cms.ContentInfo:
    """Sign ``content`` and return the CMS with the whole chain inside, and the content unless ``detached``.

    The signed attributes are content type, message digest, signing-certificate-v2 (RFC 5035) and
    ``attributes``.
    """
    own = to_asn1(chain[0])
    all_attributes = cms.CMSAttributes(
        [
            attribute("content_type", content_type),
            attribute("message_digest", sha256(content).value),
            attribute("signing_certificate_v2", as_signing_certificate_v2(own)),
            *attributes,
        ]
    )
    digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
            "digest_algorithm": digest_algorithm,
            "signature_algorithm": signature_algorithm(signer.key.algorithm),
            "signed_attrs": all_attributes,
            "signature": sign_asn1(signer, all_attributes.dump()),
        }
    )
    enclosed = {} if detached else {"content": core.ParsableOctetString(content)}
    body = cms.SignedData(
        {
            "version": "v1" if content_type == "data" else "v3",  # RFC 5652, 5.1
            "digest_algorithms": [digest_algorithm],
            "encap_content_info": {"content_type": content_type, **enclosed},
            "certificates": [to_asn1(certificate) for certificate in chain],
            "signer_infos": [signer_info],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": body})
