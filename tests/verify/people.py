"""The keys of those who sign in the tests' agreements, with certificates made once: ``people.pem``.

``python -m tests.verify.people`` makes the certificates anew, which changes every agreement signed under
them.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner, VerifyingKey
from signing import pki
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.pki import Chain, Subject
from signing.profiles import Profile
from tests.verify import city
from tests.verify.fixed_keys import FixedSigner

SLOTS = ("1", "2", "4", "other")
_PEM = Path(__file__).with_name("people.pem")


@cache
def keys() -> Mapping[str, tuple[LocalSigner, Chain]]:
    """A key of its algorithm with its certificates for each slot, and another person's."""
    *leaves, issuing, root = x509.load_pem_x509_certificates(_PEM.read_bytes())
    return {
        slot: (FixedSigner(f"person:{slot}"), (leaf, issuing, root))
        for slot, leaf in zip(SLOTS, leaves, strict=True)
    }


class _FixedKeys(MemoryKeyStore):
    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        return self._signers.setdefault(handle, FixedSigner(handle, algorithm)).key


def _made() -> bytes:
    authority = pki.found(_FixedKeys(), city="示范市", at=city.ISSUED - timedelta(days=1))
    chains = [
        authority.ensure(
            KeyHandle(f"person:{slot}"),
            Subject(name="沈若华", serial=slot),
            Profile.PERSON,
            at=city.ISSUED,
        )
        for slot in SLOTS
    ]
    certificates = [*(leaf for leaf, *_ in chains), *chains[0][1:]]
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


if __name__ == "__main__":
    _PEM.write_bytes(_made())
