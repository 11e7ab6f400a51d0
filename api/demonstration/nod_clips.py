"""Make the clips ``clips/pNN/nod``: the frames of ``neutral``, nodded once by software.

    python -m api.demonstration.nod_clips

The head is a paraboloid with a ridge for a nose, in lengths of the eyes' distance; its points are turned down
about an axis through the ears by :data:`DEEPEST` degrees and back, without perspective, and the picture is
pulled along. Nobody nodded, and no depth was measured.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from api.demonstration.people import FACES, PEOPLE

DEEPEST = 20.0
HEAD = (1.35, 1.9, 1.5)  # half width, half height, depth
NOSE = (0.16, 0.38)  # half width, height of its tip
AXIS = 0.1  # below the eyes
FADE = 0.75  # beyond the head, in its own size, to where nothing moves


def make(neutral: tuple[Path, ...], out: Path) -> None:
    """Write a frame into ``out`` for each of ``neutral``."""
    out.mkdir(exist_ok=True)
    for number, file in enumerate(neutral):
        frame = np.asarray(Image.open(file).convert("RGB"))
        down = np.radians(DEEPEST) * np.sin(np.pi * number / (len(neutral) - 1)) ** 2
        Image.fromarray(nodded(frame, down)).save(out / file.name, quality=80)


def nodded(frame: Any, down: float) -> Any:
    """Pull the picture along with the head; ``down`` in radians."""
    library: Any = importlib.import_module("face_recognition")
    marks = library.face_landmarks(frame)[0]
    eyes = [np.mean(marks[side], axis=0) for side in ("left_eye", "right_eye")]
    unit = float(np.linalg.norm(eyes[1] - eyes[0]))
    across, level = (eyes[0] + eyes[1]) / 2
    tip = (marks["nose_bridge"][-1][1] - level) / unit
    rows, columns = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]].astype(float)
    x, y = (columns - across) / unit, (rows - level) / unit
    source = y.copy()
    for _ in range(12):  # where does what is seen here come from
        source = y - moved(x, source, tip, down)
    place = np.clip(source * unit + level, 0, frame.shape[0] - 1.001)
    above = place.astype(int)
    share = (place - above)[..., None]
    at = columns.astype(int)
    return (frame[above, at] * (1 - share) + frame[above + 1, at] * share).round().astype(np.uint8)


def moved(x: Any, y: Any, tip: float, down: float) -> Any:
    """How far a point of the face goes down."""
    middle = tip / 2
    far = np.hypot(x / HEAD[0], (y - middle) / HEAD[1])
    ridge = np.interp(y, (0, tip, tip + 0.22), (0, 1, 0))
    depth = HEAD[2] * np.clip(1 - far**2, 0, None) + NOSE[1] * ridge * np.exp(-((x / NOSE[0]) ** 2))
    near = np.clip((1 + FADE - far) / FADE, 0, 1)
    return near * near * (3 - 2 * near) * (depth * np.sin(down) + (y - AXIS) * (np.cos(down) - 1))


if __name__ == "__main__":
    for person in PEOPLE:
        make(person.clip("neutral"), FACES / "clips" / person.face / "nod")
