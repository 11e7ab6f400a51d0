"""An HTTP proxy on loopback before a real node that tells one lie at a time, or the truth.

A lie changes one answer, or the whole HTTP body, and nothing else: whoever is to find it out has only the
other, true answers to hold it against.

    with lying_proxy(node.url) as proxy:
        proxy.lie = lies.STALE_HEAD
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Ask = Callable[..., Any]
Alter = Callable[[str, list[Any], Any, Ask], Any]
"""Give the answer to tell, from the method, its parameters, the true result and a way to ask the node."""


@dataclass(frozen=True)
class Lie:
    """A named lie; ``body`` and ``status`` replace the whole HTTP answer where they are set."""

    name: str
    alter: Alter = lambda _method, _params, result, _ask: result
    body: Callable[[bytes], bytes] = lambda true: true
    status: int = 200


TRUTH = Lie("the truth")


class LyingProxy:
    """The proxy at ``url``; ``lie`` may be changed at any time."""

    def __init__(self, node: str) -> None:
        self.lie = TRUTH
        self._client = httpx.Client(base_url=node, trust_env=False, timeout=30)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a small answer must not wait for an acknowledgement
            wbufsize = -1

            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, body = proxy.told(content)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def told(self, content: Any) -> tuple[int, bytes]:
        """Give the HTTP status and body for ``content``, one question or several."""
        lie = self.lie
        answers = [self._answer(lie, each) for each in (content if isinstance(content, list) else [content])]
        body = json.dumps(answers if isinstance(content, list) else answers[0]).encode()
        return lie.status, lie.body(body)

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node itself."""
        content = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self._client.post("/", json=content).json().get("result")

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._client.close()

    def _answer(self, lie: Lie, question: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.post("/", json=question).json()
        if "error" not in answer:
            answer["result"] = lie.alter(question["method"], question["params"], answer["result"], self.ask)
        return answer


@contextmanager
def lying_proxy(node: str) -> Iterator[LyingProxy]:
    """Run a proxy before the node at ``node`` until the block ends."""
    proxy = LyingProxy(node)
    try:
        yield proxy
    finally:
        proxy.close()
