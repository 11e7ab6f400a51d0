"""The movements that a scan asks for, and how a server chooses which, in what order and when.

A question is two or three steps, one of them a turn, and a quiet time before each. It is told step by step,
each when its moment has come, so that nobody prepares the answer. What somebody was asked lately, or a part
of it, is not asked again: a recording of an earlier scan answers none of the next ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from random import Random


class Step(StrEnum):
    """A movement the server asks for; left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"
    NOD = "nod"
    CLOSER = "closer"

    @property
    def zh(self) -> str:
        """The step as said to a Chinese reader."""
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        """The step as said to an English reader."""
        return _WORDS[self][1]


_WORDS = {
    Step.TURN_LEFT: ("向您的左侧转头", "turn your head to your left"),
    Step.TURN_RIGHT: ("向您的右侧转头", "turn your head to your right"),
    Step.BLINK: ("眨眼", "blink"),
    Step.OPEN_MOUTH: ("张嘴", "open your mouth"),
    Step.NOD: ("点头", "nod"),
    Step.CLOSER: ("靠近镜头", "come closer"),
}

TURNS = frozenset({Step.TURN_LEFT, Step.TURN_RIGHT})

QUESTIONS = tuple(
    steps for count in (2, 3) for steps in permutations(Step, count) if not TURNS.isdisjoint(steps)
)
"""All 114. A turn is always among them: photographs cut together blink and speak, but jump when they turn."""

SHORTEST_QUIET_MS = 300
LONGEST_QUIET_MS = 1_800
"""Between coming home from one step and being asked the next: nobody waits long, nobody knows when."""


@dataclass(frozen=True)
class Question:
    """The steps in their order, and the quiet time before each of them in milliseconds."""

    steps: tuple[Step, ...]
    quiet_ms: tuple[int, ...]


def choose(source: Random, recent: Iterable[tuple[Step, ...]] = ()) -> Question:
    """Choose what to ask; ``source`` should be the system's randomness.

    No run of steps that stands in one of ``recent`` is chosen, as long as anything else is left.
    """
    known = {run for steps in recent for run in _runs(steps)}
    steps = source.choice([each for each in QUESTIONS if each not in known] or QUESTIONS)
    return Question(steps, tuple(source.randint(SHORTEST_QUIET_MS, LONGEST_QUIET_MS) for _ in steps))


def _runs(steps: tuple[Step, ...]) -> Iterable[tuple[Step, ...]]:
    """What a clip of ``steps`` answers when it is played from a later step on, or cut short.

    A blink that nobody asked for is natural, so the clip answers what it holds without its blink as well.
    """
    places = range(len(steps) + 1)
    for played in (steps, tuple(step for step in steps if step is not Step.BLINK)):
        yield from (played[begin:end] for begin in places for end in places if end - begin > 1)
