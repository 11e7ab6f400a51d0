"""The legal representative at the seals, and a clerk at the page for software: what is pressed is done."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from api.demonstration.people import CONTRACTOR, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from evidence.identifiers import CitizenNumber
from identity.members import Position, appoint
from identity.people import register_person
from tests.journeys.test_firm import CLERK
from tests.journeys.test_pages_on_a_phone import IDS_TWICE

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
COLLEAGUE = "钱以明"
CITIZEN_NUMBER = CitizenNumber.parse("990100199001010012")

Enter = Callable[[str], Page]


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Come in by a phone, by the one-click account whose title begins so; no page may have a fault."""
    context, faults = browser.new_context(viewport=PHONE, locale="zh-CN"), list[str]()

    def entered(title: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site.url)
        page.get_by_role("button", name=re.compile(f"^{title}")).click()
        page.wait_for_url(lambda url: url.rstrip("/") != site.url)
        return page

    yield entered
    context.close()
    assert not faults


@pytest.fixture
def seal(enter: Enter, site: Site) -> Page:
    """The page of the contractor's seal, before its legal representative."""
    page = enter(LEGAL_REPRESENTATIVE.name)
    page.goto(f"{site.url}/firm/seals")
    page.locator("a.holding").first.click()
    expect(page.get_by_role("heading", name="公章")).to_be_visible()
    assert page.evaluate(IDS_TWICE) == []
    return page


def test_a_seal_is_limited_and_the_limits_are_lifted(seal: Page) -> None:
    limits = seal.locator("summary", has_text="设定使用限制")
    limits.click()
    seal.get_by_label("最多使用次数").fill("3")
    seal.get_by_label("用途").fill("施工许可、招标")
    seal.get_by_role("button", name="设定", exact=True).click()
    expect(seal.get_by_text("施工许可、招标")).to_be_visible()
    limits.click()
    seal.get_by_label("用途").fill("")
    seal.get_by_label("最多使用次数").fill("")
    seal.get_by_role("button", name="设定", exact=True).click()
    expect(seal.get_by_text("施工许可、招标")).to_have_count(0)


def test_a_seal_is_stopped_and_put_back(seal: Page) -> None:
    seal.get_by_role("button", name="停用", exact=True).click()
    back = seal.get_by_role("button", name="恢复", exact=True)
    expect(back).to_be_visible()
    back.click()
    expect(seal.get_by_role("button", name="停用", exact=True)).to_be_visible()


def test_the_text_of_an_appointment_is_read_before_the_face(seal: Page, house: House) -> None:
    def colleague() -> None:
        with house.database.transaction() as session:
            person = register_person(
                session, name=COLLEAGUE, citizen_number=CITIZEN_NUMBER, clock=house.clock
            )
            appoint(
                session,
                uscc=CONTRACTOR.uscc,
                person=person.id,
                position=Position.CLERK,
                clock=house.clock,
            )

    with ThreadPoolExecutor(1) as thread:  # the loop of the browser's driver runs in this one
        thread.submit(colleague).result()
    seal.get_by_text("更换保管人").first.click()
    seal.get_by_label("新保管人姓名").fill(COLLEAGUE)
    seal.get_by_role("button", name="写委任书").click()
    seal.wait_for_url(re.compile(r"/seals/[0-9a-f-]{36}/appointments/[0-9a-f-]{36}$"))
    expect(seal.get_by_text(f"新保管人：{COLLEAGUE}")).to_be_visible()
    assert seal.evaluate(IDS_TWICE) == []


def test_a_key_for_software_is_shown_once_and_revoked(enter: Enter, site: Site) -> None:
    page, label = enter(CLERK), f"投标系统 {uuid4().hex[:8]}"
    page.goto(f"{site.url}/software")
    page.get_by_label("给哪个软件用").fill(label)
    page.get_by_role("button", name="生成接口密钥").click()
    expect(page.locator(".once [data-copy]").first).to_have_text(re.compile("^yinxin_"))
    page.get_by_role("link", name="已保存").click()
    expect(page.get_by_text(re.compile("^yinxin_"))).to_have_count(0)
    page.get_by_text(f"停用“{label}”").click()
    page.locator("details[open]").get_by_role("button").click()
    expect(page.get_by_text(label)).to_have_count(0)
