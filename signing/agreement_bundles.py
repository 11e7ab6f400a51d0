"""The evidence bundle of an agreement: who signed what, for whoever the parties show it to.

Its exhibits are the fact that all signed, every party's signature with the approval that let it happen, the
steps by which its slot was handed on and the fact that announced its key, every decline, once it is assembled
the fact that names the PDFs, and where it was voided that fact with every consent. Its files are the
manifest, the frozen documents, each party's detached signature (CAdES, with the party's certificate), what
parties wrote into text fields, with its salt, and the assembled PDFs. The signatures name their signers, so
that this bundle is for the parties to give, unlike a certificate's.

    data = bundle(database, agreement_id, archive=archive)
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.statement import read
from ledger import facts
from ledger.database import Database
from signing.agreements import Agreement, Slot, agreement
from signing.assembly_jobs import AssemblyUnknown, assembly_job
from signing.exhibits import Archive, exhibit
from signing.signatures import signatures
from signing.slot_texts import texts_by_slot
from signing.tables import HeldKeyRow


def bundle(database: Database, agreement_id: UUID, *, archive: Archive, packed: bytes | None = None) -> bytes:
    """Return the encoded bundle of a complete agreement.

    ``packed`` is the fact (32-byte digest) that names the files of an evidence pack, for the bundle in it.

    Raises:
        AgreementUnknown: there is no such agreement.
        AssemblyUnknown: it is not complete.
        ObjectMissing, ObjectAltered: the store lost a file.
    """
    with database.transaction() as session:
        found = agreement(session, agreement_id)
        exhibits = _exhibits(session, found, packed, archive)
        signed = [signature.cms for signature in signatures(session, agreement_id)]
        written = [each.encode() for each in texts_by_slot(session, agreement_id).values()]
    kept = [archive.store.get(digest) for digest in (*found.documents, *found.results)]
    contents = [found.manifest_bytes, *kept, *signed, *written]
    files = {sha256(content).value: content for content in contents}
    gathered = Bundle(kind="agreement", exhibits=exhibits, disclosures=(), files=files, status_list=None)
    return gathered.encode()


def _exhibits(
    session: Session, found: Agreement, packed: bytes | None, archive: Archive
) -> tuple[Exhibit, ...]:
    if found.fact is None:
        raise AssemblyUnknown(agreement=found.id)
    assembled = assembly_job(session, found.id).fact
    signed = [each for slot in found.filled for each in _signature(session, slot)]
    ended = [each for each in (assembled, packed) if each is not None]
    shown = [found.fact, *signed, *_listed(session, found.fact, "declined"), *ended]
    if found.ended_fact is not None:
        shown += [found.ended_fact, *_listed(session, found.ended_fact, "consents")]
    return tuple(exhibit(session, digest, archive=archive) for digest in dict.fromkeys(shown))


def _authority(session: Session, signature: Mapping[str, Value]) -> Iterator[Value]:
    """Give the facts by whose authority a qualification's stamp was put: use, grant, registers' answers."""
    grant = signature.get("authorization")
    bodies = [signature]
    if isinstance(grant, bytes):
        bodies.append(read(facts.signed_statement(session, grant)).statement.body)
        yield bodies[-1]["approval"]
    yield from (grant, signature.get("use"))
    for body in bodies:
        said = body.get("registers")
        yield from said if isinstance(said, list) else ()


def _listed(session: Session, fact: bytes, member: str) -> list[bytes]:
    """Give the facts that ``fact`` lists under ``member``; one from an earlier version lists none."""
    said = read(facts.signed_statement(session, fact)).statement.body.get(member)
    return [one for one in said if isinstance(one, bytes)] if isinstance(said, Sequence) else []


def _signature(session: Session, slot: Slot) -> Iterator[bytes]:
    """Give the facts of a signed slot: signature, approval, steps of delegation, and the signer's key."""
    if slot.fact is None:
        return
    yield slot.fact
    body = read(facts.signed_statement(session, slot.fact)).statement.body
    for member in (body["approval"], *(step.fact for step in slot.chain), *_authority(session, body)):
        if isinstance(member, bytes):
            yield member
    key = session.scalar(select(HeldKeyRow.fact).where(HeldKeyRow.key_id == body["key"]))
    if key is not None:
        yield key
