"""A visitor of the site as a program: enters a one-click account and talks to the JSON doors."""

import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx

from api.demonstration.camera import Camera, Performer
from api.demonstration.people import DemonstrationPerson
from evidence.errors import Invalid, Term, Unavailable
from identity.clips import MOST_IN_BATCH
from identity.pool import ScansBusy
from identity.scan_refusals import ClipBroken, FaceLost, FramesTooLate, MotionMissing, StillImage

TIMEOUT_SECONDS = 120.0  # a first face scan loads the weights
FRAME_MS = 120  # as the pages take them
BATCH_S = 0.4
TRIES = 8  # on a machine too slow for three at once
LATE = frozenset(
    refusal.code for refusal in (ScansBusy, MotionMissing, StillImage, FaceLost, FramesTooLate, ClipBroken)
)
"""Refusals that a machine too busy to keep the time of a scan may cause."""


class StepFailed(Invalid):
    """The site answered otherwise than the main job needs."""

    code = "step-failed"
    zh = "步骤未成功：{request} 返回 {status}：{detail}"
    en = "A step failed: {request} answered {status}: {detail}"


class SiteSilent(Unavailable):
    """The site does not answer. Facts: ``request``."""

    code = "site-silent"
    zh = "网站没有回答 {request}，可能已被关闭。请重新运行。"
    en = "The site gave no answer to {request}; it may have been closed. Run again."


class Visitor:
    """One account's session."""

    def __init__(self, url: str, title: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        offered = {account["title_zh"]: account["id"] for account in self.call("GET", "/api/accounts")}
        self.call("POST", "/api/sessions", json={"account": offered[title]})

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Send a request that must succeed; give its JSON.

        Raises:
            StepFailed: the site refused it.
        SiteSilent: the site does not answer.
        """
        answer = self._ask(method, path, **arguments)
        if answer.is_error:
            raise StepFailed(request=f"{method} {path}", status=answer.status_code, detail=_why(answer))
        return answer.json()

    def refused(self, method: str, path: str, **arguments: Any) -> dict[str, str]:
        """Send a request that must be refused; give the problem.

        Raises:
            StepFailed: the site accepted it.
        """
        answer = self._ask(method, path, **arguments)
        if not answer.is_error:
            raise StepFailed(request=f"{method} {path}", status=answer.status_code, detail="not refused")
        problem: dict[str, str] = answer.json()
        return problem

    def scan(self, path: str, person: DemonstrationPerson) -> tuple[dict[str, Any], dict[str, Any]]:
        """Ask for a challenge at ``path`` and let ``person`` answer it; give both, the challenge first.

        On a busy machine the site hears of frames late; then the person tries again, as people do.

        Raises:
            StepFailed: it was refused for another reason, or again and again.
        """
        for left in reversed(range(TRIES)):
            asked = self.call("POST", path)
            answer = self._frames(asked, Performer(person))
            if not answer.is_error:
                return asked, answer.json()["passed"]
            if left == 0 or answer.json().get("title") not in LATE:
                raise StepFailed(request="scan", status=answer.status_code, detail=_why(answer))
        raise AssertionError

    def refused_scan(self, asked: dict[str, Any], before: Camera) -> dict[str, str]:
        """Answer a challenge by what must be refused; give the problem.

        Raises:
            StepFailed: it passed.
        """
        answer = self._frames(asked, before)
        if not answer.is_error:
            raise StepFailed(request="scan", status=answer.status_code, detail="not refused")
        problem: dict[str, str] = answer.json()
        return problem

    def _frames(self, asked: dict[str, Any], before: Camera) -> httpx.Response:
        """Send frames as they are seen, do what is asked, and give the answer that ends it."""
        path, at_ms, began = f"/api/challenges/{asked['challenge']}/frames", 0, time.monotonic()
        for number in itertools.count():
            time.sleep(BATCH_S)
            now_ms = round(1000 * (time.monotonic() - began))
            pace_ms = max(
                FRAME_MS, (now_ms - at_ms) // MOST_IN_BATCH + 1
            )  # the site may have kept us waiting
            times = range(at_ms, now_ms, pace_ms)
            answer = self._ask("POST", path, **frames_of(before, number, times))
            if answer.is_error or answer.json()["passed"]:
                break
            at_ms = times[-1] + pace_ms
            before.perform(answer.json()["step"], at_ms)
        return answer

    def download(self, path: str) -> bytes:
        """Fetch a file that must be there.

        Raises:
            StepFailed: it is not.
        """
        answer = self._ask("GET", path)
        if answer.is_error:
            raise StepFailed(request=f"GET {path}", status=answer.status_code, detail=_why(answer))
        return answer.content

    def _ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise SiteSilent(request=f"{method} {path}") from error


def _why(answer: httpx.Response) -> object:
    """Give the sentence of a problem in both languages, or the beginning of what was answered instead."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.text[:200]
    problem = answer.json()
    return Term(str(problem.get("zh", "")), str(problem.get("en", "")))


def captures_of(person: DemonstrationPerson) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Give the multipart files of an enrolment: three frames of ``person`` looking ahead."""
    looking = person.clip("neutral")
    frames = (looking[0], looking[len(looking) // 2], looking[-1])
    return [("captures", (frame.name, frame.read_bytes(), "image/jpeg")) for frame in frames]


def frames_of(
    camera: Camera, number: int, times_ms: Sequence[int], *, device: str | None = None
) -> dict[str, Any]:
    """Give the multipart arguments that send what ``camera`` sees at ``times_ms``, as request ``number``."""
    frames = [("frames", (f"{at_ms}.jpg", camera.frame(at_ms), "image/jpeg")) for at_ms in times_ms]
    data = {"times": json.dumps(list(times_ms)), "number": str(number)}
    return {"files": frames, "data": data if device is None else {**data, "device": device}}
