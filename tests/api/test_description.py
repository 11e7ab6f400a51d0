"""The description is true: what it names answers as it says, and the client of the documentation runs."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from api.webhooks.events import EventType
from tests.api.joint import AGENCY_DESK, enter, request_of_engineer, started
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

PAGE = Path(__file__).resolve().parents[2] / "docs/other-software.md"
ANY_ID = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def description(city: QuietCity) -> dict[str, Any]:
    found: dict[str, Any] = city.visitor.get("/api/openapi.json").json()
    return found


def doors(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, door) for path, each in description["paths"].items() for method, door in each.items()
    ]


def program(city: QuietCity, owner: httpx.Client) -> httpx.Client:
    key = owner.post("/api/keys", json={"label": "档案系统"}).json()["key"]
    return httpx.Client(
        base_url=city.site.url, trust_env=False, timeout=60, headers={"authorization": f"Bearer {key}"}
    )


KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether ``value`` is as ``schema`` says: types, required members, choices."""
    if "$ref" in schema:
        return fits(value, whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in schema:
        return any(fits(value, each, whole) for each in schema["anyOf"])
    chosen = value in schema.get("enum", (schema.get("const", value),))
    if not chosen or ("type" in schema and not isinstance(value, KINDS[schema["type"]])):
        return False
    if isinstance(value, list):
        return all(fits(each, schema.get("items", {}), whole) for each in value)
    members = schema.get("properties", {})
    if not isinstance(value, dict) or not members:
        return True
    there = set(schema.get("required", ())) <= set(value)
    return there and all(fits(value[name], members[name], whole) for name in members if name in value)


def test_every_door_that_asks_who_comes_refuses_nobody_as_it_says(
    city: QuietCity, description: dict[str, Any]
) -> None:
    kept = [(path, method, door) for path, method, door in doors(description) if door["security"]]
    assert len(kept) > 30
    for path, method, door in kept:
        answer = city.visitor.request(method, re.sub(r"\{\w+\}", ANY_ID, path))
        refusal = door["responses"]["default"]["content"]
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path
        assert fits(answer.json(), refusal["application/problem+json"]["schema"], description)


def test_every_door_that_says_so_opens_to_a_key_and_no_other_does(
    city: QuietCity, clerk: httpx.Client, description: dict[str, Any]
) -> None:
    by_hand = [path for path, _, door in doors(description) if door["security"] == [{"session": []}]]
    with (
        program(city, clerk) as firm,
        program(city, enter(city, AGENCY_DESK)) as agency,
        program(city, enter(city, "协同部门")) as department,
    ):
        for path, method, door in doors(description):
            if not door["security"]:
                continue
            address = re.sub(r"\{\w+\}", ANY_ID, path)
            said = {_title(each.request(method, address)) for each in (firm, agency, department)}
            closed = said <= {"not-yours", "api-key-not-enough"}
            assert closed == ({"apiKey": []} not in door["security"]), (method, path, said)
    assert {"/api/keys", "/api/webhooks", "/api/people/me/authorizations"} <= set(by_hand)


def _title(answer: httpx.Response) -> str:
    return str(answer.json()["title"]) if answer.is_error else ""


def test_what_a_program_reads_is_as_it_is_described(
    city: QuietCity, clerk: httpx.Client, description: dict[str, Any]
) -> None:
    agreement = started(clerk)
    asked = clerk.post("/api/authorizations", json=request_of_engineer(city.house)).json()["id"]
    with program(city, clerk) as http:
        for path, id_ in (
            ("/api/agreements", None),
            ("/api/agreements/{agreement_id}", agreement),
            ("/api/authorizations", None),
            ("/api/authorizations/{authorization_id}", asked),
            ("/api/firm/authorizations", None),
            ("/api/certificates", None),
        ):
            answer = http.get(path if id_ is None else re.sub(r"\{\w+\}", id_, path))
            schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"][
                "schema"
            ]
            assert answer.status_code == 200
            assert fits(answer.json(), schema, description), (path, answer.json())


def test_the_check_of_shapes_can_fail(description: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    good = {"type": "", "title": "", "status": 1, "detail": "", "zh": "", "en": ""}
    assert fits(good, problem, description)
    assert not fits(good | {"status": "1"}, problem, description)
    assert not fits({"title": ""}, problem, description)


def test_creating_doors_name_the_idempotency_key_and_lists_their_pages(description: dict[str, Any]) -> None:
    for path in ("/api/agreements", "/api/authorizations", "/api/certificates"):
        named = {each["name"] for each in description["paths"][path]["post"]["parameters"]}
        assert "idempotency-key" in named
    for path in ("/api/agreements", "/api/authorizations", "/api/certificates"):
        named = {each["name"] for each in description["paths"][path]["get"]["parameters"]}
        assert {"limit", "cursor"} <= named


def test_events_are_described_and_the_page_names_each_of_them(description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["Event"]
    assert set(schema["properties"]["type"]["enum"]) == {each.value for each in EventType}
    said = PAGE.read_text(encoding="utf-8")
    for each in EventType:
        area, _, word = each.value.removeprefix("cn.yinxin.").partition(".")
        assert f"`{area}." in said
        assert f".{word}`" in said


def test_the_own_refusal_is_described_nowhere(city: QuietCity) -> None:
    described = str(create_app(city.house).openapi())
    assert "HTTPValidationError" not in described


def test_the_client_of_the_documentation_runs(city: QuietCity, clerk: httpx.Client, tmp_path: Path) -> None:
    script = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    clerk.post("/api/framing-origins", json={"origin": "https://oa.example.com"}).raise_for_status()
    (tmp_path / "application.pdf").write_bytes(small_pdf(mark=uuid4().hex))
    key = clerk.post("/api/keys", json={"label": "文档里的例子"}).json()["key"]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "YINXIN_ADDRESS": city.site.url, "YINXIN_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    id_, state, address = done.stdout.split()
    assert state == "open"
    assert city.visitor.get(address, headers={"sec-fetch-dest": "iframe"}).status_code == 303
    assert clerk.get(f"/api/agreements/{id_}").json()["title"] == "施工许可联合申请"
