"""A person who scans again when a busy machine makes the camera of a test stutter.

The camera is a canvas that plays clips in real time; when the machine is late, a face leaps from one frame to
the next or comes late, or its step falls between two frames, or nobody compares it in time, or the minute is
over, and the scan is rightly refused. Any other refusal ends the test.
"""

import re

from playwright.sync_api import Frame, Locator, Page, expect

from identity.challenge_refusals import ChallengeExpired
from identity.pool import ScanInterrupted, ScansBusy
from identity.scan_refusals import (
    ClipBroken,
    FaceLost,
    FramesTooLate,
    MotionMissing,
    ScanNotOpen,
    StillImage,
)

SCAN_MS = 60_000  # a scan takes up to half a minute
ANSWER_MS = 120_000  # the last answer of a scan that takes its whole minute waits for its turn among others
SCANS = 4  # of one text; five failures would close it
LATE = (
    ChallengeExpired,
    ClipBroken,
    FaceLost,
    FramesTooLate,
    MotionMissing,
    ScanInterrupted,
    ScanNotOpen,
    ScansBusy,
    StillImage,
)
STUTTERS = tuple(said.split("{")[0] for refusal in LATE for said in (refusal.zh, refusal.en))
AGAIN = re.compile("重新刷脸|Scan again")


def expect_passed(page: Page | Frame, seen: Locator) -> None:
    """Wait until ``seen`` shows that the scan which runs on ``page``, or one after it, passed."""
    refusal = page.locator("#scan .result .sentence")
    for _ in range(SCANS - 1):
        again = page.get_by_role("button", name=AGAIN)
        expect(seen.or_(again).first).to_be_visible(timeout=ANSWER_MS)
        if seen.is_visible():
            return
        said = refusal.text_content() or ""
        assert said.startswith(STUTTERS), said
        again.click()
    expect(seen).to_be_visible(timeout=ANSWER_MS)
