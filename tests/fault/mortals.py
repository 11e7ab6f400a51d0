"""Processes of a city at work that are killed and begun again, and clients that keep count meanwhile."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from api.demonstration.city import OPERATOR
from api.demonstration.people import DemonstrationPerson
from signing.certificate_steps import Reason
from tests.open_site import ROOT, environment

PAUSE_SECONDS = 0.1  # between two acts of a client, and before it tries a dead site again
ANSWER_SECONDS = 30
CLOSE_SECONDS = 120  # far above what any machine needs: a process that hangs must be told from a slow disk

Act = tuple[str, datetime] | tuple[UUID, int]


class Mortal:
    """``yinxin NAME`` as a process of its own; only a kill or ``close`` may end it."""

    def __init__(self, name: str, folder: Path, **settings: str) -> None:
        self.kills = 0
        self._name = name
        self._settings = environment(folder, YINXIN_MODE="demonstration", PYTHONFAULTHANDLER="1", **settings)
        self._said = folder.parent / f"{name}.log"
        self._lock = threading.Lock()
        self._process = self._begin()

    def kill(self) -> None:
        """End it by SIGKILL, whatever it is doing, and begin it again."""
        with self._lock:
            self._assert_alive()
            self._process.kill()
            self._process.wait()
            self.kills += 1
            self._process = self._begin()

    def close(self) -> None:
        """End it as a service manager does: a shell may have its background commands ignore Ctrl-C.

        One that does not end has its log say where each thread of it stands.
        """
        self._process.terminate()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait()
            raise AssertionError(f"{self._name} does not end: {self._said.read_text()[-8000:]}") from None

    def check(self) -> None:
        """See that it has not ended by itself; while it is being killed, wait until it has begun again."""
        with self._lock:
            self._assert_alive()

    def _assert_alive(self) -> None:
        ended = self._process.poll()
        assert ended is None, f"{self._name} ended with {ended}: {self._said.read_text()[-2000:]}"

    def _begin(self) -> subprocess.Popen[bytes]:
        who = ("--operator", OPERATOR.uscc.text, "--name", OPERATOR.name, "--area", OPERATOR.area)
        with self._said.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "api.commands", self._name, *who],
                cwd=ROOT,
                env={**os.environ, **self._settings},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


@dataclass
class Clients:
    """What was acknowledged, and how often nobody knows, because the site died before it answered."""

    url: str
    acknowledged: list[Act] = field(default_factory=list)
    unanswered: int = 0
    failures: list[str] = field(default_factory=list)
    _told: threading.Condition = field(default_factory=threading.Condition)
    _end: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, title: str, act: Callable[[httpx.Client], Act]) -> None:
        """Let the account of this title do ``act`` over and over; it gives what names the fact."""
        http = httpx.Client(base_url=self.url, trust_env=False, timeout=ANSWER_SECONDS)
        thread = threading.Thread(target=self._go_on, args=(http, title, act))
        self._threads.append(thread)
        thread.start()

    def wait_for(self, more: int) -> None:
        """Return as soon as ``more`` further acts were acknowledged."""
        with self._told:
            enough = len(self.acknowledged) + more
            self._told.wait_for(lambda: len(self.acknowledged) >= enough or self.failures)

    def stop(self) -> None:
        """Let everybody finish."""
        self._end.set()
        for thread in self._threads:
            thread.join()

    def end(self) -> None:
        """Let everybody finish, and see that no answer was one that they may not get."""
        self.stop()
        assert self.failures == []

    def _go_on(self, http: httpx.Client, title: str, act: Callable[[httpx.Client], Act]) -> None:
        inside = False
        while not self._end.wait(PAUSE_SECONDS):
            try:
                if not inside:
                    _enter(http, title)
                    inside = True
                done = act(http)
            except httpx.ConnectError:
                continue  # the site is dead, and was asked nothing
            except httpx.TransportError:
                self.unanswered += 1
            except httpx.HTTPStatusError as error:
                with self._told:
                    self.failures.append(f"{error.request.url.path}: {error.response.text[:300]}")
                    self._told.notify_all()
                return
            else:
                with self._told:
                    self.acknowledged.append(done)
                    self._told.notify_all()
        http.close()


def consenting(person: DemonstrationPerson) -> Callable[[httpx.Client], Act]:
    """Give and withdraw consent by turns; an act is named by the person and the moment of the fact."""

    def act(http: httpx.Client) -> Act:
        if _json(http.get("/api/people/me"))["consented"]:
            moment = _json(http.delete("/api/people/me/consents/face"))["withdrawn_at"]
        else:
            moment = _json(http.post("/api/people/me/consents", json={"purpose": "face"}))["given_at"]
        return person.name, datetime.fromisoformat(moment)

    return act


def changing(certificate: UUID) -> Callable[[httpx.Client], Act]:
    """Suspend and reinstate a certificate by turns; an act is named by the certificate and its entry."""

    def act(http: httpx.Client) -> Act:
        events = _json(http.get(f"/api/certificates/{certificate}"))["events"]
        lifted = events[-1]["action"] != "suspended"
        step = ("suspend", Reason.INVESTIGATION) if lifted else ("reinstate", Reason.CLEARED)
        asked = {"action": step[0], "reason": int(step[1])}
        shown = _json(http.post(f"/api/certificates/{certificate}/changes", json=asked))
        return certificate, int(shown["events"][-1]["entry"])

    return act


def _enter(http: httpx.Client, title: str) -> None:
    offered = {each["title_zh"]: each["id"] for each in _json(http.get("/api/accounts"))}
    _json(http.post("/api/sessions", json={"account": offered[title]}))


def _json(answer: httpx.Response) -> Any:
    return answer.raise_for_status().json()
