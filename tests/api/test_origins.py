"""The mark of a browser: given once at sign-in, kept from scripts and other sites."""

import httpx

from api.house import House
from api.origins import DEVICE_COOKIE
from api.site import Site
from tests.api.newcomers import arrive, way_in


def test_a_browser_is_marked_once(site: Site, house: House) -> None:
    newcomer = arrive(site, house)
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as browser:
        first = browser.post(way_in(house, newcomer.account))
        words = next(each for each in first.headers.get_list("set-cookie") if each.startswith(DEVICE_COOKIE))
        assert "httponly" in words.lower()
        assert "samesite=strict" in words.lower()
        mark = browser.cookies[DEVICE_COOKIE]
        again = browser.post(way_in(house, newcomer.account))
        assert DEVICE_COOKIE not in " ".join(again.headers.get_list("set-cookie"))
        assert browser.cookies[DEVICE_COOKIE] == mark
        assert len(mark) >= 20


def test_who_only_looks_is_not_marked(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as browser:
        for path in ("/", "/c", "/ledger"):
            browser.get(path).raise_for_status()
        assert DEVICE_COOKIE not in browser.cookies


def test_signing_out_leaves_the_mark(site: Site, house: House) -> None:
    newcomer = arrive(site, house)
    mark = newcomer.http.cookies[DEVICE_COOKIE]
    newcomer.http.delete("/api/sessions/current").raise_for_status()
    assert newcomer.http.cookies[DEVICE_COOKIE] == mark
