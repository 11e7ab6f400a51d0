"""The receipt desk: signs a receipt once for each state of an entry, and gives it again while that lasts.

How far an entry is anchored is read anew for every answer, so that a reorganization takes a receipt off the
desk with its anchor. Its leaf is read too: an entry that a crash took before it was on disk leaves its number
to another. While no checkpoint covers an entry, whoever is given its receipt waits for the disk, also one
whose receipt was signed for somebody else.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.keys import Signer
from ledger import entries, receipts
from ledger.database import wait_for_disk
from ledger.receipts import AnchoringState, Cover

MOST_KEPT = 4096  # receipts; the largest has about 3 kB


@dataclass(frozen=True)
class Issued:
    """A signed receipt, COSE_Sign1, and the state that it states."""

    signed: bytes
    state: AnchoringState


class ReceiptDesk:
    """Issues receipts of the log ``origin``; ``signer`` holds its Ed25519 key."""

    def __init__(self, *, origin: str, signer: Signer, clock: Clock) -> None:
        self._origin = origin
        self._signer = signer
        self._clock = clock
        self._kept: OrderedDict[tuple[int, bytes, Cover], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def issue(self, session: Session, index: int) -> Issued:
        """Give the receipt of entry ``index`` as far as its anchoring has come.

        Raises:
            EntryUnknown: the log has no such entry.
        """
        cover = receipts.covering(session, index)
        kept = (index, entries.leaf(session, index), cover)
        if cover.checkpoint is None:
            wait_for_disk(session)
        with self._lock:
            signed = self._kept.get(kept)
        if signed is None:
            signed = receipts.receipt(
                session, index, origin=self._origin, signer=self._signer, clock=self._clock, found=cover
            )
        with self._lock:
            self._kept[kept] = signed
            self._kept.move_to_end(kept)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return Issued(signed, cover.state)
