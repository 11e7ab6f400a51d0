"""``python -m tests.bench NAME [--quick]``: run one bench, show its table, write var/bench/NAME.json."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from tests.bench import bulk_bench, face_bench, ledger_bench, signing_bench, verify_bench
from tests.bench.face_pairs import PairsMalformed
from tests.bench.harness import Figures, machine, show

BENCHES: dict[str, tuple[Callable[[Figures, argparse.Namespace], None], str]] = {
    "bulk": (
        lambda figures, asked: bulk_bench.run(figures, asked.rows),
        "a sheet of certificates issued through the doors, and by a city that is killed; ROWS=12691",
    ),
    "face": (
        lambda figures, asked: face_bench.run(figures, asked.pairs),
        "errors of the comparison beside face_recognition, times; PAIRS=pairs.csv",
    ),
    "ledger": (
        lambda figures, _: ledger_bench.run(figures),
        "durable facts, anchoring, gas beside EAS and OpenAttestation, proofs",
    ),
    "signing": (
        lambda figures, _: signing_bench.run(figures),
        "twenty parties at once, their sealed PDF, validation, beside serial pyHanko",
    ),
    "verify": (
        lambda figures, _: verify_bench.run(figures),
        "verifications offline, online and on a phone, issuing, codes, beside OpenAttestation and plain JWS",
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    parser.add_argument("--pairs", type=Path, help="face: a,b,same and perhaps group, paths beside the file")
    parser.add_argument("--rows", type=int, help="bulk: how many certificates")
    asked = parser.parse_args()
    if asked.name is None:
        for name, (_, what) in sorted(BENCHES.items()):
            show(f"  make bench NAME={name}  {what}")
        return 0
    figures = Figures(quick=asked.quick, folder=asked.folder)
    where = machine()
    load = os.getloadavg()[0]
    show(f"{where.system}, {where.cores} cores, {where.memory_gb} GB, load average {load:.2f}")
    try:
        BENCHES[asked.name][0](figures, asked)
    except PairsMalformed as error:
        parser.error(str(error))
    path = asked.folder / f"{asked.name}.json"
    figures.write(path)
    show(f"{len(figures.rows)} figures in {path}; not taken: {len(figures.skipped)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
