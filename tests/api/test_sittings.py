"""Parties sign in person on one device: who comes next finds nothing of who was there before."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from api import accounts, sittings
from api.accounts import SESSION_LIFE, TokenRow
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE, OWNERS_REPRESENTATIVE, PEOPLE
from api.doorkeeper import SESSION_COOKIE
from api.policy import Role
from tests.api.joint import CLERK, enter, sign, signed_by_all, started
from tests.quiet_city import QuietCity

FORGETS = '"cache", "storage"'


@pytest.fixture
def device(city: QuietCity) -> httpx.Client:
    """The tablet on the table, opened by a clerk: nobody is signed in."""
    return opened(city, started(enter(city, CLERK)))


def opened(city: QuietCity, agreement: str) -> httpx.Client:
    device = enter(city, CLERK)
    assert device.post(f"/api/agreements/{agreement}/sittings").status_code == 201
    return device


def agreement_on(device: httpx.Client) -> str:
    found = re.search(r"/agreements/([0-9a-f-]{36})", come_in(device, ENGINEER.name).json()["next"])
    assert found
    pass_on(device)
    return found[1]


def come_in(device: httpx.Client, title: str) -> httpx.Response:
    offered = device.get("/api/accounts").json()
    account = next(each["id"] for each in offered if each["title_zh"].startswith(title))
    return device.post("/api/sessions", json={"account": account})


def pass_on(device: httpx.Client, slot: str | None = None) -> httpx.Response:
    return device.post("/api/sitting/turns", json={"slot": slot})


def still_in(city: QuietCity, token: str | None) -> bool:
    answer = httpx.get(
        f"{city.visitor.base_url}/api/people/me", cookies={SESSION_COOKIE: token or ""}, trust_env=False
    )
    return answer.status_code == httpx.codes.OK


def page(device: httpx.Client, path: str = "/sitting") -> httpx.Response:
    return device.get(path, headers={"accept": "text/html"})


def life_left(city: QuietCity) -> timedelta:
    """How long the session that was begun last lives."""
    with city.house.database.transaction() as session:
        ends = session.scalars(select(TokenRow.expires_at).where(~TokenRow.link)).all()
    return max(ends) - city.house.clock.now()


def test_who_opens_a_sitting_is_signed_out_by_it(city: QuietCity) -> None:
    party = enter(city, ENGINEER.name)
    token = party.cookies[SESSION_COOKIE]
    assert still_in(city, token)
    answer = party.post(f"/api/agreements/{started(enter(city, CLERK))}/sittings")
    assert answer.json() == {"next": "/sitting"}
    assert answer.headers["clear-site-data"] == FORGETS
    assert SESSION_COOKIE not in party.cookies
    assert not still_in(city, token)


def test_who_comes_in_is_led_to_the_slot_whose_turn_it_is(device: httpx.Client) -> None:
    agreement = agreement_on(device)
    pass_on(device, "3")
    assert come_in(device, ENGINEER.name).json() == {"next": f"/agreements/{agreement}/slots/3"}
    assert page(device, f"/agreements/{agreement}/slots/3").status_code == httpx.codes.OK


def test_who_is_no_party_of_the_slot_is_not_let_sign_it(device: httpx.Client) -> None:
    pass_on(device, "1")
    refused = page(device, come_in(device, LEGAL_REPRESENTATIVE.name).json()["next"])
    assert refused.is_client_error
    assert "现场签署中" in refused.text  # and the way on is there


def test_whoever_comes_in_ends_the_session_of_who_was_there(city: QuietCity, device: httpx.Client) -> None:
    come_in(device, ENGINEER.name)
    first = device.cookies[SESSION_COOKIE]
    answer = come_in(device, OWNERS_REPRESENTATIVE.name)
    assert answer.headers["clear-site-data"] == FORGETS
    assert not still_in(city, first)
    assert still_in(city, device.cookies[SESSION_COOKIE])


def test_a_sign_in_link_opened_at_a_sitting_leads_to_the_agreement_too(
    city: QuietCity, device: httpx.Client
) -> None:
    agreement = agreement_on(device)
    come_in(device, ENGINEER.name)
    first = device.cookies[SESSION_COOKIE]
    with city.house.database.transaction() as session:
        account = accounts.open_account(
            session, roles=(Role.PERSON,), title_zh="本人", title_en="a person", clock=city.house.clock
        )
        link = accounts.sign_in_link(session, account=account, clock=city.house.clock)
    answer = device.post(f"/sign-in/{link}")
    assert answer.json() == {"next": f"/agreements/{agreement}"}
    assert not still_in(city, first)


def test_a_session_begun_at_a_sitting_lives_a_quarter_of_an_hour(
    city: QuietCity, device: httpx.Client
) -> None:
    with city.house.database.transaction() as session:
        session.execute(update(TokenRow).values(expires_at=city.house.clock.now() + timedelta(minutes=1)))
    answer = come_in(device, ENGINEER.name)
    assert timedelta(minutes=14) < life_left(city) <= sittings.TURN_LIFE
    assert f"Max-Age={15 * 60};" in answer.headers["set-cookie"]


def test_a_session_begun_elsewhere_lives_as_before(city: QuietCity) -> None:
    enter(city, ENGINEER.name)
    assert life_left(city) > SESSION_LIFE - timedelta(minutes=1)


def test_who_comes_in_elsewhere_ends_the_session_of_who_was_there_too(city: QuietCity) -> None:
    browser = enter(city, ENGINEER.name)
    first = browser.cookies[SESSION_COOKIE]
    come_in(browser, OWNERS_REPRESENTATIVE.name)
    assert not still_in(city, first)


def test_passing_the_device_on_leaves_nobody_signed_in(city: QuietCity, device: httpx.Client) -> None:
    come_in(device, ENGINEER.name)
    token = device.cookies[SESSION_COOKIE]
    assert page(device).text.count("上一位还没有退出") == 1
    answer = pass_on(device)
    assert answer.headers["clear-site-data"] == FORGETS
    assert SESSION_COOKIE not in device.cookies
    assert not still_in(city, token)


def test_the_page_of_a_sitting_names_nobody_and_is_kept_nowhere(city: QuietCity) -> None:
    agreement = started(enter(city, CLERK))
    sign(city.house, agreement, "1", OWNERS_REPRESENTATIVE)
    shown = page(opened(city, agreement))
    assert "已签" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert [each.name for each in PEOPLE if each.name in shown.text] == []


def test_the_way_in_offers_people_alone(device: httpx.Client) -> None:
    pass_on(device, "1")
    shown = page(device).text
    assert OWNERS_REPRESENTATIVE.title_zh in shown
    assert CLERK not in shown


def test_a_sitting_of_which_everybody_signed_waits_for_nobody(city: QuietCity) -> None:
    agreement = started(enter(city, CLERK))
    device = opened(city, agreement)
    signed_by_all(city.house, agreement)
    assert "不再等任何一方签署" in page(device).text
    assert come_in(device, ENGINEER.name).json() == {"next": "/engineer"}
    assert life_left(city) > SESSION_LIFE - timedelta(minutes=1)


def test_a_sitting_of_two_hours_ago_is_over_and_says_so(city: QuietCity, device: httpx.Client) -> None:
    come_in(device, ENGINEER.name)
    token = device.cookies[SESSION_COOKIE]
    with city.house.database.transaction() as session:
        session.execute(update(sittings.SittingRow).values(expires_at=city.house.clock.now()))
    assert pass_on(device).json() == {"next": "/sitting"}  # who leaves leaves all the same
    assert not still_in(city, token)
    over = page(device)
    assert over.status_code == httpx.codes.NOT_FOUND
    assert "或已超过两小时" in over.text
    assert "现场签署中" not in over.text
    assert sittings.COOKIE not in device.cookies
    assert come_in(device, ENGINEER.name).json() == {"next": "/engineer"}


def test_a_closed_sitting_is_over_for_the_device(device: httpx.Client) -> None:
    token = device.cookies[sittings.COOKIE]
    assert device.delete("/api/sitting").json() == {"next": "/"}
    device.cookies.set(sittings.COOKIE, token)
    assert page(device).status_code == httpx.codes.NOT_FOUND


def test_a_slot_that_is_not_there_has_no_turn(device: httpx.Client) -> None:
    assert pass_on(device, "9").status_code == httpx.codes.NOT_FOUND


def test_the_token_of_a_device_is_kept_as_its_digest_alone(city: QuietCity, device: httpx.Client) -> None:
    token = device.cookies[sittings.COOKIE]
    with city.house.database.transaction() as session:
        kept = session.scalars(select(sittings.SittingRow.hash)).all()
    assert token.encode() not in kept
    assert {len(each) for each in kept} == {32}
