from dataclasses import replace
from datetime import date

import pytest

from evidence.errors import CheckDigitWrong
from evidence.identifiers import CitizenNumber
from evidence.qr import check_qr
from evidence.statement import check
from identity.names import HiddenCharacter
from identity.people import find_person
from ledger import facts
from signing import certificate_issue
from signing.certificate_holders import HolderIsPerson, HolderNeeded, HolderNumberDiffers
from signing.certificate_issue import CertificateOverfull, check_printable, issue
from signing.certificate_refusals import AgreementNeeded, CertificateIssued
from signing.certificate_registration import Application, register
from signing.certificates import Certificate
from signing.rendering import CertificateSheet, RenderedCertificate, render_certificate
from signing.typesetting import Typesetter
from verify.shipped_types import SHIPPED

from .conftest import CONTRACTOR, FIELDS, OWNER, Town
from .test_voiding_at_once import PATIENCE_S, beside

LICENCE_FIELDS = {
    "firm_name": "示范建设集团有限公司",
    "firm_uscc": CONTRACTOR.text,
    "principal": "沈若华",
    "firm_address": "示范市一号路1号",
    "business_type": "有限责任公司",
    "permitted_scope": "建筑施工",
}
CONSTRUCTOR_FIELDS = {
    "registration_number": "鲁2370000000001",
    "person_name": "沈若华",
    "sex": "女",
    "citizen_number": "11010519491231002X",
    "grade": "二级",
    "speciality": "建筑工程",
    "employer": "示范建设集团有限公司",
}


LICENCE = Application(
    certificate_type=SHIPPED["safety-production-licence"],
    holder=CONTRACTOR,
    fields=LICENCE_FIELDS,
    valid_from=date(2026, 5, 2),
    reference="case 7",
)
CONSTRUCTOR = Application(
    certificate_type=SHIPPED["constructor-registration"],
    fields=CONSTRUCTOR_FIELDS,
    valid_from=date(2026, 5, 2),
)


def registered(town: Town, application: Application) -> Certificate:
    with town.database.transaction() as session:
        return register(session, application, agency=town.agency, clock=town.clock)


def test_a_type_that_rests_on_nothing_is_issued_without_an_agreement(town: Town) -> None:
    found = registered(town, LICENCE)
    with town.database.transaction() as session:
        body = check(facts.signed_statement(session, found.statement), town.speaker.signer.key).body
    assert found.number == "AQ9901002026000001"
    assert (found.agreement, found.holder, found.valid_until) == (None, CONTRACTOR, date(2029, 5, 1))
    assert (body["refs"], body["holder"]) == ([], CONTRACTOR.text)


def test_an_application_of_one_reference_is_issued_once(town: Town) -> None:
    first = registered(town, LICENCE)
    assert registered(town, LICENCE) == first
    with pytest.raises(CertificateIssued):
        registered(town, replace(LICENCE, fields={**LICENCE_FIELDS, "permitted_scope": "爆破"}))
    assert registered(town, replace(LICENCE, reference="case 8")).number == "AQ9901002026000002"


def test_a_natural_person_stands_in_a_registration_as_commitments_alone(town: Town) -> None:
    found = registered(town, CONSTRUCTOR)
    with town.database.transaction() as session:
        signed = facts.signed_statement(session, found.statement)
        holder = find_person(session, name="沈若华", citizen_number=CitizenNumber.parse("11010519491231002X"))
    assert holder is not None
    assert (found.holder, found.person) == (None, holder.id)
    assert check(signed, town.speaker.signer.key).body["holder"] is None
    assert not any(value.encode() in signed for value in CONSTRUCTOR_FIELDS.values())
    payload = check_qr(found.qr, hosts={"localhost:8000"}, keys=[town.speaker.signer.key])
    assert not {"沈若华", "11010519491231002X"} & set(payload.fields)


def test_whoever_is_not_registered_here_may_hold_one_as_well(town: Town) -> None:
    stranger = {**CONSTRUCTOR_FIELDS, "person_name": "林远山"}
    assert registered(town, replace(CONSTRUCTOR, fields=stranger)).person is None


@pytest.mark.parametrize(
    ("application", "refusal"),
    [
        (replace(LICENCE, holder=None), HolderNeeded),
        (replace(LICENCE, holder=OWNER), HolderNumberDiffers),
        (replace(LICENCE, fields={**LICENCE_FIELDS, "permitted_scope": "建筑\n施工"}), HiddenCharacter),
        (replace(CONSTRUCTOR, holder=CONTRACTOR), HolderIsPerson),
        (
            replace(CONSTRUCTOR, fields={**CONSTRUCTOR_FIELDS, "citizen_number": "110105194912310021"}),
            CheckDigitWrong,
        ),
        (
            replace(LICENCE, certificate_type=SHIPPED["construction-permit"], fields=FIELDS),
            AgreementNeeded,
        ),
    ],
)
def test_who_holds_it_and_what_it_rests_on_are_the_types(
    town: Town, application: Application, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        registered(town, application)


def test_of_two_at_once_with_one_reference_the_second_finds_what_the_first_registered(town: Town) -> None:
    found: list[Certificate] = []
    second, refused, starts = beside(lambda: found.append(registered(town, LICENCE)))
    with town.database.transaction() as session:
        first = register(session, LICENCE, agency=town.agency, clock=town.clock)
        starts()
    second.join(timeout=PATIENCE_S)
    assert (refused, found) == ([], [first])


def test_what_does_not_fit_its_page_is_refused_before_it_has_a_number(town: Town) -> None:
    long = dict.fromkeys(FIELDS, "字" * 200)
    permit = SHIPPED["construction-permit"]
    rest = {field.name: "字" * 200 for field in permit.fields}
    with pytest.raises(CertificateOverfull):
        check_printable(permit, {**rest, **long}, press=town.press)
    check_printable(permit, FIELDS, press=town.press)


def test_the_page_that_is_tried_has_the_lines_of_the_page_that_is_printed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets: list[CertificateSheet] = []

    def kept(typesetter: Typesetter, sheet: CertificateSheet) -> RenderedCertificate:
        sheets.append(sheet)
        return render_certificate(typesetter, sheet)

    monkeypatch.setattr(certificate_issue, "render_certificate", kept)
    issue(town.database, LICENCE, press=town.press)
    tried, made = [[field.label for field in sheet.fields] for sheet in sheets]
    assert tried == made
    assert made[-1] == "有效期"
