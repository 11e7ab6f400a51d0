"""An address for the signing page, opened as a browser opens it in a frame: what the tests of it share."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from api.pages.embedded import FRAME_COOKIE
from tests.quiet_city import QuietCity

SITE = "https://oa.example.com"
IN_FRAME = {"sec-fetch-dest": "iframe", "accept": "text/html"}


@dataclass
class Frame:
    """What a browser holds of an opened frame."""

    http: httpx.Client
    path: str
    token: str

    def get(self, below: str = "", **headers: str) -> httpx.Response:
        return self.http.get(
            self.path + below,
            headers={"accept": "text/html", "cookie": f"{FRAME_COOKIE}={self.token}", **headers},
        )

    def post(self, below: str, **more: Any) -> httpx.Response:
        headers = {"cookie": f"{FRAME_COOKIE}={self.token}", **more.pop("headers", {})}
        return self.http.post(self.path + below, headers=headers, **more)


def program_of(city: QuietCity, owner: httpx.Client) -> httpx.Client:
    key = owner.post("/api/keys", json={"label": "协同系统"}).json()["key"]
    return httpx.Client(
        base_url=city.site.url, trust_env=False, timeout=60, headers={"authorization": f"Bearer {key}"}
    )


def asked(http: httpx.Client, agreement: str, slot: str = "3", origin: str = SITE) -> httpx.Response:
    return http.post(f"/api/agreements/{agreement}/slots/{slot}/embeddings", json={"origin": origin})


def address(http: httpx.Client, agreement: str, slot: str = "3") -> str:
    answer = asked(http, agreement, slot)
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.json()["url"]).raw_path.decode()


def opened(city: QuietCity, path: str) -> Frame:
    answer = city.visitor.get(path, headers=IN_FRAME)
    assert answer.status_code == 303, answer.text
    token = re.search(rf"{FRAME_COOKIE}=([\w-]+)", answer.headers["set-cookie"])
    assert token
    return Frame(city.visitor, answer.headers["location"], token[1])


def told(answer: httpx.Response) -> dict[str, str]:
    """What the page tells the one around it."""
    found = re.search(r'<div id="framed"([^>]*)>', answer.text)
    assert found, answer.text
    return dict(re.findall(r'data-(\w+)="([^"]*)"', found[1]))
