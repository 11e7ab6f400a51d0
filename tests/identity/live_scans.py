"""Scans from the first frame to the end: a camera does what is asked of it, frame after frame, in no time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from api.demonstration.camera import Camera, Performer, acted
from api.demonstration.people import PEOPLE as FOLK
from api.demonstration.people import DemonstrationPerson
from identity.clips import Batch
from identity.face import FaceMatcher, Measurement, Template
from identity.liveness import Course, follow
from identity.movements import Moment
from identity.scans import Scan, ScanPolicy, Verdict, advance
from identity.steps import Question, Step

FRAME_MS = 120
"""As the pages take frames."""

QUIET_MS = (300, 700, 500)

PERSON = {person.face: person for person in FOLK}


def question(*steps: Step) -> Question:
    """Ask ``steps`` after quiet times that do not matter."""
    return Question(steps, QUIET_MS[: len(steps)])


@dataclass(frozen=True)
class Taped:
    """A scan that passed, and the frames that passed it."""

    verdict: Verdict
    frames: Batch


def scanned(
    camera: Camera,
    asked: Question,
    template: Template,
    policy: ScanPolicy,
    matcher: FaceMatcher,
    *,
    batch: int = 4,
    frame_ms: int = FRAME_MS,
) -> Taped:
    """Scan what stands before ``camera``; raises what refuses it."""
    scan, taped = Scan(asked), Batch((), ())
    while scan.verdict is None:
        begin = len(taped.times_ms)
        times = tuple(number * frame_ms for number in range(begin, begin + batch))
        sent = Batch(tuple(camera.frame(at_ms) for at_ms in times), times)
        scan = advance(scan, sent, template, policy, matcher=matcher)
        taped = Batch((*taped.frames, *sent.frames), (*taped.times_ms, *times))
        camera.perform(scan.asked, times[-1] + frame_ms)
    return Taped(scan.verdict, taped)


class Film:
    """A camera that plays frames over and over, whatever is asked."""

    def __init__(self, frames: Sequence[bytes], interval_ms: int = 67) -> None:
        self._frames = frames
        self._interval_ms = interval_ms

    def perform(self, step: str | None, at_ms: int) -> None:
        """Do nothing."""

    def frame(self, at_ms: int) -> bytes:
        return self._frames[at_ms // self._interval_ms % len(self._frames)]


class Instead(Performer):
    """Does another step than the one that is asked."""

    def __init__(self, person: DemonstrationPerson, steps: dict[Step, Step]) -> None:
        super().__init__(person)
        self._steps: dict[str, Step] = {asked.value: done for asked, done in steps.items()}

    def perform(self, step: str | None, at_ms: int) -> None:
        super().perform(self._steps.get(step, step) if step else None, at_ms)


class Changed:
    """A camera of which every frame is changed, by what it shows and when."""

    def __init__(self, camera: Camera, change: Callable[[bytes, int], bytes]) -> None:
        self._camera = camera
        self._change = change

    def perform(self, step: str | None, at_ms: int) -> None:
        self._camera.perform(step, at_ms)

    def frame(self, at_ms: int) -> bytes:
        return self._change(self._camera.frame(at_ms), at_ms)


class Actor(Protocol):
    """Somebody whose face is measured already."""

    def perform(self, step: Step | None, at_ms: int) -> None: ...

    def face(self, at_ms: int) -> Measurement: ...


class MeasuredPerformer:
    """An invented person's clips as the finder measured them, played as :class:`Performer` plays them."""

    def __init__(self, person: str, measure: Callable[[bytes], Measurement]) -> None:
        self._camera = Performer(PERSON[person])
        self._measure = measure

    def perform(self, step: Step | None, at_ms: int) -> None:
        self._camera.perform(step, at_ms)

    def face(self, at_ms: int) -> Measurement:
        return self._measure(self._camera.frame(at_ms))


def followed(
    actor: Actor, asked: Question, *, batch: int = 1, frame_ms: int = FRAME_MS
) -> tuple[Course, list[Moment]]:
    """Follow ``actor``, who learns after every ``batch`` frames what is asked; raises what refuses it."""
    course, moments = Course(asked), list[Moment]()
    while not course.done:
        for _ in range(batch):
            at_ms = len(moments) * frame_ms
            moments.append(Moment(at_ms, actor.face(at_ms)))
            course = follow(moments, asked)
            if course.done:
                break
        actor.perform(course.waits_for, len(moments) * frame_ms)
    return course, moments


def frames_of(person: str, step: str) -> tuple[bytes, ...]:
    """The frames of ``step``, or of "rest", of a person named as the folders are."""
    return acted(PERSON[person], step)
