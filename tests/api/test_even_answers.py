"""Refusals leave at whole beats, whatever they took; by a clock of the test's own."""

import pytest

from api.even_answers import even
from evidence.errors import Refused
from identity.qualifications import QualificationUnknown


class Time:
    """A clock that runs only when somebody works or waits."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def spend(self, seconds: float) -> None:
        self.at += seconds


def refuse(time: Time, seconds: float, error: type[Exception]) -> None:
    """Raise ``error`` after ``seconds`` of work."""
    with even(beat_s=0.5, now=time, wait=time.spend):
        time.spend(seconds)
        raise error


def refused_after(seconds: float, *, error: type[Exception] = QualificationUnknown) -> float:
    """How long a refusal takes that needed ``seconds`` of work."""
    time = Time()
    with pytest.raises(error):
        refuse(time, seconds, error)
    return time.at - 100.0


@pytest.mark.parametrize(("worked", "answered"), [(0.0, 0.5), (0.003, 0.5), (0.4, 0.5), (0.6, 1.0)])
def test_a_refusal_leaves_at_a_whole_beat(worked: float, answered: float) -> None:
    assert refused_after(worked) == pytest.approx(answered)


def test_an_answer_and_a_fault_leave_at_once() -> None:
    time = Time()
    with even(now=time, wait=time.spend):
        time.spend(0.003)
    assert time.at == pytest.approx(100.003)
    assert not issubclass(ZeroDivisionError, Refused)
    assert refused_after(0.003, error=ZeroDivisionError) == pytest.approx(0.003)
