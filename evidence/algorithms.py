"""The one table of signature algorithms: what a signature may be made with, and which standard says how.

Nothing else in the project names a curve, a padding or a COSE number, but ``signing.sm2``. SM2 with SM3 is
not in the table: it has no COSE number, and neither the browser nor ``yinxin verify`` could check it.
It stands beside a signature of the table, never in its place (docs/adr/0018).

| name  | COSE | key                       | signature                     | standard                    |
|-------|------|---------------------------|-------------------------------|-----------------------------|
| ES256 | -7   | NIST P-256                | r‖s, 64 bytes, SHA-256        | FIPS 186-5; RFC 9053, 2.1   |
| EdDSA | -8   | Ed25519                   | R‖S, 64 bytes                 | RFC 8032; RFC 9053, 2.2     |
| RS256 | -257 | RSA, 2048 bits or more    | PKCS #1 v1.5, SHA-256         | RFC 8017, 8.2; RFC 8812, 2  |
"""

from dataclasses import dataclass
from enum import StrEnum


class KeyKind(StrEnum):
    """The kinds of keys that sign."""

    P256 = "P-256"
    ED25519 = "Ed25519"
    RSA = "RSA"


class Algorithm(StrEnum):
    """The allowed signature algorithms, by their JOSE and COSE names."""

    ES256 = "ES256"
    EDDSA = "EdDSA"
    RS256 = "RS256"

    @property
    def cose_id(self) -> int:
        """The number of the algorithm in COSE headers (IANA COSE Algorithms)."""
        return _TABLE[self].cose_id

    @property
    def key_kind(self) -> KeyKind:
        """The kind of key that the algorithm needs."""
        return _TABLE[self].key_kind

    @property
    def standard(self) -> str:
        """The documents and sections that define the algorithm."""
        return _TABLE[self].standard

    @classmethod
    def of_cose_id(cls, cose_id: object) -> "Algorithm | None":
        """Return the algorithm with this COSE number, or None when the table has none."""
        return _BY_COSE_ID.get(cose_id) if isinstance(cose_id, int) else None


@dataclass(frozen=True)
class _Row:
    cose_id: int
    key_kind: KeyKind
    standard: str


_TABLE = {
    Algorithm.ES256: _Row(-7, KeyKind.P256, "FIPS 186-5; RFC 9053, section 2.1"),
    Algorithm.EDDSA: _Row(-8, KeyKind.ED25519, "RFC 8032; RFC 9053, section 2.2"),
    Algorithm.RS256: _Row(-257, KeyKind.RSA, "RFC 8017, section 8.2; RFC 8812, section 2"),
}
_BY_COSE_ID = {row.cose_id: algorithm for algorithm, row in _TABLE.items()}

RSA_SMALLEST_BITS = 2048
"""NIST SP 800-131A revision 2, table 2: shorter moduli are disallowed."""
