"""The key store: it makes keys, signs with them and keeps their certificates; it never gives a key out.

A key goes by its handle, a name such as ``person:7f3a…``, ``seal:2`` or ``agency:11…``. The life of a key:
it is created under a handle, certified (``signing.pki``), its certificate chain is bound to the handle, and
from then on ``signer(handle)`` signs. Nothing in this port returns private bytes.

    key = store.create(KeyHandle("seal:42"), Algorithm.ES256)
    signature = store.signer(KeyHandle("seal:42")).sign(message)
"""

import re
from collections.abc import Sequence
from typing import NewType, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.algorithms import Algorithm
from evidence.errors import Refused, Unavailable
from evidence.keys import Signer, VerifyingKey

KeyHandle = NewType("KeyHandle", str)

PERSON_KEY, SEAL_KEY = "person:", "seal:"
"""How handles of held keys begin: of people and of seals, which sign on activation alone."""

HANDLE_PATTERN = re.compile(r"[a-z0-9][a-z0-9:._-]{0,127}")


class KeyExists(Refused):
    """A handle names one key for ever. Facts: ``handle``."""

    code = "key-exists"
    zh = "密钥 {handle} 已经存在；请换一个名称。"
    en = "The key {handle} exists already; choose another handle."


class KeyMissing(Refused):
    """No key has this handle. Facts: ``handle``."""

    code = "key-missing"
    zh = "没有名为 {handle} 的密钥；请先创建密钥。"
    en = "There is no key {handle}; create it first."


class KeyUncertified(Refused):
    """The key has no certificate yet. Facts: ``handle``."""

    code = "key-uncertified"
    zh = "密钥 {handle} 还没有证书；请先签发证书。"
    en = "The key {handle} has no certificate yet; issue one first."


class CertificateOfAnotherKey(Refused):
    """The certificate certifies another key. Facts: ``handle``."""

    code = "certificate-of-another-key"
    zh = "证书与密钥 {handle} 不符；请为该密钥签发证书。"
    en = "The certificate does not belong to the key {handle}; issue one for this key."


class KeyHandleMalformed(Refused):
    """A handle is lower-case letters, digits and ``: . _ -``, at most 128. Facts: ``handle``."""

    code = "key-handle-malformed"
    zh = "密钥名称 {handle} 不合规则；只用小写字母、数字和 : . _ -，不超过 128 个字符。"
    en = "The key handle {handle} is malformed; use lower-case letters, digits and : . _ -, at most 128."


class KeyUnreadable(Unavailable):
    """The stored key does not open with this secret. Facts: ``handle``."""

    code = "key-unreadable"
    zh = "密钥 {handle} 无法打开；请核对密钥库口令，或从备份恢复。"
    en = "The key {handle} does not open; check the key store's secret, or restore the file from a backup."


class CertifiedKeys(Protocol):
    """Keeps the certificate chain of each key, by the key's handle."""

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain``, the key's own certificate first and the root last, in place of an earlier one.

        Raises:
            KeyMissing: no key has this handle.
            CertificateOfAnotherKey: the first certificate is for another key.
        """
        ...

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain, the key's own certificate first and the root last.

        Raises:
            KeyMissing: no key has this handle.
            KeyUncertified: nothing was bound yet.
        """
        ...


class KeyStore(CertifiedKeys, Protocol):
    """Holds private keys by handle and signs with them."""

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Make a key under ``handle`` and return its public half.

        Raises:
            KeyExists: the handle is taken.
            KeyHandleMalformed: the handle is not one.
        """
        ...

    def signer(self, handle: KeyHandle) -> Signer:
        """Return what signs with the key of ``handle``.

        Raises:
            KeyMissing: no key has this handle.
            KeyUnreadable: the stored key does not open.
        """
        ...


def check_handle(handle: KeyHandle) -> None:
    """Refuse a handle that could not be a name on every adapter.

    Raises:
        KeyHandleMalformed: the handle has other characters, or is too long.
    """
    if not HANDLE_PATTERN.fullmatch(handle):
        raise KeyHandleMalformed(handle=handle)


def check_certifies(certificate: x509.Certificate, key: VerifyingKey, handle: KeyHandle) -> None:
    """Refuse a certificate for another key than ``key``.

    Raises:
        CertificateOfAnotherKey: the public keys differ.
    """
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki != key.spki:
        raise CertificateOfAnotherKey(handle=handle)
