"""A drawn or typed signature (手写签名): what stands in a person's stamp where their name is set otherwise.

It is presentation and proves nothing by itself; but what was signed is what is shown. It is sent before the
scan and kept under its challenge; the approval that follows names its digest, the detached signature names
the approval, and the assembly draws exactly what has that digest. It serves this one signature and no other.

Nothing that a browser drew is embedded: strokes are lists of points on a board of 1,200 by 400, which the
stamp draws anew; a typed one is the person's own name in our handwriting, or set as names are where that
lacks one of its characters. Each has a random salt, so that its digest tells nobody whose name was typed.

    image = drawn([[[100, 200], [300, 180]]])
    keep(session, challenge=id, person=person_id, image=image, clock=clock)
    image_of(session, challenge)      # None where nothing was drawn
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Uuid, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence import canonical
from evidence.canonical import Value
from evidence.clock import Clock
from evidence.commitment import new_salt
from evidence.digest import Digest, sha256
from evidence.errors import Invalid, Refused, Term
from evidence.statement import read
from identity.approvals import Approval, ApprovalRow
from identity.people import PersonId
from ledger.database import Base
from signing.manifest import SlotKind

BOARD = (1200, 400)
"""Width and height of the board that points lie on, the first from its left, the second from its top."""
MOST_STROKES = 60
MOST_POINTS = 3000
"""Points of all strokes: a name written slowly, taken every 10 ms, has about a thousand."""
LEAST_EXTENT = 100
"""How wide or high a drawing is at least: less is a slip of the finger."""

UNUSED_KEPT = timedelta(days=1)
"""How long a drawing waits for its approval; a challenge lasts minutes."""

DRAWN_IN = frozenset({SlotKind.PERSON, SlotKind.REPRESENTATIVE})
"""The slots whose stamp has a place for it."""


class ImageUnusable(Refused):
    """The drawing cannot stand in a stamp. Facts: ``reason``."""

    code = "signature-image-unusable"
    zh = "手写签名无法使用：{reason}。请清除后重写，或不写，用默认样式签署。"
    en = "The drawn signature cannot be used: {reason}. Clear it and draw again, or sign without one."


class TypedNameDiffers(Refused):
    """What was typed is not the person's own name."""

    code = "typed-name-differs"
    zh = "键入的签名须与您登记的姓名一致；请改正，或清空后用默认样式签署。"
    en = "A typed signature is your own name as it is registered; correct it, or leave it empty."


class ImageMisplaced(Refused):
    """The slot has no place for a drawn signature."""

    code = "signature-image-misplaced"
    zh = "签署位“{capacity}”不用手写签名；请不带手写签名办理。"
    en = "The slot “{capacity}” takes no drawn signature; go on without one."


class ImageAltered(Invalid):
    """What is kept is not what the approval names."""

    code = "signature-image-altered"
    zh = "签署位 {slot} 的手写签名与本人确认时不一致，未予使用；请管理员查明。"
    en = "The drawn signature of slot {slot} is not what its person approved; the administrator must look."


class SignatureImageRow(Base):
    """A drawing, canonical CBOR, under the challenge whose answer approves it."""

    __tablename__ = "signature_images"

    challenge: Mapped[UUID] = mapped_column(Uuid, ForeignKey("challenges.id"), primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    image: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


Stroke = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class SignatureImage:
    """Either ``strokes`` of points on the board, or a name that was ``typed``, with a ``salt`` of 16 bytes.

    What was kept before there were salts has none: ``salt`` is empty, and not part of its encoding.
    """

    strokes: tuple[Stroke, ...] = ()
    typed: str = ""
    salt: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Return the one encoding that is digested."""
        strokes: list[Value] = [[list(point) for point in stroke] for stroke in self.strokes]
        whole: dict[str, Value] = {"strokes": strokes, "typed": self.typed}
        return canonical.encode({**whole, "salt": self.salt} if self.salt else whole)

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the encoding."""
        return sha256(self.encode())


def drawn(strokes: Sequence[Sequence[Sequence[int]]]) -> SignatureImage:
    """Read what was drawn.

    Raises:
        ImageUnusable: too much or too little, or no points of the board.
    """
    if len(strokes) > MOST_STROKES or sum(len(stroke) for stroke in strokes) > MOST_POINTS:
        raise ImageUnusable(reason=Term("笔画太多", "it has too many strokes"))
    points = [point for stroke in strokes for point in stroke]
    if any(len(point) != len(BOARD) for point in points) or not all(strokes):
        raise ImageUnusable(reason=Term("笔画数据不完整", "its strokes are incomplete"))
    sides = [[point[side] for point in points] for side in range(len(BOARD))]
    if any(not 0 <= each <= most for most, side in zip(BOARD, sides, strict=True) for each in side):
        raise ImageUnusable(reason=Term("笔画超出书写框", "a stroke leaves the board"))
    if max((max(side) - min(side) for side in sides if side), default=0) < LEAST_EXTENT:
        raise ImageUnusable(reason=Term("笔画太小", "it is too small"))
    return SignatureImage(
        strokes=tuple(tuple((x, y) for x, y in stroke) for stroke in strokes), salt=new_salt()
    )


def typed(name: str, *, own: str) -> SignatureImage:
    """Take the person's ``own`` name as they typed it.

    Raises:
        TypedNameDiffers: they typed another.
    """
    if name.strip() != own:
        raise TypedNameDiffers
    return SignatureImage(typed=own, salt=new_salt())


def check_place(kind: SlotKind, capacity: Term) -> None:
    """Check that the stamp of such a slot has a place for a drawing.

    Raises:
        ImageMisplaced: it has none.
    """
    if kind not in DRAWN_IN:
        raise ImageMisplaced(capacity=capacity)


def keep(
    session: Session, *, challenge: UUID, person: PersonId, image: SignatureImage | None, clock: Clock
) -> None:
    """Keep what ``person`` drew for ``challenge``, if they did, once: nothing else takes its place."""
    if image is None or image_of(session, challenge) == image:
        return
    session.add(
        SignatureImageRow(challenge=challenge, person=person, image=image.encode(), made_at=clock.now())
    )
    session.flush()


def forget_due(session: Session, *, clock: Clock) -> None:
    """Erase what was drawn long ago and never used."""
    used = exists().where(ApprovalRow.challenge == SignatureImageRow.challenge)
    stale = SignatureImageRow.made_at < clock.now() - UNUSED_KEPT
    session.execute(delete(SignatureImageRow).where(stale & ~used))


def image_of(session: Session, challenge: UUID | None) -> SignatureImage | None:
    """Give what was drawn for a challenge; None where nothing was, or where it was erased."""
    row = None if challenge is None else session.get(SignatureImageRow, challenge)
    if row is None:
        return None
    match canonical.decode(row.image):
        case {"strokes": [*strokes], "typed": str(name), **rest}:
            salt = rest.get("salt", b"")
            return SignatureImage(
                strokes=tuple(_stroke(each) for each in strokes),
                typed=name,
                salt=salt if isinstance(salt, bytes) else b"",
            )
    raise LookupError(str(challenge))


def _stroke(value: Value) -> Stroke:
    return tuple(_point(each) for each in value) if isinstance(value, list) else ()


def _point(value: Value) -> tuple[int, int]:
    match value:
        case [int(x), int(y)]:
            return x, y
    raise LookupError("point")


def as_kept(session: Session, challenge: UUID, image: SignatureImage | None) -> SignatureImage | None:
    """Give ``image`` with the salt under which the same one is kept already, if it is."""
    kept = image_of(session, challenge)
    if image is None or kept is None or (kept.strokes, kept.typed) != (image.strokes, image.typed):
        return image
    return kept


def drawing_of(session: Session, approved: Approval, *, slot: str) -> SignatureImage | None:
    """Give what the approval of a slot names by its digest; None where it names or keeps nothing.

    Raises:
        ImageAltered: another drawing is kept.
    """
    named = read(approved.signed).statement.body.get("image")
    image = image_of(session, approved.challenge) if isinstance(named, bytes) else None
    if image is not None and image.digest.value != named:
        raise ImageAltered(slot=slot)
    return image


def how_many(session: Session, person: PersonId) -> int:
    """Say how many drawings of ``person`` are kept."""
    mine = SignatureImageRow.person == person
    return session.scalar(select(func.count()).select_from(SignatureImageRow).where(mine)) or 0


def erase(session: Session, person: PersonId) -> None:
    """Erase what ``person`` drew; signed documents that are assembled keep it, later ones show the name."""
    session.execute(delete(SignatureImageRow).where(SignatureImageRow.person == person))
