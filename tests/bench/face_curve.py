"""The whole curve of errors as a file, which the operators' page draws (``YINXIN_FACE_CURVE``)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.face_rates import Distances

MOST_POINTS = 200


def write_curve(path: Path, curves: Mapping[str, Distances], *, of: str, synthetic: bool) -> None:
    """Write the errors of each model at up to MOST_POINTS of the distances that were met."""
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
    step = max((len(met) - 1) / (MOST_POINTS - 1), 1.0)
    places = sorted({min(round(number * step), len(met) - 1) for number in range(MOST_POINTS)})
    return [
        [round(each, 5), round(distances.rejected(each).value, 7), round(distances.accepted(each).value, 7)]
        for each in (met[place] for place in places)
    ]
