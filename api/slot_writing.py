"""What a party puts on the paper beside its signature, as pages send it, and as pages show it afterwards.

A drawn or typed signature goes with a face scan; texts go with a scan and with a case of the counter alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.house import House
from identity.counter_cases import Case
from identity.people import PersonId, person
from signing.agreements import Agreement, Slot, agreement
from signing.manifest import Manifest
from signing.marks import TextField
from signing.signature_images import SignatureImage, check_place, drawn, typed
from signing.slot_texts import Written, waiting
from signing.tables import SlotRow
from signing.text_fields import check_texts


class Texts(BaseModel):
    """What the party writes: one text for each text field of its slot, in their order."""

    model_config = ConfigDict(extra="forbid")

    texts: list[str] = []


class OnPaper(Texts):
    """Texts, and what stands in the person's stamp where anything does.

    That is ``strokes`` of points [x, y] on 1200 by 400, or a name ``typed``, which is the person's own.
    """

    strokes: list[list[list[int]]] | None = None
    typed: str = ""


@dataclass(frozen=True)
class TextAsked:
    """A text field as its party fills it in: its page from 1, its document by name if there are several."""

    label: str
    page: int
    document: str


class TextShown(BaseModel):
    """A text field by its label; ``text`` is what its party wrote, None as long as it has not signed."""

    label: str
    text: str | None


def image_on(session: Session, slot: Slot, sent: OnPaper, signer: PersonId) -> SignatureImage | None:
    """Read the signature that ``signer`` drew or typed, None where they did neither.

    Raises:
        ImageMisplaced, ImageUnusable, TypedNameDiffers: it cannot stand in the stamp.
    """
    name = sent.typed.strip()
    if not name and sent.strokes is None:
        return None
    check_place(slot.kind, slot.capacity)
    return typed(name, own=person(session, signer).name) if name else drawn(sent.strokes or [])


def texts_on(house: House, found: Agreement, slot: Slot, sent: Texts) -> Written | None:
    """Read what the party of ``slot`` writes, None where nothing is asked.

    Raises:
        TextsMiscounted, TextEmpty, TextTooWide, GlyphMissing, …: see ``check_texts``.
    """
    fields = found.manifest.slot(slot.id).texts
    texts = check_texts(sent.texts, fields, typesetter=house.typesetter)
    return Written.new(texts) if texts else None


def texts_asked(manifest: Manifest, slot_id: str) -> list[TextAsked]:
    """Give what the party of a slot is to fill in, in order."""
    names = manifest.names if len(manifest.documents) > 1 else ("",)
    return [
        TextAsked(label=field.label, page=field.place.page + 1, document=names[field.place.document])
        for field in manifest.slot(slot_id).texts
    ]


def texts_shown(fields: Sequence[TextField], written: Written | None) -> list[TextShown]:
    """Show what stands in ``fields``."""
    texts = [None] * len(fields) if written is None else written.texts
    return [TextShown(label=field.label, text=text) for field, text in zip(fields, texts, strict=True)]


def texts_in(session: Session, case: Case) -> list[TextShown]:
    """Show what the person wrote whose answer to ``case`` would approve it."""
    written = waiting(session, case.id)
    row = session.scalar(select(SlotRow).where(SlotRow.subject == case.subject.value))
    if written is None or row is None:
        return []
    return texts_shown(agreement(session, row.agreement).manifest.slot(row.id).texts, written)
