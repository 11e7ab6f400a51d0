"""The tables of documents, agreements, signatures, seals and certificates.

A signature is one row under the key (agreement, slot), and one approval activates one key once: the
database decides a race, not the code. Every row that stands for a fact carries the 32-byte digest of
its signed statement in the ledger.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base

_AWARE = DateTime(timezone=True)


class DocumentRow(Base):
    """A frozen document: its bytes lie in the object store under ``digest``."""

    __tablename__ = "documents"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    pages: Mapped[int]
    size: Mapped[int]
    frozen_at: Mapped[datetime] = mapped_column(_AWARE)


class BroughtDocumentRow(Base):
    """A frozen document that an organization brought, to place marks on it before it starts an agreement."""

    __tablename__ = "brought_documents"
    document: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("documents.digest"), primary_key=True)
    organization: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    brought_at: Mapped[datetime] = mapped_column(_AWARE)


class AgreementRow(Base):
    """An agreement; ``completed_at`` and ``fact`` are set together when its policy is met.

    ``document`` is the first of those that the manifest names.
    ``ended_how`` is "declined" or "withdrawn", set with the other three when it ends before that, or
    "voided"; ``reminded_at`` is when those who may sign were told that it ends soon.
    """

    __tablename__ = "agreements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    document: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("documents.digest"))
    manifest: Mapped[bytes] = mapped_column(LargeBinary)
    manifest_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_AWARE)
    expires_at: Mapped[datetime] = mapped_column(_AWARE)
    completed_at: Mapped[datetime | None] = mapped_column(_AWARE)
    fact: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    ended_at: Mapped[datetime | None] = mapped_column(_AWARE)
    ended_how: Mapped[str | None] = mapped_column(Text)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    ended_fact: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    reminded_at: Mapped[datetime | None] = mapped_column(_AWARE)


class SlotRow(Base):
    """One place to be signed; ``person`` is set where the slot names its person beforehand.

    ``subject`` (32 bytes) is the digest that an approval to fill this slot names.
    """

    __tablename__ = "slots"
    __table_args__ = (Index("slots_person", "person"), Index("slots_organization", "organization"))
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    organization: Mapped[str] = mapped_column(Text)
    capacity_zh: Mapped[str] = mapped_column(Text)
    capacity_en: Mapped[str] = mapped_column(Text)
    person: Mapped[UUID | None]
    subject: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


class DeclineRow(Base):
    """A party's refusal to fill its slot, with the reason it gave."""

    __tablename__ = "declines"
    __table_args__ = (ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),)
    agreement: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    person: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    fact: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    declined_at: Mapped[datetime] = mapped_column(_AWARE)


class DelegationRow(Base):
    """A slot handed on to another person of its organization, numbered from 1; the last one counts."""

    __tablename__ = "delegations"
    __table_args__ = (ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),)
    agreement: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    giver: Mapped[UUID]
    taker: Mapped[UUID] = mapped_column(index=True)
    replaced: Mapped[bool]
    fact: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    delegated_at: Mapped[datetime] = mapped_column(_AWARE)


class ActivationRow(Base):
    """What let a held key sign: once over the manifest, and once more for its increment of each document."""

    __tablename__ = "activations"
    __table_args__ = (
        ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        UniqueConstraint("agreement", "slot"),
    )
    approval: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    agreement: Mapped[UUID]
    slot: Mapped[str] = mapped_column(Text)
    person: Mapped[UUID]
    key_handle: Mapped[str] = mapped_column(Text)
    manifest_digest: Mapped[bytes] = mapped_column(LargeBinary)
    activated_at: Mapped[datetime] = mapped_column(_AWARE)


class IncrementRow(Base):
    """The PDF that waits for an increment of a document, by its place from 0, and the one that has it."""

    __tablename__ = "increments"
    approval: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("activations.approval"), primary_key=True)
    document: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prepared: Mapped[bytes | None] = mapped_column(LargeBinary)
    increment: Mapped[bytes | None] = mapped_column(LargeBinary)
    increment_at: Mapped[datetime | None] = mapped_column(_AWARE)


class SignatureRow(Base):
    """A party's detached signature over the manifest: the legal moment."""

    __tablename__ = "signatures"
    __table_args__ = (
        ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        Index("signatures_seal", "seal", postgresql_where=text("seal IS NOT NULL")),
    )
    agreement: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    approval: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("activations.approval"), unique=True)
    person: Mapped[UUID]
    seal: Mapped[UUID | None] = mapped_column(ForeignKey("seals.id"))
    cms: Mapped[bytes] = mapped_column(LargeBinary)
    fact: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    signed_at: Mapped[datetime] = mapped_column(_AWARE)


class SealRow(Base):
    """An organization's seal; one of its kind, and for each department, that is not cancelled at a time."""

    __tablename__ = "seals"
    __table_args__ = (
        Index(
            "seals_one_of_a_kind",
            "organization",
            "kind",
            "department",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index(
            "seals_filed_once",
            "filing_number",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    keeper: Mapped[UUID]
    key_handle: Mapped[str] = mapped_column(Text, ForeignKey("held_keys.handle"), unique=True)
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[datetime] = mapped_column(_AWARE)
    created_at: Mapped[datetime] = mapped_column(_AWARE)
    filing_number: Mapped[str | None] = mapped_column(Text)


class SealChangeRow(Base):
    """One step in the life of a seal, numbered from 1: made, where steps were recorded by then."""

    __tablename__ = "seal_changes"
    seal: Mapped[UUID] = mapped_column(ForeignKey("seals.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    person: Mapped[UUID]
    fact: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    changed_at: Mapped[datetime] = mapped_column(_AWARE)


class SealLimitRow(Base):
    """The limits that the step ``version`` set; ``used_before`` is how often the seal was used until then."""

    __tablename__ = "seal_limits"
    __table_args__ = (
        ForeignKeyConstraint(["seal", "version"], ["seal_changes.seal", "seal_changes.version"]),
    )
    seal: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    uses: Mapped[int | None]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    used_before: Mapped[int]


class SealAppointmentRow(Base):
    """A keeper to be appointed in the place of ``replaced``; ``approval`` and ``fact`` are set together."""

    __tablename__ = "seal_appointments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seal: Mapped[UUID] = mapped_column(ForeignKey("seals.id"), index=True)
    keeper: Mapped[UUID]
    replaced: Mapped[UUID]
    asked_by: Mapped[UUID]
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    subject: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    asked_at: Mapped[datetime] = mapped_column(_AWARE)
    approval: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    fact: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)


class HeldKeyRow(Base):
    """A key that the key store holds for a person or a seal, with the fact that says so."""

    __tablename__ = "held_keys"
    handle: Mapped[str] = mapped_column(Text, primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    fact: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(_AWARE)


class AssemblyRow(Base):
    """The job that makes the signed PDFs (``results``); ``attempt`` is the token of who works on it now."""

    __tablename__ = "assemblies"
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(_AWARE)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    results: Mapped[list[bytes] | None] = mapped_column(ARRAY(LargeBinary))
    fact: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(_AWARE)


class CertificateSerialRow(Base):
    """The last serial an agency gave within ``scope`` (administrative code and day), taken under its lock."""

    __tablename__ = "certificate_serials"
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    last: Mapped[int]


class CertificateRow(Base):
    """A certificate; ``pdf`` and ``issued_change`` are set together when it is published.

    Its ``holder`` is an organization, or None where a natural person holds it, who is ``person`` if they are
    registered. ``reference`` is the applicant's own name for it. A next version names its ``previous``.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("agency", "status_index"),
        UniqueConstraint("agreement", "certificate_type"),
        UniqueConstraint("agency", "reference"),
        UniqueConstraint("number", "version"),
        Index("certificates_holder", "holder"),
        Index("certificates_newest", "agency", "created_at"),
        Index("certificates_unpublished", "created_at", postgresql_where=text("pdf IS NULL")),
        Index("certificates_exceptions", "agency", postgresql_where=text("state <> 0")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[str] = mapped_column(Text, unique=True)
    number: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    previous: Mapped[UUID | None] = mapped_column(ForeignKey("certificates.id"), unique=True)
    succession: Mapped[str | None] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(Text)
    person: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    agreement: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    reference: Mapped[str | None] = mapped_column(Text)
    statement: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    status_index: Mapped[int]
    status_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    qr: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_AWARE)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    issued_change: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[int] = mapped_column(SmallInteger, default=0)
    life: Mapped[str] = mapped_column(Text, server_default="in-force")


class CertificateFieldRow(Base):
    """A printed value with the 16-byte salt of its commitment."""

    __tablename__ = "certificate_fields"
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class CertificateChangeRow(Base):
    """One step in a certificate's life, numbered from 1 (issued)."""

    __tablename__ = "certificate_changes"
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(Text)
    state: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[int] = mapped_column(SmallInteger)
    description: Mapped[str] = mapped_column(Text, server_default="")
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    statement: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    changed_at: Mapped[datetime] = mapped_column(_AWARE)
