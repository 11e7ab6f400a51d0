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
from tests.api.joint import CLERK, SLOTS, enter, enter_as, sign, signed_by_all, started
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
    assert refused.json()["detail"].startswith("印章“示范建设集团有限公司 公章”自 20")
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


def test_the_legal_representative_makes_a_contract_seal_and_a_slot_asks_for_it(
    city: QuietCity, clerk: httpx.Client, owner: httpx.Client
) -> None:
    made = owner.post("/api/seals", json={"kind": "contract"})
    assert made.status_code == 201
    id_ = made.json()["id"]
    assert problem(owner.post("/api/seals", json={"kind": "contract"})) == (409, "seal-exists")
    asked = started(clerk, slots=[{**SLOTS[1], "seal": "contract"}, SLOTS[2]])
    assert problem(owner.post(f"/api/agreements/{asked}/slots/1/challenges")) == (409, "seal-not-in-use")
    assert step(owner, id_, "filed", filing_number="9901000012399").json()["state"] == "filed"
    assert step(owner, id_, "put-in-use").json()["keeper"] == LEGAL_REPRESENTATIVE.name
    sign(city.house, asked, "1", LEGAL_REPRESENTATIVE)
    assert [use["agreement"] for use in owner.get(f"/api/seals/{id_}").json()["uses"]] == [asked]
    assert clerk.get(f"/api/agreements/{asked}").json()["slots"][0]["seal_caption"] == "合同专用章"
    assert "合同专用章" in clerk.get(f"/agreements/{asked}").text
    assert "Contract seal".lower() in owner.get("/firm/seals?lang=en").text.lower()
    owner.get("/firm/seals?lang=zh")


def test_a_clerk_makes_no_seal(city: QuietCity) -> None:
    desk = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    assert problem(desk.post("/api/seals", json={"kind": "finance"})) == (403, "not-yours")
    assert "制作印章" not in desk.get("/firm/seals").text


def test_a_department_in_a_character_that_no_seal_can_show_is_refused(owner: httpx.Client) -> None:
    asked = {"kind": "department", "department": "工程\U0002b9a2部"}
    assert problem(owner.post("/api/seals", json=asked)) == (409, "glyph-missing")


def test_a_limit_that_is_reached_refuses_before_the_face_and_is_lifted(
    city: QuietCity, clerk: httpx.Client, owner: httpx.Client, seal: str
) -> None:
    form = {"uses": "1", "words": "联合申请、采购", "starts_on": "", "ends_on": ""}
    limits = owner.post(f"/api/seals/{seal}/limits", json=form).json()["limits"]
    assert (limits["uses"], limits["used"], limits["words"]) == (1, 0, ["联合申请", "采购"])
    first, second = started(clerk), started(clerk)
    sign(city.house, first, "2", LEGAL_REPRESENTATIVE)
    refused = owner.post(f"/api/agreements/{second}/slots/2/challenges")
    assert problem(refused) == (409, "seal-uses-spent")
    assert "限用 1 次，已用 1 次" in owner.get(f"/firm/seals/{seal}").text
    blank = dict.fromkeys(form, "")
    assert owner.post(f"/api/seals/{seal}/limits", json=blank).json()["limits"] is None
    sign(city.house, second, "2", LEGAL_REPRESENTATIVE)
