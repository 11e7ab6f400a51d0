"""The scans that run now, in the memory of this server process: a few, each for a minute at most.

    opened -> batch 0 -> batch 1 -> ... -> passed or refused: closed -> forgotten when its challenge is over
                 `-> sent again, because the answer was lost: answered as before

A scan lives where its first frames came in. A load balancer must bring the frames of one challenge to one
process; another one, or a restarted one, does not hold it and says so, and the person starts again. What is
held of a scan are numbers and templates, a few hundred kilobytes at most; no frame outlives its request.

The page says when it took each frame, and the server knows when it came. Frames that come before they can
have been taken were recorded earlier; frames that come long after give time to make them.
"""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from evidence.clock import Clock
from evidence.errors import Refused
from identity.challenge_refusals import ChallengeExpired
from identity.challenges import LIFETIME, Challenge, ChallengeId
from identity.face import Template
from identity.pool import ScansBusy
from identity.scan_refusals import FramesOutOfTime, ScanNotOpen
from identity.scans import Scan
from identity.webauthn import Assertion

MOST_RUNNING = 6
"""Scans at once that still send frames. Three fill a core; with six they slow down and still end in time."""

MOST_HELD = 256
"""Scans held, the closed and the abandoned ones among them."""

RUNNING = timedelta(seconds=5)
"""For so long after its last frames a scan counts as running."""

EARLY = timedelta(milliseconds=2_000)
"""How much sooner than the page's own time frames may come, measured from the first batch: which may have
taken long on its way."""

LATE = timedelta(milliseconds=3_000)
"""How much later they may come: a slow network, a busy phone."""

SECRET_BYTES = 32
"""Length of what draws the compared frames of a scan: 256 bits cannot be guessed."""

Answer = TypeVar("Answer")


@dataclass
class OpenScan(Generic[Answer]):
    """One scan that runs, or has just ended; hold ``lock`` while it is advanced.

    ``template`` is what it is compared with, ``device`` what the device key answered at its begin, ``heard``
    what others said then that its end will need. ``taken`` counts its batches; ``answer`` or ``refusal`` is
    what the last of them led to.
    """

    challenge: Challenge
    template: Template = field(repr=False)
    device: Assertion | None = field(repr=False)
    began_at: datetime
    scan: Scan
    heard: tuple[Any, ...] = field(default=(), repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    came_at: datetime | None = None
    offset: timedelta | None = None
    taken: int = 0
    answer: Answer | None = None
    refusal: Refused | None = None
    closed: bool = False

    def keeps_time(self, *, last_ms: int, at: datetime) -> None:
        """Check that frames of which the last was taken at ``last_ms`` may come ``at`` this moment.

        Raises:
            ChallengeExpired: a minute has passed since the scan began.
            FramesOutOfTime: they come too early, or too late.
        """
        if at - self.began_at > LIFETIME:
            raise ChallengeExpired(
                expired_at=self.challenge.expires_at, seconds=int(LIFETIME.total_seconds())
            )
        offset = at - timedelta(milliseconds=last_ms) - self.began_at
        if self.offset is None:
            self.offset = offset
        if not -EARLY <= offset - self.offset <= LATE:
            raise FramesOutOfTime
        self.came_at = at

    def close(self, refusal: Refused | None = None) -> None:
        """End the scan; its last answer or ``refusal`` may still be asked for, nothing of the face is."""
        self.closed, self.refusal = True, refusal
        self.scan, self.template, self.device = Scan(self.challenge.question), Template(b""), None

    def again(self, number: int) -> bool:
        """Tell whether batch ``number`` is the last one, sent again.

        Raises:
            ScanNotOpen: it is neither that nor the next one.
        """
        if number not in (self.taken, self.taken - 1) or (self.closed and number == self.taken):
            raise ScanNotOpen
        return number == self.taken - 1


class OpenScans(Generic[Answer]):
    """Holds them by challenge."""

    def __init__(self, clock: Clock) -> None:
        """``clock`` says when frames come in; a test gives one that it moves."""
        self.clock = clock
        self._lock = threading.Lock()
        self._held: dict[ChallengeId, OpenScan[Answer]] = {}

    def check_room(self) -> None:
        """Check that one more scan can run, before its challenge is spent on it.

        Raises:
            ScansBusy: enough run now.
        """
        with self._lock:
            self._forget()
            now = self.clock.now()
            running = [one for one in self._held.values() if _runs(one, now)]
            if len(running) >= MOST_RUNNING or len(self._held) >= MOST_HELD:
                raise ScansBusy

    def open(
        self,
        challenge: Challenge,
        *,
        template: Template,
        device: Assertion | None,
        heard: tuple[Any, ...] = (),
    ) -> OpenScan[Answer]:
        """Hold a new scan for ``challenge``, which was begun just now."""
        opened: OpenScan[Answer] = OpenScan(
            challenge=challenge,
            template=template,
            device=device,
            began_at=self.clock.now(),
            scan=Scan(challenge.question, secrets.token_bytes(SECRET_BYTES)),
            heard=heard,
        )
        with self._lock:
            self._held[challenge.id] = opened
        return opened

    def find(self, challenge: ChallengeId) -> OpenScan[Answer] | None:
        """Give the scan for ``challenge``, running or closed, if it is held here."""
        with self._lock:
            self._forget()
            return self._held.get(challenge)

    def _forget(self) -> None:
        now = self.clock.now()
        over = [id_ for id_, one in self._held.items() if now - one.began_at > LIFETIME + RUNNING]
        for id_ in over:
            del self._held[id_]


def _runs(one: OpenScan[Answer], now: datetime) -> bool:
    return not one.closed and now - (one.came_at or one.began_at) < RUNNING
