"""Every route names who may call it."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI

from api.app import ROUTERS
from api.policy import PolicyMissing, Role, Visitor, allow, require_policy, roles_of


def test_an_application_with_a_route_that_names_no_role_is_refused() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/open-door")
    def open_door() -> None: ...

    with pytest.raises(PolicyMissing, match="/open-door"):
        require_policy(app)


def test_a_route_of_a_router_that_names_no_role_is_refused_however_deep_it_is_included() -> None:
    inner, outer, app = APIRouter(), APIRouter(), FastAPI(openapi_url=None)

    @inner.get("/open-door")
    def open_door() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    with pytest.raises(PolicyMissing, match="/open-door"):
        require_policy(app)


def test_a_route_that_names_a_role_is_accepted() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/kept-door")
    def kept_door(_: Annotated[Visitor, allow(Role.AGENCY)]) -> None: ...

    require_policy(app)


@pytest.mark.parametrize(
    "route", [route for router in ROUTERS for route in router.routes], ids=lambda route: route.path
)
def test_every_route_names_its_roles(route: object) -> None:
    assert roles_of(route)  # type: ignore[arg-type]  # routers hold APIRoute alone
