"""The doors open, and say who may enter."""

import httpx

from api.house import House
from api.site import Site
from tests.api.newcomers import arrive, way_in


def test_the_first_page_offers_the_demonstration_accounts(site: Site) -> None:
    page = httpx.get(site.url)
    assert page.status_code == 200
    assert "林知远" in page.text
    assert "演示环境" in page.text


def test_the_first_page_speaks_one_language_at_a_time(site: Site) -> None:
    page = httpx.get(site.url, params={"lang": "en"})
    assert "Choose a demonstration account" in page.text
    assert "选择一个演示账户" not in page.text


def test_an_unknown_page_is_one_sentence(site: Site) -> None:
    answer = httpx.get(f"{site.url}/no-such-page", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "没有“/no-such-page”这一页" in answer.text


def test_another_sites_page_cannot_act_in_the_visitors_name(site: Site) -> None:
    answer = httpx.post(f"{site.url}/api/sessions", json={}, headers={"origin": "https://elsewhere.example"})
    assert answer.json()["title"] == "origin-foreign"


def test_every_answer_carries_the_content_security_policy(site: Site) -> None:
    assert "default-src 'none'" in httpx.get(site.url).headers["content-security-policy"]


def test_looking_at_a_sign_in_link_does_not_spend_it(site: Site, house: House) -> None:
    newcomer = arrive(site, house)
    link = way_in(house, newcomer.account)
    httpx.get(f"{site.url}{link}").raise_for_status()
    assert httpx.post(f"{site.url}{link}").json()["next"] == "/engineer"


def test_a_sign_in_link_is_spent_once(site: Site, house: House) -> None:
    newcomer = arrive(site, house)
    link = way_in(house, newcomer.account)
    httpx.post(f"{site.url}{link}").raise_for_status()
    assert httpx.post(f"{site.url}{link}").json()["title"] == "link-spent"
