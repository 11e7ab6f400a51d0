"""SM2 with SM3: the national signature (GB/T 32918.2-2016, on the curve of GB/T 32918.5-2017).

A key is named, as in ``evidence.keys``, by the SHA-256 of its SubjectPublicKeyInfo. The signer's
distinguishing identifier is the default one, ``1234567812345678`` (GM/T 0009, 10), and no other: a signature
made under another identifier is refused like one over another message. A signature is DER, a sequence of the
integers r and s (GM/T 0009, 7.3), because certificates, CMS and seals all write it so.

These keys are not in ``evidence.algorithms``: SM2 has no COSE number, so no statement is signed with it.
The arithmetic is Tongsuo's. It is given nothing but what was read strictly here: a point of one encoding,
and r and s within their range.

    signer = LocalSm2Signer.generate()
    signer.key.verify(b"message", signer.sign(b"message"))
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from tongsuopy.crypto.hashes import SM3
from tongsuopy.crypto.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from evidence.errors import Refused, SignatureInvalid

SM2_WITH_SM3_OID = "1.2.156.10197.1.501"  # GM/T 0006
CURVE_OID = "1.2.156.10197.1.301"  # GM/T 0006
USER_ID = b"1234567812345678"
"""The default distinguishing identifier, which Tongsuo takes where none is given."""

ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""n, the order of the base point (GB/T 32918.5-2017, 2)."""

SPKI_BYTES = 91
_SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
"""What stands before x and y in the one encoding: id-ecPublicKey, the curve, an uncompressed point."""

_SM2_WITH_SM3 = ec.ECDSA(SM3())


class Sm2KeyUnsupported(Refused):
    """A key is no SM2 key, is written in another way, or its point is not on the curve."""

    code = "sm2-key-unsupported"
    zh = "不支持该密钥：只接受国密推荐曲线上以非压缩形式书写的SM2密钥。"
    en = "The key is not supported: use an SM2 key on the recommended curve, its point uncompressed."


@dataclass(frozen=True)
class Sm2VerifyingKey:
    """A public SM2 key; ``spki`` is its DER SubjectPublicKeyInfo, 91 bytes. Make it by ``from_spki``."""

    spki: bytes

    @classmethod
    def from_spki(cls, der: bytes) -> "Sm2VerifyingKey":
        """Read a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).

        Raises:
            Sm2KeyUnsupported: it is not the one encoding of a point on the SM2 curve.
        """
        if len(der) != SPKI_BYTES or not der.startswith(_SPKI_HEAD):
            raise Sm2KeyUnsupported
        try:
            load_der_public_key(der)
        except (ValueError, UnsupportedAlgorithm, InternalError) as error:
            raise Sm2KeyUnsupported from error
        return cls(der)

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes of SHA-256 over the SubjectPublicKeyInfo."""
        return hashlib.sha256(self.spki).digest()

    @property
    def point(self) -> bytes:
        """The uncompressed point, 65 bytes: 04, x and y."""
        return self.spki[len(_SPKI_HEAD) - 1 :]

    @cached_property
    def _public(self) -> ec.EllipticCurvePublicKey:
        return load_der_public_key(self.spki)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check that ``signature``, DER, over ``message`` was made with this key's private half.

        Raises:
            SignatureInvalid: it was not, or is not the one encoding of an r and s from 1 to n - 1.

        Source: GB/T 32918.2-2016, 7.1; B1 and B2, the ranges, are checked here.
        """
        try:
            _check_form(signature)
            self._public.verify(signature, message, _SM2_WITH_SM3)
        except (ValueError, InvalidSignature, InternalError) as error:
            raise SignatureInvalid(key_id=self.key_id.hex()) from error


class Sm2Signer(Protocol):
    """A held SM2 key that signs; where the key is kept is the adapter's matter."""

    @property
    def key(self) -> Sm2VerifyingKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, DER, 70 to 72 bytes and very seldom fewer."""


class LocalSm2Signer:
    """An ``Sm2Signer`` over a private key in this process's memory."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey) -> None:
        self._private_key = private_key
        public = private_key.public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._key = Sm2VerifyingKey.from_spki(spki)

    @classmethod
    def generate(cls) -> "LocalSm2Signer":
        """Make a signer over a fresh random key."""
        return cls(ec.generate_private_key(ec.SM2()))

    @classmethod
    def from_pkcs8(cls, der: bytes) -> "LocalSm2Signer":
        """Read an unencrypted PKCS #8 private key, DER (RFC 5208), as a key store keeps it sealed.

        Raises:
            Sm2KeyUnsupported: it holds no SM2 key.
        """
        try:
            private_key = load_der_private_key(der, None)
        except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as error:
            raise Sm2KeyUnsupported from error
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise Sm2KeyUnsupported
        return cls(private_key)

    @property
    def key(self) -> Sm2VerifyingKey:
        """The public half."""
        return self._key

    def pkcs8(self) -> bytes:
        """Return the private key as unencrypted PKCS #8, DER, for a key store to seal."""
        encoded = self._private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return bytes(encoded)

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, DER, made with a fresh random k."""
        return bytes(self._private_key.sign(message, _SM2_WITH_SM3))


def _check_form(signature: bytes) -> None:
    """Check that ``signature`` is DER, which is read strictly, of an r and s from 1 to n - 1.

    Raises:
        ValueError: it is not.
    """
    r, s = decode_dss_signature(signature)
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise ValueError(signature)
