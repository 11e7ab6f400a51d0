"""A checkpoint: the log's signed word on its size and root, as a note that people and tools can read.

    example.org/log
    42
    <root, base64>
    (empty line)
    — example.org/log <4 bytes of key hash and the Ed25519 signature, base64>

Exactly one signature and no extension lines are accepted: each byte is signed or is the signature.

Source: C2SP tlog-checkpoint and signed-note (c2sp.org).
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from evidence.algorithms import Algorithm
from evidence.errors import AlgorithmDiffers, CheckpointMalformed, CheckpointOfAnotherLog, KeyDiffers
from evidence.keys import Signer, VerifyingKey
from evidence.merkle import HASH_BYTES, SIZE_LIMIT

_NOTE = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"\n— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)
_ORIGIN = re.compile(r"[^\s+]{1,255}")  # a key name of a signed note has neither spaces nor a plus
_ED25519 = b"\x01"  # signature type of signed-note
_KEY_HASH_BYTES = 4
_ED25519_KEY_BYTES = 32  # the last bytes of its SubjectPublicKeyInfo (RFC 8410, section 4)


@dataclass(frozen=True)
class Checkpoint:
    """A log's name, its number of entries, and its 32-byte root.

    Raises:
        CheckpointMalformed: the origin has spaces or a plus, the size is negative or above 2^63 - 1, the root
            is not 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin):
            raise CheckpointMalformed(place="origin")
        if not 0 <= self.size < SIZE_LIMIT:
            raise CheckpointMalformed(place="size")
        if len(self.root) != HASH_BYTES:
            raise CheckpointMalformed(place="root")


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return the checkpoint as a signed note.

    Raises:
        AlgorithmDiffers: the signer's key is not Ed25519.
    """
    key_hash = _key_hash(checkpoint.origin, signer.key)
    return _note(checkpoint, key_hash + signer.sign(_body(checkpoint)))


def check_checkpoint(note: str, origin: str, key: VerifyingKey) -> Checkpoint:
    """Check that ``note`` is a checkpoint of the log ``origin``, signed with its Ed25519 ``key``.

    Raises:
        CheckpointMalformed: it is not written as a checkpoint.
        CheckpointOfAnotherLog: it names another log.
        SignatureInvalid: it is not signed with ``key``.
    """
    checkpoint, signature = _read(note)
    if checkpoint.origin != origin:
        raise CheckpointOfAnotherLog(place="origin", origin=checkpoint.origin, expected=origin)
    if signature[:_KEY_HASH_BYTES] != _key_hash(origin, key):
        raise KeyDiffers(claimed=signature[:_KEY_HASH_BYTES].hex(), key_id=key.key_id.hex())
    key.verify(_body(checkpoint), signature[_KEY_HASH_BYTES:])
    return checkpoint


def read_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint without trusting it.

    Raises:
        CheckpointMalformed: it is not the one way to write a signed checkpoint.
    """
    return _read(note)[0]


def note_key(origin: str, key: VerifyingKey) -> str:
    """Write the log's Ed25519 ``key`` as a verifier key of signed-note: name, key hash, type and key.

    Raises:
        AlgorithmDiffers: the key is not Ed25519.
    """
    named = base64.b64encode(_ED25519 + key.spki[-_ED25519_KEY_BYTES:]).decode()
    return f"{origin}+{_key_hash(origin, key).hex()}+{named}"


def _read(note: str) -> tuple[Checkpoint, bytes]:
    written = _NOTE.fullmatch(note)
    if written is None:
        raise CheckpointMalformed(place="note")
    checkpoint = Checkpoint(written["origin"], int(written["size"]), base64.b64decode(written["root"]))
    signature = base64.b64decode(written["signature"])
    if _note(checkpoint, signature) != note:
        raise CheckpointMalformed(place="note")
    return checkpoint, signature


def _body(checkpoint: Checkpoint) -> bytes:
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def _note(checkpoint: Checkpoint, signature: bytes) -> str:
    signed = base64.b64encode(signature).decode()
    return f"{_body(checkpoint).decode()}\n— {checkpoint.origin} {signed}\n"


def _key_hash(origin: str, key: VerifyingKey) -> bytes:
    if key.algorithm is not Algorithm.EDDSA:
        raise AlgorithmDiffers(claimed=Algorithm.EDDSA, actual=key.algorithm, key_id=key.key_id.hex())
    named = origin.encode() + b"\n" + _ED25519 + key.spki[-_ED25519_KEY_BYTES:]
    return hashlib.sha256(named).digest()[:_KEY_HASH_BYTES]
