"""Documents, agreements, signatures, seals and certificates.

What was signed is never altered: documents, slots, signatures and the steps of a certificate's life
are append-only, guarded like the log itself.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("documents", "slots", "signatures", "certificate_changes")


def _digest(
    name: str, *, nullable: bool = False, unique: bool = False
) -> tuple[sa.Column[Any], sa.CheckConstraint]:
    """A column of exactly 32 bytes, with the check that holds it to that."""
    return (
        sa.Column(name, sa.LargeBinary, nullable=nullable, unique=unique),
        sa.CheckConstraint(f"octet_length({name}) = 32", name=f"{name}_length"),
    )


def _key_digest(name: str) -> tuple[sa.Column[Any], sa.CheckConstraint]:
    return (
        sa.Column(name, sa.LargeBinary, primary_key=True),
        sa.CheckConstraint(f"octet_length({name}) = 32", name=f"{name}_length"),
    )


def _text(name: str, *, nullable: bool = False, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable, unique=unique)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(name: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{name} in ({listed})", name=f"{name}_known")


def upgrade() -> None:
    """Make the tables of the signing room and guard what was signed."""
    _agreements()
    _seals()
    _signatures()
    _certificates()
    _certificate_life()
    for table in _APPEND_ONLY:
        _guard(table)


def _agreements() -> None:
    op.create_table(
        "documents",
        *_key_digest("digest"),
        _text("name"),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        _time("frozen_at"),
    )
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid, primary_key=True),
        _text("title"),
        sa.Column("document", sa.LargeBinary, sa.ForeignKey("documents.digest"), nullable=False),
        sa.Column("manifest", sa.LargeBinary, nullable=False),
        *_digest("manifest_digest", unique=True),
        _text("started_by"),
        _time("created_at"),
        _time("expires_at"),
        _time("completed_at", nullable=True),
        *_digest("fact", nullable=True, unique=True),
        sa.CheckConstraint("(completed_at IS NULL) = (fact IS NULL)", name="completed_with_its_fact"),
    )
    op.create_table(
        "slots",
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        _text("kind"),
        _text("organization"),
        _text("capacity_zh"),
        _text("capacity_en"),
        sa.Column("person", sa.Uuid, nullable=True),
        *_digest("subject", unique=True),
        _one_of("kind", "person", "seal"),
        sa.CheckConstraint("(kind = 'person') = (person IS NOT NULL)", name="person_slots_name_a_person"),
    )
    op.create_index("slots_person", "slots", ["person"])
    op.create_index("slots_organization", "slots", ["organization"])
    op.create_table(
        "assemblies",
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), primary_key=True),
        _text("state"),
        sa.Column("attempt", sa.Integer, nullable=False),
        _time("claimed_until", nullable=True),
        _text("reason_code", nullable=True),
        _text("reason_zh", nullable=True),
        _text("reason_en", nullable=True),
        *_digest("result", nullable=True),
        *_digest("fact", nullable=True, unique=True),
        _time("changed_at"),
        _one_of("state", "waiting", "running", "done", "failed"),
        sa.CheckConstraint("(state = 'done') = (fact IS NOT NULL)", name="done_with_its_fact"),
        sa.CheckConstraint("(fact IS NULL) = (result IS NULL)", name="fact_with_its_result"),
    )


def _seals() -> None:
    op.create_table(
        "held_keys",
        sa.Column("handle", sa.Text, primary_key=True),
        *_digest("key_id", unique=True),
        *_digest("fact", unique=True),
        _time("created_at"),
    )
    op.create_table(
        "seals",
        sa.Column("id", sa.Uuid, primary_key=True),
        _text("organization"),
        _text("name_zh"),
        sa.Column("keeper", sa.Uuid, nullable=False),
        sa.Column("key_handle", sa.Text, sa.ForeignKey("held_keys.handle"), nullable=False, unique=True),
        _text("state"),
        _time("state_since"),
        _time("created_at"),
        _one_of("state", "in-use", "suspended", "cancelled"),
    )
    op.create_index(
        "seals_one_per_organization",
        "seals",
        ["organization"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )


def _signatures() -> None:
    op.create_table(
        "activations",
        *_key_digest("approval"),
        sa.Column("agreement", sa.Uuid, nullable=False),
        _text("slot"),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("key_handle", sa.Text, sa.ForeignKey("held_keys.handle"), nullable=False),
        *_digest("manifest_digest"),
        _time("activated_at"),
        *_digest("increment", nullable=True),
        _time("increment_at", nullable=True),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        sa.UniqueConstraint("agreement", "slot", name="activations_one_per_slot"),
        sa.CheckConstraint("(increment IS NULL) = (increment_at IS NULL)", name="increment_with_its_time"),
    )
    op.create_table(
        "signatures",
        sa.Column("agreement", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column(
            "approval", sa.LargeBinary, sa.ForeignKey("activations.approval"), nullable=False, unique=True
        ),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("seal", sa.Uuid, sa.ForeignKey("seals.id"), nullable=True),
        sa.Column("cms", sa.LargeBinary, nullable=False),
        *_digest("fact", unique=True),
        _time("signed_at"),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
    )


def _certificates() -> None:
    op.create_table(
        "certificate_serials",
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid, primary_key=True),
        _text("licence_id", unique=True),
        _text("number", unique=True),
        _text("certificate_type"),
        _text("agency"),
        _text("holder"),
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), nullable=False),
        *_digest("statement", unique=True),
        sa.Column("status_index", sa.Integer, nullable=False),
        *_digest("status_key", unique=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=True),
        _text("qr"),
        _time("created_at"),
        *_digest("pdf", nullable=True),
        *_digest("issued_change", nullable=True, unique=True),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.UniqueConstraint("agency", "status_index", name="certificates_status_index_unique"),
        sa.UniqueConstraint("agreement", "certificate_type", name="certificates_one_per_agreement"),
        sa.CheckConstraint("(pdf IS NULL) = (issued_change IS NULL)", name="published_with_its_fact"),
        sa.CheckConstraint("state between 0 and 3", name="state_known"),
    )
    op.create_index("certificates_holder", "certificates", ["holder"])
    op.create_index(
        "certificates_unpublished", "certificates", ["created_at"], postgresql_where=sa.text("pdf IS NULL")
    )
    op.create_index(
        "certificates_exceptions", "certificates", ["agency"], postgresql_where=sa.text("state <> 0")
    )


def _certificate_life() -> None:
    op.create_table(
        "certificate_fields",
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        _text("value"),
        sa.Column("salt", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "certificate_changes",
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _text("action"),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.SmallInteger, nullable=False),
        *_digest("statement", unique=True),
        _time("changed_at"),
    )


def _guard(table: str) -> None:
    for operations, per in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_refuse_{per.lower()}"
        when = f"BEFORE {operations} ON {table} FOR EACH {per}"
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse: what was signed is kept."""
    raise NotImplementedError("signatures and certificates are never dropped")
