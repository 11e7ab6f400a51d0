"""The book of what was activated: files that are written before a signature leaves.

The nonce of an activation is the digest of the challenge that its approval answers, never the digest of the
approval itself: who turns s in the approval's signature gets other bytes that say the same. A nonce has one
page that says for which key, slot and manifest it is, one for its increment of each document, and where
national cryptography is in use one for each signature by SM2; each approval that answers it has one for its
signature over the manifest. The file system decides a race, as a file appears whole or not at all. Beside
them stands, for each key of a person, whose it is: a keyed hash, and so the book names nobody.

    book = ActivationBook(folder, secret)
    book.enter(nonce, Page.MANIFEST, entry)      # gives what stands there: this entry, or an earlier one
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from evidence import canonical
from evidence.canonical import Value
from evidence.clock import microseconds
from evidence.errors import Malformed, NotCanonical
from evidence.fields import Fields
from ledger import durable
from signing.activation_refusals import ActivationForAnotherKey
from signing.keystore import KeyHandle


class ActivationBookDamaged(Malformed):
    """A page of the book cannot be read. Facts: ``place``."""

    code = "activation-book-damaged"
    zh = "激活记录无法读取（{place}），未作任何签名；请从备份恢复 activations 文件夹。"
    en = "The record of activations cannot be read at {place}; nothing was signed. Restore it from a backup."


class Page(StrEnum):
    """What a page is about, and how its file ends."""

    MANIFEST = "manifest"
    """What a nonce is for; no signature."""
    ANSWER = "answer"
    """The signature over the manifest under one approval, by the digest of what that approval says."""
    INCREMENT = "increment"
    """The signature over a nonce's one increment of a document."""
    SECOND = "second"
    """A nonce's one second signature, by SM2."""
    SEALING = "sealing"
    """A nonce's one signature by an electronic seal."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page: key, slot, 32-byte digests of the manifest and of ``signed``, and the signature.

    ``signed`` is what was signed: the manifest, the increment's attributes, the sealed document; in an answer
    and a second signature, the approval.
    """

    key: KeyHandle
    slot: str
    manifest: bytes
    at: datetime
    signed: bytes
    signature: bytes


class ActivationBook:
    """A book below ``folder``; ``secret``, 32 bytes, hashes whose a key is."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._secret = folder, secret

    def enter(self, name: bytes, kind: Page, entry: Entry) -> Entry:
        """Write ``entry`` down under ``name``, 32 bytes, unless one stands there; give the one that stands.

        It is on disk when this returns.

        Raises:
            ActivationBookDamaged: one stands there and cannot be read.
        """
        content: dict[str, Value] = {
            "key": entry.key,
            "slot": entry.slot,
            "manifest": entry.manifest,
            "at": microseconds(entry.at),
            "signed": entry.signed,
            "signature": entry.signature,
        }
        page = self._page(name, kind)
        durable.make_folder(page.parent)
        try:
            durable.write_new(page, canonical.encode(content))
        except FileExistsError:
            return self.find(name, kind) or entry
        return entry

    def find(self, name: bytes, kind: Page) -> Entry | None:
        """Return what stands under ``name``, or None.

        Raises:
            ActivationBookDamaged: the page cannot be read.
        """
        try:
            content = self._page(name, kind).read_bytes()
        except FileNotFoundError:
            return None
        try:
            fields = Fields(canonical.decode(content), ActivationBookDamaged)
        except NotCanonical as error:
            raise ActivationBookDamaged(place="CBOR") from error
        return Entry(
            key=KeyHandle(fields.text("key")),
            slot=fields.text("slot"),
            manifest=fields.octets("manifest", length=32),
            at=fields.moment("at"),
            signed=fields.octets("signed", length=32),
            signature=fields.octets("signature"),
        )

    def owner_known(self, key: KeyHandle, citizen_number: str) -> bool:
        """Tell whether ``key`` is known to be this person's; False where nobody used it yet.

        Raises:
            ActivationForAnotherKey: it is somebody else's.
        """
        try:
            owner = self._owner_page(key).read_bytes()
        except FileNotFoundError:
            return False
        if not hmac.compare_digest(owner, self._owner(key, citizen_number)):
            raise ActivationForAnotherKey(key=key)
        return True

    def keep_owner(self, key: KeyHandle, citizen_number: str) -> None:
        """Write down that ``key`` is this person's, for ever.

        Raises:
            ActivationForAnotherKey: it is somebody else's.
        """
        try:
            durable.write_new(self._owner_page(key), self._owner(key, citizen_number))
        except FileExistsError:
            self.owner_known(key, citizen_number)

    def _owner(self, key: KeyHandle, citizen_number: str) -> bytes:
        return hmac.digest(self._secret, canonical.encode([key, citizen_number]), "sha256")

    def _owner_page(self, key: KeyHandle) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.owner"

    def _page(self, name: bytes, kind: Page) -> Path:
        return self._folder / name.hex()[:2] / f"{name.hex()}.{kind.value}"
