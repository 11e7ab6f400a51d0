"""The couriers against real sockets: what is handed over, and what is for later or for never."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from identity.courier_mail import SmtpCourier
from identity.courier_sms import HttpSmsCourier
from identity.couriers import Channel, CourierRefused, CourierUnavailable, Letter

TOKEN = "open-sesame"  # noqa: S105  of a gateway that lives for one test
SMS = Letter(UUID(int=1), Channel.SMS, "示范市印信", "13900000000", "验证码 123456")
MAIL = Letter(UUID(int=2), Channel.MAIL, "示范市印信", "lin@example.com", "验证码 123456\nCode 123456")


@contextmanager
def gateway(status: int, seen: list[tuple[dict[str, str], dict[str, str]]]) -> Iterator[str]:
    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append(({key.lower(): value for key, value in self.headers.items()}, json.loads(body)))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  the name is the library's

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/send"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_text_message_is_posted_with_its_id_and_the_token() -> None:
    seen: list[tuple[dict[str, str], dict[str, str]]] = []
    with gateway(202, seen) as url:
        HttpSmsCourier(url, token=TOKEN).carry(SMS)
    headers, body = seen[0]
    assert (headers["authorization"], headers["idempotency-key"]) == (f"Bearer {TOKEN}", str(SMS.id))
    assert body == {"id": str(SMS.id), "to": SMS.address, "sign": SMS.title, "text": SMS.text}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, CourierUnavailable),
        (503, CourierUnavailable),
        (429, CourierUnavailable),
        (408, CourierUnavailable),
        (401, CourierUnavailable),
        (403, CourierUnavailable),
        (400, CourierRefused),
        (404, CourierRefused),
        (302, CourierRefused),
    ],
)
def test_a_gateway_says_later_or_never(status: int, kind: type[Exception]) -> None:
    with gateway(status, []) as url, pytest.raises(kind) as refused:
        HttpSmsCourier(url, token=TOKEN).carry(SMS)
    assert not any(secret in str(refused.value) for secret in (SMS.address, "123456", url, TOKEN))


def test_a_gateway_that_is_away_or_silent_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(CourierUnavailable):
            HttpSmsCourier(f"http://127.0.0.1:{port}", token=TOKEN, time_out=0.1).carry(SMS)
    with pytest.raises(CourierUnavailable):
        HttpSmsCourier(f"http://127.0.0.1:{port}", token=TOKEN).carry(SMS)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def mail_server(certificate: Path, *, refuse: dict[str, str], heard: list[str]) -> Iterator[int]:
    """A server that speaks as much of RFC 5321 and STARTTLS as one letter needs; its farewell is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        talking: socket.socket = connection
        try:
            talking.sendall(b"220 localhost\r\n")
            lines = talking.makefile("rb")
            while line := lines.readline().decode().strip():
                verb = line.split(" ")[0].upper()
                heard.append(line)
                if verb == "STARTTLS":
                    talking.sendall(b"220 go ahead\r\n")
                    talking = context.wrap_socket(connection, server_side=True)
                    lines = talking.makefile("rb")
                elif verb == "EHLO":
                    talking.sendall(b"250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
                elif verb in refuse:
                    talking.sendall(refuse[verb].encode() + b"\r\n")
                elif verb == "DATA":
                    talking.sendall(b"354 go on\r\n")
                    while (text := lines.readline().decode().strip("\r\n")) != ".":
                        heard.append(text)
                    talking.sendall(b"250 taken\r\n")
                else:
                    talking.sendall((b"235" if verb == "AUTH" else b"250") + b" ok\r\n")
                    if verb == "QUIT":
                        break
        except OSError:  # the client went away
            pass
        finally:
            talking.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()
    thread.join(5)


def courier(port: int, certificate: Path | None) -> SmtpCourier:
    context = ssl.create_default_context(cafile=None if certificate is None else str(certificate))
    return SmtpCourier(
        "localhost",
        port=port,
        user="city",
        password=TOKEN,
        sender="city@mail.example",
        context=context,
        time_out=5,
    )


def test_a_mail_goes_out_over_tls_with_its_id(certificate: Path) -> None:
    heard: list[str] = []
    with mail_server(certificate, refuse={}, heard=heard) as port:
        courier(port, certificate).carry(MAIL)
    assert heard.index("STARTTLS") < next(n for n, line in enumerate(heard) if line.startswith("AUTH"))
    assert f"Message-ID: <{MAIL.id}@mail.example>" in heard
    assert "To: lin@example.com" in heard


def test_a_server_that_cannot_be_trusted_is_told_nothing(certificate: Path) -> None:
    heard: list[str] = []
    with (
        mail_server(certificate, refuse={}, heard=heard) as port,
        pytest.raises(CourierUnavailable),
    ):
        courier(port, None).carry(MAIL)
    assert not any(line.startswith(("AUTH", "MAIL", "RCPT")) for line in heard)


@pytest.mark.parametrize(
    ("refuse", "kind"),
    [
        ({"RCPT": "550 no such mailbox"}, CourierRefused),
        ({"RCPT": "450 busy"}, CourierUnavailable),
        ({"MAIL": "451 later"}, CourierUnavailable),
        ({"MAIL": "552 too much"}, CourierRefused),
        ({"AUTH": "535 wrong password"}, CourierUnavailable),
    ],
)
def test_a_mail_server_says_later_or_never(
    certificate: Path, refuse: dict[str, str], kind: type[Exception]
) -> None:
    with mail_server(certificate, refuse=refuse, heard=[]) as port, pytest.raises(kind) as refused:
        courier(port, certificate).carry(MAIL)
    assert not any(secret in str(refused.value) for secret in (MAIL.address, "123456", TOKEN))


def test_a_mail_server_that_is_away_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CourierUnavailable):
        courier(port, None).carry(MAIL)
