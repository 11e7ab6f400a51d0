"""What a certificate's PDF carries beside its page, for machines: its metadata and its evidence.

``metadata.json`` has the members of GB/T 36903; ``certificate.bundle`` the signed statement with every
printed field, its entry of the log and the log's receipt, so that ``yinxin verify`` checks the PDF alone.
Both are attached before the agency seals; the record of the issue, which names the PDF, cannot be inside it.
A copy for one use carries its metadata alone.

    enclosed = enclosures(session, registered, archive=archive)
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from evidence import canonical
from evidence.bundle import Bundle
from evidence.canonical import Value
from evidence.commitment import Disclosure
from ledger import checkpoints
from signing.certificate_metadata import metadata
from signing.certificates import Certificate
from signing.exhibits import Archive, exhibit
from signing.pdf_attachment import Attachment, Relationship

METADATA = "metadata.json"
EVIDENCE = "certificate.bundle"


def enclosures(session: Session, found: Certificate, *, archive: Archive) -> tuple[Attachment, ...]:
    """Return the two files; the log is checkpointed, so that the receipt leads to a signed root."""
    checkpoints.take(session, origin=archive.origin, signer=archive.log_signer, clock=archive.clock)
    shown = exhibit(session, found.statement, archive=archive)
    evidence = Bundle(
        kind="certificate",
        exhibits=(shown,),
        disclosures=tuple(Disclosure(entry.name, entry.value, entry.salt) for entry in found.entries),
        files={},
        status_list=None,
    )
    return (
        described(metadata(session, found)),
        Attachment(
            name=EVIDENCE,
            data=evidence.encode(),
            what="可核验的证照声明 verifiable statement",
            media_type="application/octet-stream",
            relationship=Relationship.SOURCE,
        ),
    )


def described(members: Mapping[str, str]) -> Attachment:
    """Return the file with the metadata ``members``."""
    values: dict[str, Value] = dict(members)
    return Attachment(
        name=METADATA,
        data=canonical.to_json(values),
        what="证照元数据 metadata (GB/T 36903)",
        media_type="application/json",
        relationship=Relationship.DATA,
    )
