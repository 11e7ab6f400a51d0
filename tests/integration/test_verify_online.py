"""``yinxin verify --online`` asks hosts of the trust file, believes none of them, and goes nowhere else."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api import commands
from evidence.statuslist import CertificateState
from tests.verify import city
from tests.verify.shown import COPY, extended, stated

LIST = f"/api/issuers/{city.AGENCY}/status-list"


@dataclass
class Site:
    """A host of the city: what lies where, and which paths were asked for."""

    host: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def code(self) -> str:
        return city.code(host=self.host)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            content = found.files.get(self.path)
            self.send_response(302 if self.path == "/moved" else 200 if content else 404)
            self.send_header("Location", f"http://{found.host}/permit.bundle")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.host = f"127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def trust(site: Site, tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    path.write_bytes(replace(city.trust_anchors(), hosts=(site.host,)).to_json())
    return path


def verify(trust: Path, *arguments: str) -> int:
    told = ("--trust", str(trust), "--as-of", city.NOW.isoformat(), "--json", "--lang", "en")
    return commands.main(["verify", *told, *arguments])


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[Any, str]:
    out, err = capsys.readouterr()
    return (json.loads(out) if out else None), err


def test_the_status_list_of_a_genuine_code_is_fetched(
    site: Site, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.files[LIST] = city.status_list(CertificateState.SUSPENDED)
    assert verify(trust, "--online", site.code()) == 4
    assert printed(capsys)[0]["state"] == "suspended"
    assert verify(trust, site.code()) == 0
    assert printed(capsys)[0]["answer"] == "UNKNOWN"
    assert site.asked == [LIST]


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (stated(), 0, ""),
        (stated(city.LISTED), 4, ""),
        (stated(signer=city.strange_signer()), 0, "The answer is not one that the issuer signed"),
        (b"", 0, "did not give what was asked for (HTTP 404)"),
    ],
)
def test_of_a_copy_it_is_asked_whether_its_holder_withdrew_it(  # noqa: PLR0917  pytest gives them by name
    site: Site, trust: Path, capsys: pytest.CaptureFixture[str], state: bytes, code: int, said: str
) -> None:
    where = f"/api/issuers/{city.AGENCY}/copies/{COPY.statement.hex()}"
    site.files = {LIST: city.status_list(), where: state}
    assert verify(trust, "--online", extended(host=site.host)) == code
    report, told = printed(capsys)
    assert report["answer"] == ("NOT_IN_FORCE" if code else "IN_FORCE")
    assert said in told if said else not told
    withdrawal = next(each for each in report["checks"] if each["name"] == "withdrawal")
    assert (withdrawal["outcome"] == "INDETERMINATE") == bool(said)
    assert site.asked == [LIST, where]


def test_a_host_that_hands_over_a_forged_list_is_not_believed(
    site: Site, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.files[LIST] = city.status_list(signer=city.strange_signer())
    assert verify(trust, "--online", site.code()) == 0
    assert printed(capsys)[0]["answer"] == "UNKNOWN"


def test_without_a_list_the_answer_is_unknown_and_says_that_it_was_not_to_be_had(
    site: Site, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(trust, "--online", site.code()) == 0
    report, said = printed(capsys)
    assert report["answer"] == "UNKNOWN"
    assert f"{site.host} did not give what was asked for (HTTP 404)" in said


def test_a_code_that_is_not_genuine_asks_nobody(site: Site, trust: Path) -> None:
    altered = site.code()[:-4] + "0000"
    foreign = city.code(host="localhost:9", signer=city.strange_signer())
    assert [verify(trust, "--online", code) for code in (altered, foreign)] == [1, 2]
    assert site.asked == []


def test_the_file_at_a_pinned_address_is_fetched_and_a_redirection_is_not_followed(
    site: Site, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.files["/permit.bundle"] = city.bundle().encode()
    assert verify(trust, "--online", f"http://{site.host}/permit.bundle") == 0
    assert printed(capsys)[0]["kind"] == "certificate"
    assert verify(trust, "--online", f"http://{site.host}/moved") == 3
    assert "HTTP 302" in printed(capsys)[1]
    assert site.asked == ["/permit.bundle", "/moved"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--online", "http://127.0.0.1:9/permit.bundle"), "was not contacted"),
        (("--online", "https://{host}/permit.bundle"), "was not contacted"),
        (("--online", "http://{host}@127.0.0.1:9/permit.bundle"), "was not contacted"),
        (("http://{host}/permit.bundle",), "offline it is not opened"),
        (("--offline", "http://{host}/permit.bundle"), "offline it is not opened"),
    ],
)
def test_nothing_else_is_ever_contacted(
    arguments: tuple[str, ...], said: str, site: Site, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(trust, *(each.replace("{host}", site.host) for each in arguments)) == 3
    assert said in printed(capsys)[1]
    assert site.asked == []
