"""The same vectors in a real browser, whose DEFLATE and WebCrypto are not those of Node.js."""

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/conformance/qr/vectors.json").read_text(encoding="utf-8"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
VERIFY_ALL = """async (document) => {
  const { parseTrust, verifyQr } = await import("/verifier/verify.js");
  const trust = await parseTrust(new TextEncoder().encode(document.trust));
  const found = {};
  for (const { name, text, as_of, status_list } of document.cases) {
    const octets = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const statusList = status_list === null ? null : octets(status_list);
    const { conclusion, answer } = await verifyQr(text, trust, { asOf: new Date(as_of), statusList });
    found[name] = [conclusion, answer];
  }
  return found;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the static modules without a line for each request."""

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    served = partial(Quiet, directory=str(ROOT / "api/static/js"))
    server = ThreadingHTTPServer(("localhost", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_chromium_finds_what_the_vectors_say(address: str) -> None:
    assert CHROMIUM, "Chromium is missing: install Debian's package chromium and run the tests again."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        found = page.evaluate(VERIFY_ALL, VECTORS)
        browser.close()
    assert found == {case["name"]: [case["conclusion"], case["answer"]] for case in VECTORS["cases"]}
