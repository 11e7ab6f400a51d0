"""Viewers and copies of a template: kept with it, named when it is used, and by the row of a sheet."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from api.bulk_sending.batches import BatchLineRow
from api.demonstration.people import (
    CONTRACTOR,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
)
from signing.agreement_readers import MOST_READERS
from tests.api.templates import ROLES, TAKINGS, keep, kept, use
from tests.api.test_agreements import problem
from tests.api.test_bulk_sending import send, sheet, submit
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

VIEWER = {
    "reader": "viewer",
    "organization": CONTRACTOR.uscc.text,
    "person": LEGAL_REPRESENTATIVE.name,
}
OPEN_COPY = {"reader": "copy", "organization": ""}
COPY = {"reader": "copy", "organization": OWNER.uscc.text}
HEAD = ("项目名称", "第 1 位查阅人或抄送对象：姓名", "第 2 位查阅人或抄送对象：统一社会信用代码")


def reading(http: httpx.Client, agreement: str) -> list[tuple[str, str, str | None]]:
    shown = http.get(f"/api/agreements/{agreement}").json()["readers"]
    return [(each["kind"], each["party"], each["person"]) for each in shown]


READS = ("viewer", CONTRACTOR.name, LEGAL_REPRESENTATIVE.name)


@pytest.fixture(scope="module")
def template(clerk: httpx.Client) -> str:
    """Its viewer is named, its copy is not."""
    return kept(clerk, readers=json.dumps([VIEWER, OPEN_COPY]))


@pytest.fixture(scope="module")
def of_rows(clerk: httpx.Client) -> str:
    """The same over a PDF, whose only role is the designer's, so that rows are short."""
    return kept(
        clerk,
        content=small_pdf(pages=1),
        title="{项目名称|project}",
        roles=ROLES[2:],
        readers=json.dumps([VIEWER, OPEN_COPY]),
    )


def test_who_is_named_in_the_template_reads_what_is_started_from_it(
    clerk: httpx.Client, template: str
) -> None:
    assert reading(clerk, use(clerk, template).json()["id"]) == [READS]


def test_who_is_named_when_it_is_used_reads_in_their_place(clerk: httpx.Client, template: str) -> None:
    looked = use(clerk, template, door="previews", readers=[COPY]).json()["readers"]
    assert looked == [{"reader": "copy", "party": OWNER.name, "person": None}]
    assert reading(clerk, use(clerk, template, readers=[COPY]).json()["id"]) == [("copy", OWNER.name, None)]
    assert reading(clerk, use(clerk, template, readers=[]).json()["id"]) == []


def test_a_new_version_may_name_others(clerk: httpx.Client) -> None:
    template = kept(clerk, readers=json.dumps([VIEWER]))
    keep(clerk, to=f"/api/templates/{template}/versions", readers=json.dumps([COPY])).raise_for_status()
    assert reading(clerk, use(clerk, template, version=2).json()["id"]) == [("copy", OWNER.name, None)]


NAMELESS = {"reader": "viewer", "organization": "", "person": LEGAL_REPRESENTATIVE.name}


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        ([{**VIEWER, "organization": "9199"}], (409, "identifier-malformed")),
        ([{**VIEWER, "person": "无\n人"}], (409, "hidden-character")),
        ([NAMELESS], (409, "reader-unplaced")),
        ([VIEWER, VIEWER], (409, "reader-twice")),
        ([OPEN_COPY] * (MOST_READERS + 1), (409, "too-many-readers")),
        ([{"reader": "signer", "organization": ""}], (422, "readers-malformed")),
    ],
)
def test_readers_that_cannot_be_kept_are_refused_by_name(
    clerk: httpx.Client, readers: list[dict[str, str]], expected: tuple[int, str]
) -> None:
    assert problem(keep(clerk, readers=json.dumps(readers))) == expected


@pytest.mark.parametrize(
    ("readers", "code"),
    [
        ([{**VIEWER, "person": "无此人"}], "reader-not-in-office"),
        ([NAMELESS], "reader-unplaced"),
        ([COPY, COPY], "reader-twice"),
        ([OPEN_COPY] * (MOST_READERS + 1), "too-many-readers"),
    ],
)
@pytest.mark.parametrize("door", ["previews", "agreements"])
def test_readers_that_cannot_read_are_refused_when_it_is_used(
    clerk: httpx.Client, template: str, door: str, readers: list[dict[str, str]], code: str
) -> None:
    assert problem(use(clerk, template, door=door, readers=readers)) == (409, code)


def test_a_role_is_not_called_like_a_reader(clerk: httpx.Client) -> None:
    """Or a column of the sheet would be the one's and the other's."""
    role = {**ROLES[0], "capacity_zh": "第 1 位查阅人或抄送对象"}
    assert problem(keep(clerk, roles=[role], readers=json.dumps([VIEWER]))) == (409, "role-repeated")


def rows(http: httpx.Client, template: str, *cells: Sequence[str]) -> httpx.Response:
    return submit(http, template, sheet(*cells, head=HEAD))


def test_a_row_names_its_own_readers_or_takes_those_of_the_template(
    city: QuietCity, clerk: httpx.Client, of_rows: str
) -> None:
    usual, named = ("一号楼", "", ""), ("二号楼", LEGAL_REPRESENTATIVE.name, OWNER.uscc.text)
    batch = rows(clerk, of_rows, usual, named).json()["id"]
    sent = send(clerk, city.house, batch)["lines"]
    assert [reading(clerk, each["agreement"]) for each in sent] == [
        [READS],
        [READS, ("copy", OWNER.name, None)],
    ]


def test_another_organization_of_a_row_reads_as_a_whole_where_no_name_stands(
    city: QuietCity, clerk: httpx.Client, of_rows: str
) -> None:
    head = ("项目名称", "viewer or copy 1: credit code")
    batch = submit(clerk, of_rows, sheet(("三号楼", OWNER.uscc.text), head=head)).json()["id"]
    (sent,) = send(clerk, city.house, batch)["lines"]
    assert reading(clerk, sent["agreement"]) == [("viewer", OWNER.name, None)]


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        (("甲", "无此人", ""), HEAD[1], "不在"),
        (("甲", "", "9199"), HEAD[2], "不符合规定的格式"),
        (("甲", "", "91350100M000100Y43"), HEAD[2], "系统中没有"),
    ],
)
def test_a_wrong_reader_is_named_by_line_and_column(
    clerk: httpx.Client, of_rows: str, cells: Sequence[str], column: str, words: str
) -> None:
    (fault,) = rows(clerk, of_rows, cells).json()["rows"]
    assert (fault["line"], fault["column_zh"]) == (2, column)
    assert words in fault["zh"]


def test_a_row_that_names_a_reader_twice_is_told_so(clerk: httpx.Client) -> None:
    template = kept(
        clerk,
        content=small_pdf(pages=1),
        title="{项目名称|project}",
        roles=ROLES[2:],
        readers=json.dumps([COPY, OPEN_COPY]),
    )
    (fault,) = rows(clerk, template, ("甲", "", OWNER.uscc.text)).json()["rows"]
    assert (fault["column_zh"], "只能指定一次" in fault["zh"]) == ("整行", True)


def test_who_reads_is_erased_from_the_row_with_the_sending(
    city: QuietCity, clerk: httpx.Client, of_rows: str
) -> None:
    batch = rows(clerk, of_rows, ("四号楼", "", "")).json()["id"]
    send(clerk, city.house, batch)
    with city.house.database.transaction() as session:
        lines = [each for each in session.query(BatchLineRow).all() if str(each.batch) == batch]
        assert [each.seating for each in lines] == [None]


def test_the_sample_names_who_usually_reads(clerk: httpx.Client, of_rows: str) -> None:
    sample = clerk.get(f"/api/templates/{of_rows}/sample.csv").content.decode("utf-8-sig")
    head, usual = csv.reader(io.StringIO(sample))
    cells: dict[str, Any] = dict(zip(head, usual, strict=True))
    assert cells[HEAD[1]] == LEGAL_REPRESENTATIVE.name
    assert cells[HEAD[2]] == ""


def test_the_pages_show_who_reads(clerk: httpx.Client, template: str) -> None:
    for path in (template, f"{template}/change"):
        page = clerk.get(f"/templates/{path}", headers={"accept": "text/html"}).text
        assert f'value="{LEGAL_REPRESENTATIVE.name}"' in page, path


def test_a_proposal_with_readers_is_kept_as_a_template_with_them(clerk: httpx.Client) -> None:
    """The form that starts an agreement sends its readers to the door of templates too."""
    template = kept(clerk, readers=json.dumps([COPY]))
    assert clerk.get(f"/api/templates/{template}").json()["content"]["readers"] == [{**COPY, "person": None}]


def test_a_firm_that_takes_no_part_learns_nothing_of_who_reads(clerk: httpx.Client, template: str) -> None:
    taking = {"organization": OWNER.uscc.text, "person": OWNERS_REPRESENTATIVE.name}
    named = [{**VIEWER, "person": "无此人"}]
    answer = use(clerk, template, takings=[taking, TAKINGS[1], taking], readers=named)
    assert problem(answer) == (409, "starter-not-party")
