"""The evidence bundle of a certificate: all that a stranger needs, in one file.

Its holder may have one that discloses the fields they choose and no others, without the PDF, which shows all,
and without what the certificate rests on, which says things of its own.
Of a certificate whose holder's data was erased there is one that discloses nothing and says so.

Its exhibits are the certificate's statement, the record of its issue, the newest change of its state, the
agreement it rests on, and the authorizations it refers to, each with the approval that let it happen; all
with the log's receipt. A next version rests on what the first one does: its bundle has the statements of the
versions before it as well, to which its entry of the log leads. It discloses every printed field, carries
the PDF, and encloses the agency's status list as of now. An authorization whose salt was erased, as the law
asks, is left out: nothing ties it to the log any more.

    data = bundle(database, certificate_id, agency=agency, archive=archive)
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from evidence.bundle import Bundle, Exhibit
from evidence.canonical import encode
from evidence.commitment import Disclosure
from evidence.statement import read
from ledger import facts
from ledger.database import Database
from ledger.facts import FactErased
from signing.certificate_changes import CertificateUnpublished, history
from signing.certificates import Agency, Certificate, certificate
from signing.exhibits import Archive, exhibit, with_approval
from signing.status_lists import status_list


def bundle(
    database: Database,
    certificate_id: UUID,
    *,
    agency: Agency,
    archive: Archive,
    chosen: Collection[str] | None = None,
) -> bytes:
    """Return the encoded bundle of a published certificate, with all of its fields or those ``chosen``.

    Raises:
        CertificateUnknown: there is no such certificate.
        CertificateUnpublished: its PDF is not made yet.
        ObjectMissing, ObjectAltered: the store lost its PDF.
    """
    with database.transaction() as session:
        found = certificate(session, certificate_id)
        if found.pdf is None:
            raise CertificateUnpublished(number=found.number)
        whole = chosen is None and found.erased_at is None
        exhibits = tuple(_exhibits(session, found, archive, whole=whole))
        enclosed = status_list(session, agency=agency, clock=archive.clock)
    gathered = Bundle(
        kind="certificate",
        exhibits=exhibits,
        disclosures=_disclosures(found, chosen),
        files={found.pdf.value: archive.store.get(found.pdf)} if whole else {},
        status_list=enclosed,
    )
    return gathered.encode()


def _exhibits(session: Session, found: Certificate, archive: Archive, *, whole: bool) -> Iterator[Exhibit]:
    yield exhibit(session, found.statement, archive=archive)
    changes = history(session, found.id)
    for change in changes[:1] + changes[1:][-1:]:
        yield exhibit(session, change.statement, archive=archive)
    if found.erased_fact is not None:
        yield exhibit(session, found.erased_fact, archive=archive)
    if whole:
        yield from _basis(session, found, archive)


def _basis(session: Session, found: Certificate, archive: Archive) -> Iterator[Exhibit]:
    """Yield what the certificate rests on, and the statements of earlier versions that lead there."""
    for referred in _references(session, found):
        try:
            yield from with_approval(session, referred, archive=archive)
        except FactErased:
            continue
    if found.previous is not None:
        before = certificate(session, found.previous)
        try:
            yield exhibit(session, before.statement, archive=archive)
        except FactErased:  # then nothing leads further back
            return
        yield from _basis(session, before, archive)


def _references(session: Session, found: Certificate) -> tuple[bytes, ...]:
    refs = read(facts.signed_statement(session, found.statement)).statement.body["refs"]
    return tuple(ref for ref in refs if isinstance(ref, bytes)) if isinstance(refs, list) else ()


def _disclosures(found: Certificate, chosen: Collection[str] | None) -> tuple[Disclosure, ...]:
    entries = [entry for entry in found.entries if chosen is None or entry.name in chosen]
    disclosures = [Disclosure(entry.name, entry.value, entry.salt) for entry in entries]
    return tuple(sorted(disclosures, key=lambda shown: encode([shown.name, shown.salt])))
