"""Assembly: each frozen document, one PAdES increment for each party, and the platform's closing seal.

The job needs nobody: every party's one increment of each document was activated when the party signed. Each
increment goes to the object store and is recorded before the next begins, so that an attempt that dies is
taken up where it stopped and no activation makes two increments of a document. No transaction is open while a
PDF is worked on. A document that has no mark of a party carries its signature all the same, unseen on the
pages.

1. claim the job;
2. where national cryptography is in use, have each signed slot sign by SM2 (``signing.national_signatures``);
   then for each document:
3. take the document D0 with the empty fields that its parties fill, or the last recorded increment;
4. for each signed slot in order: draw its marks, append all but the party's signature, store, record; have
   exactly that signed, store, record;
5. append the closing seal (timestamped, LTA) and check that D0 is still a byte-for-byte prefix;
6. store the PDFs, state their digests as one fact, in the order of the documents, finish the job.

    job = assemble(database, agreement_id, workshop=workshop)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pyhanko.sign.timestamps import TimeStamper
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.digest import Digest
from evidence.errors import Invalid, Unavailable, YinxinError
from evidence.statement import StatementType
from ledger.database import Database
from signing.activation import (
    IncrementingParty,
    incremented,
    incrementing_party,
    record_increment,
    record_prepared,
)
from signing.additions import Addition, additions
from signing.agreements import Agreement, agreement
from signing.assembly_jobs import (
    AssemblyJob,
    Claim,
    ClaimLost,
    assembly_job,
    claim_next,
    fail,
    finish,
    keep_claim,
)
from signing.held_keys import Keyring
from signing.key_certificates import check_standing, revocations
from signing.national_signatures import sign_nationally
from signing.objects import ObjectStore
from signing.pdf import SigningParty, VisibleStamp, add_closing_seal, finish_signature, prepare_signature
from signing.pdf_document import open_document
from signing.pdf_fields import prepare
from signing.placement import lay_out
from signing.slot_marks import filled, prepared_fields
from signing.typesetting import Typesetter


class OriginalChanged(Invalid):
    """The assembled file does not begin with the frozen document."""

    code = "original-changed"
    zh = "合成的文件没有完整保留原文，已弃用，请重试。"
    en = "The assembled file does not keep the original byte for byte; it was thrown away. Try again."


class AssemblyInterrupted(Unavailable):
    """Something unforeseen stopped the job; its place is in the worker's log."""

    code = "assembly-interrupted"
    zh = "文件合成意外中断，各方签名都已保存，请重试；若再次出现，请告知管理员。"
    en = "The assembly stopped unexpectedly; every signature is kept. Try again, or tell the administrator."


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What assembly works with; ``address`` gives the page that a stamp's QR code opens for an agreement."""

    store: ObjectStore
    keyring: Keyring
    typesetter: Typesetter
    timestamps: TimeStamper
    address: Callable[[UUID], str]


@dataclass(frozen=True)
class _Pages:
    """The frozen document, and the file as far as it is assembled."""

    original: bytes
    so_far: bytes


def assemble_next(database: Database, *, workshop: Workshop) -> AssemblyJob | None:
    """Assemble the agreement that waits longest; None when none waits."""
    with database.transaction() as session:
        claim = claim_next(session, at=workshop.keyring.clock.now())
    return None if claim is None else _run(database, claim, workshop)


def assemble(database: Database, agreement_id: UUID, *, workshop: Workshop) -> AssemblyJob:
    """Assemble one agreement if its job waits, and return the job as it then stands.

    Raises:
        AssemblyUnknown: the agreement is not complete.
    """
    with database.transaction() as session:
        claim = claim_next(session, at=workshop.keyring.clock.now(), agreement=agreement_id)
        if claim is None:
            return assembly_job(session, agreement_id)
    return _run(database, claim, workshop)


def _run(database: Database, claim: Claim, workshop: Workshop) -> AssemblyJob:
    try:
        _work(database, claim, workshop)
    except ClaimLost:
        pass
    except YinxinError as error:
        _fail(database, claim, error, workshop)
    except Exception:
        _fail(database, claim, AssemblyInterrupted(), workshop)
        raise
    with database.transaction() as session:
        return assembly_job(session, claim.agreement)


def _fail(database: Database, claim: Claim, error: YinxinError, workshop: Workshop) -> None:
    with database.transaction() as session:
        fail(session, claim, error, at=workshop.keyring.clock.now())


def _work(database: Database, claim: Claim, workshop: Workshop) -> None:
    with database.transaction() as session:
        found = agreement(session, claim.agreement)
    sign_nationally(
        database,
        found,
        store=workshop.store,
        claim=claim,
        keyring=workshop.keyring,
        typesetter=workshop.typesetter,
    )
    results = [
        workshop.store.put(_closed(database, _signed(database, claim, found, place, workshop), workshop))
        for place in range(len(found.documents))
    ]
    with database.transaction() as session:
        keep_claim(session, claim)
        fact = _state(session, claim, results, workshop.keyring)
        finish(session, claim, results=results, fact=fact, at=workshop.keyring.clock.now())


def _signed(database: Database, claim: Claim, found: Agreement, document: int, workshop: Workshop) -> _Pages:
    """Give the document at this place, from 0, with the signature of every party."""
    original = workshop.store.get(found.documents[document])
    laid = lay_out(open_document(original).pages, found.manifest.slots, document=document)
    with database.transaction() as session:
        added = additions(session, found, laid, document=document)
    fields = [field for each in added for field in prepared_fields(each.slot.id, each.laid)]
    content = prepare(original, fields)
    for addition in added:
        content = _append(database, claim, addition, _Pages(original, content), workshop)
    return _Pages(original, content)


def _append(database: Database, claim: Claim, addition: Addition, pages: _Pages, workshop: Workshop) -> bytes:
    """Append one party's signature to what is there so far, store and record the result under the claim."""
    activated, document = addition.activation, addition.document
    with database.transaction() as session:
        made = incremented(session, activated, document=document)
        if made.increment is None:
            party = incrementing_party(session, activated, document=document, keyring=workshop.keyring)
    if made.increment is not None:
        return workshop.store.get(made.increment)
    if made.prepared is not None:  # an earlier attempt may have signed it already
        prepared = workshop.store.get(made.prepared)
    else:
        prepared = _prepared(addition, pages.so_far, party, workshop)
        waiting = workshop.store.put(prepared)
        with database.transaction() as session:
            keep_claim(session, claim)
            record_prepared(session, activated, waiting, document=document)
    longer = finish_signature(
        prepared, party=party.over(prepared, original=len(pages.original)), timestamps=workshop.timestamps
    )
    stored = workshop.store.put(longer)
    with database.transaction() as session:
        keep_claim(session, claim)
        record_increment(session, activated, stored, document=document, at=workshop.keyring.clock.now())
    return longer


def _prepared(addition: Addition, content: bytes, party: IncrementingParty, workshop: Workshop) -> bytes:
    """Append everything but the signature to ``content``: this and nothing else is signed."""
    laid = addition.laid
    visible = None
    if laid.stamp is not None:
        stamp = addition.stamp(workshop.typesetter, workshop.address)
        visible = VisibleStamp(stamp=stamp, box=laid.stamp)
    return prepare_signature(
        content,
        field=f"slot-{addition.slot.id}",
        visible=visible,
        party=party.unsigned,
        timestamps=workshop.timestamps,
        reason=addition.slot.capacity_zh,
        at=workshop.keyring.clock.now(),
        filling=filled(
            addition.slot.id,
            laid,
            typesetter=workshop.typesetter,
            at=addition.activation.at,
            texts=addition.texts,
            seal=addition.seal or "",
            caption=addition.slot.mark.caption,
        ),
    )


def _closed(database: Database, pages: _Pages, workshop: Workshop) -> bytes:
    """Seal what all parties signed.

    Raises:
        OriginalChanged: the result does not begin with the frozen document.
    """
    keyring = workshop.keyring
    now = keyring.clock.now()
    platform = keyring.platform
    with database.transaction() as session:
        check_standing(session, platform.seal)
        revoked = revocations(session)
    sealed = add_closing_seal(
        pages.so_far,
        party=SigningParty(
            signer=keyring.keystore.signer(platform.seal), chain=keyring.keystore.chain(platform.seal)
        ),
        timestamps=workshop.timestamps,
        revocation_lists=keyring.authority.lists_in_pdfs(at=now, revoked=revoked),
        reason=f"{platform.name}存证",
        at=now,
    )
    if not sealed.startswith(pages.original):
        raise OriginalChanged
    return sealed


def _state(session: Session, claim: Claim, results: Sequence[Digest], keyring: Keyring) -> bytes:
    found = agreement(session, claim.agreement)
    completed = () if found.fact is None else (found.fact,)
    body: dict[str, Value] = {
        "action": "assembled",
        "agreement": found.id.bytes,
        "completed": found.fact,
        "files": [result.value for result in results],
    }
    now = keyring.clock.now()
    return keyring.platform.record(session, StatementType.AGREEMENT, body, at=now, after=completed).digest
