"""From the moment an append is due to its anchored receipt, with the worker's own loop on a Hardhat node."""

import time

from api.worker import Worker
from ledger.anchoring import Anchoring, AnchoringProgress
from ledger.database import Database
from tests.bench.client import Recorded
from tests.bench.durable import THREADS, finished, start_client
from tests.bench.harness import Figures, Row, percentile

WAIT_SECONDS = 120.0  # for the chain to hold the last entry


class Watched:
    """The worker's step, which notes when the chain came to hold how many entries."""

    def __init__(self, anchoring: Anchoring) -> None:
        self._anchoring = anchoring
        self.reached: list[tuple[float, int]] = []

    def step(self) -> AnchoringProgress:
        progress = self._anchoring.step()
        if progress.problem is not None:
            raise progress.problem
        self.reached.append((time.monotonic(), progress.anchored))
        return progress

    def holds(self, entries: int) -> bool:
        return bool(self.reached) and self.reached[-1][1] >= entries

    def waits(self, recorded: Recorded) -> list[float]:
        """Give for each fact the seconds from its due time to the step that ended with it anchored."""
        waits, place = [], 0
        for due, _, index in sorted(recorded, key=lambda each: each[2]):
            while self.reached[place][1] <= index:
                place += 1
            waits.append(self.reached[place][0] - due)
        return waits


def run(figures: Figures, database: Database, anchoring: Anchoring) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    for rate in (10,) if figures.quick else (10, 300, 1_500):
        watched = Watched(anchoring)
        worker = Worker((("anchoring", watched.step),))
        worker.start()
        client = start_client(url, threads=THREADS, seconds=3 if figures.quick else 20, rate=rate)
        recorded = finished(client)
        last = max(index for _, _, index in recorded) + 1
        limit = time.monotonic() + WAIT_SECONDS
        while not watched.holds(last) and time.monotonic() < limit:
            time.sleep(0.05)
        worker.stop()
        lasted = max(done for _, done, _ in recorded) - min(due for due, _, _ in recorded)
        figures.add(
            Row(f"append to anchored, {rate:,} due a second: appended", len(recorded) / lasted, "1/s")
        )
        if not watched.holds(last):
            figures.skip(f"append to anchored at {rate:,} a second: not all anchored in {WAIT_SECONDS:.0f} s")
            continue
        waits = watched.waits(recorded)
        figures.add(Row(f"append to anchored, {rate:,} due a second, p50", percentile(waits, 0.5), "s"))
        figures.add(Row(f"append to anchored, {rate:,} due a second, p99", percentile(waits, 0.99), "s"))
