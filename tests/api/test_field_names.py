"""Every field that a visitor can send has a name in both languages."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.app import ROUTERS
from api.field_names import field, listed, named
from api.slot_forms import PlaceAsked, SlotAsked, TextAsked
from evidence.errors import Term

NEUTRAL = field(None)


def sent() -> Iterator[str]:
    """Every field that a door takes."""
    yield from {**SlotAsked.model_fields, **PlaceAsked.model_fields, **TextAsked.model_fields}
    for route in [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]:
        taken = route.dependant
        yield from (each.name for each in taken.path_params + taken.query_params)
        for body in taken.body_params:
            kind = body.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from kind.model_fields
            else:
                yield body.name


@pytest.mark.parametrize("key", sorted(set(sent())))
def test_every_field_has_a_name_of_its_own(key: str) -> None:
    assert field(key) != NEUTRAL


def test_the_kinds_that_were_tried_are_not_told() -> None:
    tried = [("body", "valid_from", "date"), ("body", "valid_from", "datetime"), ("body", "captures")]
    told = listed(named(each) for each in tried)
    assert told == Term("有效期起、现场照片", "begin of the validity, pictures taken now")


def test_a_body_that_cannot_be_read_has_a_neutral_name() -> None:
    assert named(("body", 17)) == field("of the program") == Term("提交的内容", "what was sent")
