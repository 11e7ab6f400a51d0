"""The engineer with a phone: enrolls, reads, authorizes by face, revokes; and every way it does not work."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from tests.api.newcomers import (
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    double,
    forget_faces,
    granted,
    requested,
    way_in,
)
from tests.journeys.patience import SCAN_MS, expect_passed

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
CAMERA = Path(__file__).with_name("phone_camera.js").read_text(encoding="utf-8")

KEEP_WHAT_IS_SENT = """() => {
  const send = window.fetch;
  window.fetch = (path, how) => {
    if (how?.body instanceof FormData) window.sent = how.body;
    return send(path, how);
  };
}"""
LEFT_EDGE = """async () => {
  const pen = new OffscreenCanvas(480, 480).getContext("2d");
  pen.drawImage(await createImageBitmap(window.sent.get("frames")), 0, 0);
  const [red, , blue] = pen.getImageData(20, 240, 1, 1).data;
  return red > blue ? "red" : "blue";
}"""

TELL_WHAT_IS_SAID = """() => {
  const prompt = document.querySelector("#scan .prompt");
  const tell = () => console.log(`heard:${prompt.textContent}`);
  new MutationObserver(tell).observe(prompt, { childList: true });
  speechSynthesis.speak = (words) => words.text && console.log(`spoken:${words.lang}:${words.text}`);
}"""
TOLD = {
    "Turn left",
    "Turn right",
    "Blink",
    "Open mouth",
    "Nod once",
    "Come closer",
}
OPENING = "Opening the camera…"
AROUND = {OPENING, "Look straight ahead", "Back to centre"}

PhoneOf = Callable[..., Page]


@pytest.fixture
def phone_of(browser: Browser, site: Site, house: House) -> Iterator[PhoneOf]:
    """Hand somebody a phone: signed in, with ``face`` before the camera, in the light or the dark."""
    context = browser.new_context(viewport=PHONE)

    def hand(owner: Newcomer, *, face: str = ENGINEER.face, holds: str = "person") -> Page:
        context.add_init_script(CAMERA.replace("__FACE__", face).replace("__HOLDS__", holds))
        page = context.new_page()
        page.goto(site.url + way_in(house, owner.account))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/engineer")
        return page

    yield hand
    context.close()


@pytest.fixture
def enrolled(site: Site, house: House) -> Newcomer:
    """A person who can scan."""
    return arrive_enrolled(site, house)


def open_request(page: Page, site: Site, house: House, owner: Newcomer) -> str:
    """Let a firm ask ``owner``, and open the request on the phone."""
    id_ = requested(site, house, owner)
    page.goto(f"{site.url}/authorizations/{id_}")
    return id_


def scan(page: Page) -> None:
    """Begin a face scan."""
    page.get_by_role("button", name=re.compile("授权|重新刷脸")).click()


def test_an_engineer_enrolls_and_authorizes_by_face(phone_of: PhoneOf, site: Site, house: House) -> None:
    forget_faces(house)
    owner = arrive(site, house)
    page = phone_of(owner)
    request_id = requested(site, house, owner)
    page.reload()
    page.get_by_role("link", name=re.compile("示范市第一中学教学楼")).click()
    page.get_by_role("link", name="先登记人脸").click()
    page.get_by_role("button", name="同意", exact=True).click()
    page.get_by_role("button", name="用摄像头拍照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(f"{site.url}/authorizations/{request_id}", timeout=SCAN_MS)
    expect(page.get_by_role("article").first).to_contain_text("资格使用授权书")
    scan(page)
    expect_passed(page, page.get_by_text("已授权", exact=True))
    expect(page.get_by_text("已上链", exact=True)).to_be_visible(timeout=SCAN_MS)


@pytest.mark.parametrize(
    ("face", "holds", "sentence"),
    [
        (LEGAL_REPRESENTATIVE.face, "person", "画面中的人脸与所登记的人不一致"),
        (ENGINEER.face, "photograph", "画面中的人脸没有任何动作，像是一张照片"),
    ],
    ids=["another", "photograph"],
)
def test_who_is_not_the_person_reads_why_and_may_try_again(
    *, phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer, face: str, holds: str, sentence: str
) -> None:
    page = phone_of(enrolled, face=face, holds=holds)
    open_request(page, site, house, enrolled)
    scan(page)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible(timeout=SCAN_MS)
    expect(page.get_by_role("button", name="重新刷脸")).to_be_focused()


@pytest.mark.parametrize(
    ("holds", "sentence"), [("refused", "浏览器没有允许使用摄像头"), ("absent", "没有找到摄像头")]
)
def test_without_a_camera_the_page_says_why_and_names_the_window(
    *, phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer, holds: str, sentence: str
) -> None:
    page = phone_of(enrolled, holds=holds)
    open_request(page, site, house, enrolled)
    scan(page)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_contain_text("没有完成")
    expect(page.locator(".window")).to_contain_text("政务服务窗口")


def test_the_third_failure_points_to_the_window(
    phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone_of(enrolled, holds="photograph")
    request_id = open_request(page, site, house, enrolled)
    key = f"scan-failures:/api/authorizations/{request_id}/challenges"
    page.evaluate("(key) => sessionStorage.setItem(key, 2)", key)
    scan(page)
    expect(page.locator(".window")).to_contain_text("已经失败 3 次", timeout=SCAN_MS)
    page.locator(".window a").click()
    expect(page).to_have_url(f"{site.url}/authorizations/{request_id}/other-route")


def test_a_screen_reader_is_told_each_step_in_english(
    phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone_of(enrolled)
    page.goto(f"{site.url}/authorizations/{requested(site, house, enrolled)}?lang=en")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.evaluate(TELL_WHAT_IS_SAID)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_function("() => document.querySelector('#scan').dataset.step", timeout=SCAN_MS)
    tree = page.locator("#scan").aria_snapshot()
    expect_passed(page, page.get_by_text("Granted", exact=True).first)
    assert re.search(r'group "Face scan":\n +- paragraph: (Turn|Blink|Open|Nod|Come|Back)', tree), tree
    assert re.search(r"Step 1 of [23]", tree), tree
    assert 'button "Stop"' in tree
    assert 'checkbox "Read the prompts aloud" [checked]' in tree
    assert "img" not in tree
    heard = [text.removeprefix("heard:") for text in said if text.startswith("heard:")]
    spoken = [text.removeprefix("spoken:en:") for text in said if text.startswith("spoken:")]
    assert set(heard) <= TOLD | AROUND
    last = max(place for place, text in enumerate(heard) if text == OPENING)  # of a scan done again
    assert len(TOLD & set(heard[last:])) in {2, 3}
    assert spoken == heard


def test_who_wants_no_voice_is_not_asked_again(
    phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone_of(enrolled)
    open_request(page, site, house, enrolled)
    switch = page.get_by_label("朗读提示")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.reload()
    expect(switch).not_to_be_checked()


def test_the_preview_is_mirrored_and_the_frames_are_not(
    phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone_of(enrolled, holds="halves")
    open_request(page, site, house, enrolled)
    page.evaluate(KEEP_WHAT_IS_SENT)
    with page.expect_request("**/frames", timeout=SCAN_MS):
        scan(page)
    mirrored = page.locator("#scan video").evaluate("(video) => getComputedStyle(video).transform")
    assert (mirrored, page.evaluate(LEFT_EDGE)) == ("matrix(-1, 0, 0, 1, 0, 0)", "red")


def consenting(site: Site, house: House) -> Newcomer:
    """Somebody who may enroll, in a city where nobody's face is enrolled."""
    forget_faces(house)
    owner = arrive(site, house)
    owner.http.post("/api/people/me/consents", json={"purpose": "face"})
    return owner


def shoot(page: Page, site: Site, *, times: int) -> None:
    """Take pictures by the camera and send them."""
    page.goto(f"{site.url}/engineer/enrollment")
    page.get_by_role("button", name="用摄像头拍照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    for _ in range(times - 1):
        page.get_by_role("button", name="再拍一张").click()
    page.get_by_role("button", name="登记", exact=True).click()


def test_three_pictures_are_taken_and_the_camera_closes(phone_of: PhoneOf, site: Site, house: House) -> None:
    page = phone_of(consenting(site, house))
    page.goto(f"{site.url}/engineer/enrollment")
    page.get_by_role("button", name="用摄像头拍照").click()
    expect(page.get_by_text("第 1 张：正视镜头")).to_be_visible()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("第 2 张：靠近一点")).to_be_visible()
    page.get_by_role("button", name="再拍一张").click()
    page.get_by_role("button", name="再拍一张").click()
    expect(page.locator("video")).to_be_hidden()
    page.get_by_role("button", name="重拍第 2 张").click()
    expect(page.get_by_text("第 2 张：靠近一点")).to_be_visible()
    page.get_by_role("button", name="再拍一张").click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记", exact=True)).to_be_visible(timeout=SCAN_MS)


def test_a_picture_that_cannot_serve_is_named_and_can_be_taken_again(
    phone_of: PhoneOf, site: Site, house: House
) -> None:
    page = phone_of(consenting(site, house), holds="halves")
    shoot(page, site, times=2)
    expect(page.get_by_role("alert").filter(has_text="画面中没有找到人脸")).to_be_visible(timeout=SCAN_MS)
    expect(page.locator(".captures [data-refused]")).to_have_count(1)
    page.get_by_role("button", name="重拍第 1 张").click()
    expect(page.get_by_text("第 1 张：正视镜头")).to_be_visible()


def test_another_face_is_not_enrolled_and_the_page_says_why(
    phone_of: PhoneOf, site: Site, house: House
) -> None:
    page = phone_of(consenting(site, house), face=LEGAL_REPRESENTATIVE.face)
    shoot(page, site, times=1)
    refused = page.get_by_role("alert").filter(has_text="与登记照片不是同一人")
    expect(refused).to_be_visible(timeout=SCAN_MS)


def test_where_the_register_has_no_portrait_the_page_asks_for_the_document(
    phone_of: PhoneOf, site: Site, house: House
) -> None:
    owner = consenting(site, house)
    double(house).people[owner.citizen_number.text].portrait = None
    page = phone_of(owner)
    shoot(page, site, times=1)
    expect(page.get_by_role("alert").filter(has_text="人口登记中没有您的照片")).to_be_visible(timeout=SCAN_MS)
    page.set_input_files(
        "input[name=document]", {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": PORTRAIT}
    )
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记", exact=True)).to_be_visible(timeout=SCAN_MS)


def test_a_granted_authorization_is_revoked_in_two_touches(
    phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer
) -> None:
    page = phone_of(enrolled)
    page.goto(f"{site.url}/authorizations/{granted(site, house, enrolled).id}")
    page.get_by_text("撤销授权", exact=True).click()
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("本人已撤销", exact=True)).to_be_visible()


def test_a_request_is_refused_without_a_face(phone_of: PhoneOf, site: Site, house: House) -> None:
    owner = arrive(site, house)
    page = phone_of(owner)
    open_request(page, site, house, owner)
    page.get_by_text("不同意，拒绝申请").click()
    page.get_by_role("button", name="拒绝", exact=True).click()
    expect(page.get_by_text("本人已拒绝", exact=True)).to_be_visible()


def test_the_digest_is_copied_by_one_touch(phone_of: PhoneOf, site: Site, house: House) -> None:
    owner = arrive(site, house)
    page = phone_of(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    request_id = open_request(page, site, house, owner)
    page.locator(".digest").click()
    expect(page.locator(".digest[data-said]")).to_be_visible()
    digest = owner.http.get(f"/api/authorizations/{request_id}").json()["digest"]
    assert page.evaluate("() => navigator.clipboard.readText()") == digest


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(
    *, phone_of: PhoneOf, site: Site, house: House, enrolled: Newcomer, language: str
) -> None:
    page = phone_of(enrolled)
    request_id = requested(site, house, enrolled)
    for place in ("/engineer", "/engineer/enrollment", f"/authorizations/{request_id}"):
        page.goto(f"{site.url}{place}?lang={language}")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"], place
