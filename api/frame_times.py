"""When the frames of a scan were taken, as the page says it in its form."""

import json

from identity.scan_refusals import ClipBroken

LATEST_MS = 3_600_000
"""An hour: a scan is refused as too long far sooner, and nothing larger need be computed with."""


def frame_times(text: str) -> tuple[int, ...]:
    """Parse the times of the frames.

    Raises:
        ClipBroken: not a JSON list of whole milliseconds of an hour at most, or an empty one.
    """
    try:
        times = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ClipBroken from error
    if not isinstance(times, list) or not times or any(not _is_time(one) for one in times):
        raise ClipBroken
    return tuple(times)


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < LATEST_MS
