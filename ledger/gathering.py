"""Questions that are put at once are asked together: one reading for all who wait.

While a reading is under way, whoever comes waits for the next one, which answers all of them. Nobody is given
what was read before the question was put, so that an answer is as fresh as one asked for alone; what is saved
is the journey to the node, which a hundred officers a second would make a hundred times.

    gathering = Gathering(lambda questions: node.read_all(questions))
    gathering.ask(question)
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from evidence.errors import YinxinError
from ledger.chain import ChainRefused

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass
class _Batch(Generic[Question, Answer]):
    """Who waits for one reading, and what came of it: answers, or one error for all."""

    questions: list[Question] = field(default_factory=list)
    answers: Sequence[Answer] | None = None
    error: YinxinError | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Gathering(Generic[Question, Answer]):
    """Puts to ``read_all`` what threads ask at once, one reading after the other."""

    def __init__(self, read_all: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        self._read_all = read_all
        self._next: _Batch[Question, Answer] | None = None
        self._joining, self._turn = threading.Lock(), threading.Lock()

    def ask(self, question: Question) -> Answer:
        """Give the answer of a reading that began after this call.

        Raises:
            YinxinError: what ``read_all`` raises. A refusal of one question is not told to the others.
        """
        with self._joining:
            leads = self._next is None
            batch = self._next = self._next or _Batch()
            place = len(batch.questions)
            batch.questions.append(question)
        if leads:
            with self._turn:
                self._read(batch)
        batch.done.wait()
        if batch.answers is not None:
            return batch.answers[place]
        if batch.error is not None and (
            len(batch.questions) == 1 or not isinstance(batch.error, ChainRefused)
        ):
            raise batch.error
        return self._read_all([question])[0]

    def _read(self, batch: _Batch[Question, Answer]) -> None:
        with self._joining:
            self._next = None
        try:
            batch.answers = self._read_all(batch.questions)
        except YinxinError as error:
            batch.error = error
        finally:
            batch.done.set()
