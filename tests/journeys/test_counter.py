"""A person without a camera reaches the same authorization: a number, an officer, a code, their device key.

The officer sits at a second browser; the code is read out of the printed outbox, as a person reads it on
their phone. The virtual authenticator (CDP) stands for the phone's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from api.house import House
from api.message_couriers import printed_outbox
from api.site import Site
from identity.couriers import printed
from identity.one_time_codes import DIGITS
from tests.api.newcomers import Newcomer, arrive, counter_officer, reachable, requested, way_in

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)
MESSAGE_MS = 20_000  # the worker sends in its next round
NO_CAMERA = (
    "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
)


@dataclass
class Seat:
    """Somebody before a browser of their own."""

    page: Page
    site: str

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def enter(self, house: House, who: Newcomer) -> None:
        self.open(way_in(house, who.account))
        self.page.get_by_role("button", name=re.compile("登录|Sign in")).click()
        self.page.wait_for_url(re.compile("/(engineer|counter)$"))


@pytest.fixture
def contexts(browser: Browser) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    phone, desk = browser.new_context(viewport=PHONE), browser.new_context(viewport=DESK)
    phone.add_init_script(NO_CAMERA)
    yield phone, desk
    phone.close()
    desk.close()


@pytest.fixture
def person(site: Site, house: House) -> Newcomer:
    return reachable(house, arrive(site, house))


@pytest.fixture
def asked(site: Site, house: House, person: Newcomer) -> str:
    """The id of a request to the person."""
    return requested(site, house, person)


@pytest.fixture
def phone(contexts: tuple[BrowserContext, BrowserContext], house: House, person: Newcomer) -> Seat:
    seat = Seat(contexts[0].new_page(), house.settings.public_url)
    seat.enter(house, person)
    return seat


@pytest.fixture
def desk(contexts: tuple[BrowserContext, BrowserContext], site: Site, house: House) -> Seat:
    seat = Seat(contexts[1].new_page(), house.settings.public_url)
    seat.enter(house, counter_officer(site, house))
    return seat


def plug(page: Page) -> None:
    """Give the phone an authenticator that recognises its owner."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
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


def take_number(phone: Seat) -> str:
    """Choose the other route on the page that is open, and take a number."""
    page = phone.page
    page.get_by_role("link", name="不用刷脸，请工作人员核对证件").click()
    page.get_by_role("button", name="取核验号").click()
    page.wait_for_url("**/cases/*")
    return page.locator(".shown .number").inner_text().replace(" ", "")


def confirm(desk: Seat, number: str, *, how: str = "窗口当面") -> Page:
    """Open the case by its number and confirm it."""
    page = desk.open("/counter")
    page.get_by_label("核验号").fill(number)
    page.get_by_role("button", name="打开核验单").click()
    page.wait_for_url("**/counter/cases/*")
    page.get_by_label(how).check()
    page.get_by_label("核对的证件").select_option("citizen-card")
    page.get_by_role("button", name="是本人，确认").click()
    expect(page.get_by_text("工作人员已核对")).to_be_visible()
    return page


def read_code(phone: Seat, house: House, number: str) -> str:
    """Wait on the page until the code was sent, and read it as on a phone."""
    expect(phone.page.get_by_text("验证码已发出")).to_be_visible(timeout=MESSAGE_MS)
    letters = printed(printed_outbox(house.settings))
    found = re.search(
        rf"\b[0-9]{{{DIGITS}}}\b", next(each["text"] for each in letters if number in each["text"])
    )
    assert found is not None
    return found[0]


def enter_code(phone: Seat, code: str) -> None:
    phone.page.get_by_label("验证码", exact=True).fill(code)
    phone.page.get_by_role("button", name="确认并提交").click()


def test_a_person_without_a_camera_reaches_a_granted_authorization(
    phone: Seat, desk: Seat, house: House, asked: str
) -> None:
    page = phone.open(f"/authorizations/{asked}")
    number = take_number(phone)
    sheet = confirm(desk, number)
    expect(sheet.get_by_text("资格使用授权书").first).to_be_visible()
    code = read_code(phone, house, number)
    enter_code(phone, f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}d}")
    expect(page.get_by_role("alert").filter(has_text="验证码不对")).to_be_visible()
    enter_code(phone, code)
    page.wait_for_url(f"**/authorizations/{asked}")
    expect(page.get_by_text("已授权", exact=True)).to_be_visible()
    expect(page.get_by_text("窗口核对证件加验证码")).to_be_visible()


def test_a_device_key_is_added_at_the_counter_and_confirms_on_video(
    phone: Seat, desk: Seat, site: Site, house: House, person: Newcomer
) -> None:
    plug(phone.page)
    page = phone.open("/engineer/devices/new")
    page.get_by_label("设备名称").fill("我的手机")
    page.get_by_role("button", name="生成密钥").click()
    page.wait_for_url(re.compile(r"/engineer/devices/[0-9a-f-]{36}$"))
    number = take_number(phone)
    confirm(desk, number)
    enter_code(phone, read_code(phone, house, number))
    page.wait_for_url("**/engineer#devices")

    asked = requested(site, house, person)
    phone.open(f"/authorizations/{asked}")
    number = take_number(phone)
    confirm(desk, number, how="视频")
    enter_code(phone, read_code(phone, house, number))
    page.wait_for_url(f"**/authorizations/{asked}")
    expect(page.get_by_text("设备密钥加验证码，工作人员核对证件")).to_be_visible()


def test_a_refusal_of_the_officer_is_told_with_its_reason(phone: Seat, desk: Seat, asked: str) -> None:
    page = phone.open(f"/authorizations/{asked}")
    number = take_number(phone)
    sheet = desk.open(f"/counter/{number}")
    sheet.get_by_text("不能确认").click()
    sheet.get_by_label("原因").fill("照片与本人不符")
    sheet.get_by_role("button", name="不予确认").click()
    expect(page.get_by_text("照片与本人不符")).to_be_visible(timeout=MESSAGE_MS)
    page.get_by_role("link", name="返回正在办理的事项", exact=True).click()
    expect(page.get_by_text("待本人确认", exact=True)).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_the_person_is_wider_than_a_phone(  # noqa: PLR0917  pytest gives them by name
    phone: Seat, desk: Seat, house: House, person: Newcomer, asked: str, language: str
) -> None:
    phone.open(f"/authorizations/{asked}")
    number = take_number(phone)
    case = phone.page.url.removeprefix(phone.site)

    def fits(path: str) -> None:
        page = phone.open(f"{path}?lang={language}")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"], path

    for path in (f"/authorizations/{asked}/other-route", case, "/demonstration/outbox"):
        fits(path)
    phone.open(f"{case}?lang=zh")
    confirm(desk, number)
    fits(case)
    reachable(house, person, phone="")
    fits(f"/authorizations/{asked}/other-route")
