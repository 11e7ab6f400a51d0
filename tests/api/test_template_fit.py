"""A template whose marks no longer fit its documents is refused when it is used, before anybody is asked."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from api.agreement_templates import versions
from api.agreement_templates.content import Content, Role
from api.demonstration.people import DESIGNER
from signing.documents import bring, freeze
from tests.api.templates import ROLES, keep, use
from tests.api.test_agreements import problem
from tests.api.test_bulk_sending import sheet, submit
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

TITLE, FIELDS = "{项目名称|project}", {"项目名称": "滨河社区活动中心"}
SIGNER: dict[str, Any] = ROLES[2]
OTHER: dict[str, Any] = {**SIGNER, "capacity_zh": "审定人", "capacity_en": "reviewer"}
SEAL: dict[str, Any] = {**ROLES[1], "organization": DESIGNER.uscc.text, "perforated": True}


def at(*, document: int = 0, page: int = 0, left: int = 100) -> dict[str, int]:
    return {"document": document, "page": page, "left": left, "bottom": 200}


def kept_earlier(
    city: QuietCity, *roles: dict[str, Any], contents: Sequence[bytes] = (), text: str | None = None
) -> str:
    """A template as a release kept it that asked less of marks: not through the door."""
    house = city.house
    content = Content(
        name="旧模板",
        title=TITLE,
        roles=tuple(Role.model_validate(each) for each in roles),
        needs={},
        hours=72,
        text=text,
    )
    with house.database.transaction() as session:
        documents = [
            freeze(session, house.store, each, name=f"{place}.pdf", clock=house.clock)
            for place, each in enumerate(contents, start=1)
        ]
        for each in documents:
            bring(session, each, by=DESIGNER.uscc, clock=house.clock)
        made = versions.keep(
            session,
            content,
            organization=DESIGNER.uscc,
            documents=[each.digest for each in documents],
            clock=house.clock,
        )
    return str(made.id)


def used(http: httpx.Client, template: str, door: str, takings: int) -> httpx.Response:
    if door == "batches":
        return submit(http, template, sheet((FIELDS["项目名称"],), head=("项目名称",)))
    return use(http, template, door=door, takings=[{}] * takings, fields=FIELDS)


ONE, TWO = small_pdf(pages=1, mark="one"), small_pdf(pages=1, mark="another")
UNFIT = {
    "a document that is not there": ([{**SIGNER, "place": at(document=1)}], [ONE], "第 2 份文件"),
    "a page that is not there": ([{**SIGNER, "place": at(page=9)}], [ONE], "第 10 页"),
    "outside of the second of two": (
        [{**SIGNER, "place": at(document=1, left=9000)}],
        [ONE, TWO],
        "第 2 份文件“2.pdf”",
    ),
    "one over another": ([{**SIGNER, "place": at()}, {**OTHER, "place": at(left=110)}], [ONE], "审定人"),
    "a seal over no edges": ([SEAL], [ONE], "骑缝章"),
}


@pytest.mark.parametrize(("roles", "contents", "reason"), UNFIT.values(), ids=UNFIT.keys())
@pytest.mark.parametrize("door", ["previews", "agreements", "batches"])
def test_marks_that_no_longer_fit_are_refused_in_one_sentence_when_the_template_is_used(
    *,
    city: QuietCity,
    clerk: httpx.Client,
    door: str,
    roles: Sequence[dict[str, Any]],
    contents: Sequence[bytes],
    reason: str,
) -> None:
    template = kept_earlier(city, *roles, contents=contents)
    before = clerk.get("/api/agreements").json()
    answer = used(clerk, template, door, len(roles))
    assert problem(answer) == (409, "template-unfit")
    assert answer.json()["zh"].startswith("模板第 1 版不能照原样签署了：")
    assert reason in answer.json()["zh"]
    assert clerk.get("/api/agreements").json() == before


@pytest.mark.parametrize("door", ["previews", "agreements", "batches"])
def test_marks_that_do_not_fit_a_text_are_refused_too(
    city: QuietCity, clerk: httpx.Client, door: str
) -> None:
    template = kept_earlier(city, {**SIGNER, "place": at(page=9)}, text="就“{项目名称}”订立合同。")
    assert problem(used(clerk, template, door, 1)) == (409, "template-unfit")


def test_a_new_version_whose_marks_fit_is_used(city: QuietCity, clerk: httpx.Client) -> None:
    template = kept_earlier(city, {**SIGNER, "place": at(page=9)}, contents=[ONE])
    roles = [{**SIGNER, "place": at()}]
    keep(
        clerk, to=f"/api/templates/{template}/versions", title=TITLE, roles=roles, text=""
    ).raise_for_status()
    assert use(clerk, template, version=2, takings=[{}], fields=FIELDS).status_code == 201


def test_marks_that_fit_are_looked_at_again_and_used(city: QuietCity, clerk: httpx.Client) -> None:
    template = kept_earlier(
        city, {**SIGNER, "place": at()}, {**OTHER, "place": at(document=1)}, contents=[ONE, TWO]
    )
    for door, status in (("previews", 200), ("agreements", 201), ("batches", 201)):
        assert used(clerk, template, door, 2).status_code == status, door
