"""A sheet of certificates at the agency's doors: checked row by row, issued row by row, none twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from api.bulk_issuing import batches
from api.bulk_issuing.checking import check
from api.bulk_issuing.columns import columns
from api.bulk_issuing.issuing import issue_next, release_rows
from api.bulk_issuing.refusals import NothingToIssue
from api.bulk_issuing.tables import IssueLineRow
from api.bulk_sending.sheet import read
from api.demonstration.people import CONTRACTOR, OWNER
from api.house import House
from api.policy import Role
from api.tasks import finish_certificates
from evidence.clock import FixedClock
from evidence.errors import YinxinError
from signing.certificate_issue import finish_issue
from signing.certificate_registration import Application, register, today
from signing.certificate_types import certificate_type
from signing.tables import CertificateRow
from signing.timestamps_http import TimestampSilent
from tests.api.joint import AGENCY_DESK, enter, enter_as
from tests.api.sheets import HEAD, MANY, TYPE, act, checked, counts, download, issue, row, sheet, submit, told
from tests.api.test_agreements import problem
from tests.quiet_city import QuietCity


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


def issued(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(CertificateRow)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_right_row_becomes_a_certificate_and_is_told_with_its_number(
    city: QuietCity, agency: httpx.Client, encoding: str
) -> None:
    batch = checked(agency, sheet(row(f"甲{encoding}"), encoding=encoding))
    assert counts(agency, batch) == {"checked": 1}
    assert issue(agency, city.house, batch) == {"issued": 1}
    results = download(agency, batch, "results")
    assert [each[0] for each in results] == ["2"]
    shown = [agency.get(f"/api/certificates/{each[4].rpartition('/')[2]}").json() for each in results]
    assert [each["number"] for each in shown] == [each[2] for each in results]
    assert [each["licence_id"] for each in shown] == [each[3] for each in results]
    with city.house.database.transaction() as session:
        assert session.get_one(IssueLineRow, (UUID(batch), 2)).asked is None


def test_the_head_may_have_the_names_of_the_fields(agency: httpx.Client) -> None:
    head = [each.name for each in certificate_type(TYPE).fields]
    batch = checked(agency, sheet(row("字段名")[:6], head=head))
    assert counts(agency, batch) == {"checked": 1}
    empty = agency.get(f"/api/certificate-types/{TYPE}/sample.csv").content.decode("utf-8-sig")
    assert tuple(empty.strip().split(",")) == HEAD


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        (row("误", name=""), "企业名称", "缺少必填项"),
        (row("误", name="甲\n乙"), "企业名称", "换行或不可见"),
        (row("误", address="😀"), "详细地址", "字体中没有"),
        (row("误", address="长" * 201), "详细地址", "最多200个字符"),
        (row("误", uscc="9199"), "统一社会信用代码", "不符合规定的格式"),
        (row("误", first="明天"), "有效期起", "不是日期"),
        (row("误", first="2026-02-30"), "有效期起", "不是日期"),
        (row("误", first="2020/1/2"), "整行", "早于签发日"),
        (row("误", reference="长" * 65), "业务编号", "最多 64 个字符"),
        (
            row(MANY[:200], name=MANY[200:400], address=MANY[400:]),
            "整行",
            "二维码",
        ),
        ((*row("误"), "多出来的"), "整行", "单元格比表头多"),
        (row("对"), "整行", "与第 2 行完全相同"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column_and_the_others_can_be_issued(
    agency: httpx.Client, wrong: Sequence[str], column: str, words: str
) -> None:
    batch = checked(agency, sheet(row("对"), wrong))
    assert counts(agency, batch) == {"wrong": 1, "checked": 1}
    (line, named, said), *more = download(agency, batch, "faults")
    assert (line, named, more) == ("3", column, [])
    assert words in said
    assert told(agency, batch, "/rows?state=wrong")[0]["faults"][0]["zh"] == said


def test_what_does_not_fit_the_page_is_found_before_anything_is_issued(city: QuietCity) -> None:
    licence = certificate_type(TYPE)
    more = [replace(licence.fields[4], name=f"more_{number}", zh=f"另{number}") for number in range(20)]
    type_ = replace(licence, fields=(*licence.fields, *more))
    head = [each.name for each in type_.fields]
    cells = ([*row("一页")[:6], *[text] * len(more)] for text in ("短", "长" * 200))
    rows = read(sheet(*cells, head=head), columns(type_))
    with city.house.database.transaction() as session:
        short, long = check(session, city.house, type_, rows)
    assert short.faults == ()
    assert [each.error.code for each in long.faults] == ["certificate-overfull"]


def test_the_same_sheet_again_issues_nothing_and_mended_rows_alone(
    city: QuietCity, agency: httpx.Client
) -> None:
    content = sheet(row("只签一次"), row("只签一次", uscc="9199"), row("有编号", reference="甲-1"))
    batch = checked(agency, content)
    assert issue(agency, city.house, batch) == {"issued": 2, "wrong": 1}
    assert checked(agency, content) == batch
    assert problem(act(agency, batch)) == (409, "nothing-to-issue")
    mended = sheet(row("只签一次"), row("补签一次"), row("有编号", reference="甲-1"))
    other = checked(agency, mended)
    assert counts(agency, other) == {"before": 2, "checked": 1}
    before = issued(city)
    assert issue(agency, city.house, other) == {"before": 2, "issued": 1}
    assert issued(city) == before + 1
    changed = checked(agency, sheet(row("另一内容", reference="甲-1")))
    assert "内容与本次不同" in download(agency, changed, "faults")[0][2]


def test_one_reference_in_two_sheets_is_one_certificate_though_both_were_checked_before(
    city: QuietCity, agency: httpx.Client
) -> None:
    both = [checked(agency, sheet(row("两处都有"), row(other))) for other in ("此", "彼")]
    for each in both:
        act(agency, each).raise_for_status()
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: _work(city.house), range(2)))
    numbers = [download(agency, each, "results")[0][2] for each in both]
    assert numbers[0] == numbers[1] != ""


def test_two_workers_at_once_issue_each_row_once_without_a_gap(city: QuietCity, agency: httpx.Client) -> None:
    batch = checked(agency, sheet(*[row(f"并行{number}") for number in range(8)]))
    act(agency, batch).raise_for_status()
    before = issued(city)
    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(lambda _: _work(city.house), range(2)))
    assert sum(done) == 8
    assert counts(agency, batch) == {"issued": 8}
    serials = sorted(int(each[2][-6:]) for each in download(agency, batch, "results"))
    assert issued(city) == before + 8
    assert serials == list(range(serials[0], serials[0] + 8))


def _work(house: House) -> int:
    done = 0
    while issue_next(house):
        done += 1
    return done


def test_a_pause_holds_the_rest_and_a_cancelled_rest_is_issued_only_when_submitted_again(
    city: QuietCity, agency: httpx.Client
) -> None:
    content = sheet(*[row(f"分次{number}") for number in range(3)])
    batch = checked(agency, content)
    act(agency, batch).raise_for_status()
    assert issue_next(city.house)
    act(agency, batch, "pause").raise_for_status()
    assert not issue_next(city.house)
    assert counts(agency, batch) == {"issued": 1, "pending": 2}
    assert told(agency, batch)["moving"] is False
    assert problem(act(agency, batch, "rows/2/issuing")) == (409, "issue-batch-paused")
    act(agency, batch).raise_for_status()
    assert issue_next(city.house)
    act(agency, batch, "cancellation").raise_for_status()
    assert not issue_next(city.house)
    assert counts(agency, batch) == {"issued": 2, "cancelled": 1}
    assert problem(act(agency, batch)) == (409, "issue-batch-cancelled")
    assert checked(agency, content) == batch
    assert issue(agency, city.house, batch) == {"issued": 3}


def test_a_row_that_fails_says_why_and_is_issued_again_alone(city: QuietCity, agency: httpx.Client) -> None:
    house = city.house
    batch = checked(agency, sheet(row("会失败", reference="乙-1"), row("也会失败", reference="乙-2")))
    act(agency, batch).raise_for_status()
    for number in (1, 2):  # somebody issues something else under their references meanwhile
        _register_otherwise(house, f"乙-{number}")
    assert _work(house) == 2
    assert counts(agency, batch) == {"failed": 2}
    assert "内容与本次不同" in told(agency, batch, "/rows?state=failed")[0]["faults"][0]["zh"]
    with house.database.transaction() as session:
        session.execute(
            update(CertificateRow).where(CertificateRow.reference == "乙-1").values(reference=None)
        )
    act(agency, batch, "rows/2/issuing").raise_for_status()
    assert _work(house) == 1
    assert counts(agency, batch) == {"issued": 1, "failed": 1}
    assert problem(act(agency, batch, "rows/2/issuing")) == (409, "nothing-to-issue")
    assert problem(act(agency, batch, "rows/9/issuing")) == (404, "issue-line-unknown")


def _register_otherwise(house: House, reference: str) -> None:
    names = [each.name for each in certificate_type(TYPE).fields]
    application = Application(
        certificate_type=certificate_type(TYPE),
        holder=OWNER.uscc,
        fields=dict(zip(names, row("先签的"), strict=False)),
        valid_from=today(house.clock),
        reference=reference,
    )
    with house.database.transaction() as session:
        registered = register(session, application, agency=house.agency, clock=house.clock)
    finish_issue(house.database, registered, press=house.press)


def test_what_a_dead_worker_registered_is_finished_under_its_number(
    city: QuietCity, agency: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(agency, sheet(row("中断")))
    act(agency, batch).raise_for_status()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("api.bulk_issuing.issuing.finish", die)
        with pytest.raises(KeyboardInterrupt):
            issue_next(city.house)
    (line,) = told(agency, batch, "/rows")
    assert line["state"] == "working"
    assert line["number"]
    assert not issue_next(city.house)
    with city.house.database.transaction() as session:
        release_rows(session, at=city.house.clock.now())
    assert issue_next(city.house)
    assert told(agency, batch, "/rows")[0] == {**line, "state": "issued"}


def test_a_row_waits_with_its_number_while_timestamps_are_silent_whatever_its_batch_does(
    city: QuietCity, agency: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(agency, sheet(row("等时间戳"), row("还没有编号")))
    act(agency, batch).raise_for_status()
    with monkeypatch.context() as silent:
        silent.setattr("api.bulk_issuing.issuing.finish", _refuse(TimestampSilent()))
        with pytest.raises(TimestampSilent):
            issue_next(city.house)
    first, second = told(agency, batch, "/rows")
    assert (first["state"], second["state"], second["number"]) == ("pending", "pending", "")
    with city.house.database.transaction() as session:
        assert session.get_one(IssueLineRow, (UUID(batch), 2)).asked is None
    act(agency, batch, "pause").raise_for_status()
    assert _work(city.house) == 1
    assert told(agency, batch, "/rows")[0] == {**first, "state": "issued"}
    act(agency, batch, "cancellation").raise_for_status()


def test_a_row_that_failed_under_its_number_is_issued_once_its_certificate_is_made(
    city: QuietCity, agency: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(agency, sheet(row("后来补成")))
    act(agency, batch).raise_for_status()
    with monkeypatch.context() as failing:
        failing.setattr("api.bulk_issuing.issuing.finish", _refuse(NothingToIssue()))
        assert issue_next(city.house)
    (failed,) = told(agency, batch, "/rows")
    assert failed["state"] == "failed"
    finish_certificates(city.house)
    assert told(agency, batch, "/rows")[0] == {**failed, "state": "issued", "faults": []}


def _refuse(error: YinxinError) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


def test_the_same_key_submits_a_sheet_once(agency: httpx.Client) -> None:
    content = sheet(row("同一个键"))
    first, second = (submit(agency, content, **{"Idempotency-Key": "bulk-1"}) for _ in range(2))
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json() == second.json()


def test_progress_is_told_by_events_until_nothing_moves(city: QuietCity, agency: httpx.Client) -> None:
    batch = checked(agency, sheet(row("事件一"), row("事件二")))
    act(agency, batch).raise_for_status()
    with agency.stream("GET", f"/api/certificate-batches/{batch}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: progress"
        _work(city.house)
        rest = [each for each in lines if each.startswith("data:")]
    assert '"done":2' in rest[-1]
    assert '"moving":false' in rest[-1]


def test_the_page_shows_what_is_wrong_and_what_was_issued(city: QuietCity, agency: httpx.Client) -> None:
    batch = checked(agency, sheet(row("看得见"), row("看不见", uscc="1")))
    page = {"accept": "text/html"}
    shown = agency.get(f"/certificate-batches/{batch}", headers=page).text
    assert "签发 1 本" in shown
    assert "不符合规定的格式" in shown
    issue(agency, city.house, batch)
    number = download(agency, batch, "results")[0][2]
    assert number in agency.get(f"/certificate-batches/{batch}", headers=page).text
    assert f"/certificate-batches/{batch}" in agency.get("/certificate-batches", headers=page).text


def test_a_permit_needs_the_agreement_that_it_rests_on(agency: httpx.Client) -> None:
    type_ = certificate_type("construction-permit")
    head = ["agreement", "holder", *(each.name for each in type_.fields if each.required)]
    cells = ["无", OWNER.uscc.text, *("甲" for each in type_.fields if each.required)]
    unknown = ["00000000-0000-4000-8000-000000000000", *cells[1:]]
    batch = submit(agency, sheet(cells, unknown, head=head), type_.code).json()["id"]
    wrong = download(agency, batch, "faults")
    assert [each[:2] for each in wrong] == [["2", "所依据的签署编号"], ["3", "整行"]]


def test_what_is_not_issued_for_a_week_is_erased(city: QuietCity, agency: httpx.Client) -> None:
    never, half = checked(agency, sheet(row("不签"))), checked(agency, sheet(row("签"), row("错", uscc="1")))
    issue(agency, city.house, half)
    paused = checked(agency, sheet(row("停着")))
    act(agency, paused).raise_for_status()
    act(agency, paused, "pause").raise_for_status()
    later = FixedClock(city.house.clock.now() + batches.UNISSUED_KEPT + timedelta(seconds=1))
    with city.house.database.transaction() as session:
        batches.forget_due(session, clock=later)
    assert problem(agency.get(f"/api/certificate-batches/{never}")) == (404, "issue-batch-unknown")
    assert [counts(agency, each) for each in (half, paused)] == [{"issued": 1, "erased": 1}, {"erased": 1}]


def test_another_agency_issues_nothing_here(city: QuietCity, agency: httpx.Client) -> None:
    batch = checked(agency, sheet(row("本机关的")))
    other = enter_as(city, Role.AGENCY, organization=CONTRACTOR.uscc)
    assert problem(act(other, batch)) == (403, "another-agency")
    assert problem(submit(other, sheet(row("别的")))) == (403, "another-agency")
