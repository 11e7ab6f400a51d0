"""How fast proofs are built out of PostgreSQL and checked, by the size of the log, beside pymerkle in memory.

Each size has a database of its own and a process of its own, so that the memory it takes can be told.

    python -m tests.bench.proofs URL SIZE SECONDS
"""

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from random import Random

import psutil
from pymerkle import InmemoryTree, verify_inclusion
from sqlalchemy import text

from evidence.merkle import check_consistency, check_inclusion
from ledger import tree
from ledger.database import Database
from tests.bench.city import BenchCity
from tests.bench.durable import ROOT
from tests.bench.fill import lay_tree, leaf
from tests.bench.harness import Figures, Row, show

PEER_LARGEST = 1_000_000  # pymerkle keeps every node as a Python object: ten million would fill this machine
PEER_SECONDS = 120.0
SECONDS = 3.0


def run(figures: Figures, city: BenchCity) -> None:
    """Take the figures of every size."""
    seconds = 0.3 if figures.quick else SECONDS
    for size in (10_000,) if figures.quick else (10_000, 1_000_000, 10_000_000):
        with city.database() as database:
            lay_tree(database, size=size)
            url = database.engine.url.render_as_string(hide_password=False)
            command = [sys.executable, "-m", "tests.bench.proofs", url, str(size), str(seconds)]
            ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            _stored(figures, database, size)
        ours = json.loads(ran.stdout)
        theirs = _peer(figures, size, seconds)
        for name, value in ours.items():
            peer_value = theirs.get(name)
            peer = None if peer_value is None else "pymerkle in memory"
            unit = "MiB" if name.startswith("memory") else "1/s"
            figures.add(Row(f"{name} at {size:,} entries", value, unit, peer=peer, peer_value=peer_value))


def _stored(figures: Figures, database: Database, size: int) -> None:
    with database.transaction() as session:
        rows = session.scalar(text("SELECT count(*) FROM nodes")) or 0
        held = session.scalar(text("SELECT pg_total_relation_size('nodes')")) or 0
    figures.add(Row(f"stored nodes an entry at {size:,} entries", rows / size, "nodes", most=2.0))
    figures.add(Row(f"stored tree at {size:,} entries", held / 2**20, "MiB"))


def _peer(figures: Figures, size: int, seconds: float) -> dict[str, float]:
    if size > PEER_LARGEST:
        figures.skip(f"pymerkle at {size:,} entries: it keeps every node as an object in memory")
        return {}
    theirs, limit = InmemoryTree(algorithm="sha256"), time.monotonic() + PEER_SECONDS
    for index in range(size):
        theirs.append_entry(index.to_bytes(8, "big"))
        if index % 1_000 == 0 and time.monotonic() > limit:
            figures.skip(f"pymerkle at {size:,} entries: {index:,} of them took {PEER_SECONDS:.0f} s")
            return {}
    random = Random(size)  # noqa: S311 - the same entries in every run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        built = _rate(lambda: theirs.prove_inclusion(random.randint(1, size), size), seconds)
        grown = _rate(lambda: theirs.prove_consistency(random.randint(1, size - 1), size), seconds)
        proof, root, base = theirs.prove_inclusion(1, size), theirs.get_state(size), theirs.get_leaf(1)
        checked = _rate(lambda: verify_inclusion(base, root, proof), seconds)
    return {
        "inclusion proofs built": built,
        "consistency proofs built": grown,
        "inclusion proofs checked": checked,
    }


def _measure(database: Database, size: int, seconds: float) -> dict[str, float]:
    random = Random(size)  # noqa: S311 - the same entries in every run
    index, old = random.randrange(size), random.randrange(1, size)
    with database.transaction() as session:
        root, old_root = tree.root(session, size), tree.root(session, old)
        path = tree.inclusion_path(session, index=index, size=size)
        grown = tree.consistency_path(session, old_size=old, new_size=size)
        rates = {
            "inclusion proofs built": _rate(
                lambda: tree.inclusion_path(session, index=random.randrange(size), size=size), seconds
            ),
            "consistency proofs built": _rate(
                lambda: tree.consistency_path(session, old_size=random.randrange(1, size), new_size=size),
                seconds,
            ),
        }
    rates["inclusion proofs checked"] = _rate(
        lambda: check_inclusion(leaf=leaf(index), index=index, size=size, path=path, root=root), seconds
    )
    rates["consistency proofs checked"] = _rate(
        lambda: check_consistency(old_size=old, old_root=old_root, new_size=size, new_root=root, path=grown),
        seconds,
    )
    return rates | {"memory of the process": psutil.Process().memory_info().rss / 2**20}


def _rate(work: Callable[[], object], seconds: float) -> float:
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - began)


def main() -> None:
    """Measure in this process, and print what was found."""
    url, size, seconds = sys.argv[1:]
    database = Database(url)
    show(json.dumps(_measure(database, int(size), float(seconds))))
    database.close()


if __name__ == "__main__":
    main()
