"""The movements that a scan asks for, and how a server chooses them."""

from enum import StrEnum
from random import Random


class Step(StrEnum):
    """A movement the server asks for; left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"

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
}


def choose(source: Random) -> tuple[Step, Step]:
    """Choose a turn and one other step, in either order; ``source`` should be the system's randomness.

    A turn is always among them: photographs cut together can blink and speak, but jump when they turn.
    """
    turn = source.choice((Step.TURN_LEFT, Step.TURN_RIGHT))
    other = source.choice([step for step in Step if step is not turn])
    return (turn, other) if source.choice((True, False)) else (other, turn)
