"""Anyone at the ledger: follows it, finds an entry, and checks it without taking the site's word."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api import hardhat
from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.house import House
from api.settings import Mode, Settings
from api.site import listen, open_site
from api.wiring import open_house
from tests.permit import issue_permit

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
AA = 4.5  # smallest contrast of text by WCAG 2.2, success criterion 1.4.3
Found = TypeVar("Found")


@dataclass(frozen=True)
class City:
    """A city without a worker, on a chain of its own whose node answers at ``node``."""

    house: House
    url: str
    node: str

    def grow(self) -> None:
        """Issue a permit and bring it onto the chain; beside the loop of the browser's driver."""
        beside(lambda: issue_permit(self.house))
        self.anchor()

    def anchor(self) -> None:
        while not self.house.anchoring.step().complete:
            pass


def beside(work: Callable[[], Found]) -> Found:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    chain = hardhat.start(log=folder / "hardhat.log")
    listener = listen(host="127.0.0.1", port=0)
    settings = Settings(
        mode=Mode.DEMONSTRATION,
        folder=folder,
        chain_url=chain.url,
        public_url=f"http://localhost:{listener.getsockname()[1]}",
    )
    with open_house(settings, OPERATOR) as house:
        plant(house)
        site = open_site(create_app(house), listener)
        opened = City(house, site.url, chain.url.rstrip("/"))
        opened.anchor()
        opened.grow()
        yield opened
        site.close()
    chain.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Anybody's browser; a fault in a script fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert not faults


def checked(page: Page, address: str) -> str:
    """Open the page of an entry and check it; give the verdict."""
    page.goto(address)
    page.get_by_role("button", name="开始核对").click()
    page.wait_for_selector("#check[data-verdict]")
    verdict = page.locator("#check").get_attribute("data-verdict")
    assert verdict is not None
    return verdict


def expect_step(page: Page, name: str, tone: str, words: str) -> None:
    step = page.locator(f".checks [data-step={name}]")
    expect(step).to_have_attribute("data-tone", tone)
    expect(step).to_contain_text(words)


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


def tamper(page: Page, pattern: str, change: Callable[[bytes], bytes]) -> None:
    """Let somebody on the way change what the site answers."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        route.fulfill(response=fetched, body=change(fetched.body()))

    page.route(pattern, answer)


def lie(page: Page, city: City, method: str, change: Callable[[Any], Any]) -> None:
    """Let the node lie when it is asked ``method``."""

    def answer(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        fetched = route.fetch()
        told = fetched.json() if fetched.body() else {}
        if asked.get("method") == method:
            told["result"] = change(told["result"])
        route.fulfill(response=fetched, body=json.dumps(told) if told else "")

    page.route(f"{city.node}/**", answer)


def test_a_new_entry_appears_and_becomes_anchored_without_a_reload(page: Page, city: City) -> None:
    page.goto(f"{city.url}/ledger")
    expect(page.locator("#live")).to_be_visible()
    page.evaluate("() => { window.kept = true; }")
    before = page.locator("#latest li").count()
    beside(lambda: issue_permit(city.house))
    expect(page.locator("#latest li")).not_to_have_count(before)
    expect(page.locator("#latest li").first).to_contain_text("尚未上链")
    city.anchor()
    expect(page.locator("#latest li").first.locator(".state")).to_have_text("已上链")
    expect(page.locator("[data-show=anchored]")).to_contain_text("全部已上链")
    assert page.evaluate("() => window.kept")


def test_a_page_that_follows_ends_as_the_page_that_is_sent(page: Page, city: City) -> None:
    page.goto(f"{city.url}/ledger")
    expect(page.locator("#live")).to_be_visible()
    city.grow()
    expect(page.locator("[data-show=anchored]")).to_contain_text("全部已上链")
    shown = "() => [...document.querySelectorAll('#latest li, #tree, .facts, .note')].map((x) => x.innerText)"
    expect(page.locator("#latest li").first.locator(".state")).to_have_text("已上链")
    root = page.request.get(f"{city.url}/ledger/checkpoint").text().splitlines()[2]
    expect(page.locator("[data-show=note]")).to_contain_text(root)  # it is fetched last
    followed = page.evaluate(shown)
    page.reload()
    assert page.evaluate(shown) == followed


def test_without_scripts_the_page_is_complete_and_the_search_works(browser: Browser, city: City) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{city.url}/ledger")
    assert page.locator("#latest li").count() > 5
    page.get_by_label("查找一条记录或一笔交易").fill("2")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("h1")).to_have_text("第 2 号记录")
    expect(page.locator(".proof svg")).to_be_visible()
    expect(page.locator("noscript")).to_be_attached()
    context.close()


def test_a_growth_is_found_by_its_transaction(page: Page, city: City) -> None:
    page.goto(f"{city.url}/ledger")
    page.get_by_role("link", name="逐条追加").first.click()
    expect(page.locator("#found")).to_contain_text("已最终确认")


def test_what_is_not_found_is_one_sentence_beside_the_search(page: Page, city: City) -> None:
    page.goto(f"{city.url}/ledger")
    page.get_by_label("查找一条记录或一笔交易").fill("ab" * 32)
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#q-refusal")).to_contain_text("账本中没有")


def test_an_entry_is_checked_from_its_bytes_to_the_signed_root(page: Page, city: City) -> None:
    assert checked(page, f"{city.url}/ledger/entries/2") == "open"
    for name in ("entry", "receipt", "path", "checkpoint"):
        expect(page.locator(f".checks [data-step={name}]")).to_have_attribute("data-tone", "good")
    expect_step(page, "chain", "wait", "没有给出链节点地址")


def test_with_a_node_the_chain_is_asked_from_the_browser_itself(page: Page, city: City) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{city.url}/ledger/entries/2")
    page.get_by_text("再向链上的节点核对").click()
    page.get_by_label("链节点的 JSON-RPC 地址").fill(city.node)
    page.get_by_role("button", name="使用").click()
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator("#check")).to_have_attribute("data-verdict", "holds")
    expect_step(page, "chain", "good", city.node)
    expect_step(page, "head", "good", "一致性证明")
    assert [url for url in asked if url.startswith(city.node)]


def test_a_node_that_was_not_named_cannot_be_asked(page: Page, city: City) -> None:
    page.goto(f"{city.url}/ledger/entries/2?rpc=http://localhost:1")
    blocked = "(node) => fetch(node, { method: 'POST' }).then(() => 'asked', () => 'blocked')"
    assert page.evaluate(blocked, city.node) == "blocked"


@pytest.mark.parametrize(
    ("pattern", "place", "said"),
    [
        ("**/entries/2/bytes", 40, ("receipt", "记录的内容被改动过")),
        ("**/entries/2/receipt", -1, ("receipt", "账本公钥签的不是这个内容")),
        ("**/entries/2/receipt", 3, ("receipt", "回执不是一份签名声明")),
        ("**/ledger/vkey", 40, ("receipt", "账本公钥的写法不对")),
    ],
)
def test_a_changed_byte_is_red_and_names_the_step(
    page: Page, city: City, pattern: str, place: int, said: tuple[str, str]
) -> None:
    tamper(page, pattern, lambda content: flipped(content, place))
    assert checked(page, f"{city.url}/ledger/entries/2") == "fails"
    expect_step(page, said[0], "grave", said[1])
    expect(page.locator(".verdict")).to_contain_text("请勿采信")


def test_the_receipt_of_another_entry_is_red(page: Page, city: City) -> None:
    other = beside(lambda: _receipt_of(city, 3))
    page.route("**/entries/2/receipt", lambda route: route.fulfill(body=other))
    assert checked(page, f"{city.url}/ledger/entries/2") == "fails"
    expect_step(page, "receipt", "grave", "属于另一条记录")


def _receipt_of(city: City, index: int) -> bytes:
    return httpx.get(f"{city.url}/ledger/entries/{index}/receipt", trust_env=False).content


@pytest.mark.parametrize(
    ("method", "change", "said"),
    [
        ("eth_chainId", lambda _: "0x1", ("chain", "另一条链")),
        ("eth_getTransactionReceipt", lambda _: None, ("chain", "没有这笔交易")),
        ("eth_getTransactionReceipt", lambda mined: mined | {"status": "0x0"}, ("chain", "被合约拒绝")),
        ("eth_getTransactionReceipt", lambda mined: mined | {"logs": []}, ("chain", "没有账本合约自己发出")),
        ("eth_getBlockByNumber", lambda block: block | {"hash": "0x" + "00" * 32}, ("chain", "不在回执所说")),
        ("eth_call", lambda _: "0x", ("head", "合约没有给出树根")),
        ("eth_call", lambda held: held[:66] + "00" * 32 + held[130:], ("head", "算出的树根与检查点的不同")),
        ("eth_call", lambda held: "0x" + "00" * 32 + held[66:], ("head", "比检查点还小")),
    ],
)
def test_a_node_that_lies_is_red(
    page: Page, city: City, method: str, change: Callable[[Any], Any], said: tuple[str, str]
) -> None:
    lie(page, city, method, change)
    assert checked(page, f"{city.url}/ledger/entries/2?rpc={city.node}") == "fails"
    expect_step(page, said[0], "grave", said[1])


def test_a_node_that_does_not_answer_leaves_the_check_unfinished(page: Page, city: City) -> None:
    assert checked(page, f"{city.url}/ledger/entries/2?rpc=http://127.0.0.1:9") == "open"
    expect_step(page, "chain", "wait", "节点没有应答")
    expect(page.locator(".verdict")).to_contain_text("没有核对完，停在：链上的交易")


def test_a_site_that_does_not_answer_is_not_taken_for_a_false_one(page: Page, city: City) -> None:
    page.route("**/entries/2/receipt", lambda route: route.abort())
    assert checked(page, f"{city.url}/ledger/entries/2") == "open"
    expect_step(page, "receipt", "wait", "没有取到数据")
    expect(page.locator(".verdict")).not_to_contain_text("请勿采信")


def test_a_browser_without_ed25519_says_what_it_did_not_check(page: Page, city: City) -> None:
    page.add_init_script(
        "const real = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (form, key, algorithm, ...rest) => algorithm.name === 'Ed25519'"
        " ? Promise.reject(new DOMException('', 'NotSupportedError')) : real(form, key, algorithm, ...rest);"
    )
    assert checked(page, f"{city.url}/ledger/entries/2?rpc={city.node}") == "open"
    expect_step(page, "receipt", "wait", "没有 Ed25519")
    expect_step(page, "chain", "good", "账本合约在区块")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("look", [("light", "zh"), ("light", "en"), ("dark", "zh"), ("dark", "en")])
@pytest.mark.parametrize("path", ["/ledger", "/ledger/entries/2"])
def test_the_pages_fit_and_their_words_stand_out(
    browser: Browser, city: City, path: str, look: tuple[str, str], width: int
) -> None:
    scheme, language = look
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{city.url}{path}?lang={language}")
    if "entries" in path:
        page.locator("#run").click()
        page.wait_for_selector("#check[data-verdict]")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRAST.replace("#answer", "main")) >= AA
    context.close()
