"""A log read over HTTP costs no more than it may, whatever the other side sends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evidence.keys import LocalSigner
from evidence.merkle import leaf_hash, root
from ledger import log_http
from ledger.log_http import AddressMalformed, HttpLog
from ledger.log_memory import MemoryLog
from ledger.log_source import LogUnavailable
from ledger.mirror import Mirror
from ledger.tiles import Place

ORIGIN = "test.example/log"
ENTRIES = [f"entry {number}".encode() for number in range(600)]

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def answering(answer: Answer) -> Iterator[HttpLog]:
    """A log that answers everything in one way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as address, HttpLog(address) as log:
        yield log


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(code)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    return answer


def without_end(to: BaseHTTPRequestHandler) -> None:
    status(200)(to)
    try:
        while True:
            to.wfile.write(bytes(65_536))
    except OSError:
        pass


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_mirror_served_by_any_web_server_can_be_mirrored(tmp_path: Path, log_signer: LocalSigner) -> None:
    first = Mirror(tmp_path / "site/ledger", origin=ORIGIN, key=log_signer.key)
    first.grow(MemoryLog(ORIGIN, log_signer, ENTRIES))
    second = Mirror(tmp_path / "second", origin=ORIGIN, key=log_signer.key)
    with served(partial(Quiet, directory=str(tmp_path / "site"))) as address, HttpLog(address) as log:
        second.grow(log)
    assert second.root == root([leaf_hash(each) for each in ENTRIES])


def test_what_is_not_there_is_none() -> None:
    with answering(status(404)) as log:
        assert (log.tile(Place(0), level=0), log.bundle(Place(0))) == (None, None)


@pytest.mark.parametrize(
    "answer",
    [
        status(302, Location="https://elsewhere.example/"),
        status(500),
        status(200, b"\xff\xfe"),
        status(200, b"x", Content_Encoding="gzip"),
        status(200, b"x" * (log_http.LARGEST_TEXT + 1)),
        without_end,
    ],
)
def test_an_answer_that_no_log_gives_makes_it_unavailable(answer: Answer) -> None:
    with answering(answer) as log, pytest.raises(LogUnavailable):
        log.checkpoint()


def test_an_answer_past_the_deadline_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_http, "DEADLINE_SECONDS", -1.0)
    with answering(status(200, b"x")) as log, pytest.raises(LogUnavailable):
        log.checkpoint()


@pytest.mark.parametrize(("answer", "said"), [(status(200, b"1234\n"), 1234), (status(404), None)])
def test_a_log_says_how_many_entries_it_has_or_nothing(answer: Answer, said: int | None) -> None:
    with answering(answer) as log:
        assert log.recorded() == said


@pytest.mark.parametrize("body", [b"", b"-1", b"1e9", b"0012", b"9" * 19, "１２".encode()])
def test_what_is_no_number_of_entries_is_not_taken_for_one(body: bytes) -> None:
    with answering(status(200, body)) as log, pytest.raises(LogUnavailable):
        log.recorded()


def test_a_log_that_is_not_there_is_unavailable() -> None:
    with HttpLog("http://127.0.0.1:9") as log, pytest.raises(LogUnavailable):  # the discard port
        log.checkpoint()


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "a.example/ledger", "https://", "https://a/b?c", "https://a/#b"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(AddressMalformed):
        HttpLog(address)
