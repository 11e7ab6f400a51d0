"""People, organizations, consent, enrollment, challenges, approvals and authorizations.

Personal data lives in these tables alone. What must happen once is held to it here as well: one consent in
force for a purpose, one template of a person, one approval of a challenge, one authorization of an approval.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _bytes(
    name: str, length: int, *reference: sa.ForeignKey, nullable: bool = False, unique: bool = False
) -> tuple[sa.Column[Any], sa.CheckConstraint]:
    """A bytea column of exactly ``length`` bytes, with the check that holds it to that."""
    return (
        sa.Column(name, sa.LargeBinary, *reference, nullable=nullable, unique=unique),
        sa.CheckConstraint(f"octet_length({name}) = {length}", name=f"{name}_length"),
    )


def _fact(name: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.CheckConstraint]:
    return _bytes(name, 32, sa.ForeignKey("facts.id"), nullable=nullable)


def _text(
    name: str, *reference: sa.ForeignKey, nullable: bool = False, unique: bool = False
) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *reference, nullable=nullable, unique=unique)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _person(name: str = "person", *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("people.id"), nullable=nullable)


def _firm(name: str) -> sa.Column[Any]:
    return _text(name, sa.ForeignKey("organizations.uscc"))


def _one_of(name: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{name} in ({listed})", name=f"{name}_known")


def upgrade() -> None:
    """Make the identity tables."""
    _people()
    _organizations()
    _consents()
    _challenges()
    _authorizations()


def _people() -> None:
    op.create_table(
        "people",
        _id(),
        _text("name"),
        _text("citizen_number", unique=True),
        _text("phone"),
        _time("registered_at"),
        sa.CheckConstraint("citizen_number ~ '^[0-9]{17}[0-9X]$'", name="citizen_number_normalised"),
    )
    op.create_table(
        "identity_commitments",
        sa.Column("commitment", sa.LargeBinary, primary_key=True),
        sa.CheckConstraint("octet_length(commitment) = 32", name="commitment_length"),
        _person(),
        _text("name"),
        sa.Column("value", sa.LargeBinary, nullable=False),
        *_bytes("salt", 16),
    )
    op.create_index("ix_identity_commitments_person", "identity_commitments", ["person"])


def _organizations() -> None:
    op.create_table(
        "organizations",
        sa.Column("uscc", sa.Text, primary_key=True),
        _text("name"),
        _person("legal_representative", nullable=True),
        _time("registered_at"),
    )
    op.create_table(
        "members",
        _id(),
        _firm("organization"),
        _person(),
        _text("position"),
        _one_of("position", "legal_representative", "clerk", "seal_keeper", "engineer"),
        _time("appointed_at"),
        _time("dismissed_at", nullable=True),
        sa.CheckConstraint("dismissed_at >= appointed_at", name="members_in_order"),
    )
    op.create_index("ix_members_person", "members", ["person"])
    op.create_index(
        "members_in_office",
        "members",
        ["organization", "person", "position"],
        unique=True,
        postgresql_where=sa.text("dismissed_at IS NULL"),
    )
    op.create_table(
        "qualifications",
        _id(),
        _person(),
        _text("kind"),
        _text("registration_number"),
        _firm("employer"),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.UniqueConstraint("kind", "registration_number", name="qualifications_number"),
    )
    op.create_index("ix_qualifications_person", "qualifications", ["person"])


def _consents() -> None:
    op.create_table(
        "consents",
        _id(),
        _person(),
        _text("purpose"),
        _text("text"),
        *_bytes("text_digest", 32),
        _time("given_at"),
        _time("keep_until"),
        *_fact("given_fact"),
        _time("withdrawn_at", nullable=True),
        *_fact("withdrawn_fact", nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_fact IS NULL)", name="consents_withdrawal_recorded"
        ),
    )
    op.create_index(
        "consents_in_force",
        "consents",
        ["person", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "enrollments",
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _time("enrolled_at"),
        *_fact("fact"),
        *_bytes("key_id", 8, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("ciphertext", sa.LargeBinary, nullable=True),
        _time("erased_at", nullable=True),
        sa.CheckConstraint("version >= 1", name="enrollments_version_natural"),
        sa.CheckConstraint(
            "num_nulls(key_id, wrapped_key, ciphertext) = CASE WHEN erased_at IS NULL THEN 0 ELSE 3 END",
            name="enrollments_erased_whole",
        ),
    )
    op.create_index(
        "enrollments_current",
        "enrollments",
        ["person"],
        unique=True,
        postgresql_where=sa.text("erased_at IS NULL"),
    )


def _challenges() -> None:
    op.create_table(
        "challenges",
        _id(),
        _person(),
        _text("action"),
        _text("subject"),
        *_bytes("nonce", 32),
        _text("steps"),
        _time("issued_at"),
        _time("expires_at"),
        _time("used_at", nullable=True),
        _text("outcome", nullable=True),
        _one_of("outcome", "passed", "failed"),
        _text("refusal", nullable=True),
        sa.CheckConstraint("(used_at IS NULL) = (outcome IS NULL)", name="challenges_use_recorded"),
        sa.CheckConstraint("expires_at <= issued_at + interval '60 seconds'", name="challenges_short_lived"),
    )
    op.create_index("challenges_of_person", "challenges", ["person", "issued_at"])
    op.create_table(
        "approvals",
        sa.Column("fact", sa.LargeBinary, sa.ForeignKey("facts.id"), primary_key=True),
        sa.Column("challenge", sa.Uuid, sa.ForeignKey("challenges.id"), nullable=False, unique=True),
        _person(),
        _text("action"),
        _text("subject"),
        _text("method"),
        _text("policy"),
        _time("approved_at"),
    )


def _authorizations() -> None:
    op.create_table(
        "authorizations",
        _id(),
        _text("state"),
        _one_of("state", "requested", "granted", "refused", "used", "revoked", "lapsed"),
        _firm("firm"),
        _person(),
        sa.Column("qualification", sa.Uuid, sa.ForeignKey("qualifications.id"), nullable=False),
        _text("purpose"),
        _text("project"),
        _time("valid_from"),
        _time("valid_until"),
        _text("text_zh"),
        _text("text_en"),
        *_bytes("text_digest", 32, unique=True),
        _time("requested_at"),
        _time("answered_at", nullable=True),
        *_bytes("approval", 32, sa.ForeignKey("approvals.fact"), nullable=True, unique=True),
        *_fact("answer_fact", nullable=True),
        _time("ended_at", nullable=True),
        *_fact("end_fact", nullable=True),
        _text("reason", nullable=True),
        sa.CheckConstraint("valid_from < valid_until", name="authorizations_validity_in_order"),
        sa.CheckConstraint(
            "(approval IS NULL) = (answered_at IS NULL OR state = 'refused')",
            name="authorizations_granted_by_approval",
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('requested', 'granted', 'refused'))",
            name="authorizations_end_recorded",
        ),
    )
    op.create_index("authorizations_of_person", "authorizations", ["person", "requested_at"])
    op.create_index("authorizations_of_firm", "authorizations", ["firm", "requested_at"])
    op.create_index(
        "authorizations_open",
        "authorizations",
        ["valid_until"],
        postgresql_where=sa.text("state IN ('requested', 'granted')"),
    )


def downgrade() -> None:
    """Refuse: approvals and authorizations are evidence."""
    raise NotImplementedError("the identity tables are never dropped")
