"""Template protection: a stored face template, or portrait, opens only for its own person and version.

Invariants:

- every template is sealed with AES-256-GCM under a key of its own, drawn for this person and version;
- that key is stored only wrapped, again with AES-256-GCM, under the key-encryption key that the wiring gives;
- person, version and kind are associated data of both seals: moved to another row, nothing opens;
- erasing the wrapped key erases the template, whatever copies of the ciphertext remain.

    vault = TemplateVault(key_encryption_key)
    sealed = vault.seal(template, person=person_id, version=1)
    vault.open(sealed, person=person_id, version=1) == template

Source: NIST SP 800-38D (GCM, 96-bit nonces); GB/T 35273-2020, 6.3 (biometrics stored apart from identity).
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence.errors import Invalid, Refused
from identity.people import PersonId

KEY_BYTES = 32
"""Length of the key-encryption key and of each template key, bytes: AES-256."""

NONCE_BYTES = 12
"""Length of a GCM nonce, bytes (NIST SP 800-38D, 5.2.1.1)."""

KEY_ID_BYTES = 8
"""Length of the name of a key-encryption key, bytes."""

_KEY_DOMAIN = b"yinxin/template-key/1"


class Kind(StrEnum):
    """What is sealed; one does not open as the other."""

    TEMPLATE = "template"
    PORTRAIT = "portrait"


_KEYS = {Kind.TEMPLATE: _KEY_DOMAIN, Kind.PORTRAIT: b"yinxin/portrait-key/1"}
_CONTENTS = {Kind.TEMPLATE: b"yinxin/template/1", Kind.PORTRAIT: b"yinxin/portrait/1"}


class KeyEncryptionKeyMalformed(Refused):
    """The wiring gave a key of the wrong length."""

    code = "key-encryption-key-malformed"
    zh = "模板加密主密钥应为 {expected} 字节，现为 {length} 字节；请检查系统配置。"
    en = "The key-encryption key must be {expected} bytes, not {length}; check the settings."


class TemplateKeyChanged(Invalid):
    """The template was sealed under another key-encryption key."""

    code = "template-key-changed"
    zh = "该人脸模板由另一主密钥（{key_id}）保护，现有主密钥无法打开；请恢复原密钥，或请本人重新登记。"
    en = "This template is sealed under another key ({key_id}); restore that key or enroll the person again."


class TemplateUnreadable(Invalid):
    """The sealed template was altered, or belongs to another person or version."""

    code = "template-unreadable"
    zh = "人脸模板无法打开：内容已被改动，或不属于此人的这一版本；请本人重新登记。"
    en = "The template does not open: altered, or not of this person and version; enroll the person again."


@dataclass(frozen=True)
class SealedTemplate:
    """A template at rest.

    ``wrapped_key`` is nonce ‖ ciphertext ‖ tag, 60 bytes; ``ciphertext`` the same around the template;
    ``key_id`` names the key-encryption key, 8 bytes.
    """

    key_id: bytes
    wrapped_key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


class TemplateVault:
    """Seals and opens templates under one key-encryption key of 32 bytes."""

    def __init__(self, key_encryption_key: bytes) -> None:
        if len(key_encryption_key) != KEY_BYTES:
            raise KeyEncryptionKeyMalformed(expected=KEY_BYTES, length=len(key_encryption_key))
        self._wrapping = AESGCM(key_encryption_key)
        self.key_id = hashlib.sha256(_KEY_DOMAIN + key_encryption_key).digest()[:KEY_ID_BYTES]

    def seal(
        self, content: bytes, *, person: PersonId, version: int, kind: Kind = Kind.TEMPLATE
    ) -> SealedTemplate:
        """Seal ``content`` under a fresh key for ``person``, ``version`` and what it is."""
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        return SealedTemplate(
            key_id=self.key_id,
            wrapped_key=_encrypt(self._wrapping, key, _bound(_KEYS[kind], person, version)),
            ciphertext=_encrypt(AESGCM(key), content, _bound(_CONTENTS[kind], person, version)),
        )

    def open(
        self, sealed: SealedTemplate, *, person: PersonId, version: int, kind: Kind = Kind.TEMPLATE
    ) -> bytes:
        """Give back what was sealed for ``person`` and ``version``.

        Raises:
            TemplateKeyChanged: another key-encryption key sealed it.
            TemplateUnreadable: altered, or sealed for another person or version, or as something else.
        """
        if sealed.key_id != self.key_id:
            raise TemplateKeyChanged(key_id=sealed.key_id.hex())
        key = _decrypt(self._wrapping, sealed.wrapped_key, _bound(_KEYS[kind], person, version))
        return _decrypt(AESGCM(key), sealed.ciphertext, _bound(_CONTENTS[kind], person, version))


def _bound(domain: bytes, person: PersonId, version: int) -> bytes:
    """Associated data: domain, person (16 bytes), version (4 bytes); each of fixed length for its domain."""
    return domain + person.bytes + version.to_bytes(4, "big")


def _encrypt(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound)


def _decrypt(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise TemplateUnreadable from error
