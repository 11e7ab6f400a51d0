"""A timestamp authority that is not ours: openssl, with an RSA chain of its own, served over HTTP here."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Outside authority
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[stamp]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = stamp.pem
certs = root.pem
signer_key = stamp.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class OutsideAuthority:
    """Its folder, where openssl works, and its root."""

    folder: Path
    root: x509.Certificate

    def answer(self, request: bytes) -> bytes:
        """Let ``openssl ts -reply`` answer."""
        (self.folder / "request").write_bytes(request)
        openssl(self.folder, "ts", "-reply", "-config", "conf", "-queryfile", "request", "-out", "answer")
        return (self.folder / "answer").read_bytes()


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def open_authority(folder: Path) -> OutsideAuthority:
    """Make the root, the stamping key and its certificate in ``folder``."""
    (folder / "conf").write_text(CONFIGURATION)
    (folder / "serial").write_text("01\n")
    new = ("req", "-config", "conf", "-newkey", "rsa:2048", "-nodes")
    openssl(
        folder, *new, "-x509", "-extensions", "root", "-days", "30", "-keyout", "root.key", "-out", "root.pem"
    )
    openssl(folder, *new, "-subj", "/CN=Outside stamp", "-keyout", "stamp.key", "-out", "stamp.csr")
    certify = ("x509", "-req", "-in", "stamp.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
    openssl(folder, *certify, "-days", "30", "-extfile", "conf", "-extensions", "stamp", "-out", "stamp.pem")
    return OutsideAuthority(folder, x509.load_pem_x509_certificate((folder / "root.pem").read_bytes()))


@contextmanager
def served(answer: Callable[[bytes], bytes], *, status: int = 200) -> Iterator[str]:
    """Serve ``answer`` to what is posted, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
