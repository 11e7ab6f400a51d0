"""What every party of an agreement signs: one short, canonical description of the whole.

A manifest names the frozen documents by digest, the slots that must be filled, the policy and the
moment at which the agreement lapses. It is deterministic CBOR (RFC 8949, 4.2), so everybody signs the
same bytes, at once and in any order. The agreement's own id is inside: an approval of one
agreement can never be used for another with the same text and the same parties.

A person slot names its person by a salted commitment only; the person's name is nowhere in it.

    manifest = Manifest(agreement=uuid4(), title="…", documents=(sha256(pdf),), slots=(…,), expires_at=…)
    manifest.digest    # what the parties approve and sign
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import Invalid
from evidence.identifiers import Uscc

SCHEMA = "yinxin/manifest/1"


class SlotKind(StrEnum):
    """Who fills a slot: a natural person signs, an organization's keeper seals."""

    PERSON = "person"
    SEAL = "seal"


class Policy(StrEnum):
    """When an agreement is complete."""

    ALL = "all"


class ManifestMalformed(Invalid):
    """The bytes are not a manifest of this schema."""

    code = "manifest-malformed"
    zh = "签署清单无法识别，请向发起方重新索取。"
    en = "The manifest cannot be read; ask the party that started the agreement for it again."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stamp goes: the page from 0, and the stamp's lower left corner in points on it."""

    page: int
    left: int
    bottom: int


@dataclass(frozen=True, kw_only=True)
class ManifestSlot:
    """One slot; ``person`` is the 32-byte commitment of the person expected, None in a seal slot."""

    id: str
    kind: SlotKind
    organization: Uscc
    capacity_zh: str
    capacity_en: str
    person: bytes | None = None
    place: Place | None = None

    def value(self) -> dict[str, Value]:
        """Return the slot as it stands in the manifest."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "organization": self.organization.text,
            "capacity": {"zh": self.capacity_zh, "en": self.capacity_en},
            "person": self.person,
            "place": None if self.place is None else [self.place.page, self.place.left, self.place.bottom],
        }


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The documents, the slots in the order of their stamps, the policy and the expiry."""

    agreement: UUID
    title: str
    documents: tuple[Digest, ...]
    slots: tuple[ManifestSlot, ...]
    expires_at: datetime
    policy: Policy = Policy.ALL

    def encode(self) -> bytes:
        """Return the canonical bytes that the parties sign."""
        return canonical.encode(
            {
                "schema": SCHEMA,
                "agreement": self.agreement.bytes,
                "title": self.title,
                "documents": [document.value for document in self.documents],
                "slots": [slot.value() for slot in self.slots],
                "policy": self.policy.value,
                "expires_at": int(self.expires_at.timestamp()),
            }
        )

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the canonical bytes."""
        return sha256(self.encode())

    @classmethod
    def decode(cls, encoded: bytes) -> "Manifest":
        """Read a manifest back.

        Raises:
            ManifestMalformed: the bytes are not canonical, or not a manifest of this schema.
        """
        try:
            return _manifest(canonical.decode(encoded))
        except (Invalid, KeyError, TypeError, ValueError, AttributeError) as error:
            raise ManifestMalformed from error


def _manifest(value: Value) -> Manifest:
    match value:
        case {
            "schema": str(schema),
            "agreement": bytes(agreement),
            "title": str(title),
            "documents": list(documents),
            "slots": list(slots),
            "policy": str(policy),
            "expires_at": int(expires_at),
        } if schema == SCHEMA:
            return Manifest(
                agreement=UUID(bytes=agreement),
                title=title,
                documents=tuple(_document(document) for document in documents),
                slots=tuple(_slot(slot) for slot in slots),
                policy=Policy(policy),
                expires_at=datetime.fromtimestamp(expires_at, UTC),
            )
    raise ManifestMalformed


def _document(value: Value) -> Digest:
    match value:
        case bytes(digest):
            return Digest(HashAlgorithm.SHA256, digest)
    raise ManifestMalformed


def _slot(value: Value) -> ManifestSlot:
    match value:
        case {
            "id": str(id_),
            "kind": str(kind),
            "organization": str(organization),
            "capacity": {"zh": str(zh), "en": str(en)},
            "person": (None | bytes()) as person,
            "place": place,
        }:
            return ManifestSlot(
                id=id_,
                kind=SlotKind(kind),
                organization=Uscc.parse(organization),
                capacity_zh=zh,
                capacity_en=en,
                person=person,
                place=_place(place),
            )
    raise ManifestMalformed


def _place(value: Value) -> Place | None:
    match value:
        case None:
            return None
        case [int(page), int(left), int(bottom)]:
            return Place(page=page, left=left, bottom=bottom)
    raise ManifestMalformed
