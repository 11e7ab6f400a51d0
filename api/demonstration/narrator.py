"""Tells what is done: a plain line a step with what it produced, and a sign of life after two seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from evidence.errors import Language

BEAT_SECONDS = 2.0  # silence longer than this looks like a stop


@dataclass
class Narrator:
    """Prints to ``out`` in ``language``; counts the steps and keeps their lines in ``steps``.

    What goes on is a stack: the innermost of the things being done is the one that is told.
    """

    language: Language
    out: TextIO = field(default_factory=lambda: sys.stdout)
    steps: list[str] = field(default_factory=list)
    _doing: list[tuple[str, float]] = field(default_factory=list)
    _spoke_at: float = field(default_factory=time.monotonic)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def say(self, zh: str, en: str) -> None:
        """Print one line."""
        self._print(zh if self.language == "zh" else en)

    @contextmanager
    def doing(self, zh: str, en: str) -> Iterator[None]:
        """Print that something goes on, whenever nothing was printed for two seconds, until it ends."""
        words = (zh if self.language == "zh" else en, time.monotonic())
        ended = threading.Event()
        beating = None if self._doing else threading.Thread(target=self._beat, args=(ended,), daemon=True)
        self._doing.append(words)
        if beating:
            beating.start()
        try:
            yield
        finally:
            self._doing.remove(words)
            ended.set()
            if beating:
                beating.join()

    def done(self, zh: str, en: str) -> None:
        """Print the next numbered step, done, with what it produced."""
        line = f"[{len(self.steps) + 1:2d}] {zh if self.language == 'zh' else en}"
        self.steps.append(line)
        self._print(line)

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(max(0.0, self._spoke_at + BEAT_SECONDS - time.monotonic())):
            with self._lock:
                if self._doing and time.monotonic() - self._spoke_at >= BEAT_SECONDS:
                    words, begun = self._doing[-1]
                    self._print(f"    … {words} {time.monotonic() - begun:.0f} s")

    def _print(self, line: str) -> None:
        with self._lock:
            self._spoke_at = time.monotonic()
            print(line, file=self.out, flush=True)
