"""Salted commitments: what is logged tells nothing, can be shown field by field, and can be forgotten.

A commitment is the SHA-256 of a value together with 16 secret random bytes. Who holds value and salt can
prove the value; once the salt is deleted, nobody can, and the commitment is noise (erasure).

    commitments = commit_fields({"project": "…"}, {"project": salt})
    check_disclosure(Disclosure("project", "…", salt), commitments)
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evidence.canonical import Value, encode
from evidence.errors import DisclosureInvalid

SALT_BYTES = 16
"""128 bits: guessing the salt of a short field is as hard as breaking a key."""

_DOMAIN = "yinxin/commitment/1"


@dataclass(frozen=True)
class Disclosure:
    """One field shown: its name, its value and the 16-byte salt under which it was committed."""

    name: str
    value: Value
    salt: bytes


def new_salt() -> bytes:
    """Return 16 fresh random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def commit(value: Value, salt: bytes) -> bytes:
    """Return the 32-byte commitment: SHA-256 over deterministic CBOR of [domain, salt, value].

    Raises:
        ValueError: ``salt`` is not 16 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 16 bytes")
    return hashlib.sha256(encode([_DOMAIN, salt, value])).digest()


def commit_fields(fields: Mapping[str, Value], salts: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Return one commitment for each field, sorted, so that their order tells nothing of the names.

    Raises:
        ValueError: a field has no salt of its own, or a salt no field.
    """
    if fields.keys() != salts.keys() or len(set(salts.values())) != len(salts):
        raise ValueError("each field has exactly one salt of its own")
    return tuple(sorted(commit([name, value], salts[name]) for name, value in fields.items()))


def check_disclosure(disclosure: Disclosure, commitments: Collection[bytes]) -> None:
    """Check that the disclosed field is one of those committed to.

    Raises:
        DisclosureInvalid: no commitment binds this name, value and salt.
    """
    salted = len(disclosure.salt) == SALT_BYTES
    if not salted or commit([disclosure.name, disclosure.value], disclosure.salt) not in commitments:
        raise DisclosureInvalid(name=disclosure.name)
