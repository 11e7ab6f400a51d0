"""Sheets of certificates as an agency's officer makes, submits and follows them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx

from api.bulk_issuing.issuing import issue_next
from api.demonstration.people import OWNER
from api.house import House

TYPE = "safety-production-licence"
HEAD = (
    "企业名称",
    "统一社会信用代码",
    "主要负责人",
    "详细地址",
    "经济性质",
    "许可范围",
    "有效期起",
    "业务编号",
)
MANY = "".join(bytes((0xB0 + at // 94, 0xA1 + at % 94)).decode("gb2312") for at in range(600))
"""Characters of GB 2312, each once, which no compression shortens."""


def row(scope: str, **changes: str) -> tuple[str, ...]:
    """A row that is right but for ``changes``; its permitted scope tells it from the others."""
    cells = {
        "name": OWNER.name,
        "uscc": OWNER.uscc.text,
        "principal": "钱以明",
        "address": "示范市滨河路1号",
        "kind": "有限责任公司",
        "scope": scope,
        "first": "",
        "reference": "",
    }
    return tuple({**cells, **changes}.values())


def sheet(*rows: Sequence[str], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    output = io.StringIO(newline="")
    csv.writer(output).writerows([head, *rows])
    return output.getvalue().encode(encoding)


def submit(http: httpx.Client, content: bytes, type_: str = TYPE, **headers: str) -> httpx.Response:
    files = {"sheet": ("名单.csv", content, "text/csv")}
    return http.post(f"/api/certificate-types/{type_}/batches", files=files, headers=headers)


def checked(http: httpx.Client, content: bytes) -> str:
    answer = submit(http, content)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def told(http: httpx.Client, batch: str, part: str = "") -> Any:
    return http.get(f"/api/certificate-batches/{batch}{part}").raise_for_status().json()


def counts(http: httpx.Client, batch: str) -> dict[str, int]:
    return {state: count for state, count in told(http, batch)["counts"].items() if count}


def act(http: httpx.Client, batch: str, what: str = "issuing") -> httpx.Response:
    return http.post(f"/api/certificate-batches/{batch}/{what}")


def issue(http: httpx.Client, house: House, batch: str) -> dict[str, int]:
    act(http, batch).raise_for_status()
    while issue_next(house):
        pass
    return counts(http, batch)


def download(http: httpx.Client, batch: str, name: str) -> list[list[str]]:
    answer = http.get(f"/api/certificate-batches/{batch}/{name}.csv").content
    return list(csv.reader(io.StringIO(answer.decode("utf-8-sig"))))[1:]
