"""What a row of a sheet asks for, as it is kept until it is issued.

asked = AskedRow(holder="91…", fields={…}, valid_from=None, valid_until=None)
asked.reference        # the agency's own, or 64 hexadecimal digits of SHA-256 over what is asked
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from evidence.certificate_types import CertificateType
from evidence.identifiers import Uscc
from signing.certificate_registration import Application


class AskedRow(BaseModel):
    """One certificate: its holder's code, its fields, its days; without a first day, from its issue on.

    ``own_reference`` is what the agency calls it. Without one, rows that say the same are the same row,
    whichever sheet they stand in, and whichever version of the type they are issued by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate_type: str
    holder: str | None = None
    agreement: UUID | None = None
    fields: Mapping[str, str]
    valid_from: date | None = None
    valid_until: date | None = None
    own_reference: str | None = None

    @property
    def reference(self) -> str:
        """The reference under which one certificate is issued, however often the row is sent."""
        if self.own_reference is not None:
            return self.own_reference
        said = self.model_copy(update={"certificate_type": self.certificate_type.partition("@")[0]})
        return hashlib.sha256(said.model_dump_json().encode()).hexdigest()

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
