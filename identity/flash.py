"""Light from the page on the face, an experiment behind a switch: it refuses nobody and is only counted.

While a scan runs the page shows one colour after another. A face before that screen takes on a little of
each; a sheet of paper, or a film made beforehand, does not. A program that is fed in as a camera is told the
colours as the page is, and can tint its frames. How much of the light a phone's camera sees by day, and what
its own white balance leaves of it, was not measured on people.

    light_of(secret, number)           # what the answer to request ``number`` tells the page to show
    reflects(secret, tints, ends_ms)   # whether the face took it on

A colour stays for two requests, 0.8 seconds or more: below the three flashes a second that WCAG 2.3.1 allows.
"""

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from identity.face import Box
from identity.images import Picture

Tint = tuple[float, float, float]
"""Mean red, green and blue of a face, 0 to 255."""

LIGHTS = ("#ff9a8f", "#8fffa5", "#8fb4ff")
"""Red, green and blue, so bright that black words can be read on them."""

REQUESTS_A_LIGHT = 2

REFLECTS_FROM = 0.5
"""Correlation of the shown and the seen colours from which a face reflects them. Noise alone reaches it in
eight scans of a hundred by five lights, in four by seven (seeded); what moves in the picture does it too. So
one scan says little, and a thousand with the light beside a thousand without say something."""

FEWEST_SEEN = 5
"""Lights that a scan must have shown long enough to be told anything by: one of six seconds shows five."""


def light_of(secret: bytes, number: int) -> str:
    """Give the colour, as CSS writes it, that is shown from the answer to request ``number`` on."""
    return LIGHTS[_light(secret, number)]


def tint(picture: Picture, box: Box) -> Tint:
    """Average the middle of a face."""
    across, down = box.width // 4, box.height // 4
    inner = picture.pixels[
        max(box.top + down, 0) : max(box.bottom - down, 1), max(box.left + across, 0) : box.right - across
    ]
    red, green, blue = inner.reshape(-1, 3).mean(axis=0) if inner.size else (0.0, 0.0, 0.0)
    return float(red), float(green), float(blue)


def reflects(secret: bytes, tints: Sequence[tuple[int, Tint]], ends_ms: Sequence[int]) -> bool | None:
    """Whether ``tints``, each with its time, follow the colours shown; None where too few were.

    ``ends_ms`` are the last frames of the requests. A frame counts if its request came after a whole one
    under the same colour: by then the page had heard of it and shown it.
    """
    seen: dict[int, list[Tint]] = defaultdict(list)
    for time_ms, one in tints:
        number = bisect_left(ends_ms, time_ms)
        if number >= REQUESTS_A_LIGHT and number % REQUESTS_A_LIGHT == 0:
            seen[number - 1].append(one)
    if len(seen) < FEWEST_SEEN:
        return None
    shown = _colours([_rgb(LIGHTS[_light(secret, number)]) for number in seen])
    taken = _colours([np.mean(each, axis=0) for each in seen.values()])
    spread = float(np.linalg.norm(shown) * np.linalg.norm(taken))
    return spread > 0 and float((shown * taken).sum()) / spread >= REFLECTS_FROM


def _light(secret: bytes, number: int) -> int:
    """Which of :data:`LIGHTS`; never the one before."""
    light = _draw(secret, 0) % len(LIGHTS)
    for turn in range(1, number // REQUESTS_A_LIGHT + 1):
        light = (light + 1 + _draw(secret, turn) % (len(LIGHTS) - 1)) % len(LIGHTS)
    return light


def _draw(secret: bytes, turn: int) -> int:
    return int.from_bytes(hashlib.sha256(b"light\x00" + secret + turn.to_bytes(4, "big")).digest()[:4], "big")


def _colours(rows: Sequence[npt.ArrayLike]) -> npt.NDArray[np.float64]:
    """Give the shares of red, green and blue in each row, about their mean over the rows."""
    colours = np.asarray(rows, dtype=np.float64)
    shares = colours / np.maximum(colours.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(shares - shares.mean(axis=0))


def _rgb(css: str) -> Tint:
    return int(css[1:3], 16), int(css[3:5], 16), int(css[5:7], 16)
