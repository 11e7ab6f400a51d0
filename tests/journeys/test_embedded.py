"""A page of a firm's own software frames the signing page: somebody signs there, and it hears so."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Frame, Page, ViewportSize, expect

from api.demonstration.client import Visitor
from api.demonstration.people import DESIGNER, ENGINEER
from api.house import House
from api.site import Site
from identity.members import Position, appoint
from tests.api.joint import CLERK, SLOTS
from tests.api.newcomers import NAME, Newcomer, arrive_enrolled, forget_faces, way_in
from tests.journeys.framing_site import FramingSite, framing_site
from tests.journeys.patience import SCAN_MS, expect_passed
from tests.journeys.test_device_key import CAMERA, Phone
from tests.signing.joint.small_pdf import small_pdf

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
HEARD = "() => window.heard.map(({ event }) => event)"
MAY_SHOW = "() => document.featurePolicy.allowsFeature('camera')"


@pytest.fixture
def oa() -> Iterator[FramingSite]:
    """The firm's office software."""
    with framing_site() as site:
        yield site


@pytest.fixture
def signer(site: Site, house: House) -> Newcomer:
    """Somebody of the design institute who can scan."""
    forget_faces(house)
    newcomer = arrive_enrolled(site, house)
    with house.database.transaction() as session:
        appoint(session, uscc=DESIGNER.uscc, person=newcomer.id, position=Position.CLERK, clock=house.clock)
    return newcomer


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone with the signer's face before it; nobody is signed in."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    context.add_init_script(CAMERA.replace("__FACE__", ENGINEER.face).replace("__HOLDS__", "person"))
    yield context.new_page()
    context.close()


def program(site: Site, oa: FramingSite) -> httpx.Client:
    """The firm's software, with a key of its own; somebody has registered its site."""
    clerk = Visitor(site.url, CLERK)
    for one in clerk.call("GET", "/api/framing-origins"):
        clerk.call("DELETE", f"/api/framing-origins/{one['id']}")
    clerk.call("POST", "/api/framing-origins", json={"origin": oa.origin})
    key = clerk.call("POST", "/api/keys", json={"label": "协同办公"})
    return httpx.Client(
        base_url=site.url, trust_env=False, timeout=60, headers={"authorization": f"Bearer {key['key']}"}
    )


def asked(http: httpx.Client, oa: FramingSite, signer: Newcomer) -> dict[str, Any]:
    """Start an agreement for ``signer`` alone, and give it with its address."""
    slot = SLOTS[2] | {"person": f"{NAME} {signer.registration_number}"}
    started = http.post(
        "/api/agreements",
        data={"title": "施工图设计合同", "slots": json.dumps([slot])},
        files={"document": ("合同.pdf", small_pdf(pages=2), "application/pdf")},
    ).raise_for_status()
    id_ = started.json()["id"]
    given = http.post(f"/api/agreements/{id_}/slots/1/embeddings", json={"origin": oa.origin})
    return {"agreement": id_, "url": given.raise_for_status().json()["url"]}


def framed(page: Page, oa: FramingSite, url: str) -> Frame:
    """Open the firm's page with the address in its frame."""
    oa.src = url
    page.goto(oa.origin)
    frame = page.query_selector("iframe")
    assert frame
    inside = frame.content_frame()
    assert inside
    return inside


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody wants to look at it."""
    if folder := os.environ.get("YINXIN_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_somebody_signs_in_the_frame_and_the_page_around_it_hears_so(
    phone: Page, site: Site, oa: FramingSite, signer: Newcomer
) -> None:
    http = program(site, oa)
    mine = asked(http, oa, signer)
    inside = framed(phone, oa, mine["url"])
    expect(inside.get_by_role("button", name="签署", exact=True)).to_be_enabled()
    phone.wait_for_function("() => window.heard.length")
    assert phone.evaluate("() => window.heard[0]") == {
        "origin": site.url,
        "type": "yinxin.signing",
        "event": "ready",
        "agreement": mine["agreement"],
        "slot": "1",
        "code": "",
    }
    assert inside.evaluate(MAY_SHOW)
    assert inside.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    assert inside.evaluate("() => document.cookie") == ""
    picture(phone, "frame-top")
    inside.locator("#sign").scroll_into_view_if_needed()
    picture(phone, "frame-act")
    inside.get_by_role("button", name="签署", exact=True).click()
    expect_passed(inside, inside.get_by_text("已签署", exact=True))
    assert phone.evaluate(HEARD) == ["ready", "signed"]
    picture(phone, "frame-signed")
    (slot,) = http.get(f"/api/agreements/{mine['agreement']}").json()["slots"]
    assert slot["state"] == "signed"


def test_an_address_that_was_opened_says_so_in_the_frame_and_to_the_page(
    phone: Page, site: Site, oa: FramingSite, signer: Newcomer
) -> None:
    url = asked(program(site, oa), oa, signer)["url"]
    framed(phone, oa, url)
    phone.wait_for_function("() => window.heard.length")
    inside = framed(phone, oa, url)
    expect(inside.get_by_text("已经打开过")).to_be_visible()
    phone.wait_for_function("() => window.heard.length")
    assert phone.evaluate("() => window.heard.map(({ event, code }) => `${event} ${code}`)") == [
        "expired embedding-spent"
    ]
    picture(phone, "frame-spent")


def test_a_site_is_registered_on_the_page_for_other_software(
    phone: Page, site: Site, oa: FramingSite
) -> None:
    program(site, oa)
    phone.goto(site.url)
    phone.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
    phone.wait_for_url("**/firm")
    phone.goto(f"{site.url}/software#framing")
    phone.get_by_label("可以嵌入签署页的网站").fill("https://OA.example.com/")
    phone.get_by_role("button", name="登记网站").click()
    expect(phone.get_by_text("https://oa.example.com", exact=True)).to_be_visible()
    picture(phone, "software-390")
    phone.set_viewport_size({"width": 1440, "height": 900})
    phone.get_by_role("heading", name="嵌入签署页").scroll_into_view_if_needed()
    picture(phone, "software-1440")


def test_a_device_key_confirms_in_the_frame(
    phone: Page, site: Site, house: House, oa: FramingSite, signer: Newcomer
) -> None:
    http = program(site, oa)
    cdp = phone.context.new_cdp_session(phone)
    cdp.send("WebAuthn.enable")
    own = Phone(phone, house.settings.public_url, cdp)
    own.plug()
    own.open(way_in(house, signer.account))
    phone.get_by_role("button", name="登录").click()
    phone.wait_for_url("**/engineer")
    own.add_key()
    phone.context.clear_cookies()
    inside = framed(phone, oa, asked(http, oa, signer)["url"])
    inside.get_by_role("button", name="签署", exact=True).click()
    expect_passed(inside, inside.get_by_text("已签署", exact=True))
    assert phone.evaluate(HEARD) == ["ready", "signed"]


def test_a_page_of_another_origin_shows_nothing_and_hears_nothing(
    phone: Page, site: Site, oa: FramingSite, signer: Newcomer
) -> None:
    url = asked(program(site, oa), oa, signer)["url"]
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    with framing_site() as foreign:
        inside = framed(phone, foreign, url)
        assert inside.url.startswith("chrome-error:")
        assert [each for each in said if f"frame-ancestors {oa.origin}" in each]
        assert phone.evaluate(HEARD) == []


def test_the_ordinary_page_is_framed_by_nobody(
    phone: Page, site: Site, oa: FramingSite, signer: Newcomer, house: House
) -> None:
    mine = asked(program(site, oa), oa, signer)
    phone.goto(site.url + way_in(house, signer.account))
    phone.get_by_role("button", name="登录").click()
    phone.wait_for_url("**/engineer")
    inside = framed(phone, oa, f"{site.url}/agreements/{mine['agreement']}/slots/1")
    assert inside.url.startswith("chrome-error:")


def test_who_declines_on_the_ordinary_page_is_heard_in_the_frame(
    phone: Page, site: Site, house: House, oa: FramingSite, signer: Newcomer
) -> None:
    inside = framed(phone, oa, asked(program(site, oa), oa, signer)["url"])
    expect(inside.get_by_role("button", name="签署", exact=True)).to_be_enabled()
    own = phone.context.new_page()
    own.goto(site.url + way_in(house, signer.account))
    own.get_by_role("button", name="登录").click()
    own.wait_for_url("**/engineer")
    own.close()
    with phone.context.expect_page() as opened:
        inside.get_by_role("link", name="在本站打开").click()
    ordinary = opened.value
    ordinary.get_by_text("不签，说明理由").click()
    ordinary.get_by_label("理由").fill("面积有误")
    ordinary.get_by_role("button", name="拒签", exact=True).click()
    ordinary.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"))
    ordinary.close()
    phone.bring_to_front()
    inside.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(inside.get_by_text("已拒签", exact=True)).to_be_visible(timeout=SCAN_MS)
    assert phone.evaluate(HEARD) == ["ready", "declined"]
