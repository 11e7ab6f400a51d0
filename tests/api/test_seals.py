"""The doors of an organization's seals: its own people see them, its legal representative moves them."""

import httpx
import pytest

from api.demonstration.people import (
    CONTRACTOR,
    CONTRACTORS_FILING_NUMBER,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
)
from api.policy import Role
from tests.api.joint import CLERK, enter, enter_as, signed_by_all, started
from tests.quiet_city import QuietCity


@pytest.fixture(scope="module")
def owner(city: QuietCity) -> httpx.Client:
    return enter(city, LEGAL_REPRESENTATIVE.name)


@pytest.fixture(scope="module")
def seal(owner: httpx.Client) -> str:
    (only,) = owner.get("/api/seals").json()
    return str(only["id"])


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def step(http: httpx.Client, seal: str, action: str, **further: str) -> httpx.Response:
    return http.post(f"/api/seals/{seal}/steps", json={"action": action, **further})


def test_the_firm_sees_its_seal_with_its_life(owner: httpx.Client, seal: str) -> None:
    shown = owner.get(f"/api/seals/{seal}").json()
    assert (shown["state"], shown["keeper"]) == ("in-use", LEGAL_REPRESENTATIVE.name)
    assert shown["filing_number"] == CONTRACTORS_FILING_NUMBER
    assert [each["action"] for each in shown["history"]] == ["made", "filed", "put-in-use"]


def test_a_seal_of_another_firm_does_not_exist(city: QuietCity, clerk: httpx.Client, seal: str) -> None:
    for http in (clerk, enter(city, ENGINEER.name)):
        assert problem(http.get(f"/api/seals/{seal}")) == (404, "seal-unknown")
        assert problem(step(http, seal, "suspended")) == (404, "seal-unknown")


def test_a_clerk_of_the_firm_sees_the_seal_and_moves_nothing(city: QuietCity, seal: str) -> None:
    desk = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    assert desk.get(f"/api/seals/{seal}").status_code == 200
    assert problem(step(desk, seal, "cancelled")) == (403, "not-yours")
    assert "停用" in desk.get(f"/firm/seals/{seal}").text


def test_a_suspended_seal_gives_no_challenge_and_the_parties_see_it(
    clerk: httpx.Client, owner: httpx.Client, seal: str
) -> None:
    id_ = started(clerk)
    assert step(owner, seal, "suspended").json()["state"] == "suspended"
    refused = owner.post(f"/api/agreements/{id_}/slots/2/challenges")
    assert problem(refused) == (409, "seal-suspended")
    assert refused.json()["detail"].startswith("印章“示范建设集团有限公司”自 20")
    assert clerk.get(f"/api/agreements/{id_}").json()["slots"][1]["seal_state"] == "suspended"
    assert "印章现状：停用" in clerk.get(f"/agreements/{id_}").text
    assert "The seal now: suspended" in clerk.get(f"/agreements/{id_}?lang=en").text
    clerk.get("/?lang=zh")
    assert step(owner, seal, "reinstated").json()["state"] == "in-use"
    assert "印章现状" not in clerk.get(f"/agreements/{id_}").text


def test_every_sealing_stands_in_the_register_of_uses(
    city: QuietCity, clerk: httpx.Client, owner: httpx.Client, seal: str
) -> None:
    before = owner.get(f"/api/seals/{seal}").json()["uses"]
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    after = owner.get(f"/api/seals/{seal}").json()["uses"]
    assert after[:-1] == before
    used = after[-1]
    assert (used["number"], used["agreement"], used["slot"]) == (len(after), id_, "2")
    assert (used["keeper"], len(used["commitment"])) == (LEGAL_REPRESENTATIVE.name, 64)
    assert f"第 {len(after)} 次" in owner.get(f"/firm/seals/{seal}").text


def test_a_step_that_does_not_start_here_is_refused_in_a_sentence(owner: httpx.Client, seal: str) -> None:
    answer = step(owner, seal, "put-in-use")
    assert problem(answer) == (409, "seal-unchangeable")
    assert "不能办理“启用”" in answer.json()["detail"]


def test_the_pages_are_in_both_languages(owner: httpx.Client, seal: str) -> None:
    for path, zh, en in (
        ("/firm/seals", "印章", "Seals"),
        (f"/firm/seals/{seal}", "用印登记", "Register of uses"),
        ("/firm", "全部印章", "All seals"),
    ):
        assert en in owner.get(f"{path}?lang=en").text
        assert zh in owner.get(f"{path}?lang=zh").text


def test_nobody_else_has_the_list(city: QuietCity) -> None:
    assert problem(enter(city, ENGINEER.name).get("/api/seals")) == (403, "not-yours")
    assert enter(city, CLERK).get("/api/seals").json() == []
