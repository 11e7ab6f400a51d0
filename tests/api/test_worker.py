"""The worker: every task in every round, a failing one stops no other, and it can be woken."""

import threading

from api.worker import Worker

LONG = 30.0  # seconds; a bound on a test that fails


def test_a_failing_task_stops_no_other() -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError

    Worker((("failing", fail), ("other", lambda: done.append("other")))).round()
    assert done == ["other"]


def test_a_worker_that_is_woken_does_not_wait_for_its_round() -> None:
    rounds = threading.Semaphore(0)
    worker = Worker((("count", rounds.release),), round_seconds=LONG * 10)
    worker.start()
    assert rounds.acquire(timeout=LONG)
    worker.wake()
    assert rounds.acquire(timeout=LONG)
    worker.stop()


def test_a_worker_that_is_stopped_does_not_wait_for_its_round() -> None:
    begun = threading.Event()
    worker = Worker((("begin", begun.set),), round_seconds=LONG * 10)
    worker.start()
    assert begun.wait(LONG)
    worker.stop()  # joins: a worker that slept on would run into the time limit of the test
    assert begun.is_set()


def test_a_worker_ends_between_two_things_of_one_task() -> None:
    begun = threading.Event()

    def one_of_many() -> bool:
        begun.set()
        return True

    worker = Worker((("many", one_of_many),))
    worker.start()
    assert begun.wait(LONG)
    worker.stop()  # joins: one that did all of them first would run into the time limit of the test


def test_a_task_is_called_until_it_has_no_more() -> None:
    left = [1, 2, 3]
    Worker((("few", lambda: bool(left) and left.pop() > 0),)).round()
    assert left == []
