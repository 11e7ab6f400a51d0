"""The officer's page, which a device installs: scanning and the answer, made on the device itself."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.responses import Response

from api.language import sentence
from api.pages import page
from api.pages.modules import STATIC, modules
from api.policy import Role, Visitor, allow
from api.routes import InHouse

SCRIPT, READER = "js/officer/page.js", "third_party/zxing-wasm/es/reader/index.js"
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
    "third_party/pdfjs-dist/*.mjs",
)
"""The files that the page needs without a network."""

ICONS = (("seal-192", 192, "any"), ("seal-512", 512, "any"), ("seal-maskable-512", 512, "maskable"))
"""The pictures of the installed page: file, pixels of a side, and whether a device may cut them."""

PAPER = "#fbfaf6"
"""The colour behind the page, as css/house.css has it."""

MANIFEST_KEPT = 24 * 3600
"""Seconds for which a browser or a proxy may keep the manifest, which is the same for everybody."""

router = APIRouter(include_in_schema=False)


@cache
def shell() -> Mapping[str, str]:
    """Give the addresses of all files of the page, each with its digest as fetch compares it (W3C SRI)."""
    files = {file for pattern in SHELL for file in STATIC.glob(pattern)}
    return {f"/static/{file.relative_to(STATIC).as_posix()}": _integrity(file) for file in files}


def _integrity(file: Path) -> str:
    return f"sha256-{b64encode(sha256(file.read_bytes()).digest()).decode()}"


@router.get("/c")
def scan(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Show the page that a certificate's QR code opens; the code itself never reaches the server."""
    reader = f"/static/{READER}"  # what the script imports as it runs
    return page(
        request,
        "officer.html",
        modules=(*modules(SCRIPT), reader, *modules(READER)),
        shell=shell(),
        site=house.settings.public_url,
        visit_days=house.settings.visit_days,
    )


@router.get("/officer")
def officer(_: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Lead the officer to the one page for verifying."""
    return RedirectResponse("/c")


@router.get("/manifest.webmanifest")
def manifest(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Describe the page to a device that installs it (W3C Web Application Manifest)."""
    described = {
        "id": "/c",
        "start_url": "/c",
        "scope": "/",
        "name": sentence("officer.installed.name", "zh", city=house.settings.city_zh),
        "short_name": sentence("officer.installed.short", "zh"),
        "description": sentence("officer.lead", "zh"),
        "lang": "zh-CN",
        "dir": "ltr",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {
                "src": f"/static/icons/{file}.png",
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": use,
            }
            for file, side, use in ICONS
        ],
    }
    return JSONResponse(
        described,
        media_type="application/manifest+json",
        headers={"Cache-Control": f"public, max-age={MANIFEST_KEPT}"},
    )


@router.get("/service-worker.js")
def service_worker(_: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the page's service worker from the root, because a worker serves only what lies below it."""
    return FileResponse(STATIC / "js/officer/service-worker.js", media_type="text/javascript")
