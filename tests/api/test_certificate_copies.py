"""Purpose-bound copies: what they say, who has them made, and that one ends while the certificate stays."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pypdfium2
import pytest
import zxingcpp

from api.demonstration.people import CONTRACTOR, OWNER
from api.pages import CITY_TIME
from api.policy import Role
from api.trust import anchors
from evidence.shown_codes import CopyTerms, read_shown
from evidence.statement import StatementType, read
from ledger import entries, facts
from signing.certificate_copies import copy_of_statement
from signing.certificate_steps import Reason, Step
from signing.status_lists import status_list
from tests.api.joint import AGENCY_DESK, enter, enter_as
from tests.permit import change_permit, issue_permit
from tests.quiet_city import QuietCity
from verify.copy_state import StatedCopy, stated_copy
from verify.qr import verify_qr
from verify.report import Report

WANTED = {"recipient": "示范市公共资源交易中心", "purpose": "滨河社区项目投标"}


@pytest.fixture(scope="module")
def holder(city: QuietCity) -> httpx.Client:
    return enter_as(city, Role.FIRM, organization=OWNER.uscc)


@pytest.fixture(scope="module", autouse=True)
def _deployed(city: QuietCity) -> None:
    """What an officer's device pins names the contracts."""
    city.anchor()


@pytest.fixture(scope="module")
def permit(city: QuietCity) -> str:
    return str(issue_permit(city.house).id)


def today() -> date:
    return datetime.now(CITY_TIME).date()


def ask(holder: httpx.Client, permit: str, **changes: object) -> httpx.Response:
    asked = {**WANTED, "until": (today() + timedelta(days=30)).isoformat(), **changes}
    return holder.post(f"/api/certificates/{permit}/copies", json=asked)


def made(holder: httpx.Client, permit: str, **changes: object) -> dict[str, Any]:
    answer = ask(holder, permit, **changes)
    assert answer.status_code == 201, answer.text
    copies: list[dict[str, Any]] = holder.get(f"/api/certificates/{permit}/copies").json()
    return next(each for each in copies if each["id"] == answer.json()["id"])


def online(city: QuietCity, code: str) -> dict[str, Any]:
    answer: dict[str, Any] = city.visitor.post("/api/verifications", json={"qr": code}).json()
    return answer


def stated_of(city: QuietCity, statement: str) -> StatedCopy:
    """What the agency states of a copy to anybody, as its issuer alone can."""
    issuer = city.house.agency.speaker.uscc.text
    answer = city.visitor.get(f"/api/issuers/{issuer}/copies/{statement}")
    assert answer.status_code == 200, answer.text
    return stated_copy(answer.content, issuer=issuer, trust=anchors(city.house))


def offline(
    city: QuietCity, code: str, *, after: timedelta = timedelta(), copies: StatedCopy | None = None
) -> Report:
    """As an officer's device answers, with a list of just now."""
    with city.house.database.transaction() as session:
        listed = status_list(session, agency=city.house.agency, clock=city.house.clock)
    as_of = datetime.now(UTC) + after
    return verify_qr(code, anchors(city.house), as_of=as_of, status_list=listed, copies=copies)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_a_copy_is_the_sealed_page_with_its_remark_and_a_code_of_its_own(
    city: QuietCity, holder: httpx.Client, permit: str
) -> None:
    city.anchor()
    copy = made(holder, permit)
    content = holder.get(f"/certificates/{permit}/copies/{copy['id']}/copy.pdf").content
    page = pypdfium2.PdfDocument(BytesIO(content))[0]
    words = page.get_textpage().get_text_range()
    assert "仅供“示范市公共资源交易中心”用于“滨河社区项目投标”" in words
    assert "他用无效" in words
    assert b"/ByteRange" in content
    assert [each.text for each in zxingcpp.read_barcodes(page.render(scale=4).to_pil())] == [copy["code"]]
    report = offline(city, copy["code"])
    assert (report.kind, report.state) == ("certificate-copy", "in-force")
    assert "只有联网才能查到" in report.why.zh
    assert online(city, copy["code"])["headline"]["zh"].startswith("真实的加注件")
    assert f"copies/{copy['id']}/copy.pdf" in holder.get(f"/certificates/{permit}").text


def test_the_record_names_the_certificate_and_hides_for_whom_and_for_what(
    city: QuietCity, holder: httpx.Client, permit: str
) -> None:
    copy = made(holder, permit)
    with city.house.database.transaction() as session:
        fact = facts.fact(session, bytes.fromhex(copy["statement"]))
        entry = entries.entry(session, fact.index).encode()
    stated = read(fact.signed).statement
    terms = read_shown(copy["code"]).extra
    assert stated.type is StatementType.CERTIFICATE_COPY
    assert isinstance(terms, CopyTerms)
    assert (terms.statement, terms.recipient) == (fact.digest, WANTED["recipient"])
    assert stated.body["certificate"] == read_shown(copy["code"]).payload.statement
    assert not any(value.encode() in fact.signed + entry for value in WANTED.values())


def test_a_withdrawn_copy_is_no_longer_valid_online_while_the_certificate_stays(
    city: QuietCity, holder: httpx.Client, permit: str
) -> None:
    city.anchor()
    copy = made(holder, permit)
    path = f"/api/certificates/{permit}/copies/{copy['id']}"
    for _ in range(2):
        assert holder.delete(path).json()["withdrawn_at"] is not None
    told = online(city, copy["code"])
    assert (told["conclusion"], told["state"]) == ("TOTAL-PASSED", "copy-withdrawn")
    assert offline(city, copy["code"]).state == "in-force"  # a withdrawal is known online alone
    assert offline(city, copy["code"], copies=stated_of(city, copy["statement"])).state == "copy-withdrawn"
    own = holder.get(f"/api/certificates/{permit}").json()
    assert (own["state"], online(city, own["qr"])["state"]) == ("in-force", "in-force")
    gone = holder.get(f"/certificates/{permit}/copies/{copy['id']}/copy.pdf")
    assert problem(gone) == (409, "copy-withdrawn")


@pytest.mark.parametrize("named", ["00" * 32, "copy"])
def test_nothing_is_stated_of_a_copy_that_was_not_made(city: QuietCity, named: str) -> None:
    issuer = city.house.agency.speaker.uscc.text
    answer = city.visitor.get(f"/api/issuers/{issuer}/copies/{named}")
    assert problem(answer) == (404, "copy-unknown")


def test_after_its_day_a_copy_says_so_itself(city: QuietCity, holder: httpx.Client, permit: str) -> None:
    copy = made(holder, permit, until=today().isoformat())
    assert offline(city, copy["code"]).state == "in-force"
    assert offline(city, copy["code"], after=timedelta(days=1)).state == "copy-over"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"recipient": " "}, (409, "text-empty")),
        ({"purpose": "投" * 61}, (409, "text-too-long")),
        ({"recipient": "某\u202e单位"}, (409, "hidden-character")),
        ({"purpose": "\U0001f600"}, (409, "glyph-missing")),
        ({"until": "2020-01-01"}, (409, "copy-day-unfit")),
        ({"until": "2099-01-01"}, (409, "copy-day-unfit")),
        ({"until": "soon"}, (422, "form-incomplete")),
    ],
)
def test_what_is_no_copy_is_refused_by_name(
    holder: httpx.Client, permit: str, changes: dict[str, object], expected: tuple[int, str]
) -> None:
    assert problem(ask(holder, permit, **changes)) == expected


def test_only_the_holder_has_copies_made(city: QuietCity, permit: str) -> None:
    stranger = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    assert problem(ask(stranger, permit)) == (404, "certificate-unknown")
    assert problem(ask(enter(city, AGENCY_DESK), permit)) == (403, "not-yours")


def test_a_suspended_certificate_is_not_copied_and_its_copies_are_not_in_force(
    city: QuietCity, holder: httpx.Client
) -> None:
    found = issue_permit(city.house)
    copy = made(holder, str(found.id))
    change_permit(city.house, found, Step.SUSPEND, Reason.RECTIFICATION)
    assert offline(city, copy["code"]).state == "suspended"
    assert problem(ask(holder, str(found.id))) == (409, "copy-of-nothing")


def test_one_whose_printing_died_is_printed_when_it_is_asked_for(
    city: QuietCity, holder: httpx.Client, permit: str
) -> None:
    copy = made(holder, permit)
    path = f"/certificates/{permit}/copies/{copy['id']}/copy.pdf"
    first = holder.get(path).content
    with city.house.database.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE certificate_copies SET pdf = NULL WHERE id = %s", (UUID(copy["id"]),)
        )
    again = holder.get(path).content
    assert again.startswith(b"%PDF")
    assert again != first
    assert holder.get(path).content == again
    with city.house.database.transaction() as session:
        kept = copy_of_statement(session, bytes.fromhex(copy["statement"]))
    assert kept is not None
    assert kept.code == copy["code"]
