"""A few worker processes behind one door: an idle one is asked, one that fails is replaced.

begun by the first call -> warm -> asked -> answered -> asked -> ...
                                     +-> silent beyond the limit, or dead: killed and replaced, and
                                         the caller told so

A caller waits on a thread of its own; with all workers busy it waits for one, at most the limit as well. The
first call begins all workers: the second one is not begun under somebody who already waits for an answer.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from identity.scan_worker import Silent, Worker

Answer = TypeVar("Answer")


class AllBusy(Exception):  # noqa: N818 - named by the reason
    """No worker became free within the limit."""


class WorkerPool:
    """Processes that each hold a tool of their own, such as a matcher, and answer one call at a time."""

    def __init__(self, tool: Callable[[], object], *, workers: int, limit_s: float) -> None:
        """Make room for the workers; ``tool``, importable by name, is made within each."""
        self._tool = tool
        self._limit_s = limit_s
        self._workers = workers
        self._closed = False
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._begun = 0
        self._beginning = threading.Lock()

    def warm_up(self) -> None:
        """Wait until every worker has its tool.

        Raises:
            Silent: a worker did not start.
            YinxinError: the refusal with which the tool could not be made.
        """
        self._begin()
        workers = [self._idle.get() for _ in range(self._begun)]
        try:
            for place, worker in enumerate(workers):
                workers[place] = self._living(worker)
            for worker in workers:
                worker.wait_until_warm()
        finally:
            for worker in workers:
                self._put_back(worker)

    def ask(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        """Have ``call(tool, *arguments)`` done in a worker.

        Raises:
            AllBusy: no worker became free within the limit.
            Silent: the worker died or gave no answer in time; another one has taken its place.
            YinxinError: the refusal that the call raised.
        """
        self._begin()
        try:
            idle = self._idle.get(timeout=self._limit_s)
        except queue.Empty as error:
            raise AllBusy from error
        worker = idle
        try:
            worker = self._living(idle)
            answer: Answer = worker.ask(call, arguments, self._limit_s)
        except Silent:
            worker.end()
            with suppress(OSError):  # then its place is kept, and the next call tries
                worker = Worker(self._tool)
            raise
        finally:
            self._put_back(worker)
        return answer

    def close(self) -> None:
        """End the idle workers; a busy one ends once it has answered, or was silent beyond the limit."""
        self._closed = True
        while not self._idle.empty():
            self._idle.get_nowait().end()

    def _begin(self) -> None:
        """Begin the workers that are not begun; one that cannot is tried again with the next call."""
        with self._beginning:
            while self._begun < self._workers:
                try:
                    self._idle.put(Worker(self._tool))
                except OSError:
                    if not self._begun:
                        raise
                    return
                self._begun += 1

    def _living(self, worker: Worker) -> Worker:
        return worker if worker.lives else Worker(self._tool)

    def _put_back(self, worker: Worker) -> None:
        if self._closed:
            worker.end()
        else:
            self._idle.put(worker)
