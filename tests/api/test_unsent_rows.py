"""Rows of a sheet that were not sent: erased after a week, and filled in anew by the same sheet."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from api.bulk_sending import batches
from api.bulk_sending.batches import BatchLineRow, BatchRow, RowState
from api.bulk_sending.sending import send_next
from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER, OWNERS_REPRESENTATIVE
from api.house import House
from evidence.clock import FixedClock
from tests.api.templates import kept
from tests.api.test_agreements import problem
from tests.api.test_bulk_sending import checked, refused, row, send, told
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf


@pytest.fixture(scope="module")
def template(clerk: httpx.Client) -> str:
    return kept(clerk, content=small_pdf(pages=1), title="{项目名称|project}设计合同")


def forget(house: House, *, short: timedelta = timedelta()) -> None:
    """Erase what is due a week from now, less ``short``."""
    later = FixedClock(house.clock.now() + batches.UNSENT_KEPT - short)
    with house.database.transaction() as session:
        batches.forget_due(session, clock=later)


def lines(house: House, batch: str) -> list[BatchLineRow]:
    mine = select(BatchLineRow).where(BatchLineRow.batch == UUID(batch)).order_by(BatchLineRow.line)
    with house.database.transaction() as session:
        return list(session.scalars(mine))


def test_a_row_that_failed_is_erased_after_a_week_and_cannot_be_sent_again(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = refused(clerk, city.house, template, row(project="没发出"))
    forget(city.house, short=timedelta(hours=1))
    assert lines(city.house, batch)[0].seating is not None
    forget(city.house)
    (erased,) = lines(city.house, batch)
    assert (erased.title, erased.seating, erased.reason_zh, erased.state) == ("", None, None, "erased")
    answer = clerk.post(f"/api/batches/{batch}/sending")
    assert problem(answer) == (409, "rows-erased")
    assert "有 1 行超过 7 天没有发出" in answer.json()["zh"]
    page = clerk.get(f"/batches/{batch}", headers={"accept": "text/html"}).text
    assert "重新提交同一份表格" in page
    assert "全部已经发起" not in page
    assert "已清除" in clerk.get(f"/api/batches/{batch}/results.csv").text


def test_erasing_what_failed_leaves_the_rows_that_were_sent(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = refused(clerk, city.house, template, row(project="其一"), row(project="其二"))
    with city.house.database.transaction() as session:
        first = session.get_one(BatchLineRow, (UUID(batch), 2))
        first.state = RowState.PENDING.value
    assert send_next(city.house)
    forget(city.house)
    found = told(clerk, batch)
    assert [(each["state"], each["title"]) for each in found["lines"]] == [
        ("sent", "其一设计合同"),
        ("erased", ""),
    ]


def test_the_same_sheet_seats_what_failed_anew(city: QuietCity, clerk: httpx.Client, template: str) -> None:
    batch = refused(clerk, city.house, template, row(project="重新落座"))
    with city.house.database.transaction() as session:
        stale = session.get_one(BatchLineRow, (UUID(batch), 2))
        before = session.get_one(BatchRow, UUID(batch)).checked_at
        # As it was found for a namesake who has left since.
        stale.seating = (stale.seating or "").replace(
            str(person_id(session, OWNERS_REPRESENTATIVE)), str(person_id(session, ENGINEER)), 1
        )
    assert send(clerk, city.house, batch)["failed"] == 1
    assert checked(clerk, template, row(project="重新落座")) == batch
    anew = told(clerk, batch)
    assert (anew["checked"], anew["failed"], anew["lines"][0]["reason_zh"]) == (1, 0, None)
    with city.house.database.transaction() as session:
        assert session.get_one(BatchRow, UUID(batch)).checked_at > before
    sent = send(clerk, city.house, batch)
    shown = clerk.get(f"/api/agreements/{sent['lines'][0]['agreement']}").json()
    assert shown["slots"][0]["person"] == OWNERS_REPRESENTATIVE.name


def test_the_same_sheet_leaves_alone_what_was_sent(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = checked(clerk, template, row(project="发过的"))
    sent = send(clerk, city.house, batch)
    with city.house.database.transaction() as session:
        before = session.get_one(BatchRow, UUID(batch)).checked_at
    assert checked(clerk, template, row(project="发过的")) == batch
    assert told(clerk, batch) == sent
    with city.house.database.transaction() as session:
        assert session.get_one(BatchRow, UUID(batch)).checked_at == before


def test_the_same_sheet_brings_back_what_was_erased_and_it_is_erased_again(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    batch = refused(clerk, city.house, template, row(project="又要了"))
    forget(city.house)
    assert checked(clerk, template, row(project="又要了")) == batch
    assert told(clerk, batch)["lines"][0]["title"] == "又要了设计合同"
    forget(city.house)
    assert told(clerk, batch)["erased"] == 1
