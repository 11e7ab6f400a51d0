"""A token spoken to over PKCS#11: a hardware module, or SoftHSM2 where there is none.

The token makes each key itself, for signing alone, and never gives it out: ``CKA_SENSITIVE`` is true and
``CKA_EXTRACTABLE`` false from the first moment, which no later command can change. A key that got in from
outside, or that could once be taken out, is not used. A key goes by its label, the handle of the key store;
public half and private half carry the same one.

One session, used by one thread at a time. When the token loses it (restarted, unplugged for a moment), the
next call opens another and tries once more. A refused PIN is not shown again before the process is restarted,
because some wrong ones lock the token.

    token = Token(Path("/usr/lib/softhsm/libsofthsm2.so"), label="yinxin", pin=pin)
    key = token.generate("seal:42", Algorithm.ES256)
    token.sign("seal:42", b"message")

Source: OASIS PKCS #11 Specification 3.1, 4.9 (private key objects), 6.3 (elliptic curves).
"""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from asn1crypto.core import OctetString
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass

from evidence.algorithms import Algorithm
from evidence.errors import KeyUnsupported, Refused, Unavailable
from evidence.keys import VerifyingKey

_P256 = bytes.fromhex("06082a8648ce3d030107")  # OID 1.2.840.10045.3.1.7 (RFC 5480, 2.1.1.1)
_ED25519 = bytes.fromhex("06032b6570")  # OID 1.3.101.112 (RFC 8410, 3)
_KINDS = {
    Algorithm.ES256: (KeyType.EC, Mechanism.EC_KEY_PAIR_GEN, _P256),
    Algorithm.EDDSA: (KeyType.EC_EDWARDS, Mechanism.EC_EDWARDS_KEY_PAIR_GEN, _ED25519),
}
_SECRET = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
_PINS = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinLocked,
    pkcs11.PinExpired,
    pkcs11.UserPinNotInitialized,
)

Answer = TypeVar("Answer")


class TokenUnavailable(Unavailable):
    """The token, or its module, does not answer. Facts: ``token``, ``reason`` in the words of PKCS#11."""

    code = "token-unavailable"
    zh = "密码设备 {token} 无法使用（{reason}）；请检查设备、其 PKCS#11 模块和标签，然后重试。"
    en = "The token {token} cannot be used ({reason}); check it, its PKCS#11 module and its label; try again."


class TokenPinRefused(Refused):
    """The token does not accept the PIN; asking again may lock it. Facts: ``token``, ``reason``."""

    code = "token-pin-refused"
    zh = "密码设备 {token} 不接受该 PIN（{reason}）；请核对 PIN 文件后重启程序，多次输错会锁死设备。"
    en = "The token {token} refuses the PIN ({reason}); correct its file and restart: wrong ones may lock it."


class KeyNotSealedIn(Refused):
    """A key in the token was not made there, or could be taken out. Facts: ``handle``."""

    code = "key-not-sealed-in"
    zh = "密钥 {handle} 不是在密码设备内生成的，或可以导出，不予使用；请在设备内另行生成。"
    en = "The key {handle} was not made inside the token, or may leave it, so it is not used; make another."


class KeyAmbiguous(Refused):
    """Several keys in the token carry one label. Facts: ``handle``."""

    code = "key-ambiguous"
    zh = "密码设备中有多个名为 {handle} 的密钥，不予使用；请删除不应存在的密钥。"
    en = (
        "Several keys in the token are called {handle}, so none is used; remove the one that does not belong."
    )


class Token:
    """The token called ``label``, reached by the library ``module``.

    Raises:
        TokenUnavailable: the module or the token is not there.
        TokenPinRefused: the PIN is wrong.
    """

    def __init__(self, module: Path, *, label: str, pin: str) -> None:
        self._module, self._label, self._pin = module, label, pin
        self._turn = threading.Lock()
        self._private: dict[str, Any] = {}
        self._refused: TokenPinRefused | None = None
        self._session = self._open()

    def generate(self, label: str, algorithm: Algorithm) -> VerifyingKey:
        """Make a key called ``label`` inside the token and return its public half.

        Raises:
            KeyUnsupported: tokens make P-256 and Ed25519 here, nothing else.
            TokenUnavailable: it was not made.
        """
        if algorithm not in _KINDS:
            raise KeyUnsupported
        type_, mechanism, curve = _KINDS[algorithm]

        def made() -> VerifyingKey:
            domain = self._session.create_domain_parameters(type_, {Attribute.EC_PARAMS: curve}, local=True)
            public, _ = domain.generate_keypair(
                label=label,
                store=True,
                mechanism=mechanism,
                capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
                private_template=_SECRET,
            )
            return _verifying(public)

        return self._asked(made, again=False)

    def find(self, label: str) -> VerifyingKey | None:
        """Return the public half of the key called ``label``, or None.

        Raises:
            KeyNotSealedIn: its private half was not made there, or may leave.
            KeyAmbiguous: several are called so.
            TokenUnavailable: the token does not answer.
        """

        def found() -> VerifyingKey | None:
            public = self._object(ObjectClass.PUBLIC_KEY, label)
            return None if public is None or self._key(label) is None else _verifying(public)

        return self._asked(found)

    def sign(self, label: str, message: bytes) -> bytes:
        """Sign ``message`` by the key called ``label``: 64 bytes, r‖s for P-256, R‖S for Ed25519.

        Raises:
            KeyNotSealedIn, KeyAmbiguous: as ``find``.
            TokenUnavailable: the token does not answer, or has no such key any more.
        """

        def signed() -> bytes:
            private = self._key(label)
            if private is None:
                raise pkcs11.NoSuchKey
            if private.key_type is KeyType.EC:  # SoftHSM2 hashes nothing for ECDSA: the digest goes in
                return bytes(private.sign(hashlib.sha256(message).digest(), mechanism=Mechanism.ECDSA))
            return bytes(private.sign(message, mechanism=Mechanism.EDDSA))

        return self._asked(signed)

    def _key(self, label: str) -> Any:
        """Give the private half as the token knows it, sure that it never leaves; None if there is none."""
        if label not in self._private:
            private = self._object(ObjectClass.PRIVATE_KEY, label)
            if private is None:
                return None
            sealed = (Attribute.SENSITIVE, Attribute.ALWAYS_SENSITIVE, Attribute.NEVER_EXTRACTABLE)
            if not all(private[attribute] for attribute in sealed) or private[Attribute.EXTRACTABLE]:
                raise KeyNotSealedIn(handle=label)
            self._private[label] = private
        return self._private[label]

    def _object(self, class_: ObjectClass, label: str) -> Any:
        """Give the one object of this class called ``label``, or None."""
        found = list(self._session.get_objects({Attribute.CLASS: class_, Attribute.LABEL: label}))
        if len(found) > 1:
            raise KeyAmbiguous(handle=label)
        return found[0] if found else None

    def _asked(self, act: Callable[[], Answer], *, again: bool = True) -> Answer:
        with self._turn:
            if self._refused is not None:
                raise TokenPinRefused(**self._refused.facts)
            try:
                return act()
            except pkcs11.PKCS11Error as error:
                self._private.clear()
                if not again:
                    raise self._unavailable(error) from error
            self._session = self._open()
            try:
                return act()
            except pkcs11.PKCS11Error as error:
                raise self._unavailable(error) from error

    def _open(self) -> "pkcs11.Session":
        try:
            token = pkcs11.lib(str(self._module)).get_token(token_label=self._label)
            try:
                return token.open(rw=True, user_pin=self._pin)
            except pkcs11.UserAlreadyLoggedIn:  # by another session of this process
                return token.open(rw=True)
        except _PINS as error:
            self._refused = TokenPinRefused(token=self._label, reason=type(error).__name__)
            raise self._refused from error
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> TokenUnavailable:
        return TokenUnavailable(token=self._label, reason=type(error).__name__)


def _verifying(public: "pkcs11.Object") -> VerifyingKey:
    """Read the public half; its point is an OCTET STRING in DER (PKCS #11, 6.3.3)."""
    point = bytes(OctetString.load(public[Attribute.EC_POINT]))
    key: EllipticCurvePublicKey | Ed25519PublicKey
    if public[Attribute.KEY_TYPE] is KeyType.EC:
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    else:
        key = Ed25519PublicKey.from_public_bytes(point)
    return VerifyingKey.from_spki(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
