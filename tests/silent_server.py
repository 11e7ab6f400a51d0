"""A server on loopback that accepts and never answers: what a stopped node looks like from outside."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class SilentServer:
    """It listens at ``url``; ``asked`` is set once somebody sent something."""

    url: str
    asked: threading.Event


@contextmanager
def silent_server() -> Iterator[SilentServer]:
    """Listen until the block ends."""
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    if connection.recv(1):
                        asked.set()
                    while connection.recv(4096):
                        pass

        threading.Thread(target=listen, daemon=True).start()
        yield SilentServer(f"http://127.0.0.1:{listener.getsockname()[1]}", asked)
        listener.shutdown(socket.SHUT_RDWR)
