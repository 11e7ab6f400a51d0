"""The officer's page before axe, state by state: nothing is found wrong, and nothing is left open."""

from functools import partial
from importlib.resources import files
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from api.house import House
from api.site import Site
from signing.certificates import Certificate
from tests.journeys.officer.forged_print import reprinted
from tests.journeys.officer.on_site import ABLE_CAMERA, beside, choose_pdf, expect_answer, open_scan_page

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
FOUND = """async () => {
  const { violations, incomplete } = await axe.run({ exclude: [".demonstration"] });
  return [...violations, ...incomplete].map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]);
}"""


def found(page: Page) -> object:
    page.evaluate(AXE)
    return page.evaluate(FOUND)


def test_axe_finds_nothing_and_leaves_nothing_open(
    page: Page, site: Site, house: House, permit: Certificate
) -> None:
    page.add_init_script(ABLE_CAMERA)
    open_scan_page(page, site)
    page.get_by_role("button", name="扫码核验").click()
    page.get_by_role("button", name="补光灯").click()
    assert found(page) == [], "camera"
    page.get_by_role("button", name="停止扫码").click()
    choose_pdf(page, beside(partial(reprinted, house, permit, {"contract_price": "9,280万元"})))
    expect_answer(page, "证面不符", tone="stop")
    expect(page.locator("[data-part=freshness]")).to_contain_text("发证机关记录")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    picture = BytesIO()
    Image.new("RGB", (80, 60), "grey").save(picture, "PNG")
    shot = FilePayload(name="1.png", mimeType="image/png", buffer=picture.getvalue())
    page.set_input_files("#photograph", shot)
    expect(page.locator("#photographs img")).to_have_count(1)
    assert found(page) == [], "altered print, notes, list"
    page.emulate_media(color_scheme="dark")
    assert found(page) == [], "the same in the dark"
    page.get_by_role("button", name="上报本次检查").click()
    expect(page.locator("#visit-hint")).to_contain_text("上报需要以执法人员账户登录")
    page.evaluate("""() => {
      document.getElementById("changes").innerHTML = "<p>结果变了</p>";
      document.getElementById("changed").hidden = false;
    }""")
    assert found(page) == [], "queued, changed"
    page.goto(site.url)
    page.get_by_role("button", name="执法人员").click()
    page.wait_for_url(f"{site.url}/c")
    expect(page.locator("#visit-hint")).to_contain_text("已上报")
    page.get_by_text("以往的检查").click()
    expect(page.get_by_role("link", name="查看")).to_be_visible()
    assert found(page) == [], "history"
    page.goto(f"{site.url}/visits")
    assert found(page) == [], "visits"
    page.locator("main .row").first.click()
    expect(page.locator("article")).to_have_count(1)
    assert found(page) == [], "visit"
