"""The measured curve of a face comparison as a picture: both errors over the distance, the policy as a line.

Rates stand on a logarithmic scale, because what matters is between one in a hundred and one in a million. A
rate of which nothing was met is drawn at the floor, below the smallest that the pairs could have shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

from identity.error_curve import ErrorCurve, Point

LEFT, RIGHT, TOP, BOTTOM = 64.0, 632.0, 12.0, 252.0
"""The frame of the curve in the picture, which is 640 by 300."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is, and what it says."""

    at: float
    words: str


@dataclass(frozen=True)
class Plot:
    """What the template draws: ``rejected`` and ``accepted`` as points of a polyline, ``policy`` as an x."""

    rejected: str
    accepted: str
    policy: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def plot(curve: ErrorCurve, *, distance: float) -> Plot:
    """Draw ``curve`` with the policy's ``distance``."""
    floor = min(1 / (2 * max(curve.one, curve.two)), 1e-3)
    first = min(curve.points[0].distance, distance)
    last = max(curve.points[-1].distance, distance)

    def across(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - first) / (last - first)

    def up(rate: float) -> float:
        return TOP + (BOTTOM - TOP) * log10(max(rate, floor)) / log10(floor)

    def line(rate: Callable[[Point], float]) -> str:
        """Draw steps: a rate holds from its distance to the next."""
        ends = [*(each.distance for each in curve.points[1:]), last]
        return " ".join(
            f"{across(each.distance):.1f},{up(rate(each)):.1f} {across(end):.1f},{up(rate(each)):.1f}"
            for each, end in zip(curve.points, ends, strict=True)
        )

    tenths = range(round(first * 10) + 1, round(last * 10) + 1, 2)
    decades = [10.0**-power for power in range(10) if 10.0**-power >= floor]
    return Plot(
        rejected=line(lambda each: each.rejected),
        accepted=line(lambda each: each.accepted),
        policy=across(distance),
        across=tuple(Tick(across(tenth / 10), f"{tenth / 10:.1f}") for tenth in tenths),
        up=tuple(Tick(up(rate), f"{100 * rate:g} %") for rate in decades),
    )
