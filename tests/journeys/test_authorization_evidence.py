"""Whoever holds the paper checks its file on their own device, and sees what it says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.demonstration.people import CONTRACTOR
from api.house import House
from api.site import Site
from evidence.bundle import Bundle
from tests.api.newcomers import arrive, granted
from verify.attachment import evidence_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(site: Site, house: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The PDFs of two authorizations, anchored, by what the test calls them."""

    def made() -> dict[str, tuple[str, bytes]]:
        owner = arrive(site, house)
        ids = {name: str(granted(site, house, owner, uses=3).id) for name in ("own", "another")}
        while not house.anchoring.step().complete:
            pass
        path = "/authorizations/{}/authorization.pdf"
        return {name: (id_, owner.http.get(path.format(id_)).content) for name, id_ in ids.items()}

    with ThreadPoolExecutor(1) as thread:  # the loop of the browser's driver runs in this one
        pdfs = thread.submit(made).result()
    folder = tmp_path_factory.mktemp("pdfs")
    found = {}
    for name, (id_, content) in pdfs.items():
        found[name] = folder / name / f"{id_}.pdf"
        found[name].parent.mkdir()
        found[name].write_bytes(content)
    for name, (_, content) in pdfs.items():
        whole = Bundle.decode(evidence_in(content))
        found[f"{name}-without-text"] = folder / f"{name}.bundle"
        found[f"{name}-without-text"].write_bytes(replace(whole, files={}).encode())
    content = pdfs["own"][1]
    found["altered"] = folder / "altered.pdf"
    place = content.index(b"yinxin-bundle/1\n") + 400
    found["altered"].write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    found["empty"] = folder / "empty.pdf"
    found["empty"].write_bytes(b"%PDF-1.7\n")
    return found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own", "真实，但是否有效无法确定。"),
        ("another", "这个文件是另一份授权，不是本页所示的授权。"),
        ("own-without-text", "这个文件没有带上授权文本"),
        ("another-without-text", "这个文件是另一份授权，不是本页所示的授权。"),
        ("altered", "不真实。"),
        ("empty", "文件里没有授权的证据包"),
    ],
)
def test_a_file_is_checked_on_the_device(
    browser: Browser, site: Site, files: dict[str, Path], name: str, said: str
) -> None:
    page: Page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    sent: list[str] = []
    page.goto(f"{site.url}/a/{files['own'].stem}")
    page.on("request", lambda request: sent.append(request.method))
    page.locator("#evidence").set_input_files(files[name])
    expect(page.locator("#report")).to_contain_text(said)
    shown = page.locator("#report article")
    expect(shown).to_have_count(1 if name in {"own", "another"} else 0)
    genuine = name not in {"altered", "empty"}
    expect(page.locator("#report dl")).to_have_count(1 if genuine else 0)
    if genuine:
        expect(page.locator("#report dl")).to_contain_text(CONTRACTOR.uscc.text)
    warned = page.locator("#report").get_by_text("这个文件是另一份授权")
    expect(warned).to_have_count(1 if name.startswith("another") else 0)
    assert set(sent) <= {"GET"}
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.close()
