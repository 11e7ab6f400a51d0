"""One process with a tool of its own, such as a matcher, at the other end of a pipe.

What goes down the pipe is ``(call, arguments)``; what comes back is first ``None`` (warm) and then, for each
call, its answer or the refusal it raised. Anything else that is raised is a fault: the process ends with its
traceback on standard error, and the end of the pipe tells the server.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from evidence.errors import YinxinError

WARM_UP_S = 60.0
"""Seconds to import dlib and load 129 MB of weights: 2 s when nothing else runs."""

# A forked child would inherit the server's locks and sockets; a spawned one inherits nothing.
_SPAWN = multiprocessing.get_context("spawn")


class Silent(Exception):  # noqa: N818 - named by the reason
    """The worker is dead, or gave no answer in time."""


class Worker:
    """A process that answers one call at a time; ask it from one thread at a time."""

    def __init__(self, tool: Callable[[], object]) -> None:
        """Start the process; it is warm a little later."""
        self._pipe, child = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(child, tool), daemon=True)
        with _ctrl_c_kept_from_child():
            self._process.start()
        child.close()
        self._warm = False

    @property
    def lives(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    def wait_until_warm(self) -> None:
        """Wait until the tool is made.

        Raises:
            Silent: it was not made in time, or the process died.
            YinxinError: the refusal with which it could not be made.
        """
        if not self._warm:
            self._receive(WARM_UP_S)
            self._warm = True

    def ask(self, call: Callable[..., Any], arguments: tuple[Any, ...], limit_s: float) -> Any:
        """Have ``call(tool, *arguments)`` done; raises Silent, and whatever refusal the call raises."""
        self.wait_until_warm()
        try:
            self._pipe.send((call, arguments))
        except OSError as error:
            raise Silent from error
        return self._receive(limit_s)

    def end(self) -> None:
        """Kill the process, by its own id, and wait for it."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self, limit_s: float) -> Any:
        try:
            if not self._pipe.poll(limit_s):
                raise Silent
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise Silent from error
        if isinstance(answer, YinxinError):
            raise answer
        return answer


@contextlib.contextmanager
def _ctrl_c_kept_from_child() -> Iterator[None]:
    """Keep SIGINT from a process begun in the block: Ctrl-C is for the house, which ends it in order.

    A process inherits what its parent blocks, from its first instruction on.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, make_tool: Callable[[], object]) -> None:
    """Make the tool, say so, and answer until the pipe ends; Ctrl-C is for the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        try:
            tool = make_tool()
        except YinxinError as refusal:
            pipe.send(refusal)
            return
        pipe.send(None)
        while True:
            call, arguments = pipe.recv()
            try:
                answer = call(tool, *arguments)
            except YinxinError as refusal:
                answer = refusal
            pipe.send(answer)
