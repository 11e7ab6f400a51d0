"""A client process: records facts through Database.transaction, as many threads at once as it is told.

    python -m tests.bench.client URL THREADS SECONDS RATE

RATE 0 records as fast as answers come. Otherwise facts are due RATE a second whether or not earlier ones
were answered, and the latency counts from the due time. Prints JSON: one [due, done, index] a fact, on the
monotonic clock that all processes of a machine share.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from secrets import token_hex

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType
from ledger import facts
from ledger.database import Database
from tests.bench.harness import show

Recorded = list[tuple[float, float, int]]


@dataclass
class Client:
    """Facts of one process; the threads share the number of the next one."""

    database: Database
    seconds: float
    rate: float
    signer: LocalSigner = field(default_factory=lambda: LocalSigner.generate(Algorithm.ES256))
    numbers: "count[int]" = field(default_factory=count)
    recorded: Recorded = field(default_factory=list)

    def run(self, threads: int) -> Recorded:
        self._record()  # the first connection and the first plans are not what is asked
        began = time.monotonic()
        each = [threading.Thread(target=self._work, args=(began,)) for _ in range(threads)]
        for thread in each:
            thread.start()
        for thread in each:
            thread.join()
        return self.recorded

    def _work(self, began: float) -> None:
        while True:
            number = next(self.numbers)
            due = began + number / self.rate if self.rate else time.monotonic()
            if due >= began + self.seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            index = self._record()
            self.recorded.append((due, time.monotonic(), index))

    def _record(self) -> int:
        body = {"purpose": "bench", "nonce": token_hex(16)}
        statement = Statement(StatementType.CONSENT, "city", datetime.now(UTC), body)
        with self.database.transaction() as session:
            return facts.record(session, statement, signer=self.signer).index


def main() -> None:
    url, threads, seconds, rate = sys.argv[1:]
    database = Database(url, pool_size=int(threads))
    show(json.dumps(Client(database, float(seconds), float(rate)).run(int(threads))))
    database.close()


if __name__ == "__main__":
    main()
