"""Certificates for SM2 keys: X.509 as in ``signing.pki``, the key and the signature by SM2.

Who issues one is told by its ``Sm2Issuer``: a root of its own, made by ``found_sm2``. A chain of the city's
ES256 authority would say less, because nobody who asks for national algorithms asks for half a chain. Such a
root is the city's own word; certificates of a licensed authority take its place, in the same form.

``cryptography`` reads these certificates, but for their keys: ``certified_key`` does that.

    issuer = found_sm2(LocalSm2Signer.generate(), city="示范市", at=now)
    chain = issuer.issue(signer.key, name="示范市住房和城乡建设局", profile=Profile.SEAL, at=now)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing import profiles
from signing.asn1_signature import to_asn1
from signing.pki import CLOCK_SKEW, END_LIFE, ROOT_LIFE, Chain
from signing.profiles import Profile
from signing.sm2 import SM2_WITH_SM3_OID, Sm2Signer, Sm2VerifyingKey


@dataclass(frozen=True)
class Sm2Issuer:
    """An authority: what signs, and the chain of its own certificate, the root last."""

    signer: Sm2Signer
    chain: Chain

    def issue(
        self,
        key: Sm2VerifyingKey,
        *,
        name: str,
        profile: Profile,
        at: datetime,
        life: timedelta = END_LIFE,
    ) -> Chain:
        """Certify ``key`` for ``name`` from ``at`` on and return its chain."""
        return self._issue(key, _name(name), profile=profile, at=at, life=life)

    def issue_beside(
        self, key: Sm2VerifyingKey, other: x509.Certificate, *, profile: Profile, at: datetime
    ) -> Chain:
        """Certify ``key`` for whom ``other``, a certificate of the ES256 authority, names, word for word."""
        return self._issue(key, other.subject, profile=profile, at=at, life=END_LIFE)

    def _issue(
        self, key: Sm2VerifyingKey, subject: x509.Name, *, profile: Profile, at: datetime, life: timedelta
    ) -> Chain:
        certificate = _certify(
            key,
            subject=subject,
            issuer=self.chain[0].subject,
            extensions=profiles.end_extensions(profile, address=None),
            signer=self.signer,
            at=at,
            life=life,
        )
        return (certificate, *self.chain)


def found_sm2(signer: Sm2Signer, *, city: str, at: datetime) -> Sm2Issuer:
    """Make the self-signed SM2 root of ``city`` over the key of ``signer``, above end certificates only."""
    name = _name(f"{city}电子印信国密根证书")
    root = _certify(
        signer.key,
        subject=name,
        issuer=name,
        extensions=profiles.authority_extensions(path_length=0),
        signer=signer,
        at=at,
        life=ROOT_LIFE,
    )
    return Sm2Issuer(signer, (root,))


def certified_key(certificate: x509.Certificate) -> Sm2VerifyingKey:
    """Return the SM2 key that ``certificate`` certifies.

    Raises:
        Sm2KeyUnsupported: it certifies a key of another kind.
    """
    return Sm2VerifyingKey.from_spki(to_asn1(certificate).public_key.dump())


def _certify(
    key: Sm2VerifyingKey,
    *,
    subject: x509.Name,
    issuer: x509.Name,
    extensions: profiles.Extensions,
    signer: Sm2Signer,
    at: datetime,
    life: timedelta,
) -> x509.Certificate:
    """Sign a certificate: ``cryptography`` builds it over a key thrown away, ours takes that one's place."""
    placeholder = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(placeholder.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SKEW)
        .not_valid_after(at + life)
    )
    for extension, critical in [*extensions, *_key_identifiers(key, signer.key)]:
        builder = builder.add_extension(extension, critical=critical)
    unsigned = builder.sign(placeholder, hashes.SHA256()).public_bytes(Encoding.DER)
    certificate = asn1.Certificate.load(unsigned)
    body = certificate["tbs_certificate"]
    body["subject_public_key_info"] = asn1_keys.PublicKeyInfo.load(key.spki)
    body["signature"] = certificate["signature_algorithm"] = {"algorithm": SM2_WITH_SM3_OID}
    certificate["signature_value"] = signer.sign(body.dump())
    return x509.load_der_x509_certificate(certificate.dump())


def _key_identifiers(key: Sm2VerifyingKey, authority: Sm2VerifyingKey) -> profiles.Extensions:
    """Return the subject's and the authority's key identifiers, the first 20 bytes of each key's name."""
    return [
        (x509.SubjectKeyIdentifier(_identifier(key)), False),
        (x509.AuthorityKeyIdentifier(_identifier(authority), None, None), False),
    ]


def _identifier(key: Sm2VerifyingKey) -> bytes:
    """Return 20 bytes that name ``key`` (RFC 7093, 2, method 4)."""
    return key.key_id[:20]


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
