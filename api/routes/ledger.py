"""The log for anyone: how large it is, what its entries are, and the receipt of each."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from api import log_view
from api.log_view import LogEntry, LogHead
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.tiles import OTHER_SITES
from evidence.checkpoint import note_key
from ledger import checkpoints
from ledger import entries as ledger_entries
from ledger.entries import EntryUnknown
from ledger.receipts import AnchoringState
from verify.issuer_keys import role_of

PAGE = 20
LARGEST_PAGE = 100
LAST_INDEX = 2**63 - 1  # what the table can number


def _numbered(index: int) -> int:
    if not 0 <= index <= LAST_INDEX:
        raise EntryUnknown(index=index)
    return index


Index = Annotated[int, Depends(_numbered)]
"""The number of an entry in an address; what the table cannot number is as unknown as what it lacks."""

router = APIRouter()


class HeadShown(BaseModel):
    """How far log, checkpoints and chain have come; sizes count entries."""

    size: int
    checkpointed_size: int
    checkpoints: int
    anchored_size: int
    block_number: int | None
    log_contract: str | None
    chain: str
    chain_id: int | None


class EntryShown(BaseModel):
    """One entry; digests are hexadecimal."""

    index: int
    type: str
    issuer: str
    time: datetime
    leaf: str
    commitment: str
    refs: list[str]
    state: AnchoringState


class EntriesShown(BaseModel):
    """Entries, the newest first; ``before`` asks for those that follow, null after the first entry of all."""

    entries: list[EntryShown]
    before: int | None


class ConsistencyShown(BaseModel):
    """The proof that the log of ``new_size`` entries begins with that of ``old_size``; hexadecimal."""

    old_size: int
    new_size: int
    path: list[str]


def entry_shown(found: LogEntry) -> EntryShown:
    """Show one entry."""
    return EntryShown(
        index=found.index,
        type=role_of(found.entry.type),
        issuer=found.entry.issuer,
        time=found.entry.time,
        leaf=found.entry.leaf.hex(),
        commitment=found.entry.commitment.hex(),
        refs=[ref.hex() for ref in found.entry.refs],
        state=found.state,
    )


def _head(found: LogHead, *, checkpoints: int, reachable: bool) -> HeadShown:
    return HeadShown(
        size=found.size,
        checkpointed_size=found.checkpointed_size,
        checkpoints=checkpoints,
        anchored_size=found.anchored_size,
        block_number=found.block_number,
        log_contract=None if found.contract is None else f"0x{found.contract.hex()}",
        chain="reachable" if reachable else "unreachable",
        chain_id=found.chain_id,
    )


@router.get("/api/ledger")
def head(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> HeadShown:
    """Say how large the log is, and how much of it is checkpointed and anchored."""
    with house.database.transaction() as session:
        found, taken = log_view.head(session), checkpoints.count(session)
    return _head(found, checkpoints=taken, reachable=log_view.reachable(house.chain))


@router.get("/api/ledger/entries")
def entries(
    house: InHouse,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    before: Annotated[int | None, Query(ge=0, le=LAST_INDEX)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> EntriesShown:
    """List entries below ``before``, the newest first."""
    with house.database.transaction() as session:
        found = log_view.latest(session, log_view.head(session), before=before, limit=limit)
    last = found[-1].index if found else 0
    return EntriesShown(entries=[entry_shown(each) for each in found], before=last or None)


@router.get("/api/ledger/entries/{index}")
def entry(index: Index, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> EntryShown:
    """Give one entry."""
    with house.database.transaction() as session:
        return entry_shown(log_view.entry(session, index))


@router.get("/ledger/entries/{index}/bytes")
def encoded(index: Index, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the bytes of one entry; its leaf is SHA-256(0x00‖bytes)."""
    with house.database.transaction() as session:
        return Response(ledger_entries.encoded(session, index), media_type="application/cbor")


@router.get("/ledger/consistency")
def consistency(
    house: InHouse,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    old_size: Annotated[int, Query(ge=0, le=LAST_INDEX)],
    new_size: Annotated[int, Query(ge=0, le=LAST_INDEX)],
) -> ConsistencyShown:
    """Give the proof that the log of one size begins with the log of another (RFC 9162, section 2.1.4)."""
    with house.database.transaction() as session:
        path = log_view.consistency(session, old_size=old_size, new_size=new_size)
    return ConsistencyShown(old_size=old_size, new_size=new_size, path=[each.hex() for each in path])


@router.get("/ledger/checkpoint")
def checkpoint(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> PlainTextResponse:
    """Give the latest checkpoint, a signed note (C2SP tlog-checkpoint), which no cache may keep."""
    with house.database.transaction() as session:
        note = log_view.note(session)
    return PlainTextResponse(note, headers={"Cache-Control": "no-cache", **OTHER_SITES})


@router.get("/ledger/size")
def size(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> PlainTextResponse:
    """Give the number of entries recorded, checkpointed or not: who watches sees by it what waits."""
    with house.database.transaction() as session:
        recorded = ledger_entries.size(session)
    return PlainTextResponse(f"{recorded}\n", headers={"Cache-Control": "no-cache", **OTHER_SITES})


@router.get("/ledger/vkey")
def vkey(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> PlainTextResponse:
    """Give the key that checkpoints are signed with, as tools of C2SP signed-note take it."""
    key = note_key(house.settings.origin, house.log_signer.key)
    return PlainTextResponse(f"{key}\n", headers={"Cache-Control": "no-cache", **OTHER_SITES})
