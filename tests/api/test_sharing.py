"""What another department asks for, how it is recorded, and what the holder sees of it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.demonstration.people import AGENCY, ENGINEER, OWNER, TRADING_CENTRE
from evidence.identifiers import LicenceIdentifier
from signing.certificates import Certificate
from tests.api.joint import AGENCY_DESK, enter
from tests.api.test_certificate_shows import registration
from tests.permit import FIELDS, issue_permit
from tests.quiet_city import QuietCity, open_quiet_city

PURPOSE = {"purpose": "招标资格审查", "matter": "GGZY-2026-0007"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        yield opened


@pytest.fixture(scope="module")
def permit(city: QuietCity) -> Certificate:
    return issue_permit(city.house)


@pytest.fixture(scope="module")
def department(city: QuietCity) -> httpx.Client:
    """A system of the trading centre, with a key of its own."""
    clerk = enter(city, "协同部门")
    key = clerk.post("/api/keys", json={"label": "交易系统"}).json()["key"]
    return httpx.Client(
        base_url=city.site.url, headers={"authorization": f"Bearer {key}"}, timeout=60, trust_env=False
    )


def post(department: httpx.Client, door: str, **asked: Any) -> httpx.Response:
    return department.post(f"/api/sharing/{door}", json={**PURPOSE, **asked})


def test_the_page_of_a_department_tells_its_doors_and_leads_nowhere_else(city: QuietCity) -> None:
    page = enter(city, "协同部门").get("/software").text
    doors = ("catalogue", "queries", "verifications", "downloads")
    assert all(f"/api/sharing/{door}" in page for door in doors)
    assert "/agency" not in page


def test_the_catalogue_names_every_type_with_its_fields(department: httpx.Client) -> None:
    told = department.get("/api/sharing/catalogue").json()
    types = {each["type"]: each for each in told["types"]}
    assert (told["issuer"], len(types)) == (AGENCY.uscc.text, 9)
    permit = types["construction-permit"]
    assert (permit["confirmed"], permit["type_code"]) == (False, f"{AGENCY.uscc.text}001")
    assert {"name": "project_name", "metadata": "KZ_GCMC"}.items() <= permit["fields"][0].items()


@pytest.mark.parametrize("by", ["number", "licence_id", "holder"])
def test_a_certificate_is_found_by_number_identifier_and_holder(
    department: httpx.Client, permit: Certificate, by: str
) -> None:
    asked = {"number": permit.number, "licence_id": permit.licence_id, "holder": OWNER.uscc.text}[by]
    found = post(department, "queries", **{by: asked}).json()["certificates"]
    assert found[0]["licence_id"] == permit.licence_id
    assert (found[0]["holder"], found[0]["state"]) == (OWNER.name, "in-force")


def test_a_person_is_found_by_name_and_number_together_and_masked(
    city: QuietCity, department: httpx.Client
) -> None:
    registration(enter(city, AGENCY_DESK))
    both = {"person_name": ENGINEER.name, "citizen_number": ENGINEER.citizen_number.text}
    found = post(department, "queries", **both).json()["certificates"]
    assert [each["holder"] for each in found] == ["林**"]
    assert post(department, "queries", **{**both, "person_name": "林远"}).json()["certificates"] == []
    assert post(department, "queries", person_name=ENGINEER.name).json()["title"] == "query-empty"


def test_a_hundred_codes_are_verified_in_one_call(department: httpx.Client, permit: Certificate) -> None:
    altered = permit.qr[:-1] + str((int(permit.qr[-1]) + 1) % 10)
    codes = [permit.qr, altered, "hello", *[permit.qr] * 97]
    answer = post(department, "verifications", codes=codes)
    assert answer.status_code == 200, answer.text
    reports = answer.json()["reports"]
    assert len(reports) == 100
    assert (reports[0]["conclusion"], reports[0]["answer"]) == ("TOTAL-PASSED", "IN_FORCE")
    assert (reports[1]["conclusion"], reports[2]) == ("TOTAL-FAILED", None)
    assert (
        post(department, "verifications", codes=[permit.qr] * 101).json()["title"] == "too-many-certificates"
    )


def test_a_certificate_is_taken_as_pdf_bundle_and_metadata(
    department: httpx.Client, permit: Certificate
) -> None:
    pdf = post(department, "downloads", licence_id=permit.licence_id)
    assert permit.pdf is not None
    assert pdf.content.startswith(b"%PDF")
    assert post(department, "downloads", licence_id=permit.licence_id, form="bundle").is_success
    told = post(department, "downloads", licence_id=permit.licence_id, form="metadata").json()
    assert (told["ZZBH"], told["ZZBS"]) == (permit.number, str(LicenceIdentifier.parse(permit.licence_id)))
    assert (told["CZZT"], told["CZZTDM"], told["KZ_GCMC"]) == (
        OWNER.name,
        OWNER.uscc.text,
        FIELDS["project_name"],
    )


def test_what_does_not_exist_and_what_has_no_purpose_is_refused(
    department: httpx.Client, permit: Certificate
) -> None:
    assert post(department, "downloads", licence_id="1.2").json()["title"] == "certificate-unknown"
    for purpose, title in (("", "text-empty"), ("一" * 201, "text-too-long")):
        answer = post(department, "downloads", licence_id=permit.licence_id, purpose=purpose)
        assert answer.json()["title"] == title


def test_the_holder_sees_who_asked_and_what_for(
    city: QuietCity, department: httpx.Client, permit: Certificate
) -> None:
    post(department, "downloads", licence_id=permit.licence_id).raise_for_status()
    owner = enter(city, "沈若华")
    page = owner.get(f"/certificates/{permit.id}").text
    assert TRADING_CENTRE.name in page
    assert f"{PURPOSE['purpose']} · {PURPOSE['matter']}" in page
    assert TRADING_CENTRE.name not in enter(city, AGENCY_DESK).get(f"/certificates/{permit.id}").text


def test_a_firm_and_an_agency_share_nothing(city: QuietCity) -> None:
    for name in ("设计院经办人", AGENCY_DESK):
        assert post(enter(city, name), "queries", number="1").json()["title"] == "not-yours"
