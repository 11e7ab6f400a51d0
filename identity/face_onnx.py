"""Two models of the npm package faceplugin-face-recognition-js, by onnxruntime: the feature, and replays.

The weights lie in ``identity/models``, brought and checked by ``make assets``; who trained them, on whom, the
package does not say (MIT). A session computes on the one thread that calls it: a worker has a core to itself,
and two sessions that each take all cores stand in each other's way.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from identity.face import Box, Measurement, Numbers, Point
from identity.images import Picture
from identity.scan_refusals import FaceModelsMissing, FacePackagesMissing
from identity.thresholds import FEATURE

MODELS = Path(__file__).parent / "models"

FEATURE_SIDE = 112
"""Pixels of the laid-straight face that the feature reads, RGB, (x - 127) / 128."""

STRAIGHT: tuple[Point, ...] = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where eyes, tip of the nose and corners of the mouth lie in it (ArcFace; InsightFace, face_align.py)."""

REPLAY_SIDE = 128
"""Pixels of the crop that the detector of replays reads: BGR, 0 to 255 (in RGB, as the package's own
JavaScript feeds it, the clips here come out below 0.34)."""

REPLAY_CROP = 2.7
"""The crop in boxes of the face: the edge of a display or a sheet is seen as well as its texture."""

LIVE = 0
"""Which of the three answers says live; the others are the kinds of replay."""


class FeatureEmbedding:
    """``fr_feature.onnx``: 512 numbers of length 1; 4.9 MB, 26 ms of CPU a face."""

    model = FEATURE
    length = 512

    def __init__(self) -> None:
        self._session = _session("fr_feature.onnx")

    def numbers(self, picture: Picture, face: Measurement) -> Numbers:
        """Lay the face straight and read it."""
        straight = laid_straight(picture.pixels, face.marks).astype(np.float32)
        feature = _answer(self._session, (straight - np.float32(127)) / np.float32(128))
        return feature / max(float(np.linalg.norm(feature)), 1e-9)


class OnnxReplayDetector:
    """``fr_liveness.onnx``: a :class:`identity.face.ReplayDetector`; 1.9 MB, 9 ms of CPU a frame."""

    def __init__(self) -> None:
        self._session = _session("fr_liveness.onnx")

    def liveness(self, picture: Picture, face: Measurement) -> float:
        """Share of "live" among the three answers."""
        side = (REPLAY_SIDE, REPLAY_SIDE)
        seen = Image.fromarray(surroundings(picture.pixels, face.box)).resize(side, Image.Resampling.BILINEAR)
        answers = _answer(self._session, np.asarray(seen, dtype=np.float32)[:, :, ::-1])
        shares = np.exp(answers - answers.max())
        return float(shares[LIVE] / shares.sum())


def laid_straight(pixels: npt.NDArray[np.uint8], marks: tuple[Point, ...]) -> npt.NDArray[np.uint8]:
    """Turn, scale and move the picture so that ``marks`` come as near to :data:`STRAIGHT` as they can."""
    rows: list[list[float]] = []
    for x, y in STRAIGHT:
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
    seen = np.asarray(marks, dtype=np.float64).ravel()
    along, across, right, down = np.linalg.lstsq(np.asarray(rows), seen, rcond=None)[0]
    # From a place in the result to its place in the picture, as Pillow wants it.
    places = (along, -across, right, across, along, down)
    side = (FEATURE_SIDE, FEATURE_SIDE)
    straight = Image.fromarray(pixels).transform(
        side, Image.Transform.AFFINE, places, resample=Image.Resampling.BILINEAR
    )
    return np.asarray(straight)


def surroundings(pixels: npt.NDArray[np.uint8], box: Box) -> npt.NDArray[np.uint8]:
    """:data:`REPLAY_CROP` times the box, moved into the picture, smaller where the picture is."""
    height, width = pixels.shape[:2]
    scale = min(REPLAY_CROP, (width - 1) / box.width, (height - 1) / box.height)
    left, right = _within(box.left, box.right, scale, width)
    top, bottom = _within(box.top, box.bottom, scale, height)
    return pixels[top:bottom, left:right]


def _within(low: int, high: int, scale: float, end: int) -> tuple[int, int]:
    reach = (high - low) * scale
    first = min(max((low + high - reach) / 2, 0.0), end - 1 - reach)
    return int(max(first, 0)), max(int(first + reach), 1)


def _session(name: str) -> Any:
    # Imported here, so that the server can name these classes and only the workers carry the library.
    path = MODELS / name
    if not path.is_file():
        raise FaceModelsMissing(name=name)
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError as error:
        raise FacePackagesMissing from error
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # One level more lays the pixels out anew for larger models: for these it takes twice the time and more.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _answer(session: Any, image: npt.NDArray[np.float32]) -> Numbers:
    """Run one picture of shape (height, width, 3) through the model."""
    batch = np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis])
    return np.asarray(session.run(None, {"input": batch})[0][0], dtype=np.float64)
