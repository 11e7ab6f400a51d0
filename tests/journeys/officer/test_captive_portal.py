"""Where a Wi-Fi wants a sign-in first: its gateway answers for the site, and breaks nothing on the phone."""

import json
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from hashlib import sha256

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from api.pages.modules import STATIC
from api.site import Site
from signing.certificates import Certificate
from tests.journeys.officer.on_site import expect_answer, open_scan_page, paste

pytestmark = pytest.mark.browser

SIGN_IN = "<!doctype html><title>Wi-Fi</title><h1>请先登录上网</h1>"
ANOTHER = "这里的网络答复的不是本站的内容（可能要先登录 Wi-Fi），没有采用。"
LIST = '<script type="application/json" id="officer-shell">'
NOW, NEXT, LATER = "核验证照", "下一版", "再下一版"
TEXT = "async (path) => (await fetch(path)).text()"
VERSIONS = "async () => (await caches.keys()).filter((name) => name.startsWith('yinxin-shell-')).length"


def sign_in_page(route: Route) -> None:
    """Answer 200 with the gateway's own page, whatever was asked for."""
    route.fulfill(content_type="text/html", body=SIGN_IN)


def elsewhere(route: Route) -> None:
    """Send to the gateway's own page, whatever was asked for."""
    route.fulfill(status=302, headers={"location": "http://wifi.example/login"})


@pytest.mark.parametrize("gateway", [sign_in_page, elsewhere])
def test_a_gateway_that_answers_for_the_site_breaks_nothing(
    phone: BrowserContext, page: Page, site: Site, permit: Certificate, gateway: Callable[[Route], None]
) -> None:
    open_scan_page(page, site)
    phone.route(f"{site.url}/**", gateway)
    page.goto(f"{site.url}/c")
    expect(page.locator("#ready")).to_contain_text(ANOTHER)
    expect(page.locator("#ready")).to_contain_text("可断网核验")
    paste(page, permit.qr)
    expect_answer(page, "有效", tone="dated")
    expect(page.locator("[data-part=freshness]")).to_contain_text(ANOTHER)

    # What the device kept is whole: without a network it answers as before, and with the site's own as ever.
    phone.unroute(f"{site.url}/**")
    phone.set_offline(True)
    page.reload()
    expect_answer(page, "有效", tone="dated")
    expect(page.locator("[data-part=freshness]")).to_contain_text("未联网：依据本机保存的公钥")
    page.get_by_role("link", name="English").click()
    expect_answer(page, "In force", tone="dated")
    page.get_by_role("link", name="中文").click()
    expect_answer(page, "有效", tone="dated")
    phone.set_offline(False)
    expect_answer(page, "有效", tone="good")


def in_next_version(title: str, files: dict[str, str], route: Route) -> None:
    """Answer with the site's page in a later version, which lists ``files`` with these digests as well."""
    before, after = httpx.get(route.request.url).text.split(LIST)
    listed, _, rest = after.partition("</script>")
    later = json.dumps({**json.loads(listed), **files})
    written = f"{before.replace(NOW, title)}{LIST}{later}</script>{rest}"
    route.fulfill(content_type="text/html; charset=utf-8", body=written)


def integrity(content: bytes) -> str:
    """Give the digest of a file as the page lists it."""
    return f"sha256-{b64encode(sha256(content).digest()).decode()}"


def test_another_version_opens_once_all_of_it_is_there(phone: BrowserContext, page: Page, site: Site) -> None:
    seal, one_more = "/static/seal.svg", "/static/icons/seal-192.png"
    before = (STATIC / "seal.svg").read_text(encoding="utf-8")
    after = "<svg xmlns='http://www.w3.org/2000/svg'/>"

    def expect_opened(title: str, seal_of: str) -> None:
        for offline in (False, True):
            phone.set_offline(offline)
            page.reload()
            expect(page.locator("#scan h1")).to_have_text(title)
            expect(page.locator("#ready")).to_contain_text("可断网核验")
            assert page.evaluate(TEXT, seal) == seal_of
        phone.set_offline(False)

    def publish(title: str, files: dict[str, str]) -> None:
        for address in ("/c?*", "/c"):
            phone.route(f"{site.url}{address}", partial(in_next_version, title, files))

    open_scan_page(page, site)
    phone.route(f"{site.url}{seal}", lambda route: route.fulfill(content_type="image/svg+xml", body=after))
    publish(NEXT, {seal: integrity(after.encode()), one_more: integrity(b"")})
    with phone.expect_event("requestfinished", lambda request: request.url.endswith(one_more)):
        page.reload()
    expect_opened(NOW, before)

    # Whole, it is fetched once, and the page that is open keeps the files of its own version.
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url.removeprefix(site.url)))
    icon = (STATIC / "icons/seal-192.png").read_bytes()
    whole = {seal: integrity(after.encode()), one_more: integrity(icon)}
    publish(NEXT, whole)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-kept", "")
    assert asked.count(one_more) == 1
    phone.set_offline(True)
    assert page.evaluate(TEXT, seal) == before
    phone.set_offline(False)
    expect_opened(NEXT, after)

    # Sentences that change without a file are the last ones, after the other language as well.
    for language in ("en", "zh"):
        page.goto(f"{site.url}/c?lang={language}")
        expect(page.locator("html")).to_have_attribute("data-kept", "")
    assert page.evaluate(VERSIONS) == 1
    publish(LATER, whole)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-kept", "")
    phone.set_offline(True)
    page.reload()
    expect(page.locator("#scan h1")).to_have_text(LATER)
