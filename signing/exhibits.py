"""Exhibits: a fact as a stranger can check it, with its salt, its entry of the log and the log's receipt."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.bundle import Exhibit
from evidence.clock import Clock
from evidence.keys import Signer
from evidence.statement import read
from ledger import entries, facts, receipts
from signing.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What bundles are gathered from; ``log_signer`` holds the Ed25519 key of the log ``origin``."""

    store: ObjectStore
    origin: str
    log_signer: Signer
    clock: Clock


def exhibit(session: Session, digest: bytes, *, archive: Archive) -> Exhibit:
    """Return the fact of ``digest`` (32 bytes) with its entry and the log's receipt as of now.

    Raises:
        FactUnknown, FactErased: nothing can be shown.
    """
    fact = facts.fact(session, digest)
    return Exhibit(
        statement=fact.signed,
        salt=fact.salt,
        entry=entries.entry(session, fact.index).encode(),
        receipt=receipts.receipt(
            session, fact.index, origin=archive.origin, signer=archive.log_signer, clock=archive.clock
        ),
    )


def with_approval(session: Session, digest: bytes, *, archive: Archive) -> Iterator[Exhibit]:
    """Yield the fact of ``digest``, the approval by which a person let it happen, and what registers said.

    Both are left out where the fact names none.

    Raises:
        FactUnknown, FactErased: one of them cannot be shown.
    """
    shown = exhibit(session, digest, archive=archive)
    yield shown
    body = read(shown.statement).statement.body
    approval, registers = body.get("approval"), body.get("registers")
    for named in (approval, *(registers if isinstance(registers, list) else ())):
        if isinstance(named, bytes):
            yield exhibit(session, named, archive=archive)
