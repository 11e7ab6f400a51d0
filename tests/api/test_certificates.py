"""Certificates at the doors: issued once on what parties signed, changed by the agency alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from api.demonstration.people import AGENCY, CONTRACTOR, DESIGNER, ENGINEER, OWNER
from api.demonstration.ready_application import FACTS
from api.pages import CITY_TIME
from api.policy import Role
from evidence.bundle import Bundle
from tests.api.joint import (
    AGENCY_DESK,
    CLERK,
    SIGNERS,
    SLOTS,
    enter,
    enter_as,
    granted_authorization,
    post,
    sign,
    signed_by_all,
    started,
)
from tests.quiet_city import QuietCity, open_quiet_city

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FIELDS = {
    **FACTS,
    "owner": OWNER.name,
    "contractor": CONTRACTOR.name,
    "design_institute": DESIGNER.name,
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


@pytest.fixture(scope="module")
def another_agency(city: QuietCity) -> httpx.Client:
    return enter_as(city, Role.AGENCY, organization=CONTRACTOR.uscc)


@pytest.fixture
def signed(city: QuietCity, clerk: httpx.Client) -> str:
    """An agreement that all have signed."""
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    return id_


@pytest.fixture(scope="module")
def waiting(city: QuietCity, clerk: httpx.Client) -> str:
    """An agreement that all have signed and for which nothing is issued."""
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    return id_


@pytest.fixture(scope="module")
def kept(city: QuietCity, clerk: httpx.Client, agency: httpx.Client) -> str:
    """A certificate in force; tests only look at it."""
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    return issued(agency, id_)


def application(agreement: str, /, **changes: object) -> dict[str, Any]:
    return {
        "type": "construction-permit",
        "holder": OWNER.uscc.text,
        "agreement": agreement,
        "fields": FIELDS,
        "valid_from": datetime.now(CITY_TIME).date().isoformat(),
        "valid_until": "2034-12-31",
        **changes,
    }


def apply(agency: httpx.Client, agreement: str, /, **changes: object) -> httpx.Response:
    return agency.post("/api/certificates", json=application(agreement, **changes))


def issued(agency: httpx.Client, agreement: str, /, **changes: object) -> str:
    answer = apply(agency, agreement, **changes)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def change(agency: httpx.Client, certificate: str, action: str, reason: int) -> httpx.Response:
    return agency.post(f"/api/certificates/{certificate}/changes", json={"action": action, "reason": reason})


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_a_certificate_is_issued_for_what_all_signed(agency: httpx.Client, signed: str) -> None:
    shown = agency.get(f"/api/certificates/{issued(agency, signed)}").json()
    assert (shown["state"], shown["agreement"], shown["holder"]) == ("in-force", signed, OWNER.name)
    assert [event["action"] for event in shown["events"]] == ["issued"]


def test_the_same_application_again_gives_the_same_certificate(agency: httpx.Client, signed: str) -> None:
    assert issued(agency, signed) == issued(agency, signed)


def test_another_application_for_the_same_agreement_is_refused(agency: httpx.Client, signed: str) -> None:
    issued(agency, signed)
    answer = apply(agency, signed, holder=CONTRACTOR.uscc.text)
    assert problem(answer) == (409, "certificate-issued")


def test_an_authorization_serves_one_certificate(
    city: QuietCity, clerk: httpx.Client, agency: httpx.Client, signed: str
) -> None:
    granted = granted_authorization(city, clerk)
    issued(agency, signed, authorizations=[granted])
    assert clerk.get(f"/api/authorizations/{granted}").json()["state"] == "used"
    another = started(clerk)
    signed_by_all(city.house, another)
    assert problem(apply(agency, another, authorizations=[granted])) == (409, "authorization-used")


def test_the_same_application_again_does_not_use_the_authorization_twice(
    city: QuietCity, clerk: httpx.Client, agency: httpx.Client, signed: str
) -> None:
    granted = [granted_authorization(city, clerk)]
    assert issued(agency, signed, authorizations=granted) == issued(agency, signed, authorizations=granted)


def test_a_revoked_authorization_issues_nothing(
    city: QuietCity, clerk: httpx.Client, agency: httpx.Client, waiting: str
) -> None:
    granted = granted_authorization(city, clerk)
    enter(city, ENGINEER.name).post(f"/api/authorizations/{granted}/revocation", json={})
    assert problem(apply(agency, waiting, authorizations=[granted])) == (409, "authorization-revoked")
    assert agency.get(f"/api/agreements/{waiting}").json()["certificate"] is None


def test_an_authorization_of_a_firm_that_signed_nothing_is_refused(
    city: QuietCity, clerk: httpx.Client, agency: httpx.Client
) -> None:
    granted = granted_authorization(city, clerk)
    without_designer = started(enter(city, "沈若华"), slots=SLOTS[:2])
    for number, person in enumerate(SIGNERS[:2], start=1):
        sign(city.house, without_designer, str(number), person)
    answer = apply(agency, without_designer, authorizations=[granted])
    assert problem(answer) == (409, "authorization-of-stranger")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fields": {**FIELDS, "site": " "}}, (409, "certificate-field-missing")),
        ({"fields": {}}, (409, "certificate-field-missing")),
        ({"fields": {**FIELDS, "colour": "红"}}, (422, "certificate-field-unknown")),
        ({"fields": {**FIELDS, "site": "路" * 201}}, (409, "certificate-field-too-long")),
        ({"fields": {**FIELDS, "site": "\U0001f600"}}, (409, "glyph-missing")),
        ({"holder": AGENCY.uscc.text}, (409, "holder-not-party")),
        ({"holder": "91990100MA0DM00179"}, (409, "check-digit-wrong")),
        ({"valid_until": "2025-12-31"}, (409, "validity-backwards")),
        ({"valid_from": "2026-01-01"}, (409, "validity-before-issue")),
        ({"type": "driving-licence"}, (422, "certificate-type-unknown")),
        ({"agreement": UNKNOWN}, (404, "agreement-unknown")),
        ({"authorizations": [UNKNOWN]}, (404, "authorization-unknown")),
        ({"valid_from": "tomorrow"}, (422, "form-incomplete")),
    ],
)
def test_what_cannot_be_issued_is_refused_by_name(
    agency: httpx.Client, waiting: str, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert problem(apply(agency, waiting, **changes)) == expected
    assert agency.get(f"/api/agreements/{waiting}").json()["certificate"] is None


def test_nothing_is_issued_for_what_is_not_signed_by_all(clerk: httpx.Client, agency: httpx.Client) -> None:
    assert problem(apply(agency, started(clerk))) == (404, "agreement-unknown")


def test_a_firm_issues_nothing(clerk: httpx.Client, waiting: str) -> None:
    assert problem(apply(clerk, waiting)) == (403, "not-yours")


def test_a_firm_changes_nothing(clerk: httpx.Client, kept: str) -> None:
    assert problem(change(clerk, kept, "suspend", 1)) == (403, "not-yours")


def test_another_agency_issues_nothing_here(another_agency: httpx.Client, waiting: str) -> None:
    assert problem(apply(another_agency, waiting)) == (403, "another-agency")


def test_another_agency_changes_nothing_here(
    agency: httpx.Client, another_agency: httpx.Client, kept: str
) -> None:
    assert problem(change(another_agency, kept, "suspend", 1)) == (403, "another-agency")
    assert agency.get(f"/api/certificates/{kept}").json()["state"] == "in-force"


@pytest.mark.parametrize("path", ["/api/certificates", "/agency", "/certificates/new"])
def test_another_agency_has_no_desk_here(another_agency: httpx.Client, path: str) -> None:
    assert problem(another_agency.get(path)) == (403, "another-agency")


def test_another_agency_reads_no_agreement(another_agency: httpx.Client, waiting: str) -> None:
    assert problem(another_agency.get(f"/api/agreements/{waiting}")) == (404, "agreement-unknown")


def test_a_suspended_certificate_is_reinstated(agency: httpx.Client, signed: str) -> None:
    certificate = issued(agency, signed)
    assert change(agency, certificate, "suspend", 1).json()["state"] == "suspended"
    assert change(agency, certificate, "reinstate", 11).json()["state"] == "in-force"


def test_a_revoked_certificate_stays_revoked(agency: httpx.Client, signed: str) -> None:
    certificate = issued(agency, signed)
    assert change(agency, certificate, "revoke", 21).json()["state"] == "revoked"
    assert problem(change(agency, certificate, "reinstate", 11)) == (409, "certificate-step-impossible")


@pytest.mark.parametrize(
    ("action", "reason", "expected"),
    [
        ("suspend", 21, (409, "certificate-reason-unfit")),
        ("suspend", 98, (422, "reason-unknown")),
        ("suspend", 99, (409, "certificate-description-needed")),
        ("supersede", 31, (409, "certificate-step-impossible")),
        ("lapse", 26, (409, "certificate-term-runs")),
        ("cancel", 26, (409, "certificate-term-runs")),
        ("burn", 1, (422, "form-incomplete")),
    ],
)
def test_a_change_that_does_not_fit_is_refused(
    agency: httpx.Client, kept: str, action: str, reason: int, expected: tuple[int, str]
) -> None:
    assert problem(change(agency, kept, action, reason)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/api/certificates/{}",
        "/certificates/{}/certificate.pdf",
        "/certificates/{}/evidence.bundle",
        "/certificates/{}/qr.svg",
    ],
)
def test_somebody_elses_certificate_is_unknown(city: QuietCity, kept: str, path: str) -> None:
    stranger = enter_as(city, Role.FIRM, organization=AGENCY.uscc)
    of_another = problem(stranger.get(path.format(kept)))
    assert of_another == problem(stranger.get(path.format(UNKNOWN))) == (404, "certificate-unknown")


def test_a_party_of_the_agreement_sees_the_certificate(clerk: httpx.Client, kept: str) -> None:
    assert clerk.get(f"/api/certificates/{kept}").status_code == 200


def test_the_holder_finds_the_certificate_in_its_list(city: QuietCity, kept: str) -> None:
    owner = enter(city, "沈若华")
    assert kept in owner.get("/api/certificates").text
    assert f"/certificates/{kept}" in owner.get("/firm").text


def test_a_party_that_is_not_the_holder_does_not_hold_it(clerk: httpx.Client, kept: str) -> None:
    assert kept not in clerk.get("/api/certificates").text


def test_the_bundle_carries_the_pdf_and_every_printed_field(agency: httpx.Client, kept: str) -> None:
    bundle = Bundle.decode(agency.get(f"/certificates/{kept}/evidence.bundle").content)
    assert {shown.name for shown in bundle.disclosures} == set(FIELDS)
    assert agency.get(f"/certificates/{kept}/certificate.pdf").content in bundle.files.values()


def test_a_fact_that_no_block_holds_yet_says_so(city: QuietCity, agency: httpx.Client, signed: str) -> None:
    path = f"/certificates/{issued(agency, signed)}"
    assert "尚未上链" in agency.get(path).text
    while not city.anchor().complete:
        pass
    assert "已上链，区块" in agency.get(path).text


def test_what_all_signed_waits_on_the_agencys_desk_until_it_is_issued(
    agency: httpx.Client, signed: str
) -> None:
    link = f"/certificates/new?agreement={signed}"
    assert link in agency.get("/agency").text
    issued(agency, signed)
    assert link not in agency.get("/agency").text


def test_the_form_is_filled_in_from_what_the_parties_signed(
    city: QuietCity, clerk: httpx.Client, agency: httpx.Client
) -> None:
    id_ = post(clerk, ready="true").json()["id"]
    signed_by_all(city.house, id_)
    form = agency.get(f"/certificates/new?agreement={id_}").text
    assert [value in form for value in (*FIELDS.values(), ENGINEER.name)] == [True] * (len(FIELDS) + 1)


def test_the_form_of_an_issued_certificate_leads_to_its_page(agency: httpx.Client, signed: str) -> None:
    certificate = issued(agency, signed)
    answer = agency.get(f"/certificates/new?agreement={signed}")
    assert answer.headers["location"] == f"/certificates/{certificate}"


def test_revoking_asks_for_a_confirmation(agency: httpx.Client, kept: str) -> None:
    assert "确认办理" in agency.get(f"/certificates/{kept}").text


def test_the_page_offers_no_end_of_a_term_that_still_runs(agency: httpx.Client, kept: str) -> None:
    shown = agency.get(f"/certificates/{kept}").text
    assert '<option value="26" disabled>有效期届满未延续（有效期未满）</option>' in shown
    assert '<option value="24">' in shown


def test_a_holder_is_offered_no_change(city: QuietCity, kept: str) -> None:
    assert "吊销" not in enter(city, "沈若华").get(f"/certificates/{kept}").text
