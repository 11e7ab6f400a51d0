"""A program comes in by a key of its account: no person, no larger than the account, until it is revoked."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from api.accounts import AccountRow
from api.demonstration.people import DESIGNER, ENGINEER
from api.policy import Role
from tests.api.joint import AGENCY_DESK, enter, enter_as, started
from tests.quiet_city import QuietCity


def made(owner: httpx.Client, **more: object) -> dict[str, Any]:
    answer = owner.post("/api/keys", json={"label": "投标系统", **more})
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


def program(city: QuietCity, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=city.site.url, trust_env=False, timeout=60, headers={"authorization": f"Bearer {key}"}
    )


@pytest.fixture(scope="module")
def key(clerk: httpx.Client) -> str:
    return str(made(clerk)["key"])


def test_a_program_starts_and_reads_what_its_firm_may(city: QuietCity, key: str) -> None:
    with program(city, key) as http:
        id_ = started(http)
        assert http.get(f"/api/agreements/{id_}").json()["id"] == id_


def test_a_program_needs_no_cookie_and_gets_none(city: QuietCity, key: str) -> None:
    with program(city, key) as http:
        answer = http.get("/api/agreements")
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


def test_a_key_that_was_never_made_is_refused_and_nobody_is_let_in_instead(city: QuietCity) -> None:
    with program(city, "yinxin_" + "x" * 43) as http:
        answers = [http.get("/api/agreements"), http.get("/api/accounts")]
    assert [(each.status_code, each.json()["title"]) for each in answers] == [(401, "api-key-invalid")] * 2


def test_a_wrong_key_beside_a_good_session_is_refused(clerk: httpx.Client) -> None:
    assert clerk.get("/api/agreements", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_a_key_beside_a_session_counts_alone(city: QuietCity, key: str) -> None:
    agency = enter(city, AGENCY_DESK)
    with_key = agency.get("/api/firm/authorizations", headers={"authorization": f"Bearer {key}"})
    assert (agency.get("/api/firm/authorizations").status_code, with_key.status_code) == (403, 200)


def test_another_scheme_than_bearer_is_none_of_ours(clerk: httpx.Client) -> None:
    assert clerk.get("/api/agreements", headers={"authorization": "Basic eDp5"}).status_code == 200


def test_a_revoked_key_is_refused_at_once(city: QuietCity, clerk: httpx.Client) -> None:
    mine = made(clerk)
    with program(city, mine["key"]) as http:
        assert http.get("/api/agreements").status_code == 200
        assert clerk.delete(f"/api/keys/{mine['id']}").json() == {"next": "/software"}
        assert http.get("/api/agreements").json()["title"] == "api-key-invalid"


def test_a_page_of_another_site_cannot_use_a_key_that_it_got(city: QuietCity, key: str) -> None:
    with program(city, key) as http:
        answer = http.post("/api/agreements", headers={"origin": "https://evil.example"}, data={"title": "x"})
    assert answer.json()["title"] == "origin-foreign"


def test_a_key_makes_lists_and_revokes_no_key(city: QuietCity, key: str, clerk: httpx.Client) -> None:
    other = made(clerk)["id"]
    with program(city, key) as http:
        asked = (
            http.post("/api/keys", json={"label": "再来一把"}),
            http.get("/api/keys"),
            http.delete(f"/api/keys/{other}"),
            http.get("/software"),
        )
    assert [(each.status_code, each.json()["title"]) for each in asked] == [(403, "api-key-not-enough")] * 4


def test_a_key_never_acts_as_a_person(city: QuietCity) -> None:
    engineer = enter(city, ENGINEER.name)
    assert engineer.post("/api/keys", json={"label": "手机"}).json()["title"] == "not-yours"
    owner = enter_as(city, Role.FIRM, Role.PERSON, organization=DESIGNER.uscc)
    with program(city, made(owner)["key"]) as http:
        assert http.get("/api/people/me/authorizations").json()["title"] == "not-yours"


def test_a_key_has_no_role_that_its_account_lacks(clerk: httpx.Client) -> None:
    for roles in (["agency"], ["firm", "operator"], []):
        answer = clerk.post("/api/keys", json={"label": "投标系统", "roles": roles})
        assert answer.json()["title"] == "role-not-held"


def test_what_an_account_loses_its_keys_lose(city: QuietCity) -> None:
    owner = enter_as(city, Role.FIRM, Role.AGENCY, organization=DESIGNER.uscc)
    with program(city, made(owner)["key"]) as http:
        assert http.get("/api/firm/authorizations").status_code == 200
        with city.house.database.transaction() as session:
            session.execute(update(AccountRow).where(AccountRow.roles == ["firm", "agency"]).values(roles=[]))
        assert http.get("/api/firm/authorizations").json()["title"] == "not-yours"


def test_the_database_does_not_hold_the_key(city: QuietCity, key: str) -> None:
    with city.house.database.transaction() as session:
        rows = "\n".join(str(row) for row in session.execute(text("SELECT * FROM api_keys")))
    assert key not in rows
    assert key.removeprefix("yinxin_") not in rows


def test_the_last_use_is_told_to_the_hour(city: QuietCity, clerk: httpx.Client) -> None:
    mine = made(clerk)
    listed = {each["id"]: each for each in clerk.get("/api/keys").json()}
    assert listed[mine["id"]]["used_at"] is None
    with program(city, mine["key"]) as http:
        http.get("/api/agreements")
        noted = [each["used_at"] for each in clerk.get("/api/keys").json() if each["id"] == mine["id"]]
        http.get("/api/agreements")
        again = [each["used_at"] for each in clerk.get("/api/keys").json() if each["id"] == mine["id"]]
    assert noted[0] is not None
    assert noted == again
    with city.house.database.transaction() as session:
        session.execute(
            text("UPDATE api_keys SET used_at = used_at - :hour WHERE id = :id"),
            {"hour": timedelta(hours=1), "id": mine["id"]},
        )
    with program(city, mine["key"]) as http:
        http.get("/api/agreements")
    later = [each["used_at"] for each in clerk.get("/api/keys").json() if each["id"] == mine["id"]]
    assert later[0] >= noted[0]


def test_an_account_has_ten_keys_at_most(city: QuietCity) -> None:
    owner = enter_as(city, Role.FIRM, organization=DESIGNER.uscc)
    for _ in range(10):
        made(owner)
    assert owner.post("/api/keys", json={"label": "又一把"}).json()["title"] == "api-keys-too-many"


def test_the_page_lists_keys_and_never_shows_one(city: QuietCity) -> None:
    owner = enter_as(city, Role.FIRM, organization=DESIGNER.uscc)
    key = made(owner, label="档案系统")["key"]
    page = owner.get("/software", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "档案系统" in page.text
    assert key not in page.text
