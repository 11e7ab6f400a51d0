"""One enrolment of a person at a time in a server process: nobody keeps the comparison busy alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from evidence.errors import Refused
from identity.people import PersonId


class EnrollmentUnderWay(Refused):
    """The person's enrolment is being examined just now."""

    code = "enrollment-under-way"
    zh = "您提交的照片正在比对，请等候结果，不必再次提交。"
    en = "Your pictures are being compared just now; wait for the result instead of sending them again."


class OneAtATime:
    """Lets one of each person in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: set[PersonId] = set()

    @contextmanager
    def enrolling(self, person: PersonId) -> Iterator[None]:
        """Hold the place of ``person`` for the block.

        Raises:
            EnrollmentUnderWay: it is taken.
        """
        with self._lock:
            if person in self._inside:
                raise EnrollmentUnderWay
            self._inside.add(person)
        try:
            yield
        finally:
            with self._lock:
                self._inside.discard(person)
