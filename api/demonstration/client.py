"""A visitor of the site as a program: enters a one-click account and talks to the JSON doors."""

import json
from typing import Any

import httpx

from api.demonstration.camera import Film
from api.demonstration.people import DemonstrationPerson
from evidence.errors import Invalid, Term, Unavailable

TIMEOUT_SECONDS = 120.0  # a face scan takes one to two seconds; a first one loads the weights


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


def clip_of(film: Film) -> dict[str, Any]:
    """Give the multipart arguments that upload ``film`` as the answer to a challenge."""
    frames = [("frames", (f"{n}.jpg", frame, "image/jpeg")) for n, frame in enumerate(film.frames)]
    return {"files": frames, "data": {"times": json.dumps(film.times_ms)}}
