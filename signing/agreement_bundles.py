"""The evidence bundle of an agreement: who signed what, for whoever the parties show it to.

Its exhibits are the fact that all signed, every party's signature with the approval that let it happen,
and, once it is assembled, the fact that names the PDF. Its files are the manifest, the frozen document,
each party's detached signature (CAdES, with the party's certificate) and the assembled PDF. The signatures
name their signers, so that this bundle is for the parties to give, unlike a certificate's.

    data = bundle(database, agreement_id, archive=archive)
"""

from uuid import UUID

from sqlalchemy.orm import Session

from evidence.bundle import Bundle, Exhibit
from evidence.digest import sha256
from ledger.database import Database
from signing.agreements import Agreement, agreement
from signing.assembly_jobs import AssemblyUnknown, assembly_job
from signing.exhibits import Archive, with_approval
from signing.signatures import signatures


def bundle(database: Database, agreement_id: UUID, *, archive: Archive) -> bytes:
    """Return the encoded bundle of a complete agreement.

    Raises:
        AgreementUnknown: there is no such agreement.
        AssemblyUnknown: it is not complete.
        ObjectMissing, ObjectAltered: the store lost a file.
    """
    with database.transaction() as session:
        found = agreement(session, agreement_id)
        exhibits = _exhibits(session, found, archive)
        signed = [signature.cms for signature in signatures(session, agreement_id)]
    contents = [found.manifest_bytes, archive.store.get(found.document), *signed]
    if found.result is not None:
        contents.append(archive.store.get(found.result))
    files = {sha256(content).value: content for content in contents}
    gathered = Bundle(kind="agreement", exhibits=exhibits, disclosures=(), files=files, status_list=None)
    return gathered.encode()


def _exhibits(session: Session, found: Agreement, archive: Archive) -> tuple[Exhibit, ...]:
    if found.fact is None:
        raise AssemblyUnknown(agreement=found.id)
    assembled = assembly_job(session, found.id).fact
    shown = [found.fact, *(slot.fact for slot in found.slots if slot.fact is not None)]
    shown += [] if assembled is None else [assembled]
    return tuple(each for digest in shown for each in with_approval(session, digest, archive=archive))
