"""SM2 keys by handle: where they are made, sealed and certified, beside the ES256 key of the same handle.

A handle means the same holder in both stores. The keys are of another type than those of
``signing.keystore``, so nothing that wants a statement's signer gets one of them. Each is a file in the form
of ``signing.sealed_files``, sealed under the same secret in a context of its own; no token has SM2 here.

    keys = FileSm2KeyStore(folder, secret)
    keys.ensure(handle)                       # the public half, made the first time
    keys.bind(handle, chain)                  # its certificate first, the root last
    keys.signer(handle).sign(b"message")
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography import x509

from signing.bound_chains import KEY, BoundChains
from signing.keystore import (
    CertificateOfAnotherKey,
    CertifiedKeys,
    KeyHandle,
    KeyUnreadable,
    check_handle,
)
from signing.sealed_files import SealedFiles
from signing.sm2 import LocalSm2Signer, Sm2KeyUnsupported, Sm2Signer, Sm2VerifyingKey
from signing.sm2_certificates import certified_key


class Sm2Keys(CertifiedKeys, Protocol):
    """What certifies SM2 keys needs of who keeps them, in this process or another."""

    def ensure(self, handle: KeyHandle) -> Sm2VerifyingKey:
        """Return the public half of the key of ``handle``, made the first time.

        Raises:
            KeyHandleMalformed: the handle is not one.
            KeyUnreadable: the stored key does not open.
        """
        ...


class Sm2KeyStore(Sm2Keys, Protocol):
    """Holds private SM2 keys by handle and signs with them."""

    def signer(self, handle: KeyHandle) -> Sm2Signer:
        """Return what signs with the key of ``handle``.

        Raises:
            KeyMissing: no key has this handle.
            KeyUnreadable: the stored key does not open.
        """
        ...


class FileSm2KeyStore:
    """An ``Sm2KeyStore`` under ``folder``; several processes may share it.

    Raises:
        SecretTooShort: ``secret`` has fewer than 32 bytes.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._files = SealedFiles(secret, context=b"yinxin/sm2-key-file/1")
        self._chains = BoundChains(folder)
        self._signers: dict[KeyHandle, LocalSm2Signer] = {}

    def ensure(self, handle: KeyHandle) -> Sm2VerifyingKey:
        """Return the public half of the key of ``handle``, made the first time; see the port."""
        check_handle(handle)
        if not self._path(handle).exists():
            with suppress(FileExistsError):  # another process was first: its key is the key
                self._files.write(self._path(handle), handle, LocalSm2Signer.generate().pkcs8())
        return self.signer(handle).key

    def signer(self, handle: KeyHandle) -> Sm2Signer:
        """Return what signs with the key of ``handle``; see the port."""
        if handle not in self._signers:
            plain = self._files.read(self._path(handle), handle)
            try:
                self._signers[handle] = LocalSm2Signer.from_pkcs8(plain)
            except Sm2KeyUnsupported as error:
                raise KeyUnreadable(handle=handle) from error
        return self._signers[handle]

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain``; see the port."""
        try:
            certified = certified_key(chain[0])
        except Sm2KeyUnsupported as error:
            raise CertificateOfAnotherKey(handle=handle) from error
        if certified != self.signer(handle).key:
            raise CertificateOfAnotherKey(handle=handle)
        self._chains.keep(handle, chain)

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain; see the port."""
        return self._chains.chain(handle)

    def _path(self, handle: KeyHandle) -> Path:
        return self._chains.path(handle, KEY)
