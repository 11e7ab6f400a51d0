"""The cases in a real browser, whose DEFLATE and WebCrypto are not those of Node.js."""

import base64
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.conformance.case import every

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
JUDGE_ALL = """async (cases) => {
  const { judged } = await import("/judge.mjs");
  const verifier = { ...(await import("/verifier/verify.js")), ...(await import("/verifier/evidence.js")) };
  const octets = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const lines = {};
  for (const [name, encoded] of Object.entries(cases)) {
    const files = Object.fromEntries(Object.entries(encoded).map(([file, text]) => [file, octets(text)]));
    lines[name] = (await judged(files, verifier)).line;
  }
  return lines;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the static modules without a line for each request."""

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    served = partial(Quiet, directory=str(HERE.parents[1] / "api/static/js"))
    server = ThreadingHTTPServer(("localhost", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_chromium_gives_every_expected_report(address: str) -> None:
    assert CHROMIUM, "Chromium is missing: install Debian's package chromium and run the tests again."
    cases = {
        case.folder.name: {
            file.name: base64.b64encode(file.read_bytes()).decode() for file in case.folder.iterdir()
        }
        for case in every()
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        judge = (HERE / "judge.mjs").read_text(encoding="utf-8")
        page.route("**/judge.mjs", lambda route: route.fulfill(body=judge, content_type="text/javascript"))
        page.goto(address)
        lines = page.evaluate(JUDGE_ALL, cases)
        browser.close()
    given = {name: f"{line}\n".encode() for name, line in lines.items()}
    assert [case.folder.name for case in every() if given[case.folder.name] != case.expected] == []
