"""Tells what is done: a plain line a step with what it produced, and a sign of life while one takes long."""

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
    """Prints to ``out`` in ``language``; counts the steps."""

    language: Language
    out: TextIO = field(default_factory=lambda: sys.stdout)
    _step: int = 0

    def say(self, zh: str, en: str) -> None:
        """Print one line."""
        print(zh if self.language == "zh" else en, file=self.out, flush=True)

    @contextmanager
    def doing(self, zh: str, en: str) -> Iterator[None]:
        """Print that something goes on, every two seconds, until it ends."""
        begun = time.monotonic()
        ended = threading.Event()
        words = zh if self.language == "zh" else en

        def beat() -> None:
            while not ended.wait(BEAT_SECONDS):
                print(f"    … {words} {time.monotonic() - begun:.0f} s", file=self.out, flush=True)

        beating = threading.Thread(target=beat, daemon=True)
        beating.start()
        try:
            yield
        finally:
            ended.set()
            beating.join()

    def done(self, zh: str, en: str) -> None:
        """Print the next numbered step, done, with what it produced."""
        self._step += 1
        print(f"[{self._step:2d}] {zh if self.language == 'zh' else en}", file=self.out, flush=True)
