"""What every request meets first: no size, depth or fault of one request harms the house."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.responses import StreamingResponse
from sqlalchemy import event

from api.app import create_app
from api.doorkeeper import SESSION_COOKIE, UPLOAD_LIMIT
from api.site import listen, open_site
from tests.quiet_city import QuietCity, open_quiet_city

WORDS = "林知远 11010519491231002X"
ROOT = Path(__file__).resolve().parents[2]

NESTED = """
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from api.app import create_app
from api.demonstration.city import OPERATOR
from api.settings import Mode, Settings
from api.site import listen, open_site
from api.wiring import open_house

listener = listen(host="127.0.0.1", port=0)
url = f"http://localhost:{listener.getsockname()[1]}"
found = []
folder = TemporaryDirectory(prefix="yinxin-")
settings = Settings(
    mode=Mode.DEMONSTRATION, folder=Path(folder.name), chain_url="http://127.0.0.1:9", public_url=url
)
with open_house(settings, OPERATOR) as house:
    site = open_site(create_app(house), listener)
    for size in (60_000, 100_000):
        body = b"[" * size
        words = {"content-type": "application/json"}
        found.append(httpx.post(url + "/api/sessions", content=body, headers=words).status_code)
    found.append(httpx.get(url + "/api/accounts").status_code)
    site.close()
folder.cleanup()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("doors")) as opened:
        yield opened


@pytest.mark.slow
def test_json_nested_without_end_is_refused_and_the_house_lives() -> None:
    # A process of its own: what this guards against is the end of the process.
    done = subprocess.run(
        [sys.executable, "-c", NESTED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [400, 413, 200]


def test_a_form_of_words_has_a_limit_of_its_own(city: QuietCity) -> None:
    answer = city.visitor.post("/api/sessions", json={"account": "x" * 70_000})
    assert (answer.status_code, answer.json()["title"]) == (413, "form-too-large")


def test_an_upload_is_refused_by_the_length_that_it_announces(
    city: QuietCity,
) -> None:
    url = city.visitor.base_url
    head = (
        f"POST /api/agreements HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {UPLOAD_LIMIT + 1}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", url.port or 0), timeout=60) as raw:
        raw.sendall(head.encode())  # and not a byte of the body
        answer = raw.makefile("rb").read()
    status, _, rest = answer.partition(b"\r\n")
    problem = json.loads(rest.partition(b"\r\n\r\n")[2])
    assert (status.split()[1], problem["title"]) == (b"413", "upload-too-large")
    assert "40 MB" in problem["detail"]


def test_an_unforeseen_error_is_answered_with_every_header_and_its_words_are_not_logged(
    city: QuietCity, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(city.house)

    @app.get("/broken")
    def broken() -> None:
        raise ValueError(WORDS)

    listener = listen(host="127.0.0.1", port=0)
    site = open_site(app, listener)
    answer = httpx.get(f"{site.url}/broken")
    site.close()
    assert (answer.status_code, answer.json()["title"]) == (500, "unexpected")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "unexpected ValueError" in caplog.text
    assert WORDS not in caplog.text


def test_an_answer_that_breaks_off_ends_the_connection_and_its_words_are_not_logged(
    city: QuietCity, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(city.house)

    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise ValueError(WORDS)

    @app.get("/breaking")
    def breaking() -> StreamingResponse:
        return StreamingResponse(pieces(), headers={"content-length": "10"})

    site = open_site(app, listen(host="127.0.0.1", port=0))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{site.url}/breaking")
    site.close()
    assert "unexpected ValueError" in caplog.text
    assert WORDS not in caplog.text


def test_a_small_answer_is_sent_at_once() -> None:
    # Without this the system may hold it back for 40 ms, waiting for the one before to be acknowledged.
    with listen(host="127.0.0.1", port=0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # where asyncio turns Nagle's algorithm off


def test_a_visitor_without_a_session_costs_no_question_to_the_database(city: QuietCity) -> None:
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(city.house.database.engine, "before_cursor_execute", note)
    stranger = httpx.get(f"{city.site.url}/api/openapi.json")
    known = httpx.get(f"{city.site.url}/api/openapi.json", cookies={SESSION_COOKIE: "expired"})
    event.remove(city.house.database.engine, "before_cursor_execute", note)
    assert (stranger.status_code, known.status_code, len(asked)) == (200, 200, 1)


def test_a_request_in_another_hosts_name_is_refused(city: QuietCity) -> None:
    elsewhere = {"host": "rebound.example", "origin": "http://rebound.example"}
    answer = city.visitor.post("/api/sessions", json={}, headers=elsewhere)
    assert (answer.status_code, answer.json()["title"]) == (421, "host-foreign")


def test_the_site_answers_by_both_names_of_this_computer(city: QuietCity) -> None:
    port = city.visitor.base_url.port
    found = [httpx.get(f"http://{name}:{port}/api/accounts") for name in ("localhost", "127.0.0.1")]
    assert [answer.status_code for answer in found] == [200, 200]
