"""Scans in processes of their own, because dlib holds the interpreter's lock while it computes.

A worker begins with the first call or ``warm_up``, loads the weights once and answers one call at a time; one
that fails is replaced. A house that scans nobody begins none. A worker whose server died finds the end of its
pipe and ends too.

    pool = ScanPool(FusedMatcher, workers=1)
    pool.warm_up()
    scan = pool.advance(scan, batch, template, policy)
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from evidence.errors import Unavailable
from identity.clips import Batch
from identity.face import Box, FaceMatcher, Measurement, Template
from identity.images import Picture
from identity.scan_worker import Silent
from identity.scans import Scan, ScanPolicy, advance, examine_portrait
from identity.worker_pool import AllBusy, WorkerPool

LIMIT_S = 20.0
"""Seconds for one answer, and to wait for a free worker: a few frames take 0.1 to 0.4 s of CPU."""

Answer = TypeVar("Answer")


class ScansBusy(Unavailable):
    """All workers are busy."""

    code = "scans-busy"
    zh = "正在刷脸的人较多，暂时排不上。请稍候再试，已填的内容不会丢失。"
    en = "Many people are scanning right now; try again in a moment, nothing entered is lost."


class ScanInterrupted(Unavailable):
    """A worker died or gave no answer in time; another one has taken its place."""

    code = "scan-interrupted"
    zh = "人脸比对意外中断，现已恢复。请重新刷脸。"
    en = "The face comparison was interrupted and has recovered; start the scan again."


class ScanPool:
    """A few processes that scan; also a :class:`identity.face.FaceMatcher`, for rooms that want one."""

    def __init__(
        self, matcher: Callable[[], FaceMatcher], *, workers: int = 1, limit_s: float = LIMIT_S
    ) -> None:
        """Begin nothing yet; ``matcher``, importable by name, makes the matcher within each worker."""
        self._matcher = matcher
        self._pool = WorkerPool(matcher, workers=workers, limit_s=limit_s)

    @property
    def double(self) -> bool:
        """Whether the matcher within is a double."""
        return bool(getattr(self._matcher, "double", False))

    @property
    def model(self) -> str:
        """The name of the models within."""
        return str(getattr(self._matcher, "model", ""))

    def warm_up(self) -> None:
        """Wait until every worker has its weights.

        Raises:
            FacePackagesMissing: the matcher cannot be made here.
            ScanInterrupted: a worker did not start.
        """
        try:
            self._pool.warm_up()
        except Silent as error:
            raise ScanInterrupted from error

    def advance(self, scan: Scan, batch: Batch, template: Template, policy: ScanPolicy) -> Scan:
        """Do :func:`identity.scans.advance` in a worker; also raises ScansBusy and ScanInterrupted."""
        return self._ask(_advance, scan, batch, template, policy)

    def examine_portrait(self, content: bytes) -> Template:
        """Do :func:`identity.scans.examine_portrait` in a worker."""
        return self._ask(_examine_portrait, content)

    def faces(
        self, picture: Picture, *, small: bool = False, near: Box | None = None
    ) -> tuple[Measurement, ...]:
        """Measure every face, the widest first, or the one ``near`` where a face was just before."""
        return self._ask(_faces, picture, small, near)

    def template(self, picture: Picture, face: Measurement) -> Template:
        """Turn the measured ``face`` of ``picture`` into a template."""
        return self._ask(_template, picture, face)

    def glance(self, picture: Picture, face: Measurement) -> Template:
        """Do the same by the cheapest model alone."""
        return self._ask(_glance, picture, face)

    def distance(self, one: Template, other: Template) -> float:
        """Say how far two templates are apart."""
        return self._ask(_distance, one, other)

    def liveness(self, picture: Picture, face: Measurement) -> float | None:
        """Say how live a face looks."""
        return self._ask(_liveness, picture, face)

    def close(self) -> None:
        """End the idle workers; a busy one ends once it has answered."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        try:
            return self._pool.ask(call, *arguments)
        except AllBusy as error:
            raise ScansBusy from error
        except Silent as error:
            raise ScanInterrupted from error


def _advance(matcher: FaceMatcher, scan: Scan, batch: Batch, template: Template, policy: ScanPolicy) -> Scan:
    return advance(scan, batch, template, policy, matcher=matcher)


def _examine_portrait(matcher: FaceMatcher, content: bytes) -> Template:
    return examine_portrait(content, matcher=matcher)


def _faces(
    matcher: FaceMatcher,
    picture: Picture,
    small: bool,  # noqa: FBT001 - a call sent over a pipe has positions only
    near: Box | None,
) -> tuple[Measurement, ...]:
    return matcher.faces(picture, small=small, near=near)


def _template(matcher: FaceMatcher, picture: Picture, face: Measurement) -> Template:
    return matcher.template(picture, face)


def _glance(matcher: FaceMatcher, picture: Picture, face: Measurement) -> Template:
    return matcher.glance(picture, face)


def _distance(matcher: FaceMatcher, one: Template, other: Template) -> float:
    return matcher.distance(one, other)


def _liveness(matcher: FaceMatcher, picture: Picture, face: Measurement) -> float | None:
    return matcher.liveness(picture, face)
