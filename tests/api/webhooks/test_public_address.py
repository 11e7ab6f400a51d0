"""No webhook reaches what is not public: by number, by name, through another number, by a redirect."""

import socket
import threading
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest

from api.webhooks import post, public_address
from api.webhooks.endpoints import WebhookAddressMalformed, _check_url
from api.webhooks.post import Post
from api.webhooks.public_address import AddressNotPublic, is_public, resolver
from ledger import deadline
from tests.api.webhooks.receiver import Receiver

NOT_PUBLIC = (
    "0.0.0.0",  # noqa: S104  refused here
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",  # a cloud's metadata
    "127.0.0.1",
    "127.255.0.9",
    "168.63.129.16",  # a cloud's own services
    "169.254.169.254",  # a cloud's metadata
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::1",  # 6to4
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",  # a cloud's metadata
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)
PUBLIC = (
    "1.1.1.1",
    "203.0.114.1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2606:4700::1111",
    "2002:101:101::1",
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_reached(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:7f00:1]"]
)
def test_nothing_arrives_at_this_machine_under_any_of_its_names(listening: Receiver, host: str) -> None:
    port = listening.url.rpartition(":")[2]
    assert Post(loopback=False).send(f"http://{host}:{port}", b"{}", {}) == post.NOT_PUBLIC
    assert listening.came == []


def test_the_same_machine_is_reached_where_a_setting_allows_it(listening: Receiver) -> None:
    assert Post(loopback=True).send(listening.url, b"{}", {}) is None
    assert [each.body for each in listening.came] == [b"{}"]


def test_loopback_allows_no_other_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "10.0.0.1")
    with pytest.raises(AddressNotPublic):
        resolver(loopback=True)("hooks.example", 443)


def test_a_host_with_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers(monkeypatch, "1.1.1.1", "10.0.0.1")
    with pytest.raises(AddressNotPublic):
        resolver(loopback=False)("hooks.example", 443)


def test_a_host_is_looked_up_once_and_the_connection_goes_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch, listening: Receiver
) -> None:
    """A name that changes between two look-ups gains nothing: there is no second one."""
    asked: list[str] = []
    port = int(listening.url.rpartition(":")[2].partition("/")[0])

    def rebinding(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        if host != "hooks.example":
            return found(host, port)
        return found("127.0.0.1" if asked.count(host) == 1 else "10.0.0.1", port)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    resolve, connected = resolver(loopback=True), list[str]()

    def noted(host: str, port: int) -> str:
        connected.append(resolve(host, port))
        return connected[-1]

    with deadline.client(time_out=5.0, resolve=noted) as client:
        assert client.post(f"http://hooks.example:{port}/hook").status_code == 204
    assert (asked.count("hooks.example"), connected) == (1, ["127.0.0.1"])
    assert listening.came[0].headers["host"] == f"hooks.example:{port}"


def test_a_redirect_is_not_followed(listening: Receiver) -> None:
    listening.answers, listening.location = [307], listening.url + "/elsewhere"
    assert Post(loopback=True).send(listening.url, b"{}", {}) == "status-307"
    assert [each.path for each in listening.came] == ["/hook"]


def test_a_receiver_that_never_answers_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        failure = Post(loopback=True, time_out=0.2).send(f"http://127.0.0.1:{port}", b"{}", {})
    assert failure == post.TOO_SLOW


def test_a_look_up_that_hangs_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()
    monkeypatch.setattr(public_address, "LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(20))
    with pytest.raises(httpcore.ConnectTimeout):
        resolver(loopback=False)("hooks.example", 443)
    end.set()


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    assert Post(loopback=False).send("https://hooks.invalid/", b"{}", {}) == post.UNREACHABLE


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#there",
        "https://hooks.example:99999/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://hooks.example/" + "x" * 500,
        "https://hooks.example/\n",
        "https://挂钩.example/",
        "http://127.0.0.1:8000/",
        "",
    ],
)
def test_what_is_no_address_for_webhooks_is_refused(url: str) -> None:
    with pytest.raises(WebhookAddressMalformed):
        _check_url(url, loopback=False)


def found(address: str, port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def looked_up(_: str, port: int, **__: Any) -> list[Any]:
        return [one for each in addresses for one in found(each, port)]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
