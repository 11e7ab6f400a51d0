"""The figures of the face comparison: how often it errs, beside plain face_recognition, and what it takes."""

from pathlib import Path

from tests.bench import face_errors, face_times
from tests.bench.face_pairs import read_pairs, shipped_pairs
from tests.bench.harness import Figures, show

SHIPPED = (
    "The shipped faces: photographs of one person are made of one average face and far more alike than two "
    "real photographs. Their error rates are worth nothing; give real pairs by PAIRS=pairs.csv."
)


def run(figures: Figures, pairs: Path | None) -> None:
    """Take the error rates on ``pairs`` or the shipped faces, then the times on the shipped clips."""
    if pairs is None:
        show(SHIPPED)
        figures.skip(f"error rates of real people. {SHIPPED}")
        few = 3 if figures.quick else None
        face_errors.run(figures, shipped_pairs(people=few), of="shipped faces", synthetic=True)
    else:
        face_errors.run(figures, read_pairs(pairs), of=pairs.parent.name, synthetic=False)
    face_times.run(figures)
