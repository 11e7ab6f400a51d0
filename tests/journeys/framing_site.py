"""A firm's own site on loopback: one page that holds a frame, and keeps what it hears from it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>协同办公</title>
<style>body {{ margin: 0 }} iframe {{ border: 0; width: 100%; height: 100vh }}</style>
<script>
  window.heard = [];
  addEventListener("message", ({{ origin, data }}) => window.heard.push({{ origin, ...data }}));
</script>
<iframe title="签署" src="{src}" allow="camera; publickey-credentials-get"></iframe></html>"""


@dataclass
class FramingSite:
    """The site at ``origin``; its page frames ``src``."""

    origin: str
    src: str = "about:blank"


@contextmanager
def framing_site() -> Iterator[FramingSite]:
    """Serve it at 127.0.0.1, another host than the city's localhost, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(src=escape(site.src)).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = FramingSite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
