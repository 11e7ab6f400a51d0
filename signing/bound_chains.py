"""The certificate chains of a key store, one PEM file a handle: public, so in clear, and in memory once read.

A file appears whole or not at all; its name is the SHA-256 of the handle in hexadecimal.

    chains = BoundChains(folder)
    chains.keep(KeyHandle("seal:42"), chain)
    chains.find(KeyHandle("seal:42"))          # None: nothing was bound
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger import durable
from signing.keystore import KeyHandle, KeyMissing, KeyUncertified

KEY = "key"
"""How the file of a key ends, in a store that has one for each."""


class BoundChains:
    """Chains below ``folder``, which is made for its owner alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._chains: dict[KeyHandle, tuple[x509.Certificate, ...]] = {}

    def keep(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain``, the key's own certificate first, in place of an earlier one."""
        pem = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)
        durable.write_over(self.path(handle, "pem"), pem)
        self._chains[handle] = tuple(chain)

    def find(self, handle: KeyHandle) -> tuple[x509.Certificate, ...] | None:
        """Return the bound chain, or None."""
        if handle not in self._chains:
            try:
                pem = self.path(handle, "pem").read_bytes()
            except FileNotFoundError:
                return None
            self._chains[handle] = tuple(x509.load_pem_x509_certificates(pem))
        return self._chains[handle]

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain of a key that has a file here too.

        Raises:
            KeyMissing: no key has this handle.
            KeyUncertified: nothing was bound yet.
        """
        bound = self.find(handle)
        if bound is not None:
            return bound
        kept = self.path(handle, KEY).exists()
        raise KeyUncertified(handle=handle) if kept else KeyMissing(handle=handle)

    def path(self, handle: KeyHandle, suffix: str) -> Path:
        """Name the file of ``handle`` that ends in ``suffix``."""
        return self._folder / f"{hashlib.sha256(handle.encode()).hexdigest()}.{suffix}"
