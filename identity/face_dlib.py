"""The real matcher: ``face_recognition`` on dlib, its weights inside the package, nothing downloaded.

HOG detector, 68 landmarks, 128 numbers of the ResNet. All three hold the interpreter's lock while they
compute: run them in a process of their own (:mod:`identity.pool`), or every other request of the server
stands still.
"""

import importlib
import struct
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from identity.face import Box, Measurement, Template
from identity.images import Picture
from identity.landmarks import Points, eyes_open, mouth_open, turn
from identity.scan_refusals import FacePackagesMissing, TemplateOfAnotherModel

MODEL = b"dlib-resnet-1\x00"
NUMBERS = struct.Struct("<128f")

DETECTION_SIDE = 320
"""Pixels of the shorter side that the detector sees: 12 ms a frame instead of 21 at 480 (docs/adr/0006)."""

SHARPNESS_SIDE = 128
"""Pixels to which a face is scaled before its sharpness is measured, so that the measure knows no size."""


class DlibMatcher:
    """A :class:`identity.face.FaceMatcher`; making one loads the weights (129 MB, 1.2 s the first time)."""

    double = False

    def __init__(self) -> None:
        # Imported here, so that the server can name this class and only the workers carry the weights.
        try:
            self._library: Any = importlib.import_module("face_recognition")
        except ImportError as error:  # its weights are missed by a plain ImportError
            raise FacePackagesMissing from error
        # The import turns this on for the whole process; here, half an image is a broken image.
        ImageFile.LOAD_TRUNCATED_IMAGES = False

    def faces(self, picture: Picture, *, small: bool = False) -> tuple[Measurement, ...]:
        """Measure every face, the widest first.

        Faces from a quarter of the shorter side on are found, with ``small`` from an eighth on.
        """
        scale = min(1.0, DETECTION_SIDE / min(picture.width, picture.height))
        seen = _scaled(picture.pixels, scale)
        places = self._library.face_locations(seen, 1 if small else 0)
        boxes = [_box(place, scale) for place in places]
        boxes.sort(key=lambda box: box.width, reverse=True)
        return tuple(self._measure(picture, box) for box in boxes)

    def template(self, picture: Picture, face: Measurement) -> Template:
        """128 numbers of the face at ``face.box``."""
        encodings = self._library.face_encodings(picture.pixels, [_css(face.box)])
        return Template(MODEL + NUMBERS.pack(*encodings[0]))

    def distance(self, one: Template, other: Template) -> float:
        """Euclidean distance.

        Raises:
            TemplateOfAnotherModel: one of them was not made here.
        """
        return float(np.linalg.norm(_numbers(one) - _numbers(other)))

    def _measure(self, picture: Picture, box: Box) -> Measurement:
        points = _points(self._library.face_landmarks(picture.pixels, [_css(box)])[0])
        return Measurement(
            box=box,
            turn=turn(points),
            eyes=eyes_open(points),
            mouth=mouth_open(points),
            sharpness=_sharpness(picture.pixels, box),
        )


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


def _numbers(template: Template) -> npt.NDArray[np.float64]:
    if not template.value.startswith(MODEL) or len(template.value) != len(MODEL) + NUMBERS.size:
        raise TemplateOfAnotherModel
    return np.asarray(NUMBERS.unpack(template.value[len(MODEL) :]), dtype=np.float64)
