"""A share of trials, and how sure it is. Pure."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959964


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``trials``, with the interval of Wilson that holds the true rate in 95 of 100 cases."""

    hits: int
    trials: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.hits / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end (Wilson, JASA 22, 1927), as if the trials were independent."""
        share, square = self.value, Z_95**2 / self.trials
        middle = (share + square / 2) / (1 + square)
        reach = Z_95 / (1 + square) * sqrt((share * (1 - share) + square / 4) / self.trials)
        return max(middle - reach, 0.0), min(middle + reach, 1.0)
