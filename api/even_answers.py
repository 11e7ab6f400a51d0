"""Refusals that take as long as one another, so that their time tells nobody what was found.

A name that is registered with another number needs more looking up than one that nobody bears. Inside
``even()`` a refusal leaves at a whole beat after it was asked for, whatever it took; an answer that is no
refusal leaves at once.

    with even():
        held = find_holder(…)
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from evidence.errors import Refused

BEAT_S = 0.5
"""Seconds; ten times what the slower way takes on a quiet machine."""


@contextmanager
def even(
    *,
    beat_s: float = BEAT_S,
    now: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Let a refusal raised in the block leave at the next whole beat after the block began."""
    begin = now()
    try:
        yield
    except Refused:
        taken = now() - begin
        wait(max(ceil(taken / beat_s), 1) * beat_s - taken)
        raise
