"""The whole curve of errors as a file, which the operators' page draws (``YINXIN_FACE_CURVE``)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.face_rates import Distances

TAIL = 1_000
"""Distances kept at either end that decides, the nearest strangers and the farthest pairs of one person."""

BETWEEN = 1_000
"""Distances kept of the others."""


def write_curve(path: Path, curves: Mapping[str, Distances], *, of: str, synthetic: bool) -> None:
    """Write the errors of each model: every distance that was met, of very many a choice."""
    anyone = next(iter(curves.values()))
    document = {
        "of": of,
        "at": datetime.now(UTC).date().isoformat(),
        "synthetic": synthetic,
        "one": len(anyone.one),
        "two": len(anyone.two),
        "curves": {model: _points(distances) for model, distances in curves.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")


def _points(distances: Distances) -> list[list[float]]:
    met = sorted({*distances.one, *distances.two})
    step = max(len(met) // BETWEEN, 1)
    tails = {*sorted(distances.two)[:TAIL], *sorted(distances.one)[-TAIL:]}
    return [
        [each, round(distances.rejected(each).value, 7), round(distances.accepted(each).value, 7)]
        for each in sorted({*met[::step], met[-1], *tails})
    ]
