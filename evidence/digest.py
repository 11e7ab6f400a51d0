"""A digest never travels without its algorithm.

Example: ``str(sha256(b""))`` is ``sha256:e3b0c442…``.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from evidence.errors import DigestMalformed

_WRITTEN = re.compile(r"sha256:([0-9a-f]{64})")


class HashAlgorithm(StrEnum):
    """The hash algorithms in use. Source: FIPS 180-4."""

    SHA256 = "sha256"


@dataclass(frozen=True)
class Digest:
    """A hash value with the algorithm that made it; ``value`` is 32 bytes for SHA-256.

    Raises:
        DigestMalformed: ``value`` has another length.
    """

    algorithm: HashAlgorithm
    value: bytes

    def __post_init__(self) -> None:
        if len(self.value) != hashlib.new(self.algorithm).digest_size:
            raise DigestMalformed

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Read ``algorithm:hex`` as written by ``str``.

        Raises:
            DigestMalformed: it is written otherwise.
        """
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise DigestMalformed
        return cls(HashAlgorithm.SHA256, bytes.fromhex(written[1]))


def sha256(content: bytes) -> Digest:
    """Return the SHA-256 digest of ``content``."""
    return Digest(HashAlgorithm.SHA256, hashlib.sha256(content).digest())
