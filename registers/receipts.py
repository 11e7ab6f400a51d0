"""Register receipts kept: each answer is a fact of the log, signed by its register and not by the house.

The fact says which fields were compared and which differ, over commitments. What opens the commitments, the
claims and their salts, stays in the table ``register_answers`` until it is erased with the person's data; the
receipt then still shows that a register was asked and confirmed.

    keep(session, answers, authorization=authorization_id)
    digests(session, authorization_id)      # what a grant names under "registers"
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, Uuid, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import encode
from identity.authorization_records import AuthorizationRow
from identity.people import PersonId
from ledger import facts
from ledger.database import Base
from registers.answers import Answer


class AnswerRow(Base):
    """One answer; ``id`` is the digest of what was signed, ``opening`` CBOR of {field: [value, salt]}."""

    __tablename__ = "register_answers"

    id: Mapped[bytes] = mapped_column(ForeignKey("facts.id"), primary_key=True)
    register: Mapped[str] = mapped_column(Text)
    about: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    authorization: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(AuthorizationRow.id), index=True)
    as_of: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opening: Mapped[bytes | None] = mapped_column(LargeBinary)


def keep(
    session: Session, answers: Sequence[Answer], *, authorization: UUID | None = None
) -> tuple[bytes, ...]:
    """Record each of ``answers`` as a fact and keep what opens it; give their digests (32 bytes)."""
    for answer in answers:
        asked = answer.question
        facts.record_signed(session, answer.signed)
        session.add(
            AnswerRow(
                id=answer.digest,
                register=asked.register.value,
                about=asked.about,
                authorization=authorization,
                as_of=answer.as_of,
                opening=encode({name: [value, asked.salts[name]] for name, value in asked.claims.items()}),
            )
        )
    session.flush()
    return tuple(answer.digest for answer in answers)


def digests(session: Session, authorization: UUID) -> tuple[bytes, ...]:
    """Give the digests (32 bytes each, sorted) of all that registers said about an authorization."""
    return tuple(
        session.scalars(
            select(AnswerRow.id).where(AnswerRow.authorization == authorization).order_by(AnswerRow.id)
        )
    )


def erase(session: Session, person: PersonId) -> None:
    """Erase what opens the receipts about ``person``; the receipts stay and name nobody."""
    session.execute(update(AnswerRow).where(AnswerRow.about == person).values(opening=None))
