"""Detached signatures over a manifest: CMS in the CAdES baseline profile B (ETSI EN 319 122-1, 6.3).

The signature covers the manifest's bytes, the moment, the signer's certificate (signing-certificate-v2,
RFC 5035) and, as signed attributes of our own, the slot of the agreement that it fills and the digest of the
approval that let the key sign. It stands outside the manifest, so that all parties sign the same bytes at
once and in any order. Anybody checks it with

    openssl cms -verify -cades -binary -inform DER -in signature.p7s -content manifest -CAfile root.pem

    encoded = sign_detached(manifest, signer=signer, chain=chain, slot="owner", approval=digest, at=now)
    signature = check_detached(encoded, manifest, roots=(root,))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, core
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import Invalid, KeyUnsupported, SignatureInvalid, Term
from evidence.keys import Signer, VerifyingKey
from signing.asn1_signature import UNREADABLE, signature_algorithm, to_raw
from signing.cms_envelope import ARC, attribute, signed_data
from signing.paths import check_path
from signing.pki import Chain

SLOT_ATTRIBUTE = f"{ARC}.2"  # UTF8String
APPROVAL_ATTRIBUTE = f"{ARC}.3"  # OCTET STRING, 32 bytes: SHA-256

ATTRIBUTES = {
    "content_type",
    "message_digest",
    "signing_certificate_v2",
    "signing_time",
    SLOT_ATTRIBUTE,
    APPROVAL_ATTRIBUTE,
}


class DetachedSignatureMalformed(Invalid):
    """The bytes are no CMS of the shape that ``sign_detached`` makes."""

    code = "detached-signature-malformed"
    zh = "签名数据格式不对；请重新取得签名文件。"
    en = "The signature is malformed; fetch the signature file again."


class DetachedSignatureWrong(Invalid):
    """The signature does not hold for this content. Facts: ``reason``."""

    code = "detached-signature-wrong"
    zh = "签名与内容不符（{reason}）；内容或签名被改动过，请向签署方核实。"
    en = "The signature does not match the content ({reason}); one was altered, ask the signer."


ALGORITHM_DIFFERS = Term("算法不同", "it claims another algorithm")
VALUE_WRONG = Term("签名值不符", "the signature value is wrong")


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
    envelope = signed_data(
        content,
        content_type="data",
        signer=signer,
        chain=chain,
        attributes=own_attributes(slot=slot, approval=approval, at=at),
        detached=True,
    )
    return bytes(envelope.dump())


def own_attributes(*, slot: str, approval: Digest, at: datetime) -> list[cms.CMSAttribute]:
    """Return the signed attributes that say for what and when: signing time, slot and approval."""
    moment = cms.Time({"utc_time": at.astimezone(UTC).replace(microsecond=0)})
    return [
        attribute("signing_time", moment),
        attribute(SLOT_ATTRIBUTE, core.Any(core.UTF8String(slot))),
        attribute(APPROVAL_ATTRIBUTE, core.Any(core.OctetString(approval.value))),
    ]


def check_detached(encoded: bytes, content: bytes, *, roots: Sequence[x509.Certificate]) -> DetachedSignature:
    """Check a detached signature over ``content`` up to one of ``roots``, at the moment that it states.

    1. The CMS has one signer and exactly the attributes that ``sign_detached`` puts in.
    2. The message digest is the content's.
    3. signing-certificate-v2 names the enclosed certificate of the signer.
    4. The signature over the attributes holds.
    5. The chain leads to a pinned root, and every certificate was in its time at the signing time.

    Raises:
        DetachedSignatureMalformed: step 1 fails.
        DetachedSignatureWrong: step 2, 3 or 4 fails.
        PathInvalid: step 5 fails.
    """
    return check_detached_by(
        encoded,
        content,
        roots=roots,
        digest=lambda signed: sha256(signed).value,
        check_signature=_check_signature,
    )


def check_detached_by(
    encoded: bytes,
    content: bytes,
    *,
    roots: Sequence[x509.Certificate],
    digest: Callable[[bytes], bytes],
    check_signature: Callable[["Envelope"], None],
) -> DetachedSignature:
    """Check a detached signature as ``check_detached`` does, by ``digest`` and ``check_signature`` (step 4).

    ``check_signature`` raises DetachedSignatureWrong, also for algorithms that are not its own.
    """
    envelope = read_envelope(encoded)
    if envelope.message_digest != digest(content):
        raise DetachedSignatureWrong(reason=Term("摘要不同", "the digest differs"))
    if envelope.certificate_digest != digest(envelope.certificate.public_bytes(Encoding.DER)):
        raise DetachedSignatureWrong(reason=Term("证书不同", "it names another certificate"))
    check_signature(envelope)
    check_path(envelope.certificate, envelope.others, roots=roots, at=envelope.signed_at)
    return DetachedSignature(
        slot=envelope.slot,
        approval=Digest(HashAlgorithm.SHA256, envelope.approval),
        signed_at=envelope.signed_at,
        certificate=envelope.certificate,
    )


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a CMS says, before any of it is believed; the algorithms by asn1crypto's names, or dotted."""

    digest_algorithm: str
    message_digest: bytes
    certificate_digest: bytes
    signed_at: datetime
    slot: str
    approval: bytes
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    attributes: bytes
    signature: bytes
    algorithm: str


def _check_signature(envelope: Envelope) -> None:
    try:
        public = envelope.certificate.public_key()
        key = VerifyingKey.from_spki(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        if envelope.algorithm != signature_algorithm(key.algorithm)["algorithm"].native:
            raise DetachedSignatureWrong(reason=ALGORITHM_DIFFERS)
        key.verify(envelope.attributes, to_raw(key.algorithm, envelope.signature))
    except (UnsupportedAlgorithm, KeyUnsupported, SignatureInvalid, ValueError) as error:
        raise DetachedSignatureWrong(reason=VALUE_WRONG) from error


def read_envelope(encoded: bytes) -> Envelope:
    """Take a CMS apart, and believe nothing of it.

    Raises:
        DetachedSignatureMalformed: it is not of the shape that ``sign_detached`` makes.
    """
    try:
        return _parse(encoded)
    except UNREADABLE as error:
        raise DetachedSignatureMalformed from error


def _parse(encoded: bytes) -> Envelope:
    body = cms.ContentInfo.load(encoded, strict=True)["content"]
    (signer_info,) = body["signer_infos"]
    attributes = {each["type"].native: _only(each["values"]) for each in signer_info["signed_attrs"]}
    if len(signer_info["signed_attrs"]) != len(ATTRIBUTES) or set(attributes) != ATTRIBUTES:
        raise ValueError(sorted(attributes))
    certificates = [x509.load_der_x509_certificate(each.chosen.dump()) for each in body["certificates"]]
    serial_number = signer_info["sid"].chosen["serial_number"].native
    (own,) = (each for each in certificates if each.serial_number == serial_number)
    signed_at = attributes["signing_time"].native
    if signed_at.utcoffset() is None:
        raise ValueError(signed_at)
    return Envelope(
        digest_algorithm=signer_info["digest_algorithm"]["algorithm"].native,
        message_digest=attributes["message_digest"].native,
        certificate_digest=_only(attributes["signing_certificate_v2"]["certs"])["cert_hash"].native,
        signed_at=signed_at,
        slot=attributes[SLOT_ATTRIBUTE].parse(core.UTF8String).native,
        approval=attributes[APPROVAL_ATTRIBUTE].parse(core.OctetString).native,
        certificate=own,
        others=tuple(each for each in certificates if each != own),
        attributes=signer_info["signed_attrs"].untag().dump(),
        signature=signer_info["signature"].native,
        algorithm=signer_info["signature_algorithm"]["algorithm"].native,
    )


def _only(values: core.Asn1Value) -> core.Asn1Value:
    """Return the one element; ValueError when there is none or another."""
    (value,) = values
    return value
