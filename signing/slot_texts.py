"""What a party wrote into the text fields of its slot: its own statement, approved with its signature.

It is sent before the scan, or when a case of the counter is opened, and kept under that challenge or case
with a random salt. The approval that follows names the digest of both, so that what is drawn in the signed
PDF is exactly what the party approved, while the log tells nothing of it. Once it is used it stays with its
approval; what led to nothing is erased after a day.

    written = Written.new(("13800000000",))
    keep(session, asked=challenge_id, person=person_id, written=written, clock=clock)
    use(session, slot, approval)             # in the transaction that signs
    written_under(session, approval.digest)  # what stands in the bundle: written.encode()
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Uuid, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence import canonical
from evidence.canonical import Value
from evidence.clock import Clock
from evidence.commitment import new_salt
from evidence.digest import Digest, sha256
from evidence.errors import Invalid, Refused
from evidence.statement import read
from identity.approvals import Approval
from identity.people import PersonId
from ledger.database import Base
from signing.manifest import ManifestSlot
from signing.tables import SignatureRow, SlotRow

UNUSED_KEPT = timedelta(days=1)
"""How long what was written waits for its approval; challenges and cases last half an hour at most."""

_DOMAIN = "yinxin/texts/1"


class TextsUnapproved(Refused):
    """The approval does not name what the text fields of the slot say. Facts: ``slot``."""

    code = "texts-unapproved"
    zh = "签署位 {slot} 的文字栏与本人确认的不一致；请刷新签署页，重新填写后再办理。"
    en = "The text fields of slot {slot} are not what was approved; reload the page and fill them in again."


class TextsAltered(Invalid):
    """What is kept is not what the approval names, or is kept no more. Facts: ``slot``."""

    code = "texts-altered"
    zh = "签署位 {slot} 填写的文字与本人确认时不一致，或已不存在，未予使用；请管理员查明。"
    en = (
        "The texts of slot {slot} are not what its person approved, or are gone; the administrator must look."
    )


class SlotTextsRow(Base):
    """What was written, encoded, under the challenge or the case ``asked``; ``approval`` used it."""

    __tablename__ = "slot_texts"

    asked: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    written: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approval: Mapped[bytes | None] = mapped_column(ForeignKey("approvals.fact"), unique=True)


@dataclass(frozen=True, kw_only=True)
class Written:
    """The ``texts`` of a slot in the order of its fields, with their ``salt`` of 16 bytes."""

    texts: tuple[str, ...] = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def new(cls, texts: tuple[str, ...]) -> "Written":
        """Salt ``texts``."""
        return cls(texts=texts, salt=new_salt())

    def encode(self) -> bytes:
        """Return deterministic CBOR of [domain, salt, texts], the one encoding, which is digested."""
        whole: list[Value] = [_DOMAIN, self.salt, [*self.texts]]
        return canonical.encode(whole)

    @property
    def digest(self) -> Digest:
        """What the approval names."""
        return sha256(self.encode())


def keep(session: Session, *, asked: UUID, person: PersonId, written: Written | None, clock: Clock) -> None:
    """Keep what ``person`` wrote for the challenge or case ``asked``, once: nothing else takes its place."""
    if written is None or waiting(session, asked) == written:
        return
    session.add(SlotTextsRow(asked=asked, person=person, written=written.encode(), made_at=clock.now()))
    session.flush()


def rewrite(session: Session, *, case: UUID, person: PersonId, written: Written | None, clock: Clock) -> None:
    """Keep what ``person`` wrote for a ``case`` that waits, in place of what they wrote before."""
    unused = SlotTextsRow.approval.is_(None)
    session.execute(delete(SlotTextsRow).where(SlotTextsRow.asked == case, unused))
    keep(session, asked=case, person=person, written=written, clock=clock)


def forget_due(session: Session, *, clock: Clock) -> None:
    """Erase what was written long ago and never used."""
    stale = SlotTextsRow.made_at < clock.now() - UNUSED_KEPT
    session.execute(delete(SlotTextsRow).where(stale, SlotTextsRow.approval.is_(None)))


def as_kept(session: Session, asked: UUID, written: Written | None) -> Written | None:
    """Give ``written`` with the salt under which the same texts are kept already, if they are."""
    kept = waiting(session, asked)
    return kept if kept is not None and written is not None and kept.texts == written.texts else written


def texts_digest(session: Session, asked: UUID) -> bytes | None:
    """Give the digest (32 bytes) of what was written for a challenge or case, for the approval to name."""
    written = waiting(session, asked)
    return None if written is None else written.digest.value


def waiting(session: Session, asked: UUID) -> Written | None:
    """Give what was written for a challenge or case; None where nothing was."""
    row = session.get(SlotTextsRow, asked)
    return None if row is None else _read(row.written)


def use(session: Session, slot: ManifestSlot, approval: Approval) -> None:
    """Bind what was written to the approval that names it, for good.

    Raises:
        TextsUnapproved: there is nothing that it names, or not one text for each field of ``slot``.
    """
    named = _named(approval)
    if named is None and not slot.texts:
        return
    rows = session.scalars(
        select(SlotTextsRow).where(SlotTextsRow.person == approval.person, SlotTextsRow.approval.is_(None))
    )
    row = next((row for row in rows if sha256(row.written).value == named), None)
    if row is None or len(_read(row.written).texts) != len(slot.texts):
        raise TextsUnapproved(slot=slot.id)
    row.approval = approval.digest
    session.flush()


def written_under(session: Session, approval: bytes) -> Written | None:
    """Give what an approval (32 bytes) used; None where it named nothing, or where that was erased."""
    row = session.scalar(select(SlotTextsRow).where(SlotTextsRow.approval == approval))
    return None if row is None else _read(row.written)


def texts_by_slot(session: Session, agreement_id: UUID) -> dict[str, Written]:
    """Give what the parties of an agreement wrote, in the order of its slots, as far as it is kept."""
    rows = session.execute(
        select(SignatureRow.slot, SlotTextsRow.written)
        .join(SlotTextsRow, SlotTextsRow.approval == SignatureRow.approval)
        .join(SlotRow, (SlotRow.agreement == SignatureRow.agreement) & (SlotRow.id == SignatureRow.slot))
        .where(SignatureRow.agreement == agreement_id)
        .order_by(SlotRow.position)
    )
    return {slot: _read(written) for slot, written in rows}


def texts_of(session: Session, approval: Approval, *, slot: str) -> tuple[str, ...]:
    """Give what stands in the text fields of ``slot`` by its approval.

    Raises:
        TextsAltered: what is kept is not what the approval names.
    """
    named, written = _named(approval), written_under(session, approval.digest)
    if (None if written is None else written.digest.value) != named:
        raise TextsAltered(slot=slot)
    return () if written is None else written.texts


def _named(approval: Approval) -> bytes | None:
    named = read(approval.signed).statement.body.get("texts")
    return named if isinstance(named, bytes) else None


def _read(encoded: bytes) -> Written:
    match canonical.decode(encoded):
        case [str(), bytes(salt), [*texts]]:
            return Written(texts=tuple(str(text) for text in texts), salt=salt)
    raise LookupError("texts")
