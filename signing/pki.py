"""Certificates: a root, an issuing authority below it, and the end certificates for those who sign.

    root (20 years) -> issuing (10 years) -> person | seal | agency | platform | timestamp | ocsp

Every key, the authorities' own included, lives in the key store: a certificate's body is put together here
and signed through a handle, so nothing here sees a private key. Names are Chinese; an organization carries
its unified social credit code as organizationIdentifier in the form ``NTRCN-<code>`` (ETSI EN 319 412-1,
5.1.4). A person's certificate never carries a citizen number, only the pseudonymous serial number that the
caller chose.

    authority = found(keystore, city="示范市", at=clock.now())
    chain = authority.ensure(KeyHandle("seal:1"), Subject(name="…", uscc=uscc), Profile.SEAL, at=clock.now())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from evidence.algorithms import Algorithm
from evidence.identifiers import Uscc
from evidence.keys import Signer
from signing import profiles
from signing.asn1_signature import sign_asn1, signature_algorithm
from signing.key_certificates import Revocation, RevocationReason, reason_flag
from signing.keystore import KeyHandle, KeyMissing, KeyStore, KeyUncertified
from signing.profiles import Profile

ROOT_LIFE = timedelta(days=20 * 365)
ISSUING_LIFE = timedelta(days=10 * 365)
END_LIFE = timedelta(days=3 * 365)
CLOCK_SKEW = timedelta(minutes=5)  # a certificate is valid a little before it was made
CRL_LIFE = timedelta(days=30)  # of the lists that are put into a PDF
LISTS_REUSED = timedelta(minutes=10)  # one pair of lists serves the PDFs of so long
SERVED_LIFE = timedelta(days=1)  # of the lists that anyone fetches

ROOT_HANDLE = KeyHandle("pki:root")
ISSUING_HANDLE = KeyHandle("pki:issuing")

Chain = tuple[x509.Certificate, ...]
"""A certificate, the one above it, and so on to the root."""


_Asn1 = TypeVar("_Asn1", asn1.Certificate, asn1_crl.CertificateList)


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names.

    ``name`` is what readers show: a person's name, a seal's or an agency's full name. ``serial`` tells two
    people of one name apart; it is a pseudonym, never a citizen number.
    """

    name: str
    organization: str | None = None
    uscc: Uscc | None = None
    serial: str | None = None


class Authority:
    """The issuing authority of a city, with its root above it; made by ``found``."""

    def __init__(self, keystore: KeyStore, *, address: str | None = None) -> None:
        self._keystore = keystore
        self._address = address
        self._lists: _Lists | None = None

    @property
    def root(self) -> x509.Certificate:
        """The self-signed root certificate, the trust anchor that verifiers pin."""
        return self._keystore.chain(ROOT_HANDLE)[0]

    @property
    def issuing(self) -> x509.Certificate:
        """The certificate of the authority that signs end certificates."""
        return self._keystore.chain(ISSUING_HANDLE)[0]

    def ensure(self, handle: KeyHandle, subject: Subject, profile: Profile, *, at: datetime) -> Chain:
        """Return the chain of ``handle``; make its ES256 key and certificate first where they are missing."""
        chain = _existing_chain(self._keystore, handle)
        return chain if chain is not None else self.issue(handle, subject, profile, at=at)

    def issue(
        self,
        handle: KeyHandle,
        subject: Subject,
        profile: Profile,
        *,
        at: datetime,
        life: timedelta = END_LIFE,
    ) -> Chain:
        """Certify the key of ``handle`` for ``subject`` from ``at`` on; bind and return the chain.

        Raises:
            KeyMissing: no key has this handle.
        """
        body = _Body(name=_name(subject), handle=handle, at=at, life=life)
        return _certify(
            self._keystore,
            body,
            profiles.end_extensions(profile, address=self._address),
            above=ISSUING_HANDLE,
        )

    def revocation_lists(
        self, *, at: datetime, revoked: Sequence[Revocation] = (), life: timedelta = CRL_LIFE
    ) -> tuple[bytes, bytes]:
        """Return the root's and the issuing authority's revocation lists, DER, valid for ``life``.

        ``revoked`` are the end certificates that the second one names; the root's names none. Long-term
        validation (PAdES B-LT) embeds both (RFC 5280, section 5).
        """
        return (
            _revocation_list(self._keystore, ROOT_HANDLE, at=at, revoked=(), life=life),
            _revocation_list(self._keystore, ISSUING_HANDLE, at=at, revoked=revoked, life=life),
        )

    def lists_in_pdfs(self, *, at: datetime, revoked: Sequence[Revocation] = ()) -> tuple[bytes, bytes]:
        """Return the lists of ``revocation_lists``, or those of the last ten minutes if they say the same."""
        kept = self._lists
        if kept is None or not kept.say(revoked, at=at):
            made = self.revocation_lists(at=at, revoked=revoked)
            kept = self._lists = _Lists(at, tuple(revoked), made)
        return kept.lists


@dataclass(frozen=True)
class _Lists:
    """Revocation lists, when they were made, and what they name."""

    made_at: datetime
    revoked: tuple[Revocation, ...]
    lists: tuple[bytes, bytes]

    def say(self, revoked: Sequence[Revocation], *, at: datetime) -> bool:
        """Whether they name exactly ``revoked`` and are fresh at the moment ``at``."""
        return self.revoked == tuple(revoked) and self.made_at <= at < self.made_at + LISTS_REUSED


def found(keystore: KeyStore, *, city: str, at: datetime, address: str | None = None) -> Authority:
    """Make the root and the issuing authority of ``city`` where they are missing; again changes nothing.

    ``address`` is the public URL that end certificates made from now on name for revocation, if any.
    """
    if _existing_chain(keystore, ROOT_HANDLE) is None:
        root = _Body(name=_name(Subject(f"{city}电子印信根证书")), handle=ROOT_HANDLE, at=at, life=ROOT_LIFE)
        _certify(keystore, root, profiles.authority_extensions(path_length=1), above=None)
    if _existing_chain(keystore, ISSUING_HANDLE) is None:
        name = _name(Subject(f"{city}电子印信签发机构"))
        issuing = _Body(name=name, handle=ISSUING_HANDLE, at=at, life=ISSUING_LIFE)
        _certify(keystore, issuing, profiles.authority_extensions(path_length=0), above=ROOT_HANDLE)
    return Authority(keystore, address=address)


def _existing_chain(keystore: KeyStore, handle: KeyHandle) -> Chain | None:
    """Return the chain bound to ``handle``, or make its key where it is missing and return None."""
    try:
        return keystore.chain(handle)
    except KeyMissing:
        keystore.create(handle, Algorithm.ES256)
    except KeyUncertified:
        pass
    return None


@dataclass(frozen=True)
class _Body:
    """What a certificate says, before anybody signed it."""

    name: x509.Name
    handle: KeyHandle
    at: datetime
    life: timedelta


def _certify(
    keystore: KeyStore, body: _Body, extensions: profiles.Extensions, *, above: KeyHandle | None
) -> Chain:
    """Sign ``body`` by the key ``above`` (None: by its own) and bind the chain to the body's handle."""
    key = keystore.signer(body.handle).key
    chain_above = keystore.chain(above) if above is not None else ()
    authority = keystore.signer(above if above is not None else body.handle)
    builder = (
        x509.CertificateBuilder()
        .subject_name(body.name)
        .issuer_name(chain_above[0].subject if chain_above else body.name)
        .public_key(key.public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(body.at - CLOCK_SKEW)
        .not_valid_after(body.at + body.life)
    )
    for extension, critical in [*extensions, *profiles.key_identifiers(key, authority.key)]:
        builder = builder.add_extension(extension, critical=critical)
    unsigned = builder.sign(_placeholder_key(), hashes.SHA256()).public_bytes(Encoding.DER)
    signed = _signed(asn1.Certificate.load(unsigned), "tbs_certificate", "signature_value", authority)
    chain = (x509.load_der_x509_certificate(signed), *chain_above)
    keystore.bind(body.handle, chain)
    return chain


def _revocation_list(
    keystore: KeyStore, handle: KeyHandle, *, at: datetime, revoked: Sequence[Revocation], life: timedelta
) -> bytes:
    authority = keystore.signer(handle)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(keystore.chain(handle)[0].subject)
        .last_update(at - CLOCK_SKEW)
        .next_update(at + life)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(profiles.authority_key_identifier(authority.key), critical=False)
    )
    for each in revoked:
        builder = builder.add_revoked_certificate(_revoked(each))
    unsigned = builder.sign(_placeholder_key(), hashes.SHA256()).public_bytes(Encoding.DER)
    return _signed(asn1_crl.CertificateList.load(unsigned), "tbs_cert_list", "signature", authority)


def _revoked(revocation: Revocation) -> x509.RevokedCertificate:
    entry = x509.RevokedCertificateBuilder().serial_number(revocation.serial).revocation_date(revocation.at)
    if revocation.reason is not RevocationReason.UNSPECIFIED:  # RFC 5280, 5.3.1: then left out
        flag = x509.CRLReason(reason_flag(revocation.reason))
        entry = entry.add_extension(flag, critical=False)
    return entry.build()


def _placeholder_key() -> ec.EllipticCurvePrivateKey:
    """Return a key that lets ``cryptography`` build a body; its signature is thrown away by ``_signed``."""
    return ec.generate_private_key(ec.SECP256R1())


def _signed(unsigned: _Asn1, body: str, signature: str, authority: Signer) -> bytes:
    """Put the authority's own signature over the body in place of the placeholder's."""
    unsigned["signature_algorithm"] = signature_algorithm(authority.key.algorithm)
    unsigned[signature] = sign_asn1(authority, unsigned[body].dump())
    return bytes(unsigned.dump(force=False))


def _name(subject: Subject) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    if subject.organization is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organization))
    if subject.uscc is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTRCN-{subject.uscc.text}"))
    if subject.serial is not None:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, subject.serial))
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, subject.name))
    return x509.Name(attributes)
