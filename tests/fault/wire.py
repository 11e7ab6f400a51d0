"""The wire between a process and its chain node: the process is killed at a chosen request.

with wire.laid(node.url) as line:
    line.cut(Cut(number=3, method="eth_sendRawTransaction", done=True), worker.kill)
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Cut:
    """Where to cut: at request ``number`` from now (1: the next) of those that name ``method``, or of all.

    ``done`` says that the node does what it was asked to before the cut; otherwise it never hears of it.
    """

    number: int
    method: str = ""
    done: bool = False


class Wire:
    """Passes JSON-RPC on to the node at ``node``, as it stands, until it is told to cut."""

    def __init__(self, node: str, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=node, trust_env=False, timeout=ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._left = 0
        self._cut: tuple[Cut, Callable[[], None], threading.Event] | None = None

    def cut(self, where: Cut, act: Callable[[], None]) -> threading.Event:
        """Do ``act`` once, at ``where``; give what tells that it was done."""
        happened = threading.Event()
        with self._lock:
            self._left, self._cut = where.number, (where, act, happened)
        return happened

    def passed(self, body: bytes) -> bytes | None:
        """Pass one request on; give the node's answer, or None where the wire was cut."""
        due = self._due(body)
        if due is None:
            return self._asked(body)
        where, act, happened = due
        if where.done:
            self._asked(body)
        act()
        happened.set()
        return None

    def _due(self, body: bytes) -> tuple[Cut, Callable[[], None], threading.Event] | None:
        with self._lock:
            if self._cut is None or self._cut[0].method.encode() not in body:
                return None
            self._left -= 1
            if self._left > 0:
                return None
            due, self._cut = self._cut, None
            return due

    def _asked(self, body: bytes) -> bytes:
        return self._http.post("/", content=body, headers={"content-type": "application/json"}).content


def _door(line: Callable[[], Wire]) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = line().passed(body)
            with suppress(OSError):  # whoever asked may have been killed meanwhile
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing: the node keeps a log of its own."""

    return Door


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a caller that was killed in the middle of a request."""


@contextmanager
def laid(node: str) -> Iterator[Wire]:
    """Lay a wire to the node at ``node`` from a free port of loopback."""
    server = _Server(("127.0.0.1", 0), _door(lambda: line))
    line = Wire(node, f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
