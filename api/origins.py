"""Where a request comes from, as far as attempts are counted by it: address, browser and account.

A browser is given a random mark when somebody first signs in with it. The mark signs nobody in and is told to
no other site; who deletes it is counted by the address alone.

    def answer(…, origin: FromOrigin): attempts.check(session, Attempt.SCAN, origin, clock=house.clock)

Behind a proxy on this computer the address is the one that the proxy names (uvicorn trusts 127.0.0.1).
"""

import secrets
from typing import Annotated

from fastapi import Depends, Request, Response

from api.house import House
from identity.attempts import Origin

DEVICE_COOKIE = "yinxin_device"
MARK_BYTES = 16
YEAR = 365 * 24 * 3600  # seconds


def mark_device(request: Request, response: Response, *, secure: bool) -> None:
    """Give the browser its mark, if it has none; ``secure`` where the site is served by https."""
    if DEVICE_COOKIE in request.cookies:
        return
    response.set_cookie(
        DEVICE_COOKIE,
        secrets.token_urlsafe(MARK_BYTES),
        max_age=YEAR,
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def _origin(request: Request) -> Origin:
    house: House = request.app.state.house
    return house.origins.origin(
        address=request.client.host if request.client else "",
        device=request.cookies.get(DEVICE_COOKIE) or None,
        account=request.state.visitor.account,
    )


FromOrigin = Annotated[Origin, Depends(_origin)]
"""Where the request comes from, masked."""
