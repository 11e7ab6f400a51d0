"""What each kind of certificate may be used for (RFC 5280, 4.2.1).

Signers carry contentCommitment alone: such a key says "I agree to this content" and never logs anybody in.
The timestamp authority carries the one critical extended key usage that RFC 3161, 2.3 demands, the OCSP
responder the one of RFC 6960, 4.2.2.2.1, and the word that nobody need ask about it in turn (4.2.2.2.1).
"""

from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from evidence.keys import VerifyingKey

Extensions = list[tuple[x509.ExtensionType, bool]]


class Profile(StrEnum):
    """What an end certificate is for."""

    PERSON = "person"
    SEAL = "seal"
    AGENCY = "agency"
    PLATFORM = "platform"
    TIMESTAMP = "timestamp"
    OCSP = "ocsp"


def end_extensions(profile: Profile, *, address: str | None) -> Extensions:
    """Return the extensions of an end certificate, each with whether it is critical.

    ``address`` is where the house answers about certificates; None leaves that out.
    """
    extensions: Extensions = [(x509.BasicConstraints(ca=False, path_length=None), True)]
    if profile is Profile.TIMESTAMP:
        extensions.append((_key_usage(digital_signature=True), True))
        extensions.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True))
    elif profile is Profile.OCSP:
        extensions.append((_key_usage(digital_signature=True), True))
        extensions.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False))
        extensions.append((x509.OCSPNoCheck(), False))
    else:
        extensions.append((_key_usage(content_commitment=True), True))
    return extensions if address is None else [*extensions, *_where_to_ask(address)]


def _where_to_ask(address: str) -> Extensions:
    """Return where the revocation list, the responder and the authority's certificate are (RFC 5280)."""
    base = address.rstrip("/") + "/pki"

    def at(path: str) -> x509.UniformResourceIdentifier:
        return x509.UniformResourceIdentifier(f"{base}/{path}")

    point = x509.DistributionPoint([at("issuing.crl")], relative_name=None, reasons=None, crl_issuer=None)
    return [
        (x509.CRLDistributionPoints([point]), False),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at("ocsp")),
                    x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, at("issuing.cer")),
                ]
            ),
            False,
        ),
    ]


def authority_extensions(*, path_length: int) -> Extensions:
    """Return the extensions of an authority with ``path_length`` authorities allowed below it."""
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(authority=True), True),
    ]


def key_identifiers(key: VerifyingKey, authority: VerifyingKey) -> Extensions:
    """Return the subject's and the authority's key identifiers (RFC 5280, 4.2.1.1 and 4.2.1.2)."""
    return [
        (x509.SubjectKeyIdentifier.from_public_key(key.public), False),
        (authority_key_identifier(authority), False),
    ]


def authority_key_identifier(authority: VerifyingKey) -> x509.AuthorityKeyIdentifier:
    """Return what names the key that signs a certificate or a revocation list."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public)


def _key_usage(
    *, content_commitment: bool = False, digital_signature: bool = False, authority: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
