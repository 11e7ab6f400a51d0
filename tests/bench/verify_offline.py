"""Verifications a second without a network: in Python, under Node.js and in Chromium, on one core each.

The subjects are two cases of the conformance suite, so that everybody verifies the same bytes. The floor is a
plain JWS of the same content: one signature by the same algorithm, and nothing asked about the key, the dates
or the state. OpenAttestation verifies a permit of the same fields that its own functions wrapped and signed.
"""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import sync_playwright

from evidence.keys import VerifyingKey
from tests.bench.harness import Figures, Row
from tests.conformance.case import CASES
from tests.verify import city
from verify import Answer, TrustAnchors, verify_file, verify_qr

HERE = Path(__file__).parent
LEAST = 3000
"""Verifications a second a core, in process."""

CHROMIUM = "/usr/bin/chromium"
CODE, BUNDLE = CASES / "qr-in-force", CASES / "certificate-in-force"
AS_OF = datetime.fromisoformat(json.loads((CODE / "case.json").read_text("utf-8"))["as_of"])
FLOOR = "plain JWS, ES256"
PEERS = HERE / "peers" / "node_modules"
BLOCKCERTS = (
    "Blockcerts: its verifier fetches the issuer's profile and the chain's transaction for every certificate "
    "and verifies nothing without a network; since version 6 the registry alone does not install it"
)
OPEN_ATTESTATION = "OpenAttestation, a permit of the same fields"
LISTS = 8
"""Status lists asked in turn where none is to be found among those just read."""

IN_PAGE = """async ({ files, jws, milliseconds }) => {
  const { rates } = await import("/bench/verify_rates.mjs");
  const verifier = { ...(await import("/verifier/verify.js")), ...(await import("/verifier/evidence.js")) };
  const octets = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const mapped = (all, work) => Object.fromEntries(Object.entries(all).map(([key, one]) => [key, work(one)]));
  const each = mapped(files, (named) => mapped(named, octets));
  return rates({ files: each, jws: { ...jws, spki: octets(jws.spki) }, milliseconds }, verifier);
}"""


def run(figures: Figures) -> None:
    """Take the rates."""
    seconds = 0.3 if figures.quick else 5.0
    token, key = jws()
    _in_python(figures, seconds, token, key)
    node = _under_node(seconds, token, key)
    _by_javascript(figures, "Node.js", node)
    if PEERS.is_dir():
        theirs = _open_attestation(seconds)
        figures.add(
            Row("codes by one list, once more, Node.js", node["code"], "1/s", OPEN_ATTESTATION, theirs)
        )
    else:
        figures.skip("OpenAttestation: run npm ci in tests/bench/peers (make bench does)")
    figures.skip(BLOCKCERTS)
    _by_javascript(figures, "Chromium", in_chromium(seconds, token, key))


def rate(work: Callable[[], object], seconds: float) -> float:
    """Do ``work`` over and over for so long, in this thread; give how often a second of its core."""
    work()
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        work()
        count += 1
    return count / (time.process_time() - began)


def jws() -> tuple[str, bytes]:
    """A plain JWS of what a code says, and the key that signed it, DER."""
    payload = city.payload()
    said = {
        "licence_id": payload.licence_id,
        "type": payload.certificate_type,
        "statement": payload.statement.hex(),
        "fields": payload.fields,
        "nbf": str(payload.valid_from),
        "exp": str(payload.valid_until),
        "iss": payload.issuer,
    }
    signer = city.agency_signer()
    written = ".".join(_url(json.dumps(each).encode()) for each in ({"alg": "ES256"}, said))
    return f"{written}.{_url(signer.sign(written.encode()))}", signer.key.spki


def _url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _verify_jws(token: str, key: VerifyingKey) -> object:
    """Check a JWS by RFC 7515, section 5.2; raises SignatureInvalid."""
    parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
    if json.loads(parts[0])["alg"] != "ES256":
        raise ValueError(parts[0])
    key.verify(token.rpartition(".")[0].encode(), parts[2])
    return json.loads(parts[1])


def _in_python(figures: Figures, seconds: float, token: str, spki: bytes) -> None:
    trust = TrustAnchors.parse((CODE / "trust.json").read_bytes())
    text, listed = (CODE / "code.txt").read_text("utf-8"), (CODE / "status-list.cose").read_bytes()
    asked = partial(verify_qr, text, trust, as_of=AS_OF)
    if asked(status_list=listed).answer is not Answer.IN_FORCE:
        raise ValueError(text)
    floor = rate(partial(_verify_jws, token, VerifyingKey.from_spki(spki)), seconds)
    add = figures.add
    one = rate(partial(asked, status_list=listed), seconds)
    add(Row("codes by one list, Python", one, "1/s", FLOOR, floor, least=LEAST))
    written = rate(lambda: asked(status_list=listed).to_json(), seconds)
    add(Row("codes by one list, the report written as JSON, Python", written, "1/s", FLOOR, floor))
    lists = cycle([city.status_list(size=size) for size in range(4, 4 + LISTS)])
    each = rate(lambda: asked(status_list=next(lists)), seconds)
    add(Row("codes, each by another list, Python", each, "1/s", FLOOR, floor))
    add(Row("codes without a list, Python", rate(asked, seconds), "1/s", FLOOR, floor))
    pinned, data = TrustAnchors.parse((BUNDLE / "trust.json").read_bytes()), (BUNDLE / "evidence.bundle")
    bundle = rate(partial(verify_file, data.read_bytes(), pinned, as_of=AS_OF), seconds)
    add(Row("certificate bundles with two exhibits, Python", bundle, "1/s", FLOOR, floor))


def _by_javascript(figures: Figures, where: str, found: dict[str, float]) -> None:
    figures.add(Row(f"codes by one list, {where}", found["code"], "1/s", FLOOR, found["jws"]))
    name = f"certificate bundles with two exhibits, {where}"
    figures.add(Row(name, found["bundle"], "1/s", FLOOR, found["jws"]))


def _told(seconds: float, token: str, spki: bytes) -> dict[str, Any]:
    files = {
        case.name: {each.name: base64.b64encode(each.read_bytes()).decode() for each in case.iterdir()}
        for case in (CODE, BUNDLE)
    }
    signed = {"token": token, "spki": base64.b64encode(spki).decode()}
    return {"files": files, "jws": signed, "milliseconds": seconds * 1000}


def _under_node(seconds: float, token: str, spki: bytes) -> dict[str, float]:
    told = json.dumps(_told(seconds, token, spki))
    ran = subprocess.run(
        [_node(), str(HERE / "verify_in_node.mjs")], input=told, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _open_attestation(seconds: float) -> float:
    fields = dict(zip(("project", "site", "owner", "contractor"), city.QR_FIELDS, strict=True))
    told = {"issuer": "示范市行政审批服务局", "fields": {"number": "370200202605010101", **fields}}
    script = str(HERE / "peers" / "open_attestation.mjs")
    command = [_node(), script, str(seconds * 1000), json.dumps(told)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(ran.stdout)["rate"])


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise FileNotFoundError("node")
    return found


def in_chromium(seconds: float, token: str, spki: bytes) -> dict[str, float]:
    """The rates in a page."""
    with _served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        script = (HERE / "verify_rates.mjs").read_text("utf-8")
        page.route("**/bench/*.mjs", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        page.goto(url)
        found: dict[str, float] = page.evaluate(IN_PAGE, _told(seconds, token, spki))
        browser.close()
    return found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def _served() -> Iterator[str]:
    files = partial(_Quiet, directory=str(HERE.parents[1] / "api/static/js"))
    server = ThreadingHTTPServer(("localhost", 0), files)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
