"""What a scan takes: CPU of each part, one scan as a visitor waits for it, scans a second, memory."""

import importlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil

from api.demonstration.people import FACES
from identity.clips import Clip
from identity.face_dlib import DlibEmbedding, DlibFinder
from identity.face_models import DlibMatcher, FusedMatcher
from identity.face_onnx import FeatureEmbedding, OnnxReplayDetector
from identity.images import FRAME, decode
from identity.pool import ScanPool
from identity.scans import DEFAULT_POLICY, DLIB_POLICY, ScanPolicy
from identity.steps import Step
from tests.bench.harness import Figures, Row, percentile

INTERVAL_MS = 67
CORES = 2
STEPS = (Step.TURN_LEFT, Step.OPEN_MOUTH)
WAITED_MOST_MS = 300.0
"""What the plan asks for between the last frame and the answer."""


def run(figures: Figures) -> None:
    """Take the figures of the parts, and of whole scans by both policies."""
    _parts(figures, repeats=2 if figures.quick else 20)
    scans = 2 if figures.quick else 12
    for matcher, policy, name in (
        (FusedMatcher, DEFAULT_POLICY, "both models"),
        (DlibMatcher, DLIB_POLICY, "dlib"),
    ):
        with ScanPool(matcher, workers=CORES) as pool:
            pool.warm_up()
            _scans(figures, pool, policy, name, scans=scans)


def _parts(figures: Figures, *, repeats: int) -> None:
    contents = _shots("p01", "left")
    pictures = [decode(content, FRAME) for content in contents]
    finder, dlib = DlibFinder(), DlibEmbedding()
    feature, replays = FeatureEmbedding(), OnnxReplayDetector()
    faces = [finder.faces(picture)[0] for picture in pictures]
    places = range(len(pictures))
    parts: tuple[tuple[str, Callable[[int], object]], ...] = (
        ("decode", lambda at: decode(contents[at], FRAME)),
        ("detection, whole frame", lambda at: finder._boxes(pictures[at].pixels, 320 / 480, 0)),
        ("detection, where the face was", lambda at: finder._near(pictures[at], faces[at].box)),
        ("landmarks and sharpness", lambda at: finder._measure(pictures[at], faces[at].box)),
        ("embedding, dlib", lambda at: dlib.numbers(pictures[at], faces[at])),
        ("embedding, feature", lambda at: feature.numbers(pictures[at], faces[at])),
        ("liveness", lambda at: replays.liveness(pictures[at], faces[at])),
    )
    library: Any = importlib.import_module("face_recognition")
    for name, part in parts:
        taken = _cpu_ms(part, [*places, *places][:repeats])
        figures.add(Row(f"CPU of a frame, {name}", taken, "ms"))
    plain = _cpu_ms(lambda at: library.face_encodings(pictures[at].pixels), places[: max(repeats // 4, 1)])
    figures.add(Row("CPU of a frame, face_recognition called plainly", plain, "ms"))


def _scans(figures: Figures, pool: ScanPool, policy: ScanPolicy, name: str, *, scans: int) -> None:
    clip = _clip()
    template = pool.examine_portrait((FACES / "photos" / "p01_a.jpg").read_bytes())

    def scan(_: int) -> float:
        began = time.perf_counter()
        pool.examine(clip, STEPS, template, policy)
        return 1000 * (time.perf_counter() - began)

    for worker in range(CORES):  # both have computed once before anything is timed
        scan(worker)
    waited = [scan(number) for number in range(scans)]
    what = f"{len(clip.frames)} frames, {name}"
    aim = WAITED_MOST_MS if policy is DEFAULT_POLICY else None
    figures.add(Row(f"one scan after the last frame, {what}, p50", percentile(waited, 0.5), "ms", most=aim))
    began = time.perf_counter()
    with ThreadPoolExecutor(CORES) as clients:
        list(clients.map(scan, range(scans)))
    figures.add(Row(f"scans on {CORES} cores, {what}", scans / (time.perf_counter() - began), "1/s"))
    memory = max(child.memory_info().rss for child in psutil.Process().children()) / 2**20
    figures.add(Row(f"memory of a worker, {name}", memory, "MiB"))


def _clip() -> Clip:
    turned = _shots("p01", "left")
    frames = [*turned, *turned[::-1], *_shots("p01", "mouth")]
    return Clip(tuple(frames), tuple(INTERVAL_MS * number for number in range(len(frames))))


def _shots(person: str, folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((FACES / "clips" / person / folder).glob("*.jpg"))]


def _cpu_ms(work: Callable[[int], object], places: Sequence[int]) -> float:
    """Give the median of the CPU of this process, all threads."""
    taken: list[float] = []
    work(places[0])
    for place in places:
        began = time.process_time()
        work(place)
        taken.append(1000 * (time.process_time() - began))
    return percentile(taken, 0.5)
