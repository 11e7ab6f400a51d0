"""Keys kept in a folder, each sealed with AES-256-GCM under a secret given by wiring.

What is sealed is the PKCS#8 DER of the private key, in the form of ``signing.sealed_files``. Opened keys stay
in memory: reading and parsing costs more than signing.

    store = FileKeyStore(folder, secret)     # secret: at least 32 random bytes, the same at every start
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner, PrivateKey, Signer, VerifyingKey
from signing.bound_chains import KEY, BoundChains
from signing.keystore import (
    KeyExists,
    KeyHandle,
    KeyUnreadable,
    check_certifies,
    check_handle,
)
from signing.sealed_files import SealedFiles

RSA_BITS = 3072  # NIST SP 800-57 part 1, table 2: 128-bit strength


class FileKeyStore:
    """A ``KeyStore`` under ``folder``; several processes may share it.

    Raises:
        SecretTooShort: ``secret`` has fewer than 32 bytes.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._files = SealedFiles(secret, context=b"yinxin/key-file/1")
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
        try:
            self._files.write(self._path(handle), handle, plain)
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
        return self._chains.chain(handle)

    def _open(self, handle: KeyHandle) -> LocalSigner:
        plain = self._files.read(self._path(handle), handle)
        private_key = load_der_private_key(plain, password=None)
        if not isinstance(private_key, PrivateKey):
            raise KeyUnreadable(handle=handle)
        return LocalSigner(private_key)

    def _path(self, handle: KeyHandle) -> Path:
        return self._chains.path(handle, KEY)


def _generate(algorithm: Algorithm) -> PrivateKey:
    """Make a private key for ``algorithm``: P-256 (FIPS 186-5), Ed25519 (RFC 8032) or RSA of 3072 bits."""
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
