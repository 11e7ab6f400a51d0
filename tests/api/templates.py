"""Templates of the planted city for tests of their doors."""

import json
from typing import Any

import httpx

from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, OWNER, OWNERS_REPRESENTATIVE

ROLES: tuple[dict[str, Any], ...] = (
    {"kind": "person", "capacity_zh": "甲方签字人", "capacity_en": "party A"},
    {"kind": "seal", "capacity_zh": "乙方公章", "capacity_en": "seal of party B"},
    {
        "kind": "person",
        "capacity_zh": "设计负责人",
        "capacity_en": "design leader",
        "organization": DESIGNER.uscc.text,
        "person": ENGINEER.name,
    },
)
TAKINGS: tuple[dict[str, str], ...] = (
    {"organization": OWNER.uscc.text, "person": OWNERS_REPRESENTATIVE.name},
    {"organization": CONTRACTOR.uscc.text},
    {},
)
TITLE = "{项目名称|project}设计合同"
TEXT = "甲方委托设计“{项目名称|project}”，\n合同价 {合同价|price} 元。"
FIELDS = {"项目名称": "滨河社区活动中心", "合同价": "120000"}


def keep(http: httpx.Client, *, to: str = "/api/templates", **form: Any) -> httpx.Response:
    """Send the form of a template; ``content`` is a PDF or a list of them, ``roles`` a list."""
    content = form.pop("content", None)
    contents = content if isinstance(content, list) else [] if content is None else [content]
    roles = form.pop("roles", ROLES)
    data = {"name": "设计合同", "title": TITLE, "slots": json.dumps(roles), **form}
    if not contents:
        data.setdefault("text", TEXT)
    names = ("合同.pdf", *(f"附件{number}.pdf" for number in range(1, len(contents))))
    files = [
        ("document", (name, each, "application/pdf")) for name, each in zip(names, contents, strict=False)
    ]
    return http.post(to, data=data, files=files or None)


def kept(http: httpx.Client, **form: Any) -> str:
    """Keep a template; give its id."""
    answer = keep(http, **form)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def use(http: httpx.Client, template: str, *, door: str = "agreements", **changes: object) -> httpx.Response:
    """Fill in a template and send it."""
    filling = {"version": 1, "takings": TAKINGS, "fields": FIELDS} | changes
    return http.post(f"/api/templates/{template}/{door}", json=filling)
