"""One-time codes: short numbers that a person types in, kept as a keyed hash that nobody can try out.

A code has six digits from the system's randomness. A million numbers are tried in a second against a plain
hash, so what is kept is an HMAC under a key that is not in the database, over the thing that the code is for:
a code of one thing is wrong for every other, even where the digits are the same.

    codes = OneTimeCodes(key)
    code = draw()
    kept = codes.hash(code, for_=case.digest.value)
    codes.matches("123456", kept, for_=case.digest.value)

Source: RFC 4226, section 4, R4 (six digits at least), and NIST SP 800-63B, 5.1.3.2 (validity of ten minutes).
"""

import hmac
import secrets

DIGITS = 6
KEY_BYTES = 32


def draw() -> str:
    """Draw a code of :data:`DIGITS` digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


class OneTimeCodes:
    """Hashes codes under a key of 32 bytes that stays outside of the database."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(KEY_BYTES)
        self._key = key

    def hash(self, code: str, *, for_: bytes) -> bytes:
        """Give what is kept of ``code``, 32 bytes; ``for_`` is the digest of what it is for."""
        return hmac.digest(self._key, for_ + code.encode(), "sha256")

    def matches(self, code: str, kept: bytes, *, for_: bytes) -> bool:
        """Whether ``code`` is the one that was kept, in constant time; blanks do not count."""
        typed = "".join(code.split())
        if not (typed.isascii() and typed.isdigit()):
            return False
        return hmac.compare_digest(self.hash(typed, for_=for_), kept)
