"""Certificates that rest on no agreement, at the doors: for organizations and for natural persons."""

from collections.abc import Iterator

import httpx
import pytest

from api.demonstration.people import CONTRACTOR, ENGINEER, OWNER, OWNERS_REPRESENTATIVE
from signing.certificate_registration import Application, register, today
from signing.certificate_types import certificate_type
from tests.api.joint import AGENCY_DESK, enter
from tests.api.test_agreements import problem
from tests.quiet_city import QuietCity, open_quiet_city
from tests.signing.joint.test_certificate_holders import CONSTRUCTOR_FIELDS, LICENCE_FIELDS

DAY = "2027-01-04"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        yield opened


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


def licence(**changed: object) -> dict[str, object]:
    return {
        "type": "safety-production-licence",
        "holder": CONTRACTOR.uscc.text,
        "reference": "2026-0815",
        "fields": LICENCE_FIELDS,
        "valid_from": DAY,
        **changed,
    }


def test_a_licence_is_issued_without_an_agreement_and_once_for_its_reference(agency: httpx.Client) -> None:
    first = agency.post("/api/certificates", json=licence())
    again = agency.post("/api/certificates", json=licence())
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    shown = agency.get(f"/api/certificates/{first.json()['id']}").json()
    assert (shown["agreement"], shown["holder"], shown["valid_until"]) == (
        None,
        CONTRACTOR.name,
        "2030-01-03",
    )
    pdf = agency.get(f"/certificates/{first.json()['id']}/certificate.pdf")
    assert pdf.content.startswith(b"%PDF-")


def test_an_organization_that_is_not_registered_is_called_what_its_certificate_calls_it(
    agency: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**LICENCE_FIELDS, "firm_name": "示范爆破工程有限公司", "firm_uscc": "91350100M000100Y43"}
    issued = agency.post(
        "/api/certificates", json=licence(reference="2026-0816", holder="91350100M000100Y43", fields=fields)
    )
    shown = agency.get(f"/api/certificates/{issued.json()['id']}").json()
    assert (shown["holder"], shown["holder_uscc"]) == ("示范爆破工程有限公司", "91350100M000100Y43")
    assert "示范爆破工程有限公司" in agency.get("/agency").text
    monkeypatch.setattr("api.pages.agency.SHOWN", 0)
    assert "这里列出最近的 0 份" in agency.get("/agency").text


def test_a_natural_person_is_named_as_the_holder(agency: httpx.Client) -> None:
    asked = {"type": "constructor-registration", "fields": CONSTRUCTOR_FIELDS, "valid_from": DAY}
    issued = agency.post("/api/certificates", json=asked)
    shown = agency.get(f"/api/certificates/{issued.json()['id']}").json()
    assert (shown["holder"], shown["holder_uscc"]) == (CONSTRUCTOR_FIELDS["person_name"], None)


def test_a_natural_person_sees_what_they_hold_and_nobody_else_does(
    city: QuietCity, agency: httpx.Client
) -> None:
    number = ENGINEER.citizen_number.text
    fields = {**CONSTRUCTOR_FIELDS, "person_name": ENGINEER.name, "citizen_number": number}
    asked = {"type": "constructor-registration", "fields": fields, "valid_from": DAY}
    id_ = agency.post("/api/certificates", json={**asked, "reference": "own"}).json()["id"]
    holder, other = (enter(city, each.name) for each in (ENGINEER, OWNERS_REPRESENTATIVE))
    assert id_ in [each["id"] for each in holder.get("/api/certificates").json()]
    assert number in holder.get(f"/certificates/{id_}?full=true").text
    assert f"/certificates/{id_}" in holder.get("/engineer").text
    assert holder.get(f"/certificates/{id_}/certificate.pdf").content.startswith(b"%PDF-")
    assert other.get("/api/certificates").json() == []
    assert other.get(f"/api/certificates/{id_}").status_code == 404


def test_what_is_being_made_has_no_code_and_is_in_force_nowhere(
    city: QuietCity, agency: httpx.Client
) -> None:
    asked = Application(
        certificate_type=certificate_type("safety-production-licence"),
        holder=CONTRACTOR.uscc,
        fields=LICENCE_FIELDS,
        valid_from=today(city.house.clock),
        reference="begun",
    )
    with city.house.database.transaction() as session:
        begun = register(session, asked, agency=city.house.agency, clock=city.house.clock)
    assert agency.get(f"/api/certificates/{begun.id}").json()["qr"] == ""
    assert problem(agency.get(f"/certificates/{begun.id}/qr.svg")) == (409, "certificate-unpublished")
    assert "qr.svg" not in agency.get(f"/certificates/{begun.id}").text
    city.anchor()
    report = agency.post("/api/verifications", json={"qr": begun.qr}).json()
    assert (report["answer"], report["witness"]["word"]) == ("UNKNOWN", "unregistered")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"holder": None}, "holder-needed"),
        ({"holder": "9199"}, "identifier-malformed"),
        ({"valid_until": "2027-06-01"}, "validity-unfit"),
        ({"type": "construction-permit"}, "certificate-field-unknown"),
        ({"type": "constructor-registration", "fields": CONSTRUCTOR_FIELDS}, "holder-is-person"),
        ({"fields": {**LICENCE_FIELDS, "permitted_scope": "爆破"}}, "certificate-issued"),
        ({"reference": ""}, "form-incomplete"),
        ({"reference": "a\x00"}, "form-incomplete"),
        ({"authorizations": ["00000000-0000-4000-8000-000000000000"]}, "authorizations-unfounded"),
    ],
)
def test_what_does_not_fit_is_refused(agency: httpx.Client, changed: dict[str, object], code: str) -> None:
    agency.post("/api/certificates", json=licence())
    refused = agency.post("/api/certificates", json=licence(**changed))
    assert problem(refused)[1] == code


def test_the_form_asks_for_the_holder_by_their_code(agency: httpx.Client) -> None:
    shown = agency.get("/certificates/new?type=safety-production-licence").text
    assert 'id="holder"' in shown
    assert 'id="holder"' not in agency.get("/certificates/new?type=constructor-registration").text
    assert agency.get("/certificates/new?type=construction-permit").headers["location"] == "/agency"
    assert OWNER.name not in shown


def test_a_next_version_takes_the_place_of_a_certificate(agency: httpx.Client) -> None:
    old = agency.post("/api/certificates", json=licence(reference="2026-0820")).json()["id"]
    asked = {"how": "amend", "fields": {"firm_address": "示范市二号路2号"}}
    new = agency.post(f"/api/certificates/{old}/successors", json=asked).json()["id"]
    was, shown = (agency.get(f"/api/certificates/{each}").json() for each in (old, new))
    assert (was["state"], was["after"], was["events"][-1]["reason"]) == ("superseded", new, 32)
    assert (shown["state"], shown["before"], shown["certificate_version"]) == ("not-yet-valid", old, 2)
    assert (shown["number"], shown["state_code"]) == (was["number"], "01")
    assert "已换发第 2 版" in agency.get(f"/certificates/{old}").text
    renewed = agency.post(f"/api/certificates/{new}/successors", json={"how": "renew"}).json()["id"]
    assert agency.get(f"/api/certificates/{renewed}").json()["valid_until"] == "2033-01-03"
    again = agency.post(f"/api/certificates/{renewed}/successors", json={"how": "reissue"}).json()["id"]
    for before, after, reason in ((new, renewed, 31), (renewed, again, 33)):
        was, shown = (agency.get(f"/api/certificates/{each}").json() for each in (before, after))
        assert (was["after"], shown["before"], was["events"][-1]["reason"]) == (after, before, reason)
        assert f'href="/certificates/{after}"' in agency.get(f"/certificates/{before}").text
        assert f'href="/certificates/{before}"' in agency.get(f"/certificates/{after}").text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"how": "amend"}, (409, "amendment-missing")),
        ({"how": "amend", "fields": {"boat": "1"}}, (422, "certificate-field-unknown")),
        ({"how": "amend", "fields": {"principal": "林\U0002b9a2"}}, (409, "glyph-missing")),
        ({"how": "renew", "valid_until": "2029-01-01"}, (409, "validity-unfit")),
        ({"how": "copy"}, (422, "form-incomplete")),
    ],
)
def test_a_next_version_that_cannot_be_is_refused(
    agency: httpx.Client, asked: dict[str, object], expected: tuple[int, str]
) -> None:
    old = agency.post("/api/certificates", json=licence()).json()["id"]
    assert problem(agency.post(f"/api/certificates/{old}/successors", json=asked)) == expected


def test_a_step_for_another_reason_is_described_on_the_page(agency: httpx.Client) -> None:
    found = agency.post("/api/certificates", json=licence(reference="2026-0821")).json()["id"]
    asked = {"action": "cancel", "reason": 99, "description": "企业合并"}
    shown = agency.post(f"/api/certificates/{found}/changes", json=asked).json()
    assert (shown["state"], shown["state_code"]) == ("cancelled", "05")
    assert "企业合并" in agency.get(f"/certificates/{found}").text
