"""Private keys in files, one a handle, each sealed with AES-256-GCM under a secret given by wiring.

A file is ``nonce (12 bytes) || sealed`` where ``sealed`` is encrypted under a key of its own: HKDF-SHA-256 of
the secret with the kind of key and the handle as its context (RFC 5869). The handle is also the associated
data, so that a file renamed to another handle does not open. Files are 0600 and appear whole or not at all.

    files = SealedFiles(secret, context=b"yinxin/key-file/1")     # the secret: at least 32 random bytes
    files.write(path, handle, pkcs8)                              # FileExistsError: a handle names one key
    files.read(path, handle)
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evidence.errors import Refused
from ledger import durable
from signing.keystore import KeyHandle, KeyMissing, KeyUnreadable

SECRET_BYTES = 32  # AES-256 wants as much entropy as its key
NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2


class SecretTooShort(Refused):
    """The key store's secret is shorter than AES-256 needs. Facts: ``length``, ``least`` in bytes."""

    code = "secret-too-short"
    zh = "密钥库口令只有 {length} 字节，至少需要 {least} 字节随机数；请更换。"
    en = "The key store's secret has {length} bytes and needs at least {least} random ones; replace it."


class SealedFiles:
    """Seals and opens files under ``secret``; ``context`` is the kind of key that they hold.

    Raises:
        SecretTooShort: ``secret`` has fewer than 32 bytes.
    """

    def __init__(self, secret: bytes, *, context: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise SecretTooShort(length=len(secret), least=SECRET_BYTES)
        self._secret, self._context = secret, context

    def write(self, path: Path, handle: KeyHandle, plain: bytes) -> None:
        """Keep ``plain`` sealed at ``path``; FileExistsError where a file is."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._key(handle)).encrypt(nonce, plain, handle.encode())
        durable.write_new(path, nonce + sealed)

    def read(self, path: Path, handle: KeyHandle) -> bytes:
        """Open the file at ``path``.

        Raises:
            KeyMissing: there is none.
            KeyUnreadable: it does not open with this secret, or was altered.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise KeyMissing(handle=handle) from None
        nonce, sealed = content[:NONCE_BYTES], content[NONCE_BYTES:]
        try:
            return AESGCM(self._key(handle)).decrypt(nonce, sealed, handle.encode())
        except (InvalidTag, ValueError):
            raise KeyUnreadable(handle=handle) from None

    def _key(self, handle: KeyHandle) -> bytes:
        context = self._context + b"\x00" + handle.encode()
        return HKDF(hashes.SHA256(), SECRET_BYTES, salt=None, info=context).derive(self._secret)
