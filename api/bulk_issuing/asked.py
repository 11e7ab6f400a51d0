"""What a row of a sheet asks for, as it is kept until it is issued.

asked = references.named(AskedRow(holder="91…", fields={…}, valid_from=None, valid_until=None))
asked.reference        # the agency's own, or 64 hexadecimal digits that say nothing of what is asked
"""

import hmac
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from evidence.certificate_types import CertificateType
from evidence.identifiers import Uscc
from signing.certificate_registration import Application


class AskedRow(BaseModel):
    """One certificate: its holder's code, its fields, its days; without a first day, from its issue on.

    ``own_reference`` is what the agency calls it. Without one, rows that say the same are the same row,
    whichever sheet they stand in, and whichever version of the type they are issued by. ``reference`` is kept
    beside what is asked: under it one certificate is issued, however often the row is sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate_type: str
    holder: str | None = None
    agreement: UUID | None = None
    fields: Mapping[str, str]
    valid_from: date | None = None
    valid_until: date | None = None
    own_reference: str | None = None
    reference: str = Field(default="", exclude=True)

    def application(self, type_: CertificateType, *, first: date, named: bool = True) -> Application:
        """Give the application, valid from the day ``first``; one not ``named`` finds nothing by its name."""
        return Application(
            certificate_type=type_,
            agreement=self.agreement,
            holder=None if self.holder is None else Uscc.parse(self.holder),
            fields=self.fields,
            valid_from=first,
            valid_until=self.valid_until,
            reference=self.reference if named else None,
        )


class RowReferences:
    """Names rows that have no reference of their own, by HMAC-SHA-256 under a key outside of the database.

    What a row says may be guessed, a citizen's number for instance: a bare digest would confirm a guess.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def named(self, asked: AskedRow) -> AskedRow:
        """Give the row with its reference."""
        return asked.model_copy(update={"reference": asked.own_reference or self._of(asked)})

    def _of(self, asked: AskedRow) -> str:
        said = asked.model_copy(update={"certificate_type": asked.certificate_type.partition("@")[0]})
        return hmac.digest(self._key, said.model_dump_json().encode(), "sha256").hex()
