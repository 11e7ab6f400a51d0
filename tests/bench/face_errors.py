"""How often faces are taken for each other: our three matchers, and plain face_recognition beside them."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from identity.face import Measurement, Numbers
from identity.face_dlib import DlibEmbedding, DlibFinder
from identity.face_onnx import FeatureEmbedding
from identity.images import Picture, decode
from identity.rates import Rate
from identity.thresholds import BOTH, DLIB_ALONE, FEATURE_ALONE, FEATURE_WEIGHT, ThresholdPolicy
from tests.bench.face_curve import write_curve
from tests.bench.face_pairs import Pair
from tests.bench.face_rates import Distances
from tests.bench.harness import Figures, Row, show

RATES = (1e-2, 1e-3, 1e-4)
PEER = "face_recognition.compare_faces"
TOLERANCE = 0.6
"""The default of ``compare_faces``."""

Reading = dict[str, Numbers]
"""What each model, and the peer, make of one photograph."""


class Reader:
    """Reads photographs, each once; one in which no face is found reads as None."""

    def __init__(self) -> None:
        self._finder = DlibFinder()
        self._dlib, self._feature = DlibEmbedding(), FeatureEmbedding()
        self._peer: Any = importlib.import_module("face_recognition")

    def read(self, photo: Path) -> Reading | None:
        picture = decode(photo.read_bytes())
        faces = self._finder.faces(picture) or self._finder.faces(picture, small=True)
        # As anybody would call it: its own detection, the first face it finds.
        theirs = self._peer.face_encodings(self._peer.load_image_file(photo))
        if not faces or not theirs:
            return None
        face = min(faces, key=lambda one: _off_middle(picture, one))
        dlib = self._dlib.numbers(picture, face)
        feature = self._feature.numbers(picture, face)
        return {
            "dlib": dlib,
            "feature": feature,
            "both models": np.concatenate([dlib, FEATURE_WEIGHT * feature]),
            PEER: np.asarray(theirs[0]),
        }


MATCHERS: tuple[tuple[str, ThresholdPolicy], ...] = (
    ("both models", BOTH),
    ("feature", FEATURE_ALONE),
    ("dlib", DLIB_ALONE),
)


def run(figures: Figures, pairs: Sequence[Pair], *, of: str, synthetic: bool) -> None:
    """Take the rates of every matcher on ``pairs``, and write their curves; ``synthetic`` faces were made."""
    reader, readings = Reader(), dict[Path, Reading | None]()
    photos = sorted({photo for pair in pairs for photo in (pair.a, pair.b)})
    for number, photo in enumerate(photos):
        readings[photo] = reader.read(photo)
        if number % 500 == 499:
            show(f"    {number + 1} of {len(photos)} photographs read")
    read = [pair for pair in pairs if readings[pair.a] and readings[pair.b]]
    lost = Rate(len(pairs) - len(read), len(pairs))
    figures.add(_row(f"pairs left out, no face found, {of}", lost))
    theirs = _distances(read, readings, PEER)
    curves = {policy.model: _distances(read, readings, name) for name, policy in MATCHERS}
    write_curve(figures.folder / "face-curve.json", curves, of=of, synthetic=synthetic)
    for name, policy in MATCHERS:
        _rates(figures, f"{name}, {of}", _distances(read, readings, name), theirs)
        _decisions(figures, f"{name}, {of}", policy, _distances(read, readings, name), theirs)
    for group in sorted({pair.group for pair in read} - {""}):
        within = [pair for pair in read if pair.group == group]
        for name, policy in MATCHERS:
            distances = _distances(within, readings, name)
            beside = _distances(within, readings, PEER)
            _decisions(figures, f"{name}, {of}, group {group}", policy, distances, beside)


def _rates(figures: Figures, what: str, ours: Distances, theirs: Distances) -> None:
    accuracy, peers = 100 * ours.accuracy(), 100 * _peer_accuracy(theirs)
    figures.add(Row(f"accuracy, {what}", accuracy, "%", peer=f"{PEER} at 0.6", peer_value=peers))
    figures.add(Row(f"equal error, {what}", 100 * ours.equal_error(), "%"))
    for rate in RATES:
        threshold, beside = ours.threshold_at(rate), theirs.threshold_at(rate)
        if threshold is None or beside is None:
            needed = f"{round(1 / rate):,} pairs of two people are needed, {len(ours.two):,} are there"
            figures.skip(f"false rejects at {rate:g} false accepts, {what}: {needed}")
            continue
        rejected = 100 * theirs.rejected(beside).value
        name = f"false rejects at {rate:g} false accepts, {what}"
        figures.add(_row(name, ours.rejected(threshold), peer="its distance", peer_value=rejected))


def _decisions(
    figures: Figures, what: str, policy: ThresholdPolicy, ours: Distances, theirs: Distances
) -> None:
    """At the thresholds that are set, ours and the peer's."""
    kinds: tuple[tuple[str, Callable[[Distances, float], Rate], Sequence[float]], ...] = (
        ("false rejects", Distances.rejected, ours.one),
        ("false accepts", Distances.accepted, ours.two),
    )
    for kind, count, there in kinds:
        if not there:
            figures.skip(f"{kind} as set, {what}: no such pair")
            continue
        peer_value = 100 * count(theirs, TOLERANCE).value
        name = f"{kind} as set ({policy.distance:g}), {what}"
        figures.add(_row(name, count(ours, policy.distance), peer=f"{PEER} at 0.6", peer_value=peer_value))


def _distances(pairs: Sequence[Pair], readings: dict[Path, Reading | None], name: str) -> Distances:
    one: list[float] = []
    two: list[float] = []
    for pair in pairs:
        a, b = readings[pair.a], readings[pair.b]
        if a is not None and b is not None:
            (one if pair.same else two).append(float(np.linalg.norm(a[name] - b[name])))
    return Distances(one, two)


def _peer_accuracy(theirs: Distances) -> float:
    wrong = theirs.rejected(TOLERANCE).hits + theirs.accepted(TOLERANCE).hits
    return 1 - wrong / (len(theirs.one) + len(theirs.two))


def _row(name: str, rate: Rate, *, peer: str | None = None, peer_value: float | None = None) -> Row:
    low, high = rate.interval
    return Row(name, 100 * rate.value, "%", peer=peer, peer_value=peer_value, low=100 * low, high=100 * high)


def _off_middle(picture: Picture, face: Measurement) -> float:
    across = (face.box.left + face.box.right - picture.width) / 2
    down = (face.box.top + face.box.bottom - picture.height) / 2
    return across**2 + down**2
