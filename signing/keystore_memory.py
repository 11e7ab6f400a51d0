"""Keys kept in memory, for tests: gone when the program ends. Production refuses it (``double``)."""

from collections.abc import Sequence

from cryptography import x509

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner, Signer, VerifyingKey
from signing.keystore import (
    KeyExists,
    KeyHandle,
    KeyMissing,
    KeyUncertified,
    check_certifies,
    check_handle,
)


class MemoryKeyStore:
    """A ``KeyStore`` that keeps nothing over a restart."""

    double = True

    def __init__(self) -> None:
        self._signers: dict[KeyHandle, LocalSigner] = {}
        self._chains: dict[KeyHandle, tuple[x509.Certificate, ...]] = {}

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Make a key under ``handle`` and return its public half.

        Raises:
            KeyExists: the handle is taken.
            KeyHandleMalformed: the handle is not one.
        """
        check_handle(handle)
        signer = LocalSigner.generate(algorithm)
        if self._signers.setdefault(handle, signer) is not signer:
            raise KeyExists(handle=handle)
        return signer.key

    def signer(self, handle: KeyHandle) -> Signer:
        """Return what signs with the key of ``handle``.

        Raises:
            KeyMissing: no key has this handle.
        """
        try:
            return self._signers[handle]
        except KeyError:
            raise KeyMissing(handle=handle) from None

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain``, the key's own certificate first and the root last.

        Raises:
            KeyMissing: no key has this handle.
            CertificateOfAnotherKey: the first certificate is for another key.
        """
        check_certifies(chain[0], self.signer(handle).key, handle)
        self._chains[handle] = tuple(chain)

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain, the key's own certificate first and the root last.

        Raises:
            KeyMissing: no key has this handle.
            KeyUncertified: nothing was bound yet.
        """
        if handle not in self._signers:
            raise KeyMissing(handle=handle)
        try:
            return self._chains[handle]
        except KeyError:
            raise KeyUncertified(handle=handle) from None
