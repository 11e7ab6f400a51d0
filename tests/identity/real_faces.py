"""The shipped clips, and the real adapters of parts that read no picture twice."""

import hashlib
import io
from pathlib import Path

from PIL import Image

from identity.face import Box, Embedding, Measurement, Numbers
from identity.face_dlib import DlibEmbedding, DlibFinder
from identity.face_models import ComposedMatcher
from identity.face_onnx import FeatureEmbedding, OnnxReplayDetector
from identity.images import Picture
from identity.scans import DEFAULT_POLICY, DLIB_POLICY, ScanPolicy
from identity.thresholds import DLIB, FEATURE, FEATURE_ALONE, FEATURE_WEIGHT, FUSED, LIVE_AT_LEAST

FACES = Path(__file__).parents[2] / "api" / "demonstration" / "faces"
PEOPLE = ("p01", "p05", "p08")


class RememberingFinder(DlibFinder):
    """The real finder, which measures no picture twice: the clips share their frames."""

    def __init__(self) -> None:
        super().__init__()
        self._measured: dict[tuple[str, bool, Box | None], tuple[Measurement, ...]] = {}

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        key = (_name(picture), small, near)
        if key not in self._measured:
            self._measured[key] = super().faces(picture, small=small, near=near)
        return self._measured[key]


class RememberingEmbedding:
    """A real model that reads no face twice."""

    def __init__(self, real: Embedding) -> None:
        self._real = real
        self._read: dict[tuple[str, Measurement], Numbers] = {}
        self.model = real.model
        self.length = real.length

    def numbers(self, picture: Picture, face: Measurement) -> Numbers:
        key = (_name(picture), face)
        if key not in self._read:
            self._read[key] = self._real.numbers(picture, face)
        return self._read[key]


def _name(picture: Picture) -> str:
    return hashlib.sha256(picture.pixels.tobytes()).hexdigest()


class Parts:
    """The parts of which all adapters are composed here, so that they share what they remember."""

    def __init__(self) -> None:
        self.finder = RememberingFinder()
        self.dlib = RememberingEmbedding(DlibEmbedding())
        self.feature = RememberingEmbedding(FeatureEmbedding())
        self.replays = OnnxReplayDetector()


class SharingMatcher(ComposedMatcher):
    """An adapter by its name, of shared parts."""

    def __init__(self, model: str, parts: Parts) -> None:
        self.model = model
        embeddings: dict[str, list[tuple[Embedding, float]]] = {
            DLIB: [(parts.dlib, 1.0)],
            FEATURE: [(parts.feature, 1.0)],
            FUSED: [(parts.dlib, 1.0), (parts.feature, FEATURE_WEIGHT)],
        }
        replays = None if model == DLIB else parts.replays
        super().__init__(finder=parts.finder, embeddings=embeddings[model], replays=replays)


POLICIES = {
    DLIB: DLIB_POLICY,
    FEATURE: ScanPolicy("test/feature", FEATURE_ALONE, LIVE_AT_LEAST),
    FUSED: DEFAULT_POLICY,
}


def photo(person: str, letter: str) -> bytes:
    return (FACES / "photos" / f"{person}_{letter}.jpg").read_bytes()


def shots(*folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(FACES.joinpath(*folder).glob("*.jpg"))]


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")
