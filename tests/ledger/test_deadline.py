"""An exchange over HTTP is over in time, however slowly the other side answers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import certifi
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ledger import deadline, log_http
from ledger.chain import ChainUnavailable
from ledger.log_http import HttpLog
from ledger.log_source import LogUnavailable
from ledger.rpc import HttpRpc

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DROP_SECONDS = 0.1  # between two bytes: less than any read waits for
PATIENCE = 0.5  # seconds; the whole answer takes ten times as long

Speak = Callable[[socket.socket], None]


@contextmanager
def server(speak: Speak, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve whoever connects by ``speak``."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) if context else plain as visitor:
                    visitor.recv(65_536)
                    speak(visitor)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def at_once(visitor: socket.socket) -> None:
    visitor.sendall(WHOLE)


def drop_by_drop(visitor: socket.socket) -> None:
    for byte in WHOLE:
        visitor.sendall(bytes([byte]))
        threading.Event().wait(DROP_SECONDS)


def test_a_header_that_drips_is_given_up() -> None:
    with (
        server(drop_by_drop) as url,
        deadline.client(time_out=60) as client,
        deadline.within(PATIENCE),
        pytest.raises(httpx.TimeoutException),
    ):
        client.get(url)


def test_what_is_asked_outside_of_a_deadline_waits_as_ever() -> None:
    with server(drop_by_drop) as url, deadline.client(time_out=60) as client:
        assert client.get(url).text == "ok"


def test_a_deadline_that_is_over_asks_nothing() -> None:
    with server(at_once) as url, deadline.client(time_out=60) as client:
        with deadline.within(0), pytest.raises(httpx.TimeoutException):
            client.get(url)
        assert client.get(url).text == "ok"


def test_a_node_and_a_log_that_drip_are_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_http, "DEADLINE_SECONDS", PATIENCE)
    with server(drop_by_drop) as url, HttpLog(url) as log:
        with pytest.raises(ChainUnavailable):
            HttpRpc(url, time_out=PATIENCE).ask([("eth_chainId", ())])
        with pytest.raises(LogUnavailable):
            log.checkpoint()


def test_a_server_with_tls_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certified(tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "cert.pem"))
    with server(at_once, context) as url, deadline.client(time_out=60) as client, deadline.within(60):
        assert client.get(url).text == "ok"


def certified(folder: Path) -> ssl.SSLContext:
    """Give the context of a server whose certificate, of its own signing, is ``cert.pem`` in ``folder``."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
