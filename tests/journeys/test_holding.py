"""A holder on the phone: presents a permit in person, shows some of its fields by a link, has a copy made."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect

from api import accounts
from api.demonstration.people import OWNER
from api.house import House
from api.policy import Role
from api.site import Site
from evidence.bundle import Bundle
from evidence.shown_codes import read_shown
from identity.members import Position, appoint
from signing.certificates import Certificate
from tests.api.devices import approve_made
from tests.api.newcomers import arrive, way_in
from tests.journeys.officer.on_site import expect_answer, open_scan_page
from tests.journeys.patience import SCAN_MS
from tests.journeys.test_device_key import Phone
from tests.journeys.test_pages_on_a_phone import IDS_TWICE, READ, SMALLEST_TEXT, SMALLEST_TOUCH, TOUCH
from tests.permit import issue_permit

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)


@pytest.fixture(scope="module")
def permit(house: House) -> Certificate:
    """A permit in force, with the contracts deployed and everything anchored."""
    with ThreadPoolExecutor(1) as thread:  # the loop of the browser's driver runs in this one
        issued = thread.submit(issue_permit, house).result()
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
        open_scan_page(officer, site)
        officers.set_offline(True)
        told, rows = officer.locator("[data-part=bearer]"), officer.locator("#visit-rows li")
        made_at = read_shown(code.text).signed_at
        officer.get_by_text("粘贴二维码内容").click()
        for seconds in (0, 20):  # read once, and once more while it still proves something
            officer.clock.set_fixed_time(made_at + timedelta(seconds=seconds))
            officer.fill("#pasted", code.text)
            officer.get_by_role("button", name="核验", exact=True).click()
            expect_answer(officer, "有效", tone="dated")
            expect(officer.locator("[data-part=facts]")).to_contain_text("持证单位的在职人员")
            if seconds:
                expect(told).to_contain_text("已读过同一个出示码")
            else:
                expect(told).to_be_hidden()
            officer.get_by_role("button", name="核验下一张").click()
        officer.clock.set_fixed_time(made_at + timedelta(seconds=90))
        officer.fill("#pasted", code.text)
        officer.get_by_role("button", name="核验", exact=True).click()
        expect_answer(officer, "无法核验", tone="unknown")
        expect(officer.locator("[data-part=why]")).to_contain_text("可能是照片或截图")
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("有效")  # the visit keeps what was proved in its minute

        phone.recognises(owner=False)
        page.get_by_role("button", name="生成出示码").click()
        expect(page.get_by_role("status")).not_to_be_empty()
        expect(shown).to_be_hidden()


def test_a_holder_shows_chosen_fields_by_a_link_and_has_a_copy_made_and_withdrawn(
    permit: Certificate, browser: Browser, site: Site, house: House
) -> None:
    with house.database.transaction() as session:
        account = accounts.open_account(
            session,
            roles=(Role.FIRM,),
            title_zh="经办人",
            title_en="clerk",
            organization=OWNER.uscc.text,
            clock=house.clock,
        )
    with browser.new_context(viewport=PHONE, locale="zh-CN") as hand, browser.new_context() as others:
        page = hand.new_page()
        page.goto(site.url + way_in(house, account))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/firm")
        page.goto(f"{site.url}/certificates/{permit.id}")
        page.get_by_text("选择出示的栏目").click()
        for label in ("建设地址", "建设规模", "合同价格", "合同工期", "设计单位"):
            page.get_by_role("checkbox", name=label).uncheck()
        with page.expect_download() as taken:
            page.get_by_role("button", name="下载所选栏目的证据包").click()
        bundle = Bundle.decode(Path(taken.value.path()).read_bytes())
        assert sorted(each.name for each in bundle.disclosures) == ["contractor", "owner", "project_name"]
        page.get_by_role("button", name="生成出示链接").click()
        link = page.locator("#made-link")
        expect(link).to_be_visible()

        shown = others.new_page()
        shown.goto(link.inner_text().replace(house.settings.public_url.rstrip("/"), site.url))
        expect(shown.get_by_text("另有 5 项未出示")).to_be_visible()
        expect(shown.get_by_text("示范市滨河路1号")).to_have_count(0)
        assert shown.evaluate(IDS_TWICE) == []
        shown.get_by_role("button", name="在本机核验").click()
        expect(shown.locator("#report")).to_contain_text("出示3项（施工单位、建设单位、工程名称）")
        expect(shown.locator("#report")).to_contain_text("另有5项未出示")
        shown.set_viewport_size(PHONE)
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        page.get_by_text("制作加注件", exact=True).first.click()
        page.get_by_label("仅供（单位或个人名称）").fill("示范银行")
        page.get_by_label("用于", exact=True).fill("贷款")
        page.get_by_label("有效期至", exact=True).fill(permit.valid_from.isoformat())
        page.get_by_role("button", name="制作加注件").click()
        made = page.get_by_role("listitem").filter(has_text="仅供“示范银行”用于“贷款”")
        expect(made).to_contain_text("有效", timeout=SCAN_MS)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate(SMALLEST_TOUCH) >= TOUCH
        assert page.evaluate(SMALLEST_TEXT) >= READ
        assert page.evaluate(IDS_TWICE) == []
        page.once("dialog", lambda dialog: dialog.accept())
        made.get_by_role("button", name="收回").click()
        expect(made).to_contain_text("收回", timeout=SCAN_MS)
        expect(made.get_by_role("button")).to_have_count(0)
