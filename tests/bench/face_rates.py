"""Error rates of distances between faces, and how sure they are. Pure.

A pair is of one person or of two; a distance accepts it when it is at most the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from identity.rates import Rate

FOLDS = 10


@dataclass(frozen=True)
class Distances:
    """The distances of all pairs of one person, and of all pairs of two."""

    one: Sequence[float]
    two: Sequence[float]

    def rejected(self, threshold: float) -> Rate:
        """Count the pairs of one person beyond ``threshold``."""
        return Rate(sum(distance > threshold for distance in self.one), len(self.one))

    def accepted(self, threshold: float) -> Rate:
        """Count the pairs of two people within ``threshold``."""
        return Rate(sum(distance <= threshold for distance in self.two), len(self.two))

    def threshold_at(self, rate: float) -> float | None:
        """Give the largest threshold that accepts at most ``rate`` of the pairs of two.

        None where that rate is below one pair, so that nothing can be said.
        """
        allowed = int(rate * len(self.two) + 1e-9)
        if allowed < 1:
            return None
        return float(np.nextafter(sorted(self.two)[allowed], -np.inf)) if allowed < len(self.two) else np.inf

    def equal_error(self) -> float:
        """Give the rate at which as many are falsely rejected as are falsely accepted."""
        at = [(self.rejected(one).value, self.accepted(one).value) for one in (*self.one, *self.two)]
        return min((abs(rejected - accepted), (rejected + accepted) / 2) for rejected, accepted in at)[1]

    def accuracy(self) -> float:
        """Give the share judged right: ten folds, each by the threshold that is best on the other nine."""
        values = np.asarray([*self.one, *self.two])
        same = np.asarray([True] * len(self.one) + [False] * len(self.two))
        # Every tenth pair of each kind, so that all folds have both kinds in the same share.
        fold = np.concatenate([np.arange(len(self.one)) % FOLDS, np.arange(len(self.two)) % FOLDS])
        right = 0
        for tenth in range(FOLDS):
            threshold = _best(values[fold != tenth], same[fold != tenth])
            held = fold == tenth
            right += int(((values[held] <= threshold) == same[held]).sum())
        return right / len(values)


def _best(values: np.ndarray, same: np.ndarray) -> float:
    """Give the threshold in the middle of the best gap between two neighbouring distances."""
    order = np.argsort(values)
    ordered, kinds = values[order], same[order]
    right = np.cumsum(kinds) + (~kinds).sum() - np.cumsum(~kinds)
    best = int(right.argmax())
    return float(ordered[best : best + 2].mean())
