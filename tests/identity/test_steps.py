"""What a server asks, and that a recording of one scan answers no other: the real clips, measured once."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import permutations
from random import Random

import pytest

from evidence.errors import Refused
from identity.face import Measurement
from identity.images import FRAME, decode
from identity.liveness import follow
from identity.movements import Moment
from identity.steps import LONGEST_QUIET_MS, QUESTIONS, SHORTEST_QUIET_MS, TURNS, Question, Step, choose
from tests.identity.live_scans import FRAME_MS, MeasuredPerformer, followed
from tests.identity.real_faces import PEOPLE, Parts


def test_two_or_three_steps_with_a_turn_are_asked_and_none_twice() -> None:
    assert len(QUESTIONS) == 114
    assert all(len(set(steps)) == len(steps) in {2, 3} and TURNS & set(steps) for steps in QUESTIONS)
    assert {choose(Random(seed)).steps for seed in range(2_000)} == set(QUESTIONS)  # noqa: S311


def test_each_step_waits_for_a_time_of_its_own() -> None:
    asked = [choose(Random(seed)) for seed in range(300)]  # noqa: S311 - seeded on purpose
    quiet = [each for one in asked for each in one.quiet_ms]
    assert all(len(one.quiet_ms) == len(one.steps) for one in asked)
    assert SHORTEST_QUIET_MS <= min(quiet) < 350
    assert 1_750 < max(quiet) <= LONGEST_QUIET_MS


def test_a_part_of_what_was_asked_lately_is_not_asked() -> None:
    lately = (Step.TURN_LEFT, Step.BLINK, Step.NOD)
    asked = {choose(Random(seed), [lately]).steps for seed in range(3_000)}  # noqa: S311
    assert set(QUESTIONS) - asked == {lately, lately[:2], (Step.TURN_LEFT, Step.NOD)}


def test_something_is_asked_even_when_everything_was() -> None:
    assert choose(Random(1), QUESTIONS).steps in QUESTIONS  # noqa: S311


@pytest.fixture(scope="module")
def measure(parts: Parts) -> Callable[[bytes], Measurement]:
    return cache(lambda frame: parts.finder.faces(decode(frame, FRAME))[0])


def answered(tape: list[Moment], asked: Question) -> bool:
    """Whether ``tape`` answers: at its first frame, by halves, that ends the scan, one way or the other."""

    def ended(count: int) -> bool | None:
        try:
            return follow(tape[:count], asked).done or None
        except Refused:
            return False

    low, high = 0, len(tape)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if ended(middle) is not None else (middle, high)
    return bool(ended(high))


def taped(person: str, asked: Question, measure: Callable[[bytes], Measurement]) -> list[Moment]:
    """What the camera saw of a scan that passed, and of ten seconds at rest after it."""
    actor = MeasuredPerformer(person, measure)
    _, moments = followed(actor, asked, batch=4)
    begin = len(moments)
    return [*moments, *(Moment(at * FRAME_MS, moments[-1].face) for at in range(begin, begin + 80))]


def later(tape: list[Moment], begin: int) -> list[Moment]:
    """The same tape, played from its frame ``begin`` on."""
    return [Moment(one.time_ms - tape[begin].time_ms, one.face) for one in tape[begin:]]


def accepted(
    pairs: range,
    measure: Callable[[bytes], Measurement],
    people: Sequence[str] = PEOPLE,
    *,
    free: bool = False,
) -> list[int]:
    """Of which seeded pairs of challenges to one person a recording of the first answers the second.

    ``free``: the second is drawn as if nobody remembered the first.
    """
    found: list[int] = []
    for seed in pairs:
        source = Random(seed)  # noqa: S311 - seeded on purpose
        person = source.choice(people)
        first = choose(source)
        second = choose(source, [] if free else [first.steps])
        tape = taped(person, first, measure)
        assert answered(tape, first)
        begins = (0, source.randrange(len(tape) // 2))
        if any(answered(later(tape, begin), second) for begin in begins):
            found.append(seed)
    return found


def test_a_recording_of_one_scan_answers_no_other(measure: Callable[[bytes], Measurement]) -> None:
    assert accepted(range(20), measure, PEOPLE[:1]) == []


def known(pairs: range) -> list[int]:
    """In which pairs drawn freely the second question stands in the first, or in it without its blink."""
    found: list[int] = []
    for seed in pairs:
        source = Random(seed)  # noqa: S311 - seeded on purpose
        source.choice(PEOPLE)
        first, second = choose(source), choose(source)
        if not _asks_anew(first, second):
            found.append(seed)
    return found


def _asks_anew(first: Question, second: Question) -> bool:
    played = (first.steps, tuple(step for step in first.steps if step is not Step.BLINK))
    count = len(second.steps)
    return all(steps[at : at + count] != second.steps for steps in played for at in range(len(steps)))


def test_of_a_thousand_pairs_drawn_freely_a_few_ask_what_was_asked() -> None:
    assert len(known(range(1_000))) == 20


@pytest.mark.slow
def test_a_recording_answers_what_is_drawn_freely_only_where_it_is_the_same(
    measure: Callable[[bytes], Measurement],
) -> None:
    assert set(accepted(range(1_000), measure, free=True)) <= set(known(range(1_000)))


@pytest.mark.slow
def test_a_recording_of_one_scan_answers_no_other_of_a_thousand(
    measure: Callable[[bytes], Measurement],
) -> None:
    assert accepted(range(1_000), measure) == []


def test_the_steps_of_two_questions_in_one_recording_answer_neither_of_others(
    measure: Callable[[bytes], Measurement],
) -> None:
    """All six in a row: whatever is asked first, something else comes before it or too early."""
    for order in list(permutations(Step))[::90]:
        for steps in QUESTIONS[::9]:
            moments: list[Moment] = []
            for step in (None, None, *order, None, None):
                actor = MeasuredPerformer("p01", measure)
                actor.perform(step, 0)
                begin = len(moments)
                moments += [Moment((begin + at) * FRAME_MS, actor.face(at * FRAME_MS)) for at in range(17)]
            assert not answered(moments, Question(steps, (700, 700, 700)[: len(steps)])), (order, steps)
