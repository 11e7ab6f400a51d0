"""Roles of a template for the stamp of a qualification: of a sort, put by its holder or under a grant."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, LEGAL_REPRESENTATIVE
from api.policy import Role
from identity.qualifications import QualificationKind
from tests.api.joint import enter_as, granted_authorization, sign
from tests.api.templates import keep, kept, use
from tests.api.test_agreement_templates import UNKNOWN
from tests.api.test_agreements import problem
from tests.api.test_bulk_sending import send, sheet, submit
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

KIND = QualificationKind.STRUCTURAL_ENGINEER_1
STAMP = {
    "kind": "qualification",
    "qualification": KIND.value,
    "capacity_zh": "项目负责人（执业印章）",
    "capacity_en": "site manager (stamp)",
}
HOLDER = {"organization": DESIGNER.uscc.text, "person": ENGINEER.name}
FIRM = {"organization": CONTRACTOR.uscc.text, "person": LEGAL_REPRESENTATIVE.name}
HEAD = (
    "项目名称",
    "项目负责人（执业印章）：统一社会信用代码",
    "项目负责人（执业印章）：签署人",
    "项目负责人（执业印章）：授权编号",
)


@pytest.fixture(scope="module")
def contractor(city: QuietCity) -> httpx.Client:
    return enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)


@pytest.fixture(scope="module")
def granted(city: QuietCity, contractor: httpx.Client) -> str:
    """The engineer's authorization of the contractor, for several uses."""
    return granted_authorization(city, contractor, uses=5)


def over_pdf(http: httpx.Client, **role: str) -> str:
    """A template whose only role stamps."""
    roles = [{**STAMP, **role}]
    return kept(http, content=small_pdf(pages=1), title="{项目名称|project}", roles=roles)


def used(http: httpx.Client, template: str, *, door: str = "agreements", **taking: str) -> httpx.Response:
    return use(http, template, door=door, takings=[taking], fields={"项目名称": "滨河社区活动中心"})


def stamp(http: httpx.Client, agreement: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/api/agreements/{agreement}").json()["slots"][0]["stamp"]
    return found


def test_the_holder_who_is_named_when_it_is_used_puts_their_own_stamp(
    city: QuietCity, clerk: httpx.Client
) -> None:
    template = over_pdf(clerk)
    (party,) = used(clerk, template, door="previews", **HOLDER).json()["parties"]
    assert party["stamp"] == {"holder": ENGINEER.name, "zh": KIND.term.zh, "en": KIND.term.en}
    id_ = used(clerk, template, **HOLDER).json()["id"]
    assert (stamp(clerk, id_)["holder"], stamp(clerk, id_)["authorization"]) == (ENGINEER.name, None)
    sign(city.house, id_, "1", ENGINEER)
    assert clerk.get(f"/api/agreements/{id_}").json()["state"] == "complete"


def test_a_fixed_holder_need_not_be_named(clerk: httpx.Client) -> None:
    id_ = used(clerk, over_pdf(clerk, **HOLDER)).json()["id"]
    assert stamp(clerk, id_)["holder"] == ENGINEER.name


def test_a_firm_puts_the_stamp_under_the_grant_that_is_named_when_it_is_used(
    city: QuietCity, contractor: httpx.Client, granted: str
) -> None:
    id_ = used(contractor, over_pdf(contractor), **FIRM, authorization=granted).json()["id"]
    assert (stamp(contractor, id_)["holder"], stamp(contractor, id_)["authorization"]) == (
        ENGINEER.name,
        granted,
    )
    sign(city.house, id_, "1", LEGAL_REPRESENTATIVE)
    assert stamp(contractor, id_)["left"] == 4


def test_a_grant_in_the_template_says_of_which_sort_the_stamp_is_and_need_not_be_named(
    contractor: httpx.Client, granted: str
) -> None:
    """As the form that starts an agreement sends it: the authorization alone."""
    role = {**STAMP, **FIRM, "authorization": granted}
    del role["qualification"]
    template = kept(contractor, content=small_pdf(pages=1), title="{项目名称|project}", roles=[role])
    content = contractor.get(f"/api/templates/{template}").json()["content"]
    assert content["roles"][0]["qualification"] == KIND.value
    assert stamp(contractor, used(contractor, template).json()["id"])["authorization"] == granted


def test_without_the_grant_of_the_template_the_signer_needs_a_qualification(
    contractor: httpx.Client, granted: str
) -> None:
    template = over_pdf(contractor, **FIRM, authorization=granted)
    assert problem(used(contractor, template, authorization="")) == (404, "qualification-unknown")


def test_a_grant_of_another_sort_is_refused(contractor: httpx.Client, granted: str) -> None:
    other = {"qualification": QualificationKind.CONSTRUCTOR_1.value}
    answer = used(contractor, over_pdf(contractor, **FIRM, **other), authorization=granted)
    assert problem(answer) == (409, "stamp-of-another-kind")
    assert QualificationKind.CONSTRUCTOR_1.term.zh in answer.json()["zh"]
    fixed = {**STAMP, **FIRM, **other, "authorization": granted}
    assert problem(keep(contractor, roles=[fixed])) == (409, "stamp-of-another-kind")


@pytest.mark.parametrize(
    ("taking", "expected"),
    [
        ({**FIRM, "authorization": UNKNOWN}, (404, "authorization-unknown")),
        ({**FIRM, "authorization": "第一号"}, (409, "authorization-malformed")),
        ({"organization": CONTRACTOR.uscc.text}, (409, "role-untaken")),
        (FIRM, (404, "qualification-unknown")),
    ],
)
@pytest.mark.parametrize("door", ["previews", "agreements"])
def test_a_stamp_that_cannot_be_put_is_refused_when_it_is_used(
    contractor: httpx.Client, door: str, taking: dict[str, str], expected: tuple[int, str]
) -> None:
    assert problem(used(contractor, over_pdf(contractor), door=door, **taking)) == expected


def test_a_grant_of_another_firm_is_no_grant(clerk: httpx.Client, granted: str) -> None:
    answer = used(clerk, over_pdf(clerk), **HOLDER, authorization=granted)
    assert problem(answer) == (404, "authorization-unknown")


def test_a_role_that_stamps_nothing_takes_no_grant(contractor: httpx.Client, granted: str) -> None:
    plain = {"kind": "person", "capacity_zh": "经办人", "capacity_en": "clerk"}
    template = kept(contractor, content=small_pdf(pages=1), title="{项目名称|project}", roles=[plain])
    answer = used(contractor, template, **FIRM, authorization=granted)
    assert problem(answer) == (409, "stamp-misplaced")


def rows(http: httpx.Client, template: str, *cells: Sequence[str]) -> httpx.Response:
    return submit(http, template, sheet(*cells, head=HEAD))


def test_the_rows_of_a_sheet_name_holders_and_grants(
    city: QuietCity, contractor: httpx.Client, granted: str
) -> None:
    template = over_pdf(contractor)
    batch = rows(contractor, template, ("一号楼", *FIRM.values(), granted)).json()["id"]
    (sent,) = send(contractor, city.house, batch)["lines"]
    assert stamp(contractor, sent["agreement"])["authorization"] == granted


def test_a_row_without_a_number_takes_the_holder_or_the_grant_of_the_template(
    city: QuietCity, clerk: httpx.Client, contractor: httpx.Client, granted: str
) -> None:
    for http, template in (
        (clerk, over_pdf(clerk, **HOLDER)),
        (contractor, over_pdf(contractor, **FIRM, authorization=granted)),
    ):
        batch = submit(http, template, sheet(("二号楼",), head=HEAD[:1])).json()["id"]
        (sent,) = send(http, city.house, batch)["lines"]
        assert stamp(http, sent["agreement"])["holder"] == ENGINEER.name


@pytest.mark.parametrize(
    ("number", "column", "words"),
    [
        (UNKNOWN, HEAD[3], "不属于您"),
        ("第一号", HEAD[3], "授权编号的格式不对"),
        ("第一号", HEAD[3], "填“无”"),
        ("", HEAD[2], "没有找到该人员的这项注册资格"),
    ],
)
def test_a_wrong_stamp_is_named_by_line_and_column(
    contractor: httpx.Client, number: str, column: str, words: str
) -> None:
    (fault,) = rows(contractor, over_pdf(contractor), ("甲", *FIRM.values(), number)).json()["rows"]
    assert (fault["line"], fault["column_zh"]) == (2, column)
    assert words in fault["zh"]
    assert "第一号" not in fault["zh"]


def with_a_clerk(http: httpx.Client, granted: str) -> str:
    """A template whose stamp its firm usually puts under a grant; its firm signs as well."""
    plain = {"kind": "person", "capacity_zh": "经办人", "capacity_en": "clerk", **FIRM}
    roles = [{**STAMP, **FIRM, "authorization": granted}, plain]
    return kept(http, content=small_pdf(pages=1), title="{项目名称|project}", roles=roles)


def test_the_usual_grant_is_that_of_the_usual_organization_alone(
    city: QuietCity, contractor: httpx.Client, granted: str
) -> None:
    template = with_a_clerk(contractor, granted)
    fields = {"项目名称": "滨河社区活动中心"}
    agreement = use(contractor, template, takings=[HOLDER, {}], fields=fields).json()["id"]
    batch = rows(contractor, template, ("三号楼", *HOLDER.values(), "")).json()["id"]
    (sent,) = send(contractor, city.house, batch)["lines"]
    for each in (agreement, sent["agreement"]):
        assert (stamp(contractor, each)["holder"], stamp(contractor, each)["authorization"]) == (
            ENGINEER.name,
            None,
        )


@pytest.mark.parametrize("word", ["无", "none", "None"])
def test_a_word_in_a_row_leaves_the_stamp_to_its_holder(
    contractor: httpx.Client, granted: str, word: str
) -> None:
    template = with_a_clerk(contractor, granted)
    (fault,) = rows(contractor, template, ("甲", *FIRM.values(), word)).json()["rows"]
    assert fault["column_zh"] == HEAD[2]
    assert "没有找到该人员的这项注册资格" in fault["zh"]
    assert rows(contractor, template, ("甲", *HOLDER.values(), word)).status_code == 201
    page = contractor.get(f"/templates/{template}", headers={"accept": "text/html"}).text
    assert "填“无”" in page


def test_the_sample_names_the_usual_grant(contractor: httpx.Client, granted: str) -> None:
    template = over_pdf(contractor, **FIRM, authorization=granted)
    sample = contractor.get(f"/api/templates/{template}/sample.csv").content.decode("utf-8-sig")
    head, usual = csv.reader(io.StringIO(sample))
    assert tuple(head) == HEAD
    assert usual == ["", *FIRM.values(), granted]


def test_the_pages_say_of_which_sort_a_stamp_is_and_offer_the_grants(
    contractor: httpx.Client, granted: str
) -> None:
    template = over_pdf(contractor, **FIRM, authorization=granted)
    for path in (template, f"{template}/change"):
        page = contractor.get(f"/templates/{path}", headers={"accept": "text/html"}).text
        assert KIND.term.zh in page, path
        assert f'<option value="{granted}">' in page, path


def test_a_new_version_may_ask_for_a_stamp(clerk: httpx.Client) -> None:
    template = kept(clerk, content=small_pdf(pages=1), title="{项目名称}", roles=[{**STAMP, **HOLDER}])
    changed = {**STAMP, **HOLDER, "qualification": QualificationKind.ARCHITECT_1.value}
    keep(clerk, to=f"/api/templates/{template}/versions", roles=[changed], text="").raise_for_status()
    answer = use(clerk, template, version=2, takings=[{}], fields={"项目名称": "甲"})
    assert problem(answer) == (404, "qualification-unknown")
