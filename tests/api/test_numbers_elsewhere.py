"""The number that the national platform gives a permit, noted after the issue."""

import httpx
import pytest

from signing.certificates import Certificate
from tests.api.joint import AGENCY_DESK, enter
from tests.api.test_certificate_shows import registration
from tests.permit import issue_permit
from tests.quiet_city import QuietCity

NUMBER = "1410021605130102-SX-001"


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


@pytest.fixture(scope="module")
def permit(city: QuietCity) -> Certificate:
    return issue_permit(city.house)


def noted(agency: httpx.Client, certificate: object, number: str) -> httpx.Response:
    return agency.post(f"/api/certificates/{certificate}/numbers", json={"number_elsewhere": number})


def test_a_number_is_noted_once_shown_and_found(
    city: QuietCity, agency: httpx.Client, permit: Certificate
) -> None:
    for _ in range(2):
        assert noted(agency, permit.id, NUMBER).json()["number_elsewhere"] == NUMBER
    assert NUMBER in agency.get(f"/certificates/{permit.id}").text
    department = enter(city, "协同部门")
    asked = {"purpose": "核对", "number": NUMBER}
    found = department.post("/api/sharing/queries", json=asked).json()["certificates"]
    assert [each["licence_id"] for each in found] == [permit.licence_id]


def test_another_number_and_one_of_another_certificate_are_refused(
    city: QuietCity, agency: httpx.Client, permit: Certificate
) -> None:
    noted(agency, permit.id, NUMBER).raise_for_status()
    assert noted(agency, permit.id, "4111221903010101-SX-001").json()["title"] == "number-elsewhere-noted"
    other = issue_permit(city.house)
    assert noted(agency, other.id, NUMBER).json()["title"] == "number-elsewhere-taken"


@pytest.mark.parametrize("number", ["141002160513010-SX-001", "1410021605130102-sx-001", "", f"{NUMBER}1"])
def test_what_has_another_form_is_refused(agency: httpx.Client, permit: Certificate, number: str) -> None:
    answer = noted(agency, permit.id, number)
    assert answer.json()["title"] == "number-elsewhere-unfit"
    assert "0000000000000000-SX-000" in answer.json()["zh"]


def test_a_type_without_such_a_number_has_none_to_note(agency: httpx.Client) -> None:
    assert noted(agency, registration(agency), NUMBER).json()["title"] == "no-number-elsewhere"
