"""The engineer with a device key: adds it, authorizes by face and device, loses it; and why it may not work.

The browser's virtual authenticator (CDP, WebAuthn domain) stands for the phone's own; it answers at
http://localhost alone, which is the site's public address here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, expect

from api.demonstration.people import ENGINEER
from api.house import House
from api.site import Site
from identity.passkeys import WAIT, PasskeyRow
from tests.api.newcomers import Newcomer, arrive, arrive_enrolled, forget_faces, requested, way_in
from tests.journeys.patience import SCAN_MS, expect_passed

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
CAMERA = Path(__file__).with_name("phone_camera.js").read_text(encoding="utf-8")


@dataclass
class Phone:
    """A phone in somebody's hand: its page, and what makes and uses its keys."""

    page: Page
    site: str
    cdp: CDPSession
    authenticator: str = ""

    def plug(self) -> None:
        """Give the phone an authenticator, with an empty store, that recognises its owner."""
        made = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.authenticator = made["authenticatorId"]

    def unplug(self) -> None:
        """Take the authenticator away with its keys."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})

    def recognises(self, *, owner: bool) -> None:
        """Put the owner's finger on it, or somebody else's."""
        self.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": owner}
        )

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def make_key(self, label: str) -> Page:
        """Make a key, up to the page on which it is approved."""
        page = self.open("/engineer/devices/new")
        page.get_by_label("设备名称").fill(label)
        page.get_by_role("button", name="生成密钥").click()
        return page

    def add_key(self, label: str = "我的手机") -> Page:
        """Make a key and approve it."""
        page = self.make_key(label)
        page.wait_for_url(re.compile(r"/engineer/devices/[0-9a-f-]{36}$"))
        page.get_by_role("button", name="确认添加").click()
        expect_passed(page, page.locator("h2#devices"))
        return page

    def authorize(self) -> Page:
        """Begin to authorize what is open."""
        self.page.get_by_role("button", name=re.compile("^授权$|重新刷脸")).click()
        return self.page


PhoneOf = Callable[[Newcomer], Phone]


@pytest.fixture
def phone_of(browser: Browser, house: House) -> Iterator[PhoneOf]:
    """Hand somebody a phone with the engineer's face before it."""
    context = browser.new_context(viewport=PHONE)
    public_url = house.settings.public_url

    def hand(owner: Newcomer) -> Phone:
        context.add_init_script(CAMERA.replace("__FACE__", ENGINEER.face).replace("__HOLDS__", "person"))
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        phone = Phone(page, public_url, cdp)
        phone.plug()
        phone.open(way_in(house, owner.account))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/engineer")
        return phone

    yield hand
    context.close()


@pytest.fixture
def enrolled(site: Site, house: House) -> Newcomer:
    """A person who can scan."""
    return arrive_enrolled(site, house)


@pytest.fixture
def phone(phone_of: PhoneOf, enrolled: Newcomer) -> Phone:
    return phone_of(enrolled)


def test_an_engineer_adds_a_device_authorizes_with_it_and_loses_it(
    phone_of: PhoneOf, site: Site, house: House
) -> None:
    forget_faces(house)
    owner = arrive(site, house)
    phone = phone_of(owner)
    page = phone.open("/engineer")
    expect(page.get_by_role("link", name="添加设备密钥")).to_be_visible()  # by an officer, without a face

    phone.open("/engineer/enrollment")
    page.get_by_role("button", name="同意", exact=True).click()
    page.get_by_role("button", name="用摄像头拍照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记", exact=True)).to_be_visible(timeout=SCAN_MS)

    phone.open(f"/authorizations/{requested(site, house, owner)}")
    page.get_by_role("link", name="添加设备密钥").click()
    page.wait_for_url("**/engineer/devices/new")
    phone.add_key()
    row = page.locator("#devices ~ .devices li")
    expect(row).to_contain_text(re.compile("我的手机.*尚未使用.*有效", re.DOTALL))

    phone.open(f"/authorizations/{requested(site, house, owner)}")
    expect(page.get_by_text("先用设备密钥")).to_be_visible()
    phone.authorize()
    expect_passed(page, page.get_by_text("刷脸加设备密钥", exact=True))
    expect(page.get_by_text("已授权", exact=True)).to_be_visible()

    phone.open("/engineer")
    expect(row).to_contain_text("最近使用")
    page.get_by_text("停用“我的手机”").click()
    expect(page.get_by_text("这是您最后一把设备密钥")).to_be_visible()
    page.get_by_role("button", name="确认停用").click()
    expect(row).to_contain_text("已停用")

    request_id = requested(site, house, owner)
    phone.open(f"/authorizations/{request_id}")
    expect(page.get_by_text("暂不能仅凭刷脸办理")).to_be_visible()
    expect(page.get_by_role("button", name="授权", exact=True)).to_have_count(0)
    with house.database.transaction() as session:
        lost = session.query(PasskeyRow).filter_by(person=owner.id).one()
        lost.revoked_at = house.clock.now() - WAIT
    page.reload()
    expect(page.get_by_text("现在仅凭刷脸确认")).to_be_visible()
    phone.authorize()
    expect_passed(page, page.get_by_text("刷脸", exact=True))


def test_without_the_device_no_face_is_recorded_and_the_page_says_why(
    phone: Phone, site: Site, house: House, enrolled: Newcomer
) -> None:
    phone.add_key()
    phone.unplug()
    phone.plug()
    page = phone.open(f"/authorizations/{requested(site, house, enrolled)}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    phone.authorize()
    refused = page.get_by_role("alert").filter(has_text="设备密钥没有确认")
    expect(refused).to_contain_text("没有完成", timeout=SCAN_MS)
    expect(page.get_by_role("button", name="重新刷脸")).to_be_focused()
    assert not [url for url in sent if url.endswith("/frames")]


def test_a_device_that_does_not_recognise_its_owner_confirms_nothing(
    phone: Phone, site: Site, house: House, enrolled: Newcomer
) -> None:
    phone.add_key()
    phone.recognises(owner=False)
    page = phone.open(f"/authorizations/{requested(site, house, enrolled)}")
    phone.authorize()
    expect(page.get_by_role("alert").filter(has_text="设备密钥没有确认")).to_be_visible(timeout=SCAN_MS)
    phone.recognises(owner=True)
    phone.authorize()
    expect_passed(page, page.get_by_text("刷脸加设备密钥", exact=True))


def test_the_same_device_is_not_added_twice(phone: Phone) -> None:
    phone.add_key()
    page = phone.make_key("又一台")
    expect(page.get_by_role("alert").filter(has_text="这台设备上已经有您登记的密钥")).to_be_visible()


def test_at_another_address_the_page_says_where_device_keys_work(
    phone: Phone, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone.page
    elsewhere = site.url.replace("localhost", "127.0.0.1")
    page.goto(elsewhere + way_in(house, enrolled.account))
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/engineer")
    phone.site = elsewhere
    phone.make_key("我的手机")
    expect(page.get_by_role("alert").filter(has_text="设备密钥只在地址 localhost 有效")).to_be_visible()


def test_the_keyboard_and_a_screen_reader_find_everything(phone: Phone) -> None:
    phone.add_key()
    page = phone.open("/engineer?lang=en")
    page.get_by_role("heading", name="Device keys").focus()
    summary = page.locator("summary", has_text="Revoke 我的手机")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Revoke")).to_be_focused()
    page = phone.open("/engineer/devices/new?lang=en")
    field = page.get_by_label("Name of the device")
    expect(field).to_have_accessible_description("Only you will see it, such as “my phone”.")
    field.fill("computer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="holds a key of yours already")).to_be_visible()
    expect(page.get_by_role("button", name="Make the key")).to_be_focused()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_a_device_key_is_wider_than_a_phone(phone: Phone, language: str) -> None:
    places = ["/engineer/devices/new", "/engineer"]
    phone.make_key("一台名字很长很长的设备，长到一行写不下")
    phone.page.wait_for_url(re.compile(r"/engineer/devices/[0-9a-f-]{36}$"))
    places.append(phone.page.url.removeprefix(phone.site))
    for place in places:
        page = phone.open(f"{place}?lang={language}")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"], place
