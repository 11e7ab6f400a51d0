"""Comments on an agreement: read by its parties, erased by who wrote them, and no part of anything signed."""

import httpx
import pytest

from api import agreement_comments
from api.demonstration.people import ENGINEER
from api.policy import Role
from tests.api.joint import enter_as, started
from tests.quiet_city import QuietCity
from tests.signing.joint.conftest import AGENCY

LINE = "第 3 页的面积请核对"


def said(http: httpx.Client, id_: str) -> list[str]:
    return [one["text"] for one in http.get(f"/api/agreements/{id_}").json()["comments"]]


def comment(http: httpx.Client, id_: str, text: str = LINE) -> httpx.Response:
    return http.post(f"/api/agreements/{id_}/comments", json={"comment": text})


def test_every_party_reads_who_said_what(clerk: httpx.Client, engineer: httpx.Client) -> None:
    id_ = started(clerk)
    version = clerk.get(f"/api/agreements/{id_}").json()["version"]
    assert comment(engineer, id_).status_code == 201
    assert comment(clerk, id_, "已核对").status_code == 201
    seen = clerk.get(f"/api/agreements/{id_}").json()
    assert [one["text"] for one in seen["comments"]] == [LINE, "已核对"]
    assert seen["comments"][0]["author_zh"] == ENGINEER.title_zh
    assert seen["version"] != version
    page = clerk.get(f"/agreements/{id_}").text
    assert LINE in page
    assert page.count(f'data-to="/api/agreements/{id_}/comments/') == 1  # one's own alone can be deleted


def test_who_wrote_a_comment_erases_it_and_nobody_else(clerk: httpx.Client, engineer: httpx.Client) -> None:
    id_ = started(clerk)
    comment(engineer, id_).raise_for_status()
    number = clerk.get(f"/api/agreements/{id_}").json()["comments"][0]["id"]
    path = f"/api/agreements/{id_}/comments/{number}"
    refused = clerk.delete(path)
    assert (refused.status_code, refused.json()["title"]) == (404, "comment-unknown")
    other = engineer.delete(f"/api/agreements/{started(clerk)}/comments/{number}")
    assert (other.status_code, other.json()["title"]) == (404, "comment-unknown")
    assert said(clerk, id_) == [LINE]
    engineer.delete(path).raise_for_status()
    assert said(clerk, id_) == []
    assert engineer.delete(path).status_code == 404


def test_who_does_not_see_the_agreement_says_nothing_there(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    stranger = enter_as(city, Role.FIRM, organization=AGENCY)
    answer = comment(stranger, id_)
    assert (answer.status_code, answer.json()["title"]) == (404, "agreement-unknown")
    assert said(clerk, id_) == []


@pytest.mark.parametrize(
    ("text", "code"), [("", "text-empty"), ("长" * 201, "text-too-long"), ("一\n二", "hidden-character")]
)
def test_a_comment_that_cannot_be_shown_is_refused(clerk: httpx.Client, text: str, code: str) -> None:
    id_ = started(clerk)
    assert comment(clerk, id_, text).json()["title"] == code
    assert said(clerk, id_) == []


def test_nobody_fills_the_page(clerk: httpx.Client, engineer: httpx.Client) -> None:
    id_ = started(clerk)
    for number in range(agreement_comments.MOST):
        comment(clerk, id_, f"第 {number} 条").raise_for_status()
    assert comment(clerk, id_).json()["title"] == "too-many-comments"
    assert comment(engineer, id_).status_code == 201
