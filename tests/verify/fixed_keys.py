"""Keys that are the same in every run and sign the same bytes the same way, for evidence that is compared.

They are worth nothing: a private key is the SHA-256 of its name. ES256 signatures are made deterministic
(RFC 6979); those of Ed25519 always are.
"""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FixedSigner(LocalSigner):
    """A signer over the key of a name."""

    def __init__(self, name: str, algorithm: Algorithm = Algorithm.ES256) -> None:
        seed = hashlib.sha256(f"yinxin test key {name}".encode()).digest()
        if algorithm is Algorithm.EDDSA:
            super().__init__(Ed25519PrivateKey.from_private_bytes(seed))
        else:
            self._p256 = ec.derive_private_key(int.from_bytes(seed) % (_P256_ORDER - 1) + 1, ec.SECP256R1())
            super().__init__(self._p256)
        self._algorithm = algorithm

    def sign(self, message: bytes) -> bytes:
        """Return the one signature over ``message``."""
        if self._algorithm is Algorithm.EDDSA:
            return super().sign(message)
        der = self._p256.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
