"""COSE_Sign1 in its one encoding: what was signed, by which key, and as what type of thing.

The protected header holds exactly algorithm (1), the first 8 bytes of the key id (4) and the type (16); the
unprotected header is empty, so that every byte is covered by the signature or is the signature. The type
keeps a signature made for one purpose from being shown as another.

Source: RFC 9052, sections 4.2 and 4.4; RFC 9596 (header parameter 16, typ).
"""

from dataclasses import dataclass

from evidence.algorithms import Algorithm
from evidence.canonical import Value, decode, encode
from evidence.errors import AlgorithmDiffers, KeyDiffers, Malformed, NotCanonical
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey

KEY_ID_PREFIX_BYTES = 8
"""Enough to find the key among those trusted; the signature, not this prefix, proves it."""

_TAG = b"\xd2"  # tag 18, COSE_Sign1
_PARTS = 4
_ALGORITHM, _KEY_ID, _TYPE = 1, 4, 16


@dataclass(frozen=True)
class Sign1:
    """A signed message taken apart; nothing in it is checked yet but its form."""

    algorithm: Algorithm
    key_id_prefix: bytes
    typ: str
    payload: bytes
    protected: bytes
    signature: bytes

    def check(self, key: VerifyingKey, *, bound: bytes = b"") -> None:
        """Check the signature under ``key``, over ``bound`` as well (external_aad).

        Raises:
            SignatureInvalid: it was not made with this key over these bytes.
        """
        key_id = key.key_id.hex()
        if self.algorithm is not key.algorithm:
            raise AlgorithmDiffers(claimed=self.algorithm, actual=key.algorithm, key_id=key_id)
        if self.key_id_prefix != key.key_id[:KEY_ID_PREFIX_BYTES]:
            raise KeyDiffers(claimed=self.key_id_prefix.hex(), key_id=key_id)
        key.verify(_signed_bytes(self.protected, bound, self.payload), self.signature)


def sign1(payload: bytes, signer: Signer, *, typ: str, bound: bytes = b"") -> bytes:
    """Return the tagged COSE_Sign1 of ``payload`` as a ``typ``, signed together with ``bound``.

    Source: RFC 9052, section 4.4.
    """
    key = signer.key
    protected = encode(
        {_ALGORITHM: key.algorithm.cose_id, _KEY_ID: key.key_id[:KEY_ID_PREFIX_BYTES], _TYPE: typ}
    )
    signature = signer.sign(_signed_bytes(protected, bound, payload))
    return _TAG + encode([protected, {}, payload, signature])


def read_sign1(encoded: bytes, malformed: type[Malformed]) -> Sign1:
    """Take a tagged COSE_Sign1 apart.

    Raises:
        Malformed: of the given class, when it is not the one encoding of one.
    """
    if not encoded.startswith(_TAG):
        raise malformed(place="tag")
    parts = _decoded(encoded[len(_TAG) :], malformed, place="cose")
    if not isinstance(parts, list) or len(parts) != _PARTS or parts[1] != {}:
        raise malformed(place="cose")
    protected, _, payload, signature = parts
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise malformed(place="cose")
    header = Fields(_decoded(protected, malformed, place="protected"), malformed, place="protected")
    algorithm = Algorithm.of_cose_id(header.take(_ALGORITHM))
    if algorithm is None:
        raise malformed(place=f"protected.{_ALGORITHM}")
    key_id_prefix = header.octets(_KEY_ID, length=KEY_ID_PREFIX_BYTES)
    typ = header.text(_TYPE)
    header.done()
    return Sign1(algorithm, key_id_prefix, typ, payload, protected, signature)


def _decoded(encoded: bytes, malformed: type[Malformed], *, place: str) -> Value:
    try:
        return decode(encoded)
    except NotCanonical as error:
        raise malformed(place=place) from error


def _signed_bytes(protected: bytes, bound: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure of RFC 9052, section 4.4."""
    return encode(["Signature1", protected, bound, payload])
