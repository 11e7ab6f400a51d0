"""A visit to a site: scanned without a network, written down, asked again and sent once there is one."""

from functools import partial
from io import BytesIO

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from api.house import House
from api.site import Site
from signing.certificate_steps import Reason, Step
from signing.certificates import Certificate
from tests.journeys.officer.on_site import beside, expect_answer, open_scan_page, paste
from tests.permit import change_permit, issue_permit

pytestmark = pytest.mark.browser

GPS = 0x8825  # the EXIF tag under which the place of a shot stands
KEPT = """async () => {
  const opened = await new Promise((done) => {
    indexedDB.open("yinxin-officer").onsuccess = (event) => done(event.target.result);
  });
  const stores = [...opened.objectStoreNames];
  const counts = stores.map((store) => new Promise((done) => {
    opened.transaction(store).objectStore(store).count().onsuccess = (event) => done(event.target.result);
  }));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}"""

FULL = """() => {
  window.keep = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function () { this.transaction.abort(); };
}"""
ROOM = "() => { IDBObjectStore.prototype.put = window.keep; }"


@pytest.fixture
def photograph() -> bytes:
    """A shot of a phone that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (2400, 1800), "grey").save(file, "JPEG", exif=exif)
    assert Image.open(BytesIO(file.getvalue())).getexif().get_ifd(GPS)
    return file.getvalue()


def enter_as_officer(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="执法人员").click()
    page.wait_for_url(f"{site.url}/c")


def refuse(code: str, route: Route) -> None:
    """Refuse the finding of ``code``, and let every other one pass."""
    if code not in (route.request.post_data or ""):
        route.continue_()
    else:
        route.fulfill(status=409, json={"title": "sent-otherwise", "detail": "已有另一份。"})


def over(route: Route) -> None:
    """Refuse a visit that was kept for its time and deleted."""
    route.fulfill(status=409, json={"title": "visit-forgotten", "detail": "已过保存期限。"})


def photographs_shown(page: Page, site: Site) -> list[bytes]:
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    addresses = [each.get_attribute("src") for each in page.locator("article img").all()]
    return [httpx.get(f"{site.url}{address}", cookies=cookies).content for address in addresses]


def note_and_photograph(page: Page, photograph: bytes) -> None:
    """Tick a line, write a note and take two photographs of the finding that is shown."""
    page.get_by_text("与证面逐项核对").click()
    page.locator("[name=eye-contract_price][value=differs]").check()
    page.get_by_text("备注与照片").click()
    page.get_by_label("备注").fill("围挡外\n拍摄")
    page.evaluate(FULL)
    page.get_by_label("备注").press("End")
    page.get_by_label("备注").press("a")
    expect(page.locator("#photograph-hint")).to_contain_text("没有存下")
    page.evaluate(ROOM)
    page.get_by_label("备注").press("Backspace")
    expect(page.locator("#photograph-hint")).to_be_empty()
    page.set_input_files("#photograph", {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph})
    expect(page.locator("#photographs img")).to_have_count(1)
    page.get_by_label("保留原图").check()
    page.set_input_files("#photograph", {"name": "2.jpg", "mimeType": "image/jpeg", "buffer": photograph})
    expect(page.locator("#photographs img")).to_have_count(2)


def send_at_last(page: Page, site: Site, *, refused: str) -> None:
    """Sign in and send: a gateway's page is no receipt, and the one that is refused holds nothing else up."""
    page.route("**/findings", lambda route: route.fulfill(content_type="text/html", body="<p>"))
    enter_as_officer(page, site)
    expect(page.locator("#visit-hint")).to_contain_text("这里的网络答复的不是本站的回执")
    page.unroute("**/findings")
    page.route("**/findings", partial(refuse, refused))
    page.reload()
    expect(page.locator("#visit-hint")).to_contain_text("“示范市滨河社区活动中心”没有报上去")
    page.unroute("**/findings")
    with page.expect_request("**/findings") as asked:
        page.reload()
    assert refused in (asked.value.post_data or "")
    expect(page.locator("#visit-hint")).to_have_text("已上报。")


def send_too_late(page: Page) -> None:
    """Send what the server kept for its time and deleted: it is refused once, and not sent again."""
    page.route("**/api/visits", over)
    page.get_by_role("button", name="上报本次检查").click()
    expect(page.locator("#visit-hint")).to_contain_text("“未写地点”没有报上去，仍存在本机：已过保存期限。")
    page.get_by_text("以往的检查").click()
    expect(page.locator("#visit-closed")).to_contain_text("已过保存期限，不再上报")
    sent_again: list[str] = []
    page.on("request", lambda request: sent_again.append(request.url))
    page.reload()
    expect(page.locator("#visit-rows li")).to_contain_text("联网")
    expect(page.locator("html")).to_have_attribute("data-kept", "")
    assert not [address for address in sent_again if address.endswith("/api/visits")]
    expect(page.locator("#visit-hint")).to_be_empty()


def test_a_visit_without_a_network_is_asked_again_and_sent_when_it_is_back(
    page: Page, site: Site, house: House, permit: Certificate, photograph: bytes
) -> None:
    phone = page.context
    suspended = beside(partial(issue_permit, house))
    open_scan_page(page, site)
    phone.set_offline(True)

    # One after the other, each with what was seen.
    paste(page, suspended.qr)
    expect_answer(page, "有效", tone="dated")
    page.get_by_role("button", name="核验下一张").click()
    rows = page.locator("#visit-rows li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("离线")
    note_and_photograph(page, photograph)
    page.get_by_label("检查地点").fill("滨河路1号工地")
    page.get_by_role("button", name="上报本次检查").click()
    expect(page.locator("#visit-hint")).to_contain_text("没有网络，已存在本机")

    # The network is back: what changed meanwhile is an alarm, and sending needs an officer.
    change_permit(house, suspended, Step.SUSPEND, Reason.RECTIFICATION)
    phone.set_offline(False)
    alarm = page.get_by_role("alert").filter(has_text="结果变了")
    expect(alarm).to_contain_text("先前“有效”，现在“已暂扣”")
    expect(alarm).to_contain_text(suspended.licence_id)
    page.get_by_role("button", name="知道了").click()
    expect(alarm).to_be_hidden()
    expect(page.locator("#visit-hint")).to_contain_text("上报需要以执法人员账户登录")
    send_at_last(page, site, refused=permit.qr)

    # What was sent, as the officer sees it.
    page.get_by_text("以往的检查").click()
    page.get_by_role("link", name="查看").click()
    expect(page.locator("h1")).to_have_text("滨河路1号工地")
    sent = page.locator("article")
    expect(sent).to_have_count(2)
    expect(sent.filter(has_text=suspended.licence_id)).to_contain_text("离线时的结果：有效")
    expect(sent.filter(has_text=permit.licence_id)).to_contain_text("合同价格")
    expect(sent.filter(has_text=permit.licence_id)).to_contain_text("围挡外 拍摄")
    contents = photographs_shown(page, site)
    anew = Image.open(BytesIO(next(each for each in contents if each != photograph)))
    assert (anew.size, dict(anew.getexif())) == ((1600, 1200), {})
    assert photograph in contents  # with the place of the shot, because the officer said so

    page.goto(permit.qr)
    expect_answer(page, "有效", tone="good")
    expect(page.locator("#visit-rows li")).to_contain_text("联网")
    send_too_late(page)

    # Nothing stays on a device that was wiped.
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="清除本机记录").click()
    expect(page.locator("#visit")).to_be_hidden()
    expect(page).to_have_url(f"{site.url}/c")
    assert page.evaluate(KEPT) == 0


def test_a_device_that_keeps_nothing_answers_all_the_same(
    page: Page, site: Site, permit: Certificate
) -> None:
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    open_scan_page(page, site)
    paste(page, permit.qr)
    expect_answer(page, "有效", tone="good")
    expect(page.locator("#visit-hint")).to_contain_text("本机存不下核验记录")


def test_the_camera_stays_open_from_code_to_code(page: Page, site: Site, permit: Certificate) -> None:
    open_scan_page(page, site)
    page.get_by_label("连续扫码").check()
    page.get_by_role("button", name="扫码核验").click()
    expect_answer(page, "有效", tone="good")
    expect(page.locator("#visit-rows li")).to_have_count(1)
    expect(page.locator("#visit-rows li")).to_contain_text(permit.licence_id)
    expect(page.locator("#viewfinder")).to_be_visible()
    expect(page.get_by_role("button", name="停止扫码")).to_be_focused()
