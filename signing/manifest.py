"""What every party of an agreement signs: one short, canonical description of the whole.

A manifest names the frozen documents by digest, the slots, the groups in which they are to be filled
(signing.policy) and the moment at which the agreement lapses. It is deterministic CBOR (RFC 8949, 4.2), so
everybody signs the same bytes, at once and in any order. The agreement's own id is inside: an approval of
one agreement can never be used for another with the same text and the same parties.

A person slot names its person by a salted commitment only; the person's name is nowhere in it.

    manifest = Manifest(
        agreement=uuid4(), title="…", documents=(sha256(pdf),), slots=(…,), groups=(…,), expires_at=…
    )
    manifest.digest                        # what the parties sign
    slot_subject(manifest.digest, "1")     # what the party of slot 1 approves: to sign it, there
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import CheckDigitWrong, IdentifierMalformed, Malformed, NotCanonical
from evidence.fields import Fields
from evidence.identifiers import Uscc
from evidence.merkle import HASH_BYTES
from identity.challenges import Action
from signing.groups import ONLY, Group, misfit
from signing.marks import Place, TextField, read_place, read_places, read_texts
from signing.seal_kinds import COMPANY_SEAL, SealKind, SealMark

SCHEMA = "yinxin/manifest/5"
FOURTH_SCHEMA = "yinxin/manifest/4"
"""With one stamp and one date for all documents, and without text fields. Still read."""
THIRD_SCHEMA = "yinxin/manifest/3"
"""Nor with several documents; it does not name its one, and no place does. Still read."""
SECOND_SCHEMA = "yinxin/manifest/2"
"""Nor with dates apart, perforation seals, and seals other than the company's. Still read."""
FIRST_SCHEMA = "yinxin/manifest/1"
"""Nor with groups: every slot in any order. Still read."""

_NAMING = (SCHEMA, FOURTH_SCHEMA)
_SCHEMAS = (*_NAMING, THIRD_SCHEMA, SECOND_SCHEMA, FIRST_SCHEMA)
_SLOT_DOMAIN = "yinxin/slot/1"


class SlotKind(StrEnum):
    """Who fills a slot.

    A natural person signs; whoever is the organization's legal representative then signs; its keeper seals;
    a natural person approves, and leaves no stamp on the paper; a natural person puts the stamp of a
    qualification, their own or one that its holder lets the organization use.
    """

    PERSON = "person"
    REPRESENTATIVE = "representative"
    SEAL = "seal"
    APPROVER = "approver"
    QUALIFICATION = "qualification"

    @property
    def names_person(self) -> bool:
        """Whether the slot names its person beforehand; the others go by office."""
        return self in (SlotKind.PERSON, SlotKind.APPROVER, SlotKind.QUALIFICATION)

    @property
    def handed_on(self) -> bool:
        """Whether whom the slot names may hand it on; the stamp of a qualification stays where it is."""
        return self in (SlotKind.PERSON, SlotKind.APPROVER)

    @property
    def stamps(self) -> bool:
        """Whether the slot leaves a stamp on the paper."""
        return self is not SlotKind.APPROVER

    @property
    def action(self) -> Action:
        """What whoever fills it approves."""
        return Action.SEAL if self is SlotKind.SEAL else Action.SIGN


class ManifestMalformed(Malformed):
    """The bytes are not a manifest of this schema."""

    code = "manifest-malformed"
    zh = "签署清单的结构不对（{place}），请向发起方重新索取。"
    en = "The manifest is malformed at {place}; ask the party that started the agreement for it again."


@dataclass(frozen=True, kw_only=True)
class Held:
    """The qualification whose stamp a slot asks for, by its commitment, and the grant that allows it.

    Both are of 32 bytes; ``grant`` is the digest of the fact, None where its holder puts the stamp.
    """

    qualification: bytes
    grant: bytes | None


@dataclass(frozen=True, kw_only=True)
class ManifestSlot:
    """One slot; ``person`` is the 32-byte commitment of the person expected, None where an office is.

    ``mark`` says which of the organization's seals a seal's slot asks for; it stands in the manifest where it
    is not the company's. ``places`` are where its stamp goes, and ``dates`` where the day of signing stands
    apart from the stamp, one of each for a document at most; ``texts`` are what its party is to write. A
    ``perforated`` seal also goes over the right edges of all pages of each document, cut into strips.
    ``held`` is there for the stamp of a qualification, and for nothing else.
    """

    id: str
    group: str = ONLY
    kind: SlotKind
    organization: Uscc
    capacity_zh: str
    capacity_en: str
    person: bytes | None = None
    mark: SealMark = COMPANY_SEAL
    places: tuple[Place, ...] = ()
    dates: tuple[Place, ...] = ()
    texts: tuple[TextField, ...] = ()
    perforated: bool = False
    held: Held | None = None

    @property
    def on_paper(self) -> bool:
        """Whether its party signs the documents too: who leaves a stamp does, and who writes into them."""
        return self.kind.stamps or bool(self.texts)

    @property
    def marked(self) -> tuple[Place, ...]:
        """Every place of its marks."""
        return (*self.places, *self.dates, *(text.place for text in self.texts))

    def value(self) -> dict[str, Value]:
        """Return the slot as it stands in the manifest."""
        named = self.mark != COMPANY_SEAL
        return {
            "id": self.id,
            "group": self.group,
            "kind": self.kind.value,
            "organization": self.organization.text,
            "capacity": {"zh": self.capacity_zh, "en": self.capacity_en},
            "person": self.person,
            "places": [place.value() for place in self.places],
            "dates": [date.value() for date in self.dates],
            "texts": [text.value() for text in self.texts],
            "perforated": self.perforated,
            **({"seal": [self.mark.kind.value, self.mark.department]} if named else {}),
            **({} if self.held is None else {"held": [self.held.qualification, self.held.grant]}),
        }


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The documents, the slots in the order of their stamps, their groups and the expiry.

    ``names`` are what the documents are called, one for each; there are none in an older schema.
    """

    agreement: UUID
    title: str
    documents: tuple[Digest, ...]
    names: tuple[str, ...] = ()
    slots: tuple[ManifestSlot, ...]
    groups: tuple[Group, ...]
    expires_at: datetime

    def slot(self, slot_id: str) -> ManifestSlot:
        """Give the slot of this id, which is there."""
        return next(slot for slot in self.slots if slot.id == slot_id)

    def group(self, group_id: str) -> Group:
        """Give the group of this id, which is there."""
        return next(group for group in self.groups if group.id == group_id)

    def encode(self) -> bytes:
        """Return the canonical bytes that the parties sign."""
        return canonical.encode(
            {
                "schema": SCHEMA,
                "agreement": self.agreement.bytes,
                "title": self.title,
                "documents": [document.value for document in self.documents],
                "names": [*self.names],
                "slots": [slot.value() for slot in self.slots],
                "groups": [[group.id, group.step, group.need] for group in self.groups],
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
            ManifestMalformed: the bytes are not the one encoding of a manifest of this schema.
        """
        try:
            fields = Fields(canonical.decode(encoded), ManifestMalformed)
            schema = fields.text("schema")
            if schema not in _SCHEMAS:
                raise ManifestMalformed(place="schema")
            grouped = schema != FIRST_SCHEMA
            slots = tuple(_slot(slot, schema=schema) for slot in fields.each("slots"))
            manifest = cls(
                agreement=UUID(bytes=fields.octets("agreement", length=16)),
                title=fields.text("title"),
                documents=tuple(
                    Digest(HashAlgorithm.SHA256, value)
                    for value in fields.octets_list("documents", length=32)
                ),
                names=_names(fields.items("names")) if schema in _NAMING else (),
                slots=slots,
                groups=_groups(fields.items("groups"), slots) if grouped else _only(fields, slots),
                expires_at=datetime.fromtimestamp(fields.count("expires_at"), UTC),
            )
        except (NotCanonical, IdentifierMalformed, CheckDigitWrong) as error:
            raise ManifestMalformed(place=error.facts.get("position", "manifest")) from error
        except (ValueError, OverflowError) as error:
            raise ManifestMalformed(place="value") from error
        fields.done()
        _check_documents(manifest, schema)
        return manifest


def slot_subject(manifest: Digest, slot: str) -> Digest:
    """Return what a party approves: to fill ``slot`` of the agreement over ``manifest``.

    The SHA-256 over deterministic CBOR of [domain, manifest (32 bytes), slot]. A person who may fill several
    slots, in two capacities or for two organizations, approves one of them and no other.
    """
    approved: list[Value] = [_SLOT_DOMAIN, manifest.value, slot]
    return sha256(canonical.encode(approved))


def _only(fields: Fields, slots: Sequence[ManifestSlot]) -> tuple[Group, ...]:
    if fields.text("policy") != "all":
        raise ManifestMalformed(place="policy")
    return (Group(id=ONLY, step=1, need=len(slots)),)


def _names(value: Sequence[Value]) -> tuple[str, ...]:
    names = tuple(name for name in value if isinstance(name, str))
    if len(names) != len(value):
        raise ManifestMalformed(place="names")
    return names


def _check_documents(manifest: Manifest, schema: str) -> None:
    """Check that each document is there once, each has its name, and each place lies on one of them."""
    documents = manifest.documents
    one = schema not in _NAMING
    if not documents or len(set(documents)) != len(documents) or (one and len(documents) > 1):
        raise ManifestMalformed(place="documents")
    if len(manifest.names) not in (0, len(documents)):
        raise ManifestMalformed(place="names")
    places = [place for slot in manifest.slots for place in slot.marked]
    if not all(0 <= place.document < len(documents) for place in places):
        raise ManifestMalformed(place="place")


def _groups(value: Sequence[Value], slots: Sequence[ManifestSlot]) -> tuple[Group, ...]:
    groups: list[Group] = []
    for each in value:
        match each:
            case [str(id_), int(step), int(need)]:
                groups.append(Group(id=id_, step=step, need=need))
            case _:
                raise ManifestMalformed(place="groups")
    if misfit(groups, [slot.group for slot in slots]) is not None:
        raise ManifestMalformed(place="groups")
    return tuple(groups)


def _slot(fields: Fields, *, schema: str) -> ManifestSlot:
    capacity, marked = fields.fields("capacity"), schema in (*_NAMING, THIRD_SCHEMA)
    slot = ManifestSlot(
        id=fields.text("id"),
        group=fields.text("group") if schema != FIRST_SCHEMA else ONLY,
        kind=SlotKind(fields.text("kind")),
        organization=Uscc.parse(fields.text("organization")),
        capacity_zh=capacity.text("zh"),
        capacity_en=capacity.text("en"),
        person=None if fields.absent("person") else fields.octets("person", length=32),
        mark=_mark(fields.items("seal")) if marked and fields.has("seal") else COMPANY_SEAL,
        places=_places(fields, "place", schema=schema),
        dates=_places(fields, "date", schema=schema) if marked else (),
        texts=read_texts(fields, "texts") if schema == SCHEMA else (),
        perforated=_flag(fields, "perforated") if marked else False,
        held=_held(fields.items("held")) if schema in _NAMING and fields.has("held") else None,
    )
    capacity.done()
    fields.done()
    if (slot.held is None) == (slot.kind is SlotKind.QUALIFICATION):
        raise ManifestMalformed(place="held")
    return slot


def _held(value: Sequence[Value]) -> Held:
    match value:
        case [bytes(qualification), bytes() | None as grant]:
            if {len(each) for each in (qualification, grant) if each is not None} == {HASH_BYTES}:
                return Held(qualification=qualification, grant=grant)
    raise ManifestMalformed(place="held")


def _mark(value: Sequence[Value]) -> SealMark:
    match value:
        case [str(kind), str(department)]:
            mark = SealMark(SealKind(kind), department)
            if mark != COMPANY_SEAL and (mark.kind is SealKind.DEPARTMENT) == bool(department):
                return mark
    raise ManifestMalformed(place="seal")


def _places(fields: Fields, name: str, *, schema: str) -> tuple[Place, ...]:
    if schema == SCHEMA:
        return read_places(fields, f"{name}s")
    return read_place(fields, name, numbered=schema in _NAMING)


def _flag(fields: Fields, name: str) -> bool:
    value = fields.take(name)
    if not isinstance(value, bool):
        raise ManifestMalformed(place=name)
    return value
