"""An HTTP client whose whole exchange ends in time, however slowly the other side lets its bytes drip.

httpx bounds each read and write, not their sum: a server that sends one byte of a header before each time-out
holds its caller for hours. Here every read, write and connection may take what is left of the exchange.

    client = deadline.client(time_out=5.0)
    with deadline.within(5.0), client.stream("GET", url) as answer:
        ...
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

_END: ContextVar[float | None] = ContextVar("end of the exchange, monotonic seconds", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let what this thread asks in the block be over after ``seconds``, or raise httpx.TimeoutException."""
    before = _END.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _END.reset(before)


def client(*, time_out: float, resolve: Callable[[str, int], str] | None = None) -> httpx.Client:
    """Make a client that heeds ``within``; a single read or write takes ``time_out`` seconds at most.

    ``resolve`` gives the address that a connection to a host and port is made to, or raises an error of
    httpcore; without it the system looks the host up. The client follows no redirect and asks the
    environment for no proxy: api/settings.py alone reads that.
    """
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool._network_backend = _Backend(resolve)  # noqa: SLF001  httpx passes no backend on
    return httpx.Client(transport=transport, timeout=time_out, follow_redirects=False, trust_env=False)


def _left(time_out: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Give the seconds that a step may take.

    Raises:
        TimeoutException: of the kind ``late``, when none are left.
    """
    end = _END.get()
    if end is None:
        return time_out
    left = end - time.monotonic()
    if left <= 0:
        raise late
    return left if time_out is None else min(left, time_out)


class _Backend(httpcore.SyncBackend):
    """Opens connections that heed the end of the exchange that uses them."""

    def __init__(self, resolve: Callable[[str, int], str] | None) -> None:
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = host if self._resolve is None else self._resolve(host, port)
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(address, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
