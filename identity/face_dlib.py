"""dlib through ``face_recognition``: who is in the picture, and 128 numbers of a face; nothing downloaded.

HOG detector, 68 landmarks, and the numbers of the ResNet. All three hold the interpreter's lock while they
compute: run them in a process of their own (:mod:`identity.pool`), or every other request of the server
stands still.
"""

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from identity.face import Box, Measurement, Numbers
from identity.images import Picture
from identity.landmarks import Points, eyes_open, marks, mouth_open, pitch, size, turn
from identity.scan_refusals import FacePackagesMissing
from identity.thresholds import DLIB

DETECTION_SIDE = 320
"""Pixels of the shorter side that the detector sees: 12 ms a frame instead of 21 at 480 (docs/adr/0006)."""

NEAR = 1.7
"""How much of the surroundings of a face that was just there is looked at, in its widths."""

NEAR_WIDTH = 100
"""Pixels to which such a face is scaled; the detector finds 80 and more."""

SHARPNESS_SIDE = 128
"""Pixels to which a face is scaled before its sharpness is measured, so that the measure knows no size."""


class DlibFinder:
    """A :class:`identity.face.FaceFinder`: HOG detector and 68 landmarks; making one loads the weights."""

    def __init__(self) -> None:
        self._library = _library()

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        """Measure every face, the widest first, or the one ``near`` where a face was just before.

        Faces from a quarter of the shorter side on are found, with ``small`` from an eighth on.
        """
        boxes = [] if near is None else self._near(picture, near)
        if not boxes:
            scale = min(1.0, DETECTION_SIDE / min(picture.width, picture.height))
            boxes = self._boxes(picture.pixels, scale, 1 if small else 0)
        return tuple(self._measure(picture, box) for box in boxes)

    def _near(self, picture: Picture, near: Box) -> list[Box]:
        reach = round(near.width * NEAR / 2)
        across, down = (near.left + near.right) // 2, (near.top + near.bottom) // 2
        left, top = max(across - reach, 0), max(down - reach, 0)
        around = picture.pixels[top : max(down + reach, 1), left : max(across + reach, 1)]
        boxes = self._boxes(around, NEAR_WIDTH / max(near.width, 1), 0)
        return [Box(box.left + left, box.top + top, box.right + left, box.bottom + top) for box in boxes]

    def _boxes(self, pixels: npt.NDArray[np.uint8], scale: float, upsampled: int) -> list[Box]:
        places = self._library.face_locations(_scaled(pixels, scale), upsampled)
        return sorted((_box(place, scale) for place in places), key=lambda box: box.width, reverse=True)

    def _measure(self, picture: Picture, box: Box) -> Measurement:
        points = _points(self._library.face_landmarks(picture.pixels, [_css(box)])[0])
        return Measurement(
            box=box,
            turn=turn(points),
            eyes=eyes_open(points),
            mouth=mouth_open(points),
            pitch=pitch(points),
            size=size(points),
            sharpness=_sharpness(picture.pixels, box),
            marks=marks(points),
        )


class DlibEmbedding:
    """The ResNet: a :class:`identity.face.Embedding` of 128 numbers; 105 ms of CPU a face."""

    model = DLIB
    length = 128

    def __init__(self) -> None:
        self._library = _library()

    def numbers(self, picture: Picture, face: Measurement) -> Numbers:
        """128 numbers of the face at ``face.box``."""
        return np.asarray(self._library.face_encodings(picture.pixels, [_css(face.box)])[0])


def _library() -> Any:
    """Import ``face_recognition``, which loads 129 MB of weights, 1.2 s the first time.

    Imported here, so that the server can name the classes above and only the workers carry the weights.
    """
    try:
        library = importlib.import_module("face_recognition")
    except ImportError as error:  # its weights are missed by a plain ImportError
        raise FacePackagesMissing from error
    # The import turns this on for the whole process; here, half an image is a broken image.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return library


def _scaled(pixels: npt.NDArray[np.uint8], scale: float) -> npt.NDArray[np.uint8]:
    if scale == 1.0:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def _box(place: tuple[int, int, int, int], scale: float) -> Box:
    top, right, bottom, left = (round(side / scale) for side in place)
    return Box(left=left, top=top, right=right, bottom=bottom)


def _css(box: Box) -> tuple[int, int, int, int]:
    """The order in which face_recognition names the sides."""
    return box.top, box.right, box.bottom, box.left


def _points(named: dict[str, list[tuple[int, int]]]) -> Points:
    """The 68 landmarks in their own order; face_recognition hands them out by feature, both lips whole."""
    features = ("chin", "left_eyebrow", "right_eyebrow", "nose_bridge", "nose_tip", "left_eye", "right_eye")
    top, bottom = named["top_lip"], named["bottom_lip"]
    outer = [*top[:7], *bottom[1:6]]
    inner = [*top[7:][::-1], *bottom[8:11][::-1]]
    points = [*(point for feature in features for point in named[feature]), *outer, *inner]
    return np.asarray(points, dtype=np.float64)


def _sharpness(pixels: npt.NDArray[np.uint8], box: Box) -> float:
    """Variance of the Laplacian in percent of the face's own, so that dim light is not called blur."""
    face = pixels[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right]
    side = (SHARPNESS_SIDE, SHARPNESS_SIDE)
    grey = np.asarray(
        Image.fromarray(face).convert("L").resize(side, Image.Resampling.BILINEAR), dtype=np.float64
    )
    inner = grey[1:-1, 1:-1]
    laplacian = 4 * inner - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(100 * laplacian.var() / max(float(grey.var()), 1.0))
