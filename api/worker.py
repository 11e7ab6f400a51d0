"""The worker: what goes on after the answer has left; anchors the log, assembles, publishes.

Each round takes every task; ``wake`` begins the next one at once. A task that returns True did one thing of
several and is called again at once, until it has no more: between two things the worker can end. A task that
fails leaves its reason where its room shows it, and is taken again in the next round; nothing is lost with
the worker.
"""

import logging
import threading
from collections.abc import Callable, Iterable

log = logging.getLogger("yinxin.worker")

ROUND_SECONDS = 1.0  # how long a fact waits at most before its checkpoint is taken

Task = Callable[[], object]


class Worker:
    """Runs ``tasks`` round after round in a thread of its own."""

    def __init__(self, tasks: Iterable[tuple[str, Task]], *, round_seconds: float = ROUND_SECONDS) -> None:
        self._tasks = tuple(tasks)
        self._round_seconds = round_seconds
        self._end = threading.Event()
        self._due = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin the rounds."""
        self._thread.start()

    def wake(self) -> None:
        """Begin the next round as soon as the present one has ended."""
        self._due.set()

    def stop(self) -> None:
        """End after what is done just now, and wait for it."""
        self._end.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join()

    def round(self) -> None:
        """Take every task to its end."""
        for name, task in self._tasks:
            try:
                while not self._end.is_set() and task() is True:
                    pass
            except Exception as error:  # noqa: BLE001  one failing task must not stop the others
                # The message may quote what a person wrote, so only the kind of error is logged.
                log.error("the task %s failed with %s; it runs again next round", name, type(error).__name__)  # noqa: TRY400

    def _run(self) -> None:
        while not self._end.is_set():
            self.round()
            self._due.wait(self._round_seconds)
            self._due.clear()
