"""The bands of interlaced waves along the frame of a certificate, as on security paper: an SVG for each page.

Drawn by the typesetter itself they took two thirds of setting a page. Six sine waves run along each side,
11 mm long and 4.6 mm high; a quarter of a wave is one cubic piece, off by less than its line is thick.

    python -m signing.security_frame portrait > signing/templates/frame-portrait.svg
"""

import math
import sys
from collections.abc import Iterator

PAGES = {"portrait": (210, 297), "landscape": (297, 210)}
"""Width and height in millimetres."""

_WIDTH, _WAVE, _SWING, _WAVES = 5, 11, 0.46, 6
_COLOUR, _STROKE = "#b9ad8f", 0.28 * 25.4 / 72  # 0.28 points


def frame_svg(width: int, height: int) -> str:
    """Return the four bands on a page of ``width`` by ``height`` millimetres; a unit is one of them."""
    across, down = _band(width - 20), _band(height - 30)
    sides = (
        ("translate(10 10)", across),
        (f"translate(10 {height - 15})", across),
        ("translate(15 15) rotate(90)", down),
        (f"translate({width - 10} 15) rotate(90)", down),
    )
    bands = "\n".join(f'<path transform="{place}" d="{path}"/>' for place, path in sides)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return f'{head} fill="none" stroke="{_COLOUR}" stroke-width="{_STROKE:.4f}">\n{bands}\n</svg>\n'


def _band(length: int) -> str:
    return "".join(each for wave in range(_WAVES) for each in _wave(length, math.tau * wave / _WAVES))


def _wave(length: int, phase: float) -> Iterator[str]:
    """Give a wave as pieces of a path; ``phase`` is where it begins, in radians."""
    pieces = round(length / _WAVE) * 4
    step, swing = length / pieces, _WIDTH * _SWING

    def height(piece: int) -> float:
        return _WIDTH / 2 + swing * math.sin(phase + piece * math.pi / 2)

    def rise(piece: int) -> float:
        return swing * math.cos(phase + piece * math.pi / 2) * math.pi / 6

    yield f"M0 {height(0):.2f}"
    for piece in range(pieces):
        from_, to = piece * step, (piece + 1) * step
        yield f"C{from_ + step / 3:.2f} {height(piece) + rise(piece):.2f}"
        after = piece + 1
        yield f" {to - step / 3:.2f} {height(after) - rise(after):.2f} {to:.2f} {height(after):.2f}"


if __name__ == "__main__":
    sys.stdout.write(frame_svg(*PAGES[sys.argv[1]]))
