"""Where a webhook may go: to public addresses of the internet and nowhere else.

A host is looked up once a connection, every address that it has must be public, and the connection is made
to one of just these: a name that is public when it is looked at and private when it is reached finds nothing
in between. An address that carries another one within (IPv4-mapped, NAT64, 6to4) is judged by that one.

    resolve = resolver(loopback=False)
    resolve("hooks.example", 443)      # "203.0.113.7"; raises AddressNotPublic for 10.0.0.1

Source: the IANA special-purpose address registries (RFC 6890), as ``ipaddress`` has them; RFC 4291, 2.5.5.2;
RFC 6052, 2.1; RFC 3056, 2.
"""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookUpTimeout
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore

LOOK_UP_SECONDS = 5.0

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that is routed on the internet
_NAT64 = IPv6Network("64:ff9b::/96")
_SERVICES = (ip_network("168.63.129.16/32"),)
"""Public by their number, and yet a cloud's own services for the machines in it."""

Resolve = Callable[[str, int], str]
"""Gives the address to connect to for a host and a port."""

_look_ups = ThreadPoolExecutor(4, thread_name_prefix="look-up")


class AddressNotPublic(httpcore.ConnectError):
    """A host has an address that no webhook may reach."""


def resolver(*, loopback: bool) -> Resolve:
    """Give what looks hosts up; ``loopback`` allows this machine besides, for tests and demonstrations."""

    def resolve(host: str, port: int) -> str:
        found = _look_up(host, port)
        if not all(is_public(each) or (loopback and each.is_loopback) for each in found):
            raise AddressNotPublic
        return str(found[0])

    return resolve


def _look_up(host: str, port: int) -> list[IPv4Address | IPv6Address]:
    looking = _look_ups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = looking.result(LOOK_UP_SECONDS)
    except LookUpTimeout as error:
        raise httpcore.ConnectTimeout from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError from error
    return [ip_address(each[4][0]) for each in found]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether ``address`` is one host of the internet."""
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _SERVICES)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour
