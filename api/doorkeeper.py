"""What every request meets first: its size, its origin, its visitor, and the headers of its answer."""

import json
from collections import deque
from contextlib import suppress
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import api_keys
from api.accounts import visitor as visitor_of
from api.field_names import field
from api.house import House
from api.language import COOKIE, language_of
from api.policy import Visitor
from api.problems import (
    FieldTwice,
    FormTooLarge,
    HostForeign,
    OriginForeign,
    UploadTooLarge,
    answer_refusal,
    answer_unexpected,
)
from evidence.errors import YinxinError

SESSION_COOKIE = "yinxin_session"
UPLOAD_LIMIT = 40 * 1024 * 1024  # bytes: a 30 MB drawing set, or a clip of 60 frames, with room
FORM_LIMIT = 64 * 1024  # bytes of a body without a file
LARGER_FORMS = {"/api/sharing/verifications": 512 * 1024}
"""Bytes at the doors that take more: a hundred codes of at most 4 kB each."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
YEAR = 365 * 24 * 3600  # seconds

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy_with_node(origin: str) -> dict[str, str]:
    """Give the header by which one page may also connect to ``origin``, as ``api.rpc_address`` reads it."""
    name = "Content-Security-Policy"
    return {name: HEADERS[name].replace("connect-src 'self'", f"connect-src 'self' {origin}")}


def policy_framed_by(origin: str) -> dict[str, str]:
    """Give the header by which pages of ``origin`` may frame one page (``api.embedding.framing_origins``)."""
    name = "Content-Security-Policy"
    return {name: HEADERS[name].replace("frame-ancestors 'none'", f"frame-ancestors {origin}")}


def _check_size(request: Request) -> None:
    announced = request.headers.get("content-length", "0")
    chunked = "chunked" in request.headers.get("transfer-encoding", "")
    if chunked or not announced.isdigit() or int(announced) > UPLOAD_LIMIT:
        raise UploadTooLarge(limit_mb=UPLOAD_LIMIT // 2**20)
    with_file = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    limit = LARGER_FORMS.get(request.url.path, FORM_LIMIT)
    if not with_file and int(announced) > limit:
        raise FormTooLarge(limit_kb=limit // 2**10)


async def _check_keys(request: Request) -> None:
    """Refuse JSON that says something twice: a reader may see one value and the house take the other."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")):
        return
    with suppress(ValueError, RecursionError):  # what is no JSON is refused where it is read
        json.loads(await request.body(), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, object]]) -> None:
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            raise FieldTwice(field=field(key))
        seen.add(key)


def _check_host(request: Request) -> None:
    """Answer at the public address and the address listened on: any other name may be a rebound one."""
    settings = request.app.state.house.settings
    public_url = settings.public_url.rstrip("/")
    _, port = request.scope.get("server") or ("", None)
    local = ("localhost", "127.0.0.1", settings.host.lower())
    own = {urlsplit(public_url).netloc.lower(), *(f"{name}:{port}" for name in local)}
    host = request.headers.get("host", "")
    if host.lower() not in own:
        raise HostForeign(host=host[:100], public_url=public_url)


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is None or request.method in SAFE_METHODS:
        return
    own = {
        request.app.state.house.settings.public_url.rstrip("/"),
        f"{request.url.scheme}://{request.url.netloc}",
    }
    if origin not in own:
        raise OriginForeign(origin=origin[:100])


async def _find_visitor(request: Request) -> Visitor:
    token, key = request.cookies.get(SESSION_COOKIE), api_keys.key_in(request.headers.get("authorization"))
    if not token and key is None:
        return Visitor()
    return await run_in_threadpool(_known, request.app.state.house, token, key)


def _known(house: House, token: str | None, key: str | None) -> Visitor:
    with house.database.transaction() as session:
        if key is not None:  # it counts alone: a request that holds one is never the browser's own
            return api_keys.visitor(session, house.software.api_keys, key=key, clock=house.clock)
        return visitor_of(session, token=token, clock=house.clock)


async def _check(request: Request) -> None:
    _check_size(request)
    _check_host(request)
    _check_origin(request)
    await _check_keys(request)
    if not request.url.path.startswith("/static/"):
        request.state.visitor = await _find_visitor(request)


class _Hearing:
    """What a request says, for two: the doorkeeper, who may read all of it, and the route after it."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._heard = receive, deque[Message]()

    async def first(self) -> Message:
        """Hear the next message, and keep it for the route."""
        message = await self._receive()
        self._heard.append(message)
        return message

    async def then(self) -> Message:
        """Hear what was kept, then what comes."""
        return self._heard.popleft() if self._heard else await self._receive()


class Doorkeeper:
    """Lets requests through to ``app``, one by one, and dresses its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request (ASGI 3.0)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hearing, begun = _Hearing(receive), False
        request = Request(scope, hearing.first)

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _dress(request, MutableHeaders(scope=message))
            await send(message)

        try:
            await _check(request)
            await self._app(scope, hearing.then, dressed)
        except Exception as error:  # noqa: BLE001  the edge: raised further, uvicorn would log its message
            answer = _answer(request, error)
            if not begun:  # or the connection ends where the answer broke off
                await answer(scope, hearing.then, dressed)


def _answer(request: Request, error: Exception) -> Response:
    return (
        answer_refusal(request, error)
        if isinstance(error, YinxinError)
        else answer_unexpected(request, error)
    )


def _dress(request: Request, headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not request.url.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    if request.query_params.get("lang"):
        chosen = Response()
        chosen.set_cookie(COOKIE, language_of(request), max_age=YEAR, samesite="lax")
        headers.append("set-cookie", chosen.headers["set-cookie"])


def install(app: FastAPI) -> None:
    """Set the doorkeeper before every route of ``app``."""
    app.add_middleware(Doorkeeper)
