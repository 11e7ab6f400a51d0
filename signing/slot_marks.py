"""What a slot leaves on the paper beside its stamp, as fields prepared first and filled by its party.

fields = prepared_fields("2", laid)
filling = filled("2", laid, typesetter=typesetter, at=signed_at, seal="示范建设集团有限公司")
"""

from datetime import datetime

from signing.pdf_fields import Field, Filling
from signing.pdf_pages import Box
from signing.perforation import Strip
from signing.placement import Laid
from signing.stamps import date_mark, organization_seal
from signing.typesetting import Typesetter


def prepared_fields(slot: str, laid: Laid) -> tuple[Field, ...]:
    """Give the fields that the party of the slot is going to fill."""
    date = () if laid.date is None else (_date_field(slot, laid.date),)
    return (*date, *(_strip_field(slot, strip) for strip in laid.strips))


def filled(
    slot: str, laid: Laid, *, typesetter: Typesetter, at: datetime, seal: str, caption: str = ""
) -> tuple[Filling, ...]:
    """Give what the party of the slot, who signed at the moment ``at``, fills its fields with.

    ``seal`` is the name along the rim of its seal, empty for a slot without one; ``caption`` runs below the
    star.
    """
    filling: list[Filling] = []
    if laid.date is not None:
        filling.append(Filling(field=_date_field(slot, laid.date), picture=date_mark(typesetter, at=at)))
    if laid.strips:
        picture = organization_seal(typesetter, name=seal, at=at, caption=caption)
        filling += [
            Filling(field=_strip_field(slot, strip), picture=picture, offset=strip.offset)
            for strip in laid.strips
        ]
    return tuple(filling)


def _date_field(slot: str, box: Box) -> Field:
    return Field(name=f"slot-{slot}-date", box=box)


def _strip_field(slot: str, strip: Strip) -> Field:
    return Field(name=f"slot-{slot}-edge-{strip.box.page + 1}", box=strip.box)
