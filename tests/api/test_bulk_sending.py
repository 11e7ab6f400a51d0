"""A sheet at the doors: checked whole, sent row by row, never twice, and told cell by cell what is wrong."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.bulk_sending import batches
from api.bulk_sending.batches import BatchLineRow
from api.bulk_sending.sending import send_next
from api.demonstration.city import person_id
from api.demonstration.people import CONTRACTOR, OWNER, OWNERS_REPRESENTATIVE
from api.house import House
from api.policy import Role
from evidence.clock import FixedClock
from identity.members import appoint, dismiss, positions
from tests.api.joint import enter_as
from tests.api.templates import kept
from tests.api.test_agreements import problem
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

HEAD = ("项目名称", "甲方签字人：统一社会信用代码", "甲方签字人：签署人", "乙方公章：统一社会信用代码")
ROW = ("滨河社区活动中心", OWNER.uscc.text, OWNERS_REPRESENTATIVE.name, CONTRACTOR.uscc.text)


def row(**changes: str) -> tuple[str, ...]:
    """A row that is right but for ``changes``: project, owner, signer, contractor."""
    return tuple(
        changes.get(name, cell)
        for name, cell in zip(("project", "owner", "signer", "contractor"), ROW, strict=True)
    )


def sheet(*rows: Sequence[str], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    output = io.StringIO(newline="")
    csv.writer(output).writerows([head, *rows])
    return output.getvalue().encode(encoding)


def submit(http: httpx.Client, template: str, content: bytes) -> httpx.Response:
    return http.post(f"/api/templates/{template}/batches", files={"sheet": ("名单.csv", content, "text/csv")})


def checked(http: httpx.Client, template: str, *rows: Sequence[str]) -> str:
    answer = submit(http, template, sheet(*rows))
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def send(http: httpx.Client, house: House, batch: str) -> dict[str, Any]:
    http.post(f"/api/batches/{batch}/sending").raise_for_status()
    while send_next(house):
        pass
    return told(http, batch)


def refused(http: httpx.Client, house: House, template: str, *rows: Sequence[str]) -> str:
    """A batch whose rows all failed, for the first party's signer was not in office when they were sent."""
    batch = checked(http, template, *rows)
    with nobody_in_office(house):
        assert send(http, house, batch)["failed"] == len(rows)
    return batch


@contextmanager
def nobody_in_office(house: House) -> Iterator[None]:
    """Let the owner's representative hold no position meanwhile."""
    with house.database.transaction() as session:
        person = person_id(session, OWNERS_REPRESENTATIVE)
        held = positions(session, uscc=OWNER.uscc, person=person)
        for each in held:
            dismiss(session, uscc=OWNER.uscc, person=person, position=each, clock=house.clock)
    yield
    with house.database.transaction() as session:
        for each in held:
            appoint(session, uscc=OWNER.uscc, person=person, position=each, clock=house.clock)


def told(http: httpx.Client, batch: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/api/batches/{batch}").json()
    return found


@pytest.fixture(scope="module")
def template(clerk: httpx.Client) -> str:
    return kept(clerk, content=small_pdf(pages=1), title="{项目名称|project}设计合同")


@pytest.fixture(scope="module")
def text_template(clerk: httpx.Client) -> str:
    return kept(clerk, title="{项目名称|project}合同", text="就“{项目名称}”订立合同。")


def test_each_row_of_a_sheet_becomes_an_agreement(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = checked(clerk, template, row(project="甲项目"), row(project="乙项目"))
    assert told(clerk, batch)["checked"] == 2
    sent = send(clerk, city.house, batch)
    assert (sent["sent"], sent["pending"], sent["failed"]) == (2, 0, 0)
    for line, title in zip(sent["lines"], ("甲项目设计合同", "乙项目设计合同"), strict=True):
        shown = clerk.get(f"/api/agreements/{line['agreement']}").json()
        assert (shown["title"], shown["state"]) == (title, "open")
        assert shown["slots"][0]["person"] == OWNERS_REPRESENTATIVE.name


def test_each_row_of_a_text_has_a_document_of_its_own(
    city: QuietCity, clerk: httpx.Client, text_template: str
) -> None:
    batch = checked(clerk, text_template, row(project="甲项目"), row(project="乙项目"))
    sent = send(clerk, city.house, batch)
    digests = {
        clerk.get(f"/api/agreements/{each['agreement']}").json()["document_digest"] for each in sent["lines"]
    }
    assert len(digests) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        ("project", "party A: credit code", "Party A : signer", "seal of party B: credit code"),
        ("'项目名称 ", "甲方签字人:统一社会信用代码", "party A: signer", "乙方公章：统一社会信用代码", ""),
    ],
)
def test_a_sheet_is_read_in_either_language_and_encoding(
    clerk: httpx.Client, template: str, encoding: str, head: Sequence[str]
) -> None:
    answer = submit(clerk, template, sheet(row(project=f"{encoding}{head[0]}"), head=head, encoding=encoding))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet-missing"),
        (sheet(), "sheet-missing"),
        (sheet(ROW, encoding="utf-16"), "sheet-unreadable"),
        (b"PK\x03\x04\x00\x00", "sheet-unreadable"),
        (b"\xff\xff\xff", "sheet-unreadable"),
        (sheet(ROW) + '"不成对'.encode(), "sheet-unreadable"),
        (sheet(ROW, head=(*HEAD[:3], "别的")), "column-unknown"),
        (sheet(ROW, head=(*HEAD[:3], HEAD[0])), "column-twice"),
        (sheet(ROW[:3], head=HEAD[:3]), "column-missing"),
        (sheet(*[row(project=f"{number}") for number in range(1001)]), "sheet-too-large"),
        (sheet(row(project="甲" * 800_000)), "sheet-too-large"),
    ],
)
def test_what_is_no_sheet_of_the_template_is_refused_by_name(
    clerk: httpx.Client, template: str, content: bytes, code: str
) -> None:
    assert problem(submit(clerk, template, content)) == (422, code)


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        (row(project=""), "项目名称", "未填写"),
        (row(project="甲\n乙"), "项目名称", "换行或不可见"),
        (row(project="😀"), "项目名称", "字体中没有"),
        (row(project="甲" * 120), "整行", "上限为 100 个字"),
        (row(owner="9199"), HEAD[1], "不符合规定的格式"),
        (row(owner=""), HEAD[1], "还没有填写统一社会信用代码"),
        (row(owner="91350100M000100Y43"), HEAD[1], "系统中没有"),
        (row(signer="无此人"), HEAD[2], "不在"),
        (row(signer=""), HEAD[2], "还没有填写签署人"),
        (row(signer="S990100001"), HEAD[2], "不在"),
        ((*ROW, "多出来的"), "整行", "单元格比表头多"),
        (row(project="第一行"), "整行", "与第 2 行完全相同"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_and_nothing_is_sent(
    clerk: httpx.Client, template: str, wrong: Sequence[str], column: str, words: str
) -> None:
    answer = submit(clerk, template, sheet(row(project="第一行"), wrong, row(project="第三行")))
    told = answer.json()
    assert problem(answer) == (422, "rows-wrong")
    assert [(each["line"], each["column_zh"]) for each in told["rows"]] == [(3, column)]
    assert words in told["rows"][0]["zh"]
    assert told["zh"].startswith(f"表格有 1 处要改正，一份也没有发出。第一处：第 3 行，{column}：")


def test_every_wrong_cell_is_told_and_no_name_is_repeated(clerk: httpx.Client, template: str) -> None:
    answer = submit(clerk, template, sheet(row(project="", signer="无此人"), row(owner="9199"), row()))
    places = [(each["line"], each["column_zh"]) for each in answer.json()["rows"]]
    assert places == [(2, HEAD[0]), (2, HEAD[2]), (3, HEAD[1])]
    assert "无此人" not in answer.text


def test_lines_are_counted_as_a_text_editor_does(clerk: httpx.Client, template: str) -> None:
    content = sheet(row(), ("", "", "", ""), row(owner="9199")).replace(
        ROW[0].encode(), '"甲\n乙"'.encode(), 1
    )
    assert [each["line"] for each in submit(clerk, template, content).json()["rows"]] == [2, 5]


def test_a_firm_that_takes_no_part_is_told_so(city: QuietCity) -> None:
    contractor = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    roles = [{"kind": "person", "capacity_zh": "甲方签字人", "capacity_en": "party A"}]
    other = kept(contractor, content=small_pdf(), title="{项目名称}", roles=roles)
    answer = submit(contractor, other, sheet(ROW[:3], head=HEAD[:3]))
    assert "发起单位须是签署方之一" in answer.json()["rows"][0]["zh"]


def test_the_same_sheet_again_is_the_same_batch(city: QuietCity, clerk: httpx.Client, template: str) -> None:
    batch = checked(clerk, template, row(project="只发一次"))
    send(clerk, city.house, batch)
    assert checked(clerk, template, row(project="只发一次")) == batch
    assert problem(clerk.post(f"/api/batches/{batch}/sending")) == (409, "nothing-to-send")


def test_who_is_no_longer_in_office_is_told_and_the_row_sent_again(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = refused(clerk, city.house, template, row(project="会离任"), row(project="也会离任"))
    failed = told(clerk, batch)
    assert (failed["sent"], failed["failed"]) == (0, 2)
    assert "在任人员" in failed["lines"][0]["reason_zh"]
    again = send(clerk, city.house, batch)
    assert (again["sent"], again["failed"], again["lines"][0]["reason_zh"]) == (2, 0, None)


def test_what_was_filled_in_is_erased_with_the_sending(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = checked(clerk, template, row(project="会忘记"))
    send(clerk, city.house, batch)
    with city.house.database.transaction() as session:
        assert session.get_one(BatchLineRow, (UUID(batch), 2)).seating is None


def test_a_sheet_that_is_not_sent_is_erased_after_a_week(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    unsent, sent = checked(clerk, template, row(project="不发")), checked(clerk, template, row(project="发"))
    send(clerk, city.house, sent)
    later = FixedClock(city.house.clock.now() + batches.UNSENT_KEPT)
    with city.house.database.transaction() as session:
        batches.forget_due(session, clock=later)
    assert problem(clerk.get(f"/api/batches/{unsent}")) == (404, "batch-unknown")
    assert told(clerk, sent)["sent"] == 1


def test_a_batch_of_a_retired_template_does_not_begin(clerk: httpx.Client) -> None:
    template = kept(clerk, content=small_pdf(), title="{项目名称}")
    batch = checked(clerk, template, row())
    clerk.post(f"/api/templates/{template}/retirement").raise_for_status()
    assert problem(clerk.post(f"/api/batches/{batch}/sending")) == (409, "template-retired")
    assert problem(submit(clerk, template, sheet(row()))) == (409, "template-retired")


def test_the_sample_has_the_columns_of_the_template_and_who_usually_takes_a_role(
    clerk: httpx.Client, template: str
) -> None:
    answer = clerk.get(f"/api/templates/{template}/sample.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, usual = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:4] == list(HEAD)
    assert usual[-1] == "林知远"
    english = clerk.get(f"/api/templates/{template}/sample.csv?lang=en").content.decode("utf-8-sig")
    assert english.startswith("project,party A: credit code,party A: signer")
    clerk.cookies.delete("language")


def test_a_formula_is_kept_as_it_is_and_escaped_in_the_download(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    formula = '=HYPERLINK("https://x.invalid")'
    batch = checked(clerk, template, row(project=formula))
    sent = send(clerk, city.house, batch)
    assert sent["lines"][0]["title"] == f"{formula}设计合同"
    answer = clerk.get(f"/api/batches/{batch}/results.csv").content.decode("utf-8-sig")
    _, cells = csv.reader(io.StringIO(answer))
    assert cells[1] == f"'{formula}设计合同"
    assert cells[3].endswith(f"/agreements/{sent['lines'][0]['agreement']}")


def test_a_batch_of_another_firm_is_answered_like_one_that_does_not_exist(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = checked(clerk, template, row(project="本单位的"))
    other = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    for path in (f"/api/batches/{batch}", f"/api/batches/{batch}/results.csv"):
        assert problem(other.get(path)) == (404, "batch-unknown")
    assert problem(other.post(f"/api/batches/{batch}/sending")) == (404, "batch-unknown")
    assert problem(submit(other, template, sheet(row()))) == (404, "template-unknown")
    assert told(clerk, batch)["checked"] == 1


def test_the_page_of_a_batch_shows_each_row(clerk: httpx.Client, template: str) -> None:
    batch = checked(clerk, template, row(project="看得见"))
    shown = clerk.get(f"/batches/{batch}", headers={"accept": "text/html"}).text
    assert "看得见设计合同" in shown
    assert "待发送" in shown
