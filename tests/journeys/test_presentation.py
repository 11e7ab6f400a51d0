"""The holder presents a registration on the phone, and the officer's browser says what that proves."""

import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect

from api.demonstration.people import OWNER
from api.house import House
from api.site import Site
from identity.members import Position, appoint
from signing.certificates import Certificate
from tests.api.devices import approve_made
from tests.api.newcomers import arrive, way_in
from tests.journeys.test_device_key import Phone
from tests.permit import issue_permit

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
EARLIER = """() => {
    const [[key, at]] = Object.entries(JSON.parse(localStorage.getItem("yinxin-presented")));
    localStorage.setItem("yinxin-presented", JSON.stringify({ [key]: at - 20000 }));
}"""


@pytest.fixture(scope="module")
def permit(house: House) -> Certificate:
    """A permit in force, with the contracts deployed and everything anchored."""
    issued = issue_permit(house)
    while not house.anchoring.step().complete:
        pass
    return issued


def test_a_person_in_office_presents_the_permit_and_the_officer_sees_who_bears_it(
    permit: Certificate, browser: Browser, site: Site, house: House
) -> None:
    bearer = arrive(site, house)
    with house.database.transaction() as session:
        appoint(session, uscc=OWNER.uscc, person=bearer.id, position=Position.CLERK, clock=house.clock)
    with browser.new_context(viewport=PHONE) as hand, browser.new_context(viewport=PHONE) as officers:
        page = hand.new_page()
        cdp = hand.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        phone = Phone(page, house.settings.public_url, cdp)
        phone.plug()
        phone.open(way_in(house, bearer.account))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/engineer")
        phone.make_key("我的手机")
        page.wait_for_url(re.compile(r"/engineer/devices/[0-9a-f-]{36}$"))
        approve_made(house, bearer, page.url.split("/")[-1])

        phone.open("/engineer")
        page.get_by_role("link", name=re.compile(permit.number)).click()
        page.get_by_role("button", name="生成出示码").click()
        shown = page.get_by_role("img", name="出示码，供对方扫描")
        expect(shown).to_be_visible()
        expect(page.get_by_role("timer")).to_contain_text("秒")
        (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(shown.screenshot())))

        officer = officers.new_page()
        officer.goto(f"{site.url}/c")
        for again in (False, True):
            officer.get_by_text("粘贴").first.click()
            officer.locator("#pasted").fill(code.text)
            officer.get_by_role("button", name="核验").last.click()
            expect(officer.locator("[data-part=word]")).to_have_text("有效")
            expect(officer.locator("[data-part=facts]")).to_contain_text("持证单位的在职人员")
            told = officer.locator("[data-part=bearer]")
            if again:
                expect(told).to_contain_text("已读过同一个出示码")
            else:
                expect(told).to_be_hidden()
                officer.evaluate(EARLIER)
                officer.goto("about:blank")
                officer.goto(f"{site.url}/c")

        phone.recognises(owner=False)
        page.get_by_role("button", name="生成出示码").click()
        expect(page.get_by_role("status")).not_to_be_empty()
        expect(shown).to_be_hidden()
