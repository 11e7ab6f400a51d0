"""What a slot leaves on the paper beside its stamp, as fields prepared first and filled by its party.

fields = prepared_fields("2", laid)
filling = filled("2", laid, typesetter=typesetter, at=signed_at, texts=("13800000000",), seal="…")
"""

from collections.abc import Sequence
from datetime import datetime

from signing.pdf_fields import Field, Filling
from signing.pdf_pages import Box
from signing.perforation import Strip
from signing.placement import Laid
from signing.stamps import date_mark, organization_seal, text_mark
from signing.typesetting import Typesetter


def prepared_fields(slot: str, laid: Laid) -> tuple[Field, ...]:
    """Give the fields that the party of the slot is going to fill."""
    date = () if laid.date is None else (_date_field(slot, laid.date),)
    texts = (_text_field(slot, number, box) for number, box in enumerate(laid.texts, 1) if box is not None)
    return (*date, *texts, *(_strip_field(slot, strip) for strip in laid.strips))


def filled(
    slot: str,
    laid: Laid,
    *,
    typesetter: Typesetter,
    at: datetime,
    texts: Sequence[str],
    seal: str,
    caption: str = "",
) -> tuple[Filling, ...]:
    """Give what the party of the slot, who signed at the moment ``at``, fills its fields with.

    ``texts`` are what it wrote, one for each of its text fields on any document. ``seal`` is the name along
    the rim of its seal, empty for a slot without one; ``caption`` runs below the star.
    """
    filling: list[Filling] = []
    if laid.date is not None:
        filling.append(Filling(field=_date_field(slot, laid.date), picture=date_mark(typesetter, at=at)))
    for number, (box, text) in enumerate(zip(laid.texts, texts, strict=True), start=1):
        if box is not None:
            drawn = text_mark(typesetter, text, width=round(box.width), at=at)
            filling.append(Filling(field=_text_field(slot, number, box), picture=drawn))
    if laid.strips:
        picture = organization_seal(typesetter, name=seal, at=at, caption=caption)
        filling += [
            Filling(field=_strip_field(slot, strip), picture=picture, offset=strip.offset)
            for strip in laid.strips
        ]
    return tuple(filling)


def _date_field(slot: str, box: Box) -> Field:
    return Field(name=f"slot-{slot}-date", box=box)


def _text_field(slot: str, number: int, box: Box) -> Field:
    return Field(name=f"slot-{slot}-text-{number}", box=box)


def _strip_field(slot: str, strip: Strip) -> Field:
    return Field(name=f"slot-{slot}-edge-{strip.box.page + 1}", box=strip.box)
