"""Keys kept in a folder, each sealed with AES-256-GCM under a secret given by wiring.

A key file is ``nonce (12 bytes) || sealed`` where ``sealed`` is the PKCS#8 DER of the private key,
encrypted under a key of its own: HKDF-SHA-256 of the secret with the handle as its context (RFC 5869). The
handle is also the associated data, so that a file renamed to another handle does not open. Opened keys stay
in memory: reading and parsing costs more than signing. Files are 0600 and appear whole or not at all.

    store = FileKeyStore(folder, secret)     # secret: at least 32 random bytes, the same at every start
"""

import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from evidence.algorithms import Algorithm
from evidence.errors import Refused
from evidence.keys import LocalSigner, PrivateKey, Signer, VerifyingKey
from ledger import durable
from signing.bound_chains import BoundChains
from signing.keystore import (
    KeyExists,
    KeyHandle,
    KeyMissing,
    KeyUncertified,
    KeyUnreadable,
    check_certifies,
    check_handle,
)

SECRET_BYTES = 32  # AES-256 wants as much entropy as its key
NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2
RSA_BITS = 3072  # NIST SP 800-57 part 1, table 2: 128-bit strength


class SecretTooShort(Refused):
    """The key store's secret is shorter than AES-256 needs. Facts: ``length``, ``least`` in bytes."""

    code = "secret-too-short"
    zh = "密钥库口令只有 {length} 字节，至少需要 {least} 字节随机数；请更换。"
    en = "The key store's secret has {length} bytes and needs at least {least} random ones; replace it."


class FileKeyStore:
    """A ``KeyStore`` under ``folder``; several processes may share it.

    Raises:
        SecretTooShort: ``secret`` has fewer than 32 bytes.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise SecretTooShort(length=len(secret), least=SECRET_BYTES)
        self._secret = secret
        self._signers: dict[KeyHandle, LocalSigner] = {}
        self._chains = BoundChains(folder)

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Make a key under ``handle``, keep it sealed on disk and return its public half.

        Raises:
            KeyExists: the handle is taken.
            KeyHandleMalformed: the handle is not one.
        """
        check_handle(handle)
        private_key = _generate(algorithm)
        plain = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._file_key(handle)).encrypt(nonce, plain, handle.encode())
        try:
            durable.write_new(self._path(handle), nonce + sealed)
        except FileExistsError:
            raise KeyExists(handle=handle) from None
        signer = LocalSigner(private_key)
        self._signers[handle] = signer
        return signer.key

    def signer(self, handle: KeyHandle) -> Signer:
        """Return what signs with the key of ``handle``.

        Raises:
            KeyMissing: no key has this handle.
            KeyUnreadable: the file does not open with this secret, or was altered.
        """
        if handle not in self._signers:
            self._signers[handle] = self._open(handle)
        return self._signers[handle]

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain``, the key's own certificate first and the root last, in place of an earlier one.

        Raises:
            KeyMissing: no key has this handle.
            CertificateOfAnotherKey: the first certificate is for another key.
        """
        check_certifies(chain[0], self.signer(handle).key, handle)
        self._chains.keep(handle, chain)

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain, the key's own certificate first and the root last.

        Raises:
            KeyMissing: no key has this handle.
            KeyUncertified: nothing was bound yet.
        """
        bound = self._chains.find(handle)
        if bound is not None:
            return bound
        raise KeyUncertified(handle=handle) if self._path(handle).exists() else KeyMissing(handle=handle)

    def _open(self, handle: KeyHandle) -> LocalSigner:
        try:
            content = self._path(handle).read_bytes()
        except FileNotFoundError:
            raise KeyMissing(handle=handle) from None
        nonce, sealed = content[:NONCE_BYTES], content[NONCE_BYTES:]
        try:
            plain = AESGCM(self._file_key(handle)).decrypt(nonce, sealed, handle.encode())
        except (InvalidTag, ValueError):
            raise KeyUnreadable(handle=handle) from None
        private_key = load_der_private_key(plain, password=None)
        if not isinstance(private_key, PrivateKey):
            raise KeyUnreadable(handle=handle)
        return LocalSigner(private_key)

    def _file_key(self, handle: KeyHandle) -> bytes:
        context = b"yinxin/key-file/1\x00" + handle.encode()
        return HKDF(hashes.SHA256(), SECRET_BYTES, salt=None, info=context).derive(self._secret)

    def _path(self, handle: KeyHandle) -> Path:
        return self._chains.path(handle, "key")


def _generate(algorithm: Algorithm) -> PrivateKey:
    """Make a private key for ``algorithm``: P-256 (FIPS 186-5), Ed25519 (RFC 8032) or RSA of 3072 bits."""
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
