"""Pairs of photographs, of one person or of two: the shipped faces, or any folder by its pairs.csv.

    a,b,same,group
    p01_a.jpg,p01_b.jpg,1,women
    p01_a.jpg,p02_a.jpg,0,

Paths are relative to the file; ``group`` may be left out.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from api.demonstration.people import FACES

PERSON = 3
"""Letters of a shipped file's name that name its person."""


@dataclass(frozen=True)
class Pair:
    """Two photographs; ``group`` is empty where none is told."""

    a: Path
    b: Path
    same: bool
    group: str = ""


class PairsMalformed(Exception):  # noqa: N818 - named by the reason
    """The file of pairs cannot be read; says the line."""


def shipped_pairs(*, people: int | None = None) -> tuple[Pair, ...]:
    """Pair every shipped photograph with every other one, of the first ``people`` people."""
    photos = sorted((FACES / "photos").glob("*.jpg"))
    names = sorted({photo.name[:PERSON] for photo in photos})[:people]
    chosen = [photo for photo in photos if photo.name[:PERSON] in names]
    return tuple(Pair(a, b, a.name[:PERSON] == b.name[:PERSON]) for a, b in combinations(chosen, 2))


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Read the pairs of ``path``.

    Raises:
        PairsMalformed: a column is missing, a photograph is not there, or ``same`` is neither 1 nor 0.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        pairs = tuple(_read(path, csv.DictReader(file)))
    if len({pair.same for pair in pairs}) < 2:
        raise PairsMalformed(f"{path}: pairs of one person and pairs of two are needed")
    return pairs


def _read(path: Path, rows: "csv.DictReader[str]") -> Iterator[Pair]:
    missing = {"a", "b", "same"} - set(rows.fieldnames or ())
    if missing:
        raise PairsMalformed(f"{path}: no column {', '.join(sorted(missing))}")
    for row in rows:
        a, b, same = path.parent / row["a"], path.parent / row["b"], (row["same"] or "").strip().lower()
        if same not in {"0", "1", "true", "false"}:
            raise PairsMalformed(f"{path}, line {rows.line_num}: same is {row['same']!r}, not 1 or 0")
        for photo in (a, b):
            if not photo.is_file():
                raise PairsMalformed(f"{path}, line {rows.line_num}: {photo} is not there")
        yield Pair(a, b, same in {"1", "true"}, (row.get("group") or "").strip())
