"""The scans that run now, in the memory of this server process: a few, each for a minute at most.

    opened -> batch 0 -> batch 1 -> ... -> passed or refused: closed -> forgotten when its challenge is over
                 `-> sent again, because the answer was lost: answered as before

A scan lives where its first frames came in. A load balancer must bring the frames of one challenge to one
process; another one, or a restarted one, does not hold it and says so, and the person starts again. What is
held of a scan are numbers and templates, a few hundred kilobytes at most; no frame outlives its request.

The page says when it took each frame, and the server knows when it came. Frames that come before they can
have been taken were recorded earlier; frames that come long after give time to make them. A timer forgets
what is over, whether anybody asks or not.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from evidence.clock import Clock
from evidence.digest import Digest, sha256
from evidence.errors import Refused
from identity.challenge_refusals import ChallengeExpired
from identity.challenges import LIFETIME, Challenge, ChallengeId
from identity.clips import Batch
from identity.face import Template
from identity.people import PersonId
from identity.pool import ScansBusy
from identity.scan_refusals import FramesOutOfTime, FramesTooLate, ScanNotOpen
from identity.scans import Scan
from identity.webauthn import Assertion

RUNNING_A_WORKER = 3
"""Scans at once that still send frames, for each process that computes: one takes a third of a core."""

MOST_HELD = 256
"""Scans held that did not end, the abandoned ones among them; of one that ended no template is held."""

RUNNING = timedelta(seconds=5)
"""For so long after its last frames a scan counts as running."""

EARLY = timedelta(milliseconds=2_000)
"""How much sooner than the page's own time frames may come, measured from the first batch: which may have
taken long on its way."""

LATE = timedelta(milliseconds=3_000)
"""How much later they may come: a slow network, a busy phone."""

LONGEST_FIRST_MS = 1_500
"""From the first frame to the last of the first request, which a page sends after 400 ms."""

TURN_S = 1.0
"""Seconds to wait for a request of the same scan that is computed: a page sends one after the other."""

SECRET_BYTES = 32
"""Length of what draws which frames of a scan are compared, and the light: 256 bits cannot be guessed."""

Answer = TypeVar("Answer")


@dataclass
class OpenScan(Generic[Answer]):
    """One scan that runs, or has just ended; hold ``lock`` while it is advanced.

    ``template`` is what it is compared with, ``device`` what the device key answered at its begin, ``heard``
    what others said then that its end will need. ``ends_at`` is when its challenge expires, by the clock of
    ``began_at``; ``first_came`` is the digest of the last batch and when it came first. ``taken`` counts
    its batches; ``answer`` or ``refusal`` is what the last of them led to. ``lit`` tells that the page shows
    light (identity.flash).
    """

    challenge: Challenge
    template: Template = field(repr=False)
    device: Assertion | None = field(repr=False)
    began_at: datetime
    ends_at: datetime
    scan: Scan
    heard: tuple[Any, ...] = field(default=(), repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    first_came: tuple[Digest, datetime] | None = field(default=None, repr=False)
    came_at: datetime | None = None
    offset: timedelta | None = None
    taken: int = 0
    answer: Answer | None = None
    refusal: Refused | None = None
    closed: bool = False
    lit: bool = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the scan to oneself.

        Raises:
            ScansBusy: a request of the same scan is still computed.
        """
        if not self.lock.acquire(timeout=TURN_S):
            raise ScansBusy
        try:
            yield
        finally:
            self.lock.release()

    def keeps_time(self, batch: Batch, *, at: datetime) -> None:
        """Check that ``batch`` may come ``at`` this moment; sent again, it came when it came first.

        Raises:
            ChallengeExpired: the challenge is over.
            FramesOutOfTime: the frames come before they can have been taken.
            FramesTooLate: they come long after.
        """
        sent = sha256(b"".join([repr(batch.times_ms).encode(), *(sha256(one).value for one in batch.frames)]))
        if self.first_came is None or self.first_came[0] != sent:
            self.first_came = sent, at
        at = self.first_came[1]
        if at >= self.ends_at:
            raise ChallengeExpired(
                expired_at=self.challenge.expires_at, seconds=int(LIFETIME.total_seconds())
            )
        offset = at - timedelta(milliseconds=batch.times_ms[-1]) - self.began_at
        if self.offset is None:
            if batch.times_ms[-1] > LONGEST_FIRST_MS:
                raise FramesOutOfTime
            self.offset = offset
        if offset - self.offset < -EARLY:
            raise FramesOutOfTime
        if offset - self.offset > LATE:
            raise FramesTooLate
        self.came_at = at

    def close(self, refusal: Refused | None = None) -> None:
        """End the scan; its last answer or ``refusal`` may still be asked for, nothing of the face is."""
        self.closed, self.refusal = True, refusal
        self.scan, self.template, self.device = Scan(self.challenge.question), Template(b""), None

    def said(self) -> Answer:
        """Give once more what the last batch led to.

        Raises:
            Refused: it was this refusal.
            ScanNotOpen: it led to nothing.
        """
        if self.refusal is not None:
            raise self.refusal
        if self.answer is None:
            raise ScanNotOpen
        return self.answer

    def again(self, number: int) -> bool:
        """Tell whether batch ``number`` is the last one, sent again.

        Raises:
            ScanNotOpen: it is neither that nor the next one.
        """
        if number not in (self.taken, self.taken - 1) or (self.closed and number == self.taken):
            raise ScanNotOpen
        return number == self.taken - 1


def _later(seconds: float, do: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, do)
    timer.daemon = True  # keeps no server from ending
    timer.start()


class OpenScans(Generic[Answer]):
    """Holds them by challenge."""

    def __init__(
        self, clock: Clock, *, workers: int = 1, later: Callable[[float, Callable[[], None]], None] = _later
    ) -> None:
        """``clock`` says when frames come in, ``later`` does something after seconds; tests give theirs."""
        self.clock = clock
        self._most_running = RUNNING_A_WORKER * workers
        self._later = later
        self._lock = threading.Lock()
        self._beginning = 0
        self._held: dict[ChallengeId, OpenScan[Answer]] = {}

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place for one more scan while it is begun, before its challenge is spent on it.

        Raises:
            ScansBusy: enough run now.
        """
        with self._lock:
            self._forget()
            now = self.clock.now()
            held = [one for one in self._held.values() if not one.closed]
            running = [one for one in held if _runs(one, now)]
            if len(running) + self._beginning >= self._most_running or len(held) >= MOST_HELD:
                raise ScansBusy
            self._beginning += 1
        try:
            yield
        finally:
            with self._lock:
                self._beginning -= 1

    def open(
        self,
        challenge: Challenge,
        *,
        left: timedelta,
        template: Template,
        device: Assertion | None,
        heard: tuple[Any, ...] = (),
    ) -> OpenScan[Answer]:
        """Hold a new scan for ``challenge``, which was begun just now and expires when ``left`` is over."""
        now = self.clock.now()
        opened: OpenScan[Answer] = OpenScan(
            challenge=challenge,
            template=template,
            device=device,
            began_at=now,
            ends_at=now + left,
            scan=Scan(challenge.question, secrets.token_bytes(SECRET_BYTES)),
            heard=heard,
        )
        with self._lock:
            self._held[challenge.id] = opened
        self._later((left + RUNNING).total_seconds(), self.sweep)
        return opened

    def sweep(self) -> None:
        """Forget what is over."""
        with self._lock:
            self._forget()

    def forget_person(self, person: PersonId) -> None:
        """Forget the scans of ``person``, the running ones too: the consent they rest on is gone."""
        with self._lock:
            for id_ in [id_ for id_, one in self._held.items() if one.challenge.person == person]:
                del self._held[id_]

    def find(self, challenge: ChallengeId) -> OpenScan[Answer] | None:
        """Give the scan for ``challenge``, running or closed, if it is held here."""
        with self._lock:
            self._forget()
            return self._held.get(challenge)

    def _forget(self) -> None:
        now = self.clock.now()
        over = [id_ for id_, one in self._held.items() if now >= one.ends_at + RUNNING]
        for id_ in over:
            del self._held[id_]


def _runs(one: OpenScan[Answer], now: datetime) -> bool:
    return not one.closed and now - (one.came_at or one.began_at) < RUNNING
