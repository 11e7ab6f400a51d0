"""Keys: a public key that checks, and the port Signer through which a held key signs.

A key is known by its ``key_id``, the SHA-256 of its DER SubjectPublicKeyInfo. ES256 signatures are the raw
r‖s of COSE and WebCrypto, 64 bytes. Both halves of s are accepted: hardware and browsers make either, and a
turned s gains nothing, because what is logged is the digest of the whole signed statement.

    signer = LocalSigner.generate(Algorithm.ES256)
    signer.key.verify(b"message", signer.sign(b"message"))
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from evidence.algorithms import RSA_SMALLEST_BITS, Algorithm
from evidence.errors import KeyUnsupported, SignatureInvalid

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | Ed25519PublicKey | rsa.RSAPublicKey
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | Ed25519PrivateKey | rsa.RSAPrivateKey

_P256_COORDINATE = 32
_RSA_EXPONENT = 65537
_ES256 = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class VerifyingKey:
    """A public key with the one algorithm it is used with; ``spki`` is DER. Make it by ``from_spki``."""

    algorithm: Algorithm
    spki: bytes

    @classmethod
    def from_spki(cls, der: bytes) -> "VerifyingKey":
        """Read a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).

        Raises:
            KeyUnsupported: the kind is not in the table of algorithms, or the DER is not its one encoding.
        """
        public = _public_key(der)
        if public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != der:
            raise KeyUnsupported
        return cls(_algorithm(public), der)

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes of SHA-256 over the SubjectPublicKeyInfo."""
        return hashlib.sha256(self.spki).digest()

    @cached_property
    def public(self) -> PublicKey:
        """The key as an object of ``cryptography``."""
        return _public_key(self.spki)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check that ``signature`` over ``message`` was made with this key's private half.

        Raises:
            SignatureInvalid: it was not.
        """
        try:
            _verify(self.public, message, signature)
        except InvalidSignature as error:
            raise SignatureInvalid(key_id=self.key_id.hex()) from error


class Signer(Protocol):
    """A held key that signs; where the key is kept is the adapter's matter."""

    @property
    def key(self) -> VerifyingKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message`` in the form of the table of algorithms."""


class LocalSigner:
    """A Signer over a private key in this process's memory."""

    def __init__(self, private_key: PrivateKey) -> None:
        self._private_key = private_key
        der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._key = VerifyingKey.from_spki(der)

    @classmethod
    def generate(cls, algorithm: Algorithm) -> "LocalSigner":
        """Make a signer over a fresh random key for ``algorithm``."""
        if algorithm is Algorithm.ES256:
            return cls(ec.generate_private_key(ec.SECP256R1()))
        if algorithm is Algorithm.EDDSA:
            return cls(Ed25519PrivateKey.generate())
        return cls(rsa.generate_private_key(_RSA_EXPONENT, RSA_SMALLEST_BITS))

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``: r‖s for ES256, R‖S for EdDSA, PKCS #1 v1.5 for RS256."""
        private = self._private_key
        if isinstance(private, Ed25519PrivateKey):
            return private.sign(message)
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_P256_COORDINATE, "big") + s.to_bytes(_P256_COORDINATE, "big")


def _public_key(der: bytes) -> PublicKey:
    try:
        public = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnsupported from error
    if not isinstance(public, ec.EllipticCurvePublicKey | Ed25519PublicKey | rsa.RSAPublicKey):
        raise KeyUnsupported
    return public


def _algorithm(public: PublicKey) -> Algorithm:
    if isinstance(public, Ed25519PublicKey):
        return Algorithm.EDDSA
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= RSA_SMALLEST_BITS:
        return Algorithm.RS256
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return Algorithm.ES256
    raise KeyUnsupported


def _verify(public: PublicKey, message: bytes, signature: bytes) -> None:
    if isinstance(public, Ed25519PublicKey):
        public.verify(signature, message)
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        if len(signature) != 2 * _P256_COORDINATE:
            raise InvalidSignature
        r = int.from_bytes(signature[:_P256_COORDINATE], "big")
        s = int.from_bytes(signature[_P256_COORDINATE:], "big")
        public.verify(encode_dss_signature(r, s), message, _ES256)
