"""The description of the JSON doors (OpenAPI 3.1), made true where the framework only guesses.

FastAPI describes refusals as it would answer them itself; here each is a problem (RFC 9457) with one
sentence in two languages. It does not know who may come in, nor what is sent by webhook: that is added.

    app.openapi = described(app, ROUTERS)
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.api_keys import MAY_HOLD
from api.doorkeeper import SESSION_COOKIE
from api.policy import Role, by_hand, roles_of
from api.webhooks.events import EventType

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457); title is its stable code, detail its sentence in your language.",
    "required": ["type", "title", "status", "detail", "zh", "en"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "zh": {"type": "string"},
        "en": {"type": "string"},
    },
}
EVENT = {
    "type": "object",
    "title": "Event",
    "description": "A CloudEvent 1.0 in JSON, signed by the rules of Standard Webhooks 1.0.0.",
    "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "format": "uri"},
        "type": {"type": "string", "enum": [each.value for each in EventType]},
        "subject": {"type": "string", "format": "uuid"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
    },
}
SCHEMES = {
    "apiKey": {"type": "http", "scheme": "bearer", "description": "an API key of a firm or the agency"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}
_REFUSED = {
    "description": "Refused, with a sentence that says why and what now.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def described(app: FastAPI, routers: Sequence[APIRouter]) -> Callable[[], dict[str, Any]]:
    """Give what describes the doors of ``routers`` in ``app``; they are looked at when it is first asked."""

    @cache
    def describe() -> dict[str, Any]:
        found = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        for guessed in ("HTTPValidationError", "ValidationError"):
            schemas.pop(guessed, None)
        schemas |= {"Problem": PROBLEM, "Event": EVENT}
        found["components"]["securitySchemes"] = SCHEMES
        security = {
            (route.path_format, method.lower()): _security(route)
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }
        for path, doors in found["paths"].items():
            for method, door in doors.items():
                door["responses"].pop("422", None)
                door["responses"]["default"] = _REFUSED
                door["security"] = security[path, method]
        found["webhooks"] = {"event": {"post": _delivery()}}
        return found

    return describe


def _security(route: APIRoute) -> list[dict[str, list[str]]]:
    roles = roles_of(route)
    if Role.ANYONE in roles:
        return []
    by_key = roles & set(MAY_HOLD) and not by_hand(route)
    return [{"apiKey": []}, {"session": []}] if by_key else [{"session": []}]


def _delivery() -> dict[str, Any]:
    return {
        "summary": "What happened, told to a registered address.",
        "requestBody": {
            "content": {"application/cloudevents+json": {"schema": {"$ref": "#/components/schemas/Event"}}}
        },
        "responses": {"2XX": {"description": "Taken; anything else is tried again."}},
    }
