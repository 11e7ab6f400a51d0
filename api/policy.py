"""The one policy point: who may call which route.

Every route names the roles that may call it by depending on ``allow(…)``; ``require_policy`` refuses to
start an application with a route that names none.

    @router.post("/agreements")
    def create(visitor: Annotated[Visitor, allow(Role.FIRM)]) -> …
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from evidence.errors import Refused


class Role(StrEnum):
    """What a visitor may act as."""

    ANYONE = "anyone"
    PERSON = "person"
    FIRM = "firm"
    AGENCY = "agency"
    OFFICER = "officer"
    OPERATOR = "operator"
    COUNTER = "counter"
    DEPARTMENT = "department"


class SignInNeeded(Refused):
    """Nobody is signed in, and the page is not for everybody."""

    code = "sign-in-needed"
    zh = "请先登录，再打开此页。"
    en = "Sign in first, then open this page."


class NotYours(Refused):
    """Somebody is signed in, but in another role."""

    code = "not-yours"
    zh = "此页供“{role_zh}”使用，请换用相应账户登录。"
    en = "This page is for {role_en}; sign in with that account."


class ApiKeyNotEnough(Refused):
    """A program asks with its key for what decides about keys, webhooks and framing sites."""

    code = "api-key-not-enough"
    zh = "接口密钥、事件推送和嵌入网站只能由登录的人员管理，不能凭接口密钥办理；请登录后在“软件对接”页操作。"
    en = (
        "Keys, webhooks and sites that frame are kept by who is signed in, not by a key; sign in and use the "
        "page for software."
    )


class PolicyMissing(Exception):  # noqa: N818  a fault of the program, named by its reason like every error here
    """A route names no role; the application must not start."""


ROLE_ZH = {
    Role.PERSON: "本人",
    Role.FIRM: "企业",
    Role.AGENCY: "发证机关",
    Role.OFFICER: "执法人员",
    Role.OPERATOR: "运营人员",
    Role.COUNTER: "窗口工作人员",
    Role.DEPARTMENT: "协同部门",
}
ROLE_EN = {
    Role.PERSON: "a person",
    Role.FIRM: "a firm",
    Role.AGENCY: "the issuing agency",
    Role.OFFICER: "an officer",
    Role.OPERATOR: "an operator",
    Role.COUNTER: "an officer at a counter",
    Role.DEPARTMENT: "a cooperating department",
}


@dataclass(frozen=True)
class Visitor:
    """Who is calling: an account that is signed in or whose API key a program holds, or nobody."""

    roles: frozenset[Role] = field(default_factory=frozenset)
    account: UUID | None = None
    person: UUID | None = None
    organization: str | None = None
    title_zh: str = ""
    title_en: str = ""
    api_key: UUID | None = None

    @property
    def signed_in(self) -> bool:
        """Whether an account stands behind the request."""
        return self.account is not None


@dataclass(frozen=True)
class Allowed:
    """A dependency that lets only visitors with one of ``roles`` pass; with ``by_hand`` no program."""

    roles: frozenset[Role]
    by_hand: bool = False

    async def __call__(self, request: Request) -> Visitor:
        """Give the visitor, or refuse, as ``visitor`` does."""  # async: a plain call takes a thread
        return self.visitor(request)

    def visitor(self, request: Request) -> Visitor:
        """Give the visitor, or refuse.

        Raises:
            SignInNeeded: nobody is signed in.
            NotYours: the visitor has none of the roles.
            ApiKeyNotEnough: it is a program, where somebody must be signed in.
        """
        visitor: Visitor = request.state.visitor
        if self.by_hand and visitor.api_key is not None:
            raise ApiKeyNotEnough
        if Role.ANYONE in self.roles or visitor.roles & self.roles:
            return visitor
        if not visitor.signed_in:
            raise SignInNeeded
        wanted = sorted(self.roles)
        raise NotYours(
            role_zh="、".join(ROLE_ZH[role] for role in wanted),
            role_en=" or ".join(ROLE_EN[role] for role in wanted),
        )


def allow(*roles: Role, by_hand: bool = False) -> Any:
    """Name the roles that may call a route; ``by_hand`` where no API key opens it.

    A key that leaked must not make another one, nor have itself told more.
    """
    return Depends(Allowed(frozenset(roles), by_hand))


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _dependencies(inner)


def roles_of(route: APIRoute) -> frozenset[Role]:
    """Give the roles that ``route`` names; empty when it names none."""
    named: frozenset[Role] = frozenset()
    for dependant in _dependencies(route.dependant):
        if isinstance(dependant.call, Allowed):
            named |= dependant.call.roles
    return named


def by_hand(route: APIRoute) -> bool:
    """Whether no API key opens ``route``."""
    return any(
        isinstance(each.call, Allowed) and each.call.by_hand for each in _dependencies(route.dependant)
    )


def check(route: APIRoute, request: Request) -> None:
    """Check that the visitor may call ``route``, before anything else of it is done.

    Raises:
        SignInNeeded, NotYours, ApiKeyNotEnough: they may not.
    """
    for each in _dependencies(route.dependant):
        if isinstance(each.call, Allowed):
            each.call.visitor(request)


def require_policy(app: FastAPI) -> None:
    """Refuse an application that has a route without a policy.

    Raises:
        PolicyMissing: names the first such route.
    """
    for route in _routes(app.routes):
        if not roles_of(route):
            raise PolicyMissing(f"{sorted(route.methods or ())} {route.path} names no role")


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Give every route, those of included routers too: FastAPI keeps a router whole where it was included."""
    for each in routes:
        if isinstance(each, APIRoute):
            yield each
        included: APIRouter | None = getattr(each, "original_router", None)
        if included is not None:
            yield from _routes(included.routes)
