"""One finding of a visit: the code, what the device answered and when, and what the officer saw.

It is the word of the officer's device, not the house's: the code itself is kept with it, so that anybody can
verify it again. ``earlier`` is the answer without a network, where the one with a network differs.
"""

import unicodedata
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.language import sentences_below
from api.verification_desk import LONGEST_CODE
from evidence.errors import Invalid, QrAltered, Term
from evidence.qr import read_qr
from evidence.type_description import MOST_FIELDS
from identity.names import TextTooLong, plain

NOTE = Term("备注", "note")
PLACE = Term("检查地点", "place of the visit")
LONGEST_NOTE = 500
"""Characters of a note."""
_BESIDE = 10
"""Facts that every code gives beside the fields of its type, with room: its number, issuer, validity."""
MOST_FACTS = MOST_FIELDS + _BESIDE
"""Facts of one certificate that an officer compares."""

LONGEST_SITE = 200
"""Characters of the place of a visit."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that are left out of what an officer wrote: keyboards of phones put some in unasked."""

_WORDS = "officer.word."
FieldName = Annotated[str, Field(pattern=r"^[a-z0-9_ ]{1,64}$")]


class Answered(BaseModel):
    """What the device answered: the key of the large word, when, and whether with a network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    word: Annotated[str, Field(max_length=40)]
    answered_at: AwareDatetime
    online: bool
    as_of: AwareDatetime | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if f"{_WORDS}{self.word}" not in sentences_below(_WORDS, "zh"):
            raise ValueError(self.word)
        return self


class Finding(BaseModel):
    """One finding as it is sent and kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    scanned: Annotated[str, Field(min_length=1, max_length=LONGEST_CODE)]
    answered: Answered
    earlier: Answered | None = None
    same: Annotated[list[FieldName], Field(max_length=MOST_FACTS)] = []
    differing: Annotated[list[FieldName], Field(max_length=MOST_FACTS)] = []
    note: str = ""

    @property
    def licence_id(self) -> str:
        """The licence identifier that the code claims; empty where it is no code of a certificate."""
        try:
            return read_qr(self.scanned).payload.licence_id
        except (Invalid, QrAltered):
            return ""

    @property
    def answered_at(self) -> datetime:
        """When the answer that counts was given, by the device's clock."""
        return self.answered.answered_at

    def checked(self) -> "Finding":
        """Give it with its note fit to be shown.

        Raises:
            TextTooLong: the note.
        """
        return self.model_copy(update={"note": shown(self.note, NOTE, limit=LONGEST_NOTE)})


def shown(text: str, field: Term, *, limit: int) -> str:
    """Give what an officer wrote on one line, without what nobody sees; empty where nothing is left.

    Raises:
        TextTooLong: above ``limit`` characters.
    """
    spaced = " ".join(text.split())
    visible = plain("".join(each for each in spaced if unicodedata.category(each) not in _UNSEEN))
    if len(visible) > limit:
        raise TextTooLong(field=field, length=len(visible), limit=limit)
    return visible
