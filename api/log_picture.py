"""The log as a growing tree: its complete subtrees side by side, each as a triangle over its entries.

A log of n entries is the sum of the powers of two in n, the largest first (RFC 9162, section 2.1). Widths are
not to scale, or the newest entries would vanish beside a large past: each level is a step wider than the one
below.
"""

from dataclasses import dataclass

WIDTH = 640  # units of the picture
HEIGHT = 150
TIP = 14.0  # height of a subtree of one entry, and what each level adds in weight


@dataclass(frozen=True)
class Subtree:
    """A complete subtree over ``leaves`` entries from number ``first`` on, with its place in the picture.

    ``anchored`` is 1 when the chain holds all of it, 0 when none, between when a part.
    """

    first: int
    leaves: int
    left: float
    width: float
    height: float
    anchored: float

    @property
    def outline(self) -> str:
        """The triangle's points, for SVG."""
        corners = (
            (self.left, HEIGHT),
            (self.middle, HEIGHT - self.height),
            (self.left + self.width, HEIGHT),
        )
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.left + self.width / 2


def subtrees(size: int, *, anchored: int) -> tuple[Subtree, ...]:
    """Give the complete subtrees of a log of ``size`` entries, left to right, filling the picture's width."""
    levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
    whole = sum(level + 1 for level in levels)
    drawn: list[Subtree] = []
    first, left = 0, 0.0
    for level in levels:
        leaves, width = 1 << level, WIDTH * (level + 1) / whole
        part = min(max((anchored - first) / leaves, 0.0), 1.0)
        height = TIP + (HEIGHT - TIP - 20) * level / max(levels[0], 1)
        drawn.append(Subtree(first, leaves, left, width, height, part))
        first, left = first + leaves, left + width
    return tuple(drawn)
