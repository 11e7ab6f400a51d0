"""Keys kept in a token (PKCS#11): made there, used there, never out of it; their chains in a folder beside.

The token holds the truth: a key is there exactly when an object with its handle as label is. The folder holds
the chains, which are public, and a lock: PKCS#11 lets two keys carry one label, and a handle names one key
for ever, so whoever makes a key asks and makes it alone.

    store = Pkcs11KeyStore(folder, Token(module, label="yinxin", pin=pin))
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509

from evidence.algorithms import Algorithm
from evidence.keys import Signer, VerifyingKey
from signing.bound_chains import BoundChains
from signing.keystore import (
    KeyExists,
    KeyHandle,
    KeyMissing,
    KeyUncertified,
    check_certifies,
    check_handle,
)
from signing.pkcs11_token import Token


class Pkcs11KeyStore:
    """A ``KeyStore`` over one token; processes of one machine may share it, by the same ``folder``."""

    def __init__(self, folder: Path, token: Token) -> None:
        self._chains = BoundChains(folder)
        self._lock = folder / ".making"
        self._token = token
        self._signers: dict[KeyHandle, _TokenSigner] = {}

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Make a key under ``handle`` in the token and return its public half.

        Raises:
            KeyExists: the handle is taken.
            KeyHandleMalformed: the handle is not one.
            KeyUnsupported: no token makes such a key.
            TokenUnavailable: the token does not answer.
        """
        check_handle(handle)
        with _alone(self._lock):
            if self._token.find(handle) is not None:
                raise KeyExists(handle=handle)
            return self._token.generate(handle, algorithm)

    def signer(self, handle: KeyHandle) -> Signer:
        """Return what signs with the key of ``handle``.

        Raises:
            KeyMissing: no key has this handle.
            KeyNotSealedIn, KeyAmbiguous: the key is not one that the token made and keeps.
            TokenUnavailable: the token does not answer.
        """
        if handle not in self._signers:
            key = self._token.find(handle)
            if key is None:
                raise KeyMissing(handle=handle)
            self._signers[handle] = _TokenSigner(self._token, handle, key)
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
        self.signer(handle)
        raise KeyUncertified(handle=handle)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until no thread or process of this machine holds ``file``, and hold it."""
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class _TokenSigner:
    """A ``Signer`` over a key in the token."""

    def __init__(self, token: Token, handle: KeyHandle, key: VerifyingKey) -> None:
        self._token, self._handle, self._key = token, handle, key

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``.

        Raises:
            TokenUnavailable: the token does not answer.
        """
        return self._token.sign(self._handle, message)
