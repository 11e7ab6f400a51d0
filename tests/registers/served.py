"""The double served over HTTP on this machine, as an authority's service would answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from evidence.canonical import encode
from registers.questions import Question
from registers.scripted import ScriptedRegisters


@contextmanager
def served(double: ScriptedRegisters, *, body: bytes | None = None) -> Iterator[str]:
    """Serve ``double`` and give the address; ``body`` is answered instead of what it says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = Question.decode(self.rfile.read(int(self.headers["Content-Length"])))
            if question.register in double.silent:
                self.send_error(503)
                return
            reply = double.reply(question)
            content = encode({"answer": reply.signed, "portrait": reply.portrait}) if body is None else body
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()
