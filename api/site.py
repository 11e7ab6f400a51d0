"""The open site: the application served by uvicorn in a thread, on a port that was free."""

import errno
import gc
import socket
import threading
import time
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from api.system_reasons import reason
from evidence.errors import Refused, Unavailable

START_SECONDS = 30
POLL_SECONDS = 0.02
GRACE_SECONDS = 3  # for answers under way when the site closes


class PortTaken(Refused):
    """Another program listens on the port."""

    code = "port-taken"
    zh = "端口 {port} 已被其他程序占用。请关闭该程序，或换一个端口：YINXIN_PORT={other} make run"
    en = "Port {port} is used by another program. Stop it, or choose another: YINXIN_PORT={other} make run"


class AddressUnusable(Refused):
    """This computer cannot listen there. Facts: ``host``, ``port``, ``reason``."""

    code = "address-unusable"
    zh = "无法在 {host}:{port} 监听（{reason}）。请检查 YINXIN_HOST 与 YINXIN_PORT。"
    en = "Nothing can listen at {host}:{port} ({reason}); check YINXIN_HOST and YINXIN_PORT."


class SiteNotOpened(Unavailable):
    """The server did not come up."""

    code = "site-not-opened"
    zh = "网站未能在端口 {port} 启动，原因见 log 文件夹中的日志；处理后重试。"
    en = "The site did not open on port {port}; the log in the folder named log says why. Then try again."


@dataclass(frozen=True)
class Site:
    """A served application; ``url`` is where it answers."""

    url: str
    app: FastAPI
    server: uvicorn.Server
    thread: threading.Thread

    def close(self) -> None:
        """Stop serving; who listens to the log is let go first, or would be waited for."""
        self.app.state.watch.end()
        self.server.should_exit = True
        self.thread.join()


def listen(*, host: str, port: int) -> socket.socket:
    """Take the port before anything else is started; 0 takes a free one.

    Raises:
        PortTaken: somebody listens there.
        AddressUnusable: this computer has no such address, or does not let this user have the port.
    """
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # or asyncio leaves Nagle's delay on: 40 ms an answer
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port=port, other=port + 1) from error
        raise AddressUnusable(host=host, port=port, reason=reason(error)) from error
    return listener


def settle() -> None:
    """Leave what stands now out of Python's search for unused objects, which held all answers up for 0.3 s.

    For a process that opens one site and serves it until it ends.
    """
    gc.collect()
    gc.freeze()


def open_site(app: FastAPI, listener: socket.socket) -> Site:
    """Serve ``app`` on ``listener`` until closed.

    Raises:
        SiteNotOpened: the server ended or did not come up.
    """
    config = uvicorn.Config(
        app,
        log_config=None,  # the command decides where the log goes
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="site", daemon=True)
    thread.start()
    host, port = listener.getsockname()[:2]
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise SiteNotOpened(port=port)
        time.sleep(POLL_SECONDS)
    name = "localhost" if host == "127.0.0.1" else host
    return Site(url=f"http://{name}:{port}", app=app, server=server, thread=thread)
