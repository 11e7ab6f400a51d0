"""All of a person's authorizations on one page, and what the firm's page says at once."""

import httpx
import pytest

from api.demonstration.people import CONTRACTOR
from api.house import House
from api.site import Site
from tests.api.newcomers import Newcomer, arrive, clerk, granted, requested


@pytest.fixture(scope="module")
def owner(site: Site, house: House) -> Newcomer:
    """Somebody with one authorization in force and used, one revoked, and one request."""
    owner, firm = arrive(site, house), clerk(site, house, CONTRACTOR)
    used = granted(site, house, owner, project="甲项目", uses="any")
    firm.post(f"/api/authorizations/{used.id}/uses", json={"used_for": "第一标段投标"})
    revoked = granted(site, house, owner, project="乙项目")
    owner.http.post(f"/api/authorizations/{revoked.id}/revocation", json={"reason": "项目变更"})
    granted(site, house, owner, project="丙项目", valid_from="2034-01-01")
    requested(site, house, owner, project="丁项目")
    return owner


@pytest.fixture
def firm(site: Site, house: House) -> httpx.Client:
    """Somebody who acts for the contractor."""
    return clerk(site, house, CONTRACTOR)


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("all", {"甲", "乙", "丙", "丁"}),
        ("in-force", {"甲"}),
        ("revoked", {"乙"}),
        ("requested", {"丁"}),
        ("refused", set()),
        ("lapsed", set()),
    ],
)
def test_the_list_shows_one_state_at_a_time(owner: Newcomer, show: str, shown: set[str]) -> None:
    page = owner.http.get("/engineer/authorizations", params={"show": show}).raise_for_status().text
    assert {name for name in "甲乙丙丁" if f"{name}项目" in page} == shown
    assert "现在有效的授权有 1 项" in page


def test_an_unknown_state_is_named(owner: Newcomer) -> None:
    answer = owner.http.get("/engineer/authorizations", params={"show": "everything"})
    assert answer.json()["title"] == "form-incomplete"


def test_who_used_what_and_when_is_on_the_list(owner: Newcomer) -> None:
    page = owner.http.get("/engineer/authorizations?show=in-force").text
    assert "第 1 次使用" in page
    assert "第一标段投标" in page
    assert CONTRACTOR.name in page


def test_what_is_in_force_is_revoked_from_the_list_after_a_confirmation(site: Site, house: House) -> None:
    owner = arrive(site, house)
    given = granted(site, house, owner)
    page = owner.http.get("/engineer/authorizations").text
    assert f'<form data-to="/api/authorizations/{given.id}/revocation">' in page
    assert "撤销立即生效，不能恢复" in page
    owner.http.post(f"/api/authorizations/{given.id}/revocation", json={"reason": ""}).raise_for_status()
    assert "/revocation" not in owner.http.get("/engineer/authorizations").text


def test_consents_and_devices_are_on_the_same_page(owner: Newcomer) -> None:
    assert "您没有给过任何同意" in owner.http.get("/engineer/authorizations").text
    owner.http.post("/api/people/me/consents", json={"purpose": "face"}).raise_for_status()
    page = owner.http.get("/engineer/authorizations").text
    assert "已同意，有效至" in page
    owner.http.delete("/api/people/me/consents/face").raise_for_status()
    page = owner.http.get("/engineer/authorizations").text
    assert "已撤回" in page
    assert 'href="/engineer#devices"' in page


def test_the_firms_page_says_at_once_what_the_person_did(owner: Newcomer, firm: httpx.Client) -> None:
    assert owner.id
    page = firm.get("/firm").text
    assert "本人于" in page
    assert "原因：项目变更" in page
    assert "已用 1 次，不限次数" in page


def test_a_firm_has_no_such_list(firm: httpx.Client) -> None:
    assert firm.get("/engineer/authorizations").json()["title"] == "not-yours"
