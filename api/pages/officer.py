"""The officer's page: scanning and the answer, which its scripts make on the device itself."""

from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse
from starlette.responses import Response

from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse

STATIC = Path(__file__).resolve().parent.parent / "static"
SHELL = (
    "seal.svg",
    "css/house.css",
    "css/officer.css",
    "js/early.js",
    "js/house.js",
    "js/officer/*.js",
    "js/verifier/*.js",
    "third_party/zxing-wasm/es/**/*.js",
    "third_party/zxing-wasm/reader/*.wasm",
)
"""The files that the page needs without a network."""

router = APIRouter(include_in_schema=False)


@cache
def shell() -> tuple[str, ...]:
    """Give the addresses of all files of the page."""
    files = {file for pattern in SHELL for file in STATIC.glob(pattern)}
    return tuple(sorted(f"/static/{file.relative_to(STATIC).as_posix()}" for file in files))


@router.get("/c")
def scan(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Show the page that a certificate's QR code opens; the code itself never reaches the server."""
    return page(request, "officer.html", shell=shell(), site=house.settings.public_url)


@router.get("/officer")
def officer(_: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Lead the officer to the one page for verifying."""
    return RedirectResponse("/c")


@router.get("/service-worker.js")
def service_worker(_: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the page's service worker from the root, because a worker serves only what lies below it."""
    return FileResponse(STATIC / "js/officer/service-worker.js", media_type="text/javascript")
