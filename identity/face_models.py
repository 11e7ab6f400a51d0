"""The real matchers: dlib's eyes, with one model or both behind them.

    DlibMatcher     dlib's ResNet alone, as face_recognition has it
    FeatureMatcher  the ONNX feature alone
    FusedMatcher    both, one beside the other: nearer to the truth than either (docs/adr/0013)

Making one loads the weights of its parts; make it in the process that computes (identity.pool).
"""

from collections.abc import Sequence

import numpy as np

from identity.face import Box, Embedding, FaceFinder, Measurement, Numbers, ReplayDetector, Template
from identity.face_dlib import DlibEmbedding, DlibFinder
from identity.face_onnx import FeatureEmbedding, OnnxReplayDetector
from identity.images import Picture
from identity.scan_refusals import TemplateOfAnotherModel
from identity.thresholds import DLIB, FEATURE, FEATURE_WEIGHT, FUSED

NUMBER = np.dtype("<f4")
"""How a template stores each number: little-endian, 4 bytes."""


class ComposedMatcher:
    """A :class:`identity.face.FaceMatcher` of parts; each model's numbers are multiplied by its weight.

    The last of ``embeddings`` is the one for glances.
    """

    double = False
    model: str

    def __init__(
        self,
        *,
        finder: FaceFinder,
        embeddings: Sequence[tuple[Embedding, float]],
        replays: ReplayDetector | None,
    ) -> None:
        self._finder = finder
        self._embeddings = tuple(embeddings)
        self._replays = replays
        self._length = sum(embedding.length for embedding, _ in embeddings)
        self._quick, self._quick_weight = embeddings[-1]
        self._glance = f"{self._quick.model}/glance"

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        """Measure every face, the widest first, or the one ``near`` where a face was just before."""
        return self._finder.faces(picture, small=small, near=near)

    def template(self, picture: Picture, face: Measurement) -> Template:
        """Name of the model, a zero byte, and the weighted numbers of each part in turn."""
        parts = [weight * embedding.numbers(picture, face) for embedding, weight in self._embeddings]
        return _template(self.model, np.concatenate(parts))

    def glance(self, picture: Picture, face: Measurement) -> Template:
        """Name of the last model marked as a glance, a zero byte, and its numbers without weight."""
        return _template(self._glance, self._quick.numbers(picture, face))

    def distance(self, one: Template, other: Template) -> float:
        """Euclidean distance over all numbers, or over those of the last model where one is a glance.

        Raises:
            TemplateOfAnotherModel: one of them was not made here.
        """
        if self._glance in (one.model, other.model):
            return float(np.linalg.norm(self._glanced(one) - self._glanced(other)))
        return float(np.linalg.norm(self._numbers(one) - self._numbers(other)))

    def liveness(self, picture: Picture, face: Measurement) -> float | None:
        """From 0, shown on a display, to 1, live; None without a detector of replays."""
        return None if self._replays is None else self._replays.liveness(picture, face)

    def _glanced(self, template: Template) -> Numbers:
        if template.model == self._glance:
            return _numbers(template, self._quick.length)
        return self._numbers(template)[-self._quick.length :] / self._quick_weight

    def _numbers(self, template: Template) -> Numbers:
        template.check_model(self.model)
        return _numbers(template, self._length)


def _template(model: str, numbers: Numbers) -> Template:
    return Template(model.encode() + b"\x00" + numbers.astype(NUMBER).tobytes())


def _numbers(template: Template, length: int) -> Numbers:
    content = template.value[len(template.model) + 1 :]
    if len(content) != length * NUMBER.itemsize:
        raise TemplateOfAnotherModel
    return np.frombuffer(content, dtype=NUMBER).astype(np.float64)


class DlibMatcher(ComposedMatcher):
    """dlib alone: 128 numbers, no detector of replays, no onnxruntime."""

    model = DLIB

    def __init__(self) -> None:
        super().__init__(finder=DlibFinder(), embeddings=[(DlibEmbedding(), 1.0)], replays=None)


class FeatureMatcher(ComposedMatcher):
    """The ONNX feature alone, on faces that dlib finds: 512 numbers."""

    model = FEATURE

    def __init__(self) -> None:
        super().__init__(
            finder=DlibFinder(),
            embeddings=[(FeatureEmbedding(), 1.0)],
            replays=OnnxReplayDetector(),
        )


class FusedMatcher(ComposedMatcher):
    """Both: 640 numbers."""

    model = FUSED

    def __init__(self) -> None:
        super().__init__(
            finder=DlibFinder(),
            embeddings=[(DlibEmbedding(), 1.0), (FeatureEmbedding(), FEATURE_WEIGHT)],
            replays=OnnxReplayDetector(),
        )
