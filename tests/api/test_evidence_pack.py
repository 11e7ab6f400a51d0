"""The pack for a court over HTTP: to the parties, once the document is there, recorded each time."""

import httpx
import pytest

from api.demonstration.people import AGENCY
from api.policy import Role
from api.trust import anchors
from ledger import entries
from tests.api.joint import enter_as, started
from tests.quiet_city import QuietCity
from verify.checks import Outcome
from verify.pack import verify_pack


@pytest.fixture(scope="module")
def anchored(city: QuietCity, complete: str) -> str:
    """An assembled agreement of a city whose contracts stand."""
    city.anchor()
    return f"/agreements/{complete}/evidence-pack"


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_a_party_takes_a_pack_that_is_verified_with_the_citys_trust_file(
    city: QuietCity, clerk: httpx.Client, anchored: str
) -> None:
    answer = clerk.post(anchored).raise_for_status()
    assert answer.headers["content-disposition"].startswith("attachment")
    report = verify_pack(answer.content, anchors(city.house), as_of=city.house.clock.now())
    assert report.conclusion is Outcome.PASSED
    assert "delegations" in {check.name for check in report.checks}


def test_a_pack_is_recorded_when_it_is_made_and_only_then(
    city: QuietCity, clerk: httpx.Client, anchored: str
) -> None:
    before = _size(city)
    assert clerk.get(anchored).status_code == 405
    assert _size(city) == before
    clerk.post(anchored).raise_for_status()
    assert _size(city) == before + 1


def test_nobody_else_takes_a_pack(city: QuietCity, anchored: str) -> None:
    stranger = enter_as(city, Role.FIRM, organization=AGENCY.uscc)
    assert problem(stranger.post(anchored)) == (404, "agreement-unknown")


def test_there_is_no_pack_before_the_document_is_assembled(clerk: httpx.Client, anchored: str) -> None:
    refused = problem(clerk.post(f"/agreements/{started(clerk)}/evidence-pack"))
    assert anchored
    assert refused == (409, "pack-too-early")


def _size(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return entries.size(session)
