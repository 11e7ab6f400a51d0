"""SM3, the national digest: 32 bytes (GB/T 32905-2016).

It stands where a national signature or seal demands it. Facts, manifests and the log are digested by SHA-256
(``evidence.digest``), whatever signs them.
"""

from cryptography.hazmat.primitives.hashes import SM3, Hash

SM3_OID = "1.2.156.10197.1.401"  # GM/T 0006


def sm3(content: bytes) -> bytes:
    """Return the 32 bytes of SM3 over ``content``."""
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize()
