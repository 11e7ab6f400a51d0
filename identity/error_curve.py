"""How often faces are taken for each other, at every distance: the measured curve, as the bench wrote it.

    {"of": "LFW", "at": "2026-11-26", "synthetic": false, "one": 3000, "two": 3000,
     "curves": {"dlib-resnet-1+faceplugin-feature-1": [[0.70, 0.41, 0.0], …]}}

Each point is a distance, the share of the pairs of one person beyond it (false rejects) and the share of the
pairs of two people within it (false accepts). ``make bench NAME=face`` writes such a file.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from evidence.errors import Invalid
from identity.rates import Rate

SHIPPED: Final = Path(__file__).parent / "measured" / "shipped-faces.json"
"""The curve of the faces that come with the house; for the form of the page, not for decisions."""

FEWEST_POINTS = 2
"""Points that make a line."""


class CurveMalformed(Invalid):
    """The file holds no measured curve of this model. Facts: ``file``, the last part of its path."""

    code = "face-curve-malformed"
    zh = "文件 {file} 中没有当前人脸模型的实测曲线；请用 make bench NAME=face PAIRS=… 重新测得。"
    en = "The file {file} holds no measured curve of the face models in use; take it by make bench NAME=face."


@dataclass(frozen=True)
class Point:
    """The two errors at one distance, each a share from 0 to 1."""

    distance: float
    rejected: float
    accepted: float


@dataclass(frozen=True)
class ErrorCurve:
    """The errors of one model on ``one`` pairs of one person and ``two`` of two; ``points`` by distance.

    ``synthetic`` is whether the faces were made, so that the errors of real people are others.
    """

    of: str
    at: date
    synthetic: bool
    one: int
    two: int
    points: tuple[Point, ...]

    def rejects(self, distance: float) -> Rate:
        """Pairs of one person beyond ``distance``, as counted at the last point up to there."""
        share = next((each.rejected for each in reversed(self.points) if each.distance <= distance), 1.0)
        return Rate(round(share * self.one), self.one)

    def accepts(self, distance: float) -> Rate:
        """Pairs of two people within ``distance``, as counted at the last point up to there."""
        share = next((each.accepted for each in reversed(self.points) if each.distance <= distance), 0.0)
        return Rate(round(share * self.two), self.two)


def read_curve(path: Path, *, model: str) -> ErrorCurve:
    """Read the curve of ``model``.

    Raises:
        CurveMalformed: there is none in the file, or no file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        points = tuple(Point(*map(float, point)) for point in document["curves"][model])
        curve = ErrorCurve(
            of=str(document["of"]),
            at=date.fromisoformat(document["at"]),
            synthetic=bool(document["synthetic"]),
            one=int(document["one"]),
            two=int(document["two"]),
            points=tuple(sorted(points, key=lambda each: each.distance)),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CurveMalformed(file=path.name) from error
    if len(curve.points) < FEWEST_POINTS or curve.one < 1 or curve.two < 1:
        raise CurveMalformed(file=path.name)
    return curve
