"""What a scan takes: CPU of each part, one scan as a visitor waits for it, scans a second, memory."""

import importlib
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psutil

from api.demonstration.camera import Performer
from api.demonstration.people import FACES, PEOPLE
from identity.clips import Batch
from identity.face import Template
from identity.face_dlib import DlibEmbedding, DlibFinder
from identity.face_models import DlibMatcher, FusedMatcher
from identity.face_onnx import FeatureEmbedding, OnnxReplayDetector
from identity.images import FRAME, decode
from identity.open_scans import SECRET_BYTES
from identity.pool import ScanPool
from identity.scans import DEFAULT_POLICY, DLIB_POLICY, Scan, ScanPolicy
from identity.steps import Question, Step
from tests.bench.harness import Figures, Row, percentile

CORES = 2
PERSON = PEOPLE[0]
QUESTION = Question((Step.TURN_LEFT, Step.NOD), (600, 600))
FRAME_MS = 120
BATCH_MS = 400
WAITED_MOST_MS = 300.0
"""What the plan asks for between the last frame and the answer."""


def run(figures: Figures) -> None:
    """Take the figures of the parts, and of whole scans by both policies."""
    _parts(figures, repeats=2 if figures.quick else 20)
    scans = 1 if figures.quick else 12
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
    template = pool.examine_portrait(PERSON.portrait.read_bytes())

    def scan(_: int) -> Waited:
        return _scan(pool, policy, template)

    for _ in range(1 if figures.quick else CORES):  # both have computed once before anything is timed
        scan(0)
    waited = [scan(number) for number in range(scans)]
    aim = WAITED_MOST_MS if policy is DEFAULT_POLICY else None
    last = [one.last_ms for one in waited]
    figures.add(Row(f"a scan after its last frame, {name}, p50", percentile(last, 0.5), "ms", most=aim))
    figures.add(Row(f"a scan after its last frame, {name}, p90", percentile(last, 0.9), "ms"))
    every = [ms for one in waited for ms in one.batches_ms]
    figures.add(Row(f"an answer while it runs, 3 or 4 frames, {name}, p50", percentile(every, 0.5), "ms"))
    share = [100 * sum(one.batches_ms) / one.length_ms for one in waited]
    figures.add(Row(f"of a core, while a scan runs, {name}", percentile(share, 0.5), "%"))
    began = time.perf_counter()
    with ThreadPoolExecutor(CORES) as clients:
        list(clients.map(scan, range(scans)))
    figures.add(Row(f"scans on {CORES} cores, {name}", scans / (time.perf_counter() - began), "1/s"))
    memory = max(child.memory_info().rss for child in psutil.Process().children()) / 2**20
    figures.add(Row(f"memory of a worker, {name}", memory, "MiB"))


@dataclass(frozen=True)
class Waited:
    """How long each request of a scan was answered after, and how long the person was before the camera."""

    batches_ms: tuple[float, ...]
    length_ms: int

    @property
    def last_ms(self) -> float:
        """The one with the verdict in it."""
        return self.batches_ms[-1]


def _scan(pool: ScanPool, policy: ScanPolicy, template: Template) -> Waited:
    """Do a scan as the pages do, without waiting for its time to pass."""
    camera, scan, at_ms, waited = (
        Performer(PERSON),
        Scan(QUESTION, secrets.token_bytes(SECRET_BYTES)),
        0,
        list[float](),
    )
    while scan.verdict is None:
        times = tuple(range(at_ms, at_ms + BATCH_MS, FRAME_MS))
        batch = Batch(tuple(camera.frame(one) for one in times), times)
        began = time.perf_counter()
        scan = pool.advance(scan, batch, template, policy)
        waited.append(1000 * (time.perf_counter() - began))
        at_ms = times[-1] + FRAME_MS
        camera.perform(scan.asked, at_ms)
    return Waited(tuple(waited), at_ms)


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
