"""The platform and the agency as parties: whose word a fact is, and with which key its PDF is sealed.

speaker = Speaker(uscc=agency, name="示范市行政审批服务局", signer=signer, seal=KeyHandle("agency:1"))
fact = speaker.record(session, StatementType.AGREEMENT, body, at=clock.now(), after=(signature.digest,))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.identifiers import Uscc
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from ledger import facts
from ledger.facts import Fact
from signing.keystore import KeyHandle


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """``uscc`` issues the statements, ``signer`` is their key, ``seal`` the key that seals its PDFs."""

    uscc: Uscc
    name: str
    signer: Signer
    seal: KeyHandle

    def record(
        self,
        session: Session,
        type_: StatementType,
        body: Mapping[str, Value],
        *,
        at: datetime,
        after: Sequence[bytes] = (),
    ) -> Fact:
        """State ``body`` as a fact of the ledger that builds on the facts ``after`` (32-byte digests).

        Raises:
            FactUnknown: one of ``after`` is none.
        """
        statement = Statement(type_, self.uscc.text, at, body)
        return facts.record(session, statement, signer=self.signer, after=after)
